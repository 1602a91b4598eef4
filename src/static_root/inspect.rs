//! What is in STATIC_ROOT, seen from a plan: which files are there already,
//! which compressed copies are known to be good. Reads; never writes. What
//! the record knows is believed as long as the stamps are the same; all else
//! is compared byte by byte.

use rayon::prelude::*;

use super::static_root::StaticRoot;
use crate::encode::CompressionSpec;
use crate::model::{Asset, Encoding, Encodings, LogicalPath, Problem, Stamp};
use crate::plan::model::{CurrentState, Done, Existing, Placed, Plan, Role, Target, UniqueContent};
use crate::state::collect_record::{Output, Record};

/// Someone who looks.
pub struct Inspector<'a> {
    /// Where.
    pub root: &'a StaticRoot,
    /// What earlier runs knew.
    pub record: &'a Record,
    /// By asset number.
    pub assets: &'a [Asset],
    /// Whether plain files are symbolic links to their sources.
    pub link: bool,
    /// When the looking began, in nanoseconds since 1970.
    pub since: i64,
}

impl Inspector<'_> {
    /// Looks at every target of a plan, on all cores.
    pub fn look(&self, plan: &Plan) -> Result<Vec<CurrentState>, Vec<Problem>> {
        let recipes: Vec<blake3::Hash> = plan.recipes.iter().map(CompressionSpec::digest).collect();
        // A problem is large, and there are many looks.
        let looks: Vec<Result<CurrentState, Box<Problem>>> = plan
            .targets
            .par_iter()
            .map(|target| {
                let recipe = target.recipe.map(|recipe| recipes[recipe as usize]);
                let piece = &plan.pieces[target.piece as usize];
                self.look_at(target, piece, recipe, plan.owns_copies)
                    .map_err(Box::new)
            })
            .collect();
        let mut problems = Vec::new();
        let looks = looks
            .into_iter()
            .map(|look| {
                look.unwrap_or_else(|problem| {
                    problems.push(*problem);
                    CurrentState::default()
                })
            })
            .collect();
        if problems.is_empty() {
            Ok(looks)
        } else {
            Err(problems)
        }
    }

    fn look_at(
        &self,
        target: &Target,
        piece: &UniqueContent,
        recipe: Option<blake3::Hash>,
        owns_copies: bool,
    ) -> Result<CurrentState, Problem> {
        let path = &target.path;
        if self.root.is_new() {
            return Ok(CurrentState::default());
        }
        let Some(found) = self.root.look(path)? else {
            return Ok(CurrentState {
                present: self.present(path, Encodings::default()),
                ..CurrentState::default()
            });
        };
        if found.is_dir() {
            return Err(self.root.taken(path));
        }
        if self.links(target) {
            let source = self.assets[target.asset.index()].source();
            let same = self.root.links_to(path, &source);
            return Ok(CurrentState {
                before: if same {
                    Existing::Same
                } else {
                    Existing::Other
                },
                copies: recipe.is_none().then(Encodings::default),
                present: self.present(path, Encodings::default()),
                recorded: false,
            });
        }
        let output = self.record.output(path, piece.id);
        let output = output.filter(|output| output.stamp == Stamp::of(&found));
        if output.is_none() && !self.root.holds(path, piece.id, piece.size) {
            return Ok(CurrentState {
                before: Existing::Other,
                present: self.present(path, Encodings::default()),
                ..CurrentState::default()
            });
        }
        let known = output.filter(|output| output.follows(recipe));
        let copies = match recipe {
            None => Some(Encodings::default()),
            Some(_) => known
                .filter(|output| self.has_copies(path, output))
                .map(|output| output.copies.iter().map(|(kind, _)| *kind).collect()),
        };
        let present = if owns_copies {
            self.present(path, copies.unwrap_or_default())
        } else {
            Encodings::default()
        };
        Ok(CurrentState {
            before: Existing::Same,
            copies,
            present,
            recorded: known.is_some() && copies.is_some(),
        })
    }

    /// A file as the next run may believe it, if `moment` (in nanoseconds
    /// since 1970) is long enough after it was written.
    pub fn output(
        &self,
        plan: &Plan,
        look: CurrentState,
        done: &Done,
        moment: i64,
    ) -> Option<Output> {
        let target = &plan.targets[done.target?];
        let id = plan.pieces[target.piece as usize].id;
        if look.recorded && !done.written {
            return self.record.output(&target.path, id).cloned();
        }
        // What this run did not put there must be as it was looked at, and
        // what it did must be what it put there.
        let mut placed = Placed::default();
        let stamp = |path: &LogicalPath, ours: bool| {
            let found = self.root.look_at_file(path)?;
            let since = if ours { moment } else { self.since };
            Some(Stamp::of(&found)).filter(|stamp| stamp.is_older_than(since))
        };
        let file = stamp(&target.path, done.placed.file)?;
        if done.placed.file {
            placed.add_file(&file);
        }
        let mut copies = Vec::new();
        for encoding in done.copies.iter() {
            let ours = done.placed.copies.contains(encoding);
            let copy = stamp(&target.path.with_suffix(encoding.suffix()), ours)?;
            if ours {
                placed.add_copy(encoding, &copy);
            }
            copies.push((encoding, copy));
        }
        let recipe = target.recipe.map(|recipe| &plan.recipes[recipe as usize]);
        let recipe = recipe.map(CompressionSpec::digest);
        (placed == done.placed).then(|| Output::new(&target.path, file, id, recipe, copies))
    }

    /// Whether a recorded file and its copies are as they were.
    pub fn is_intact(&self, path: &LogicalPath, output: &Output) -> bool {
        let found = self.root.look_at_file(path);
        found.is_some_and(|found| Stamp::of(&found) == output.stamp)
            && self.has_copies(path, output)
    }

    fn has_copies(&self, path: &LogicalPath, output: &Output) -> bool {
        output.copies.iter().all(|(encoding, stamp)| {
            let found = self.root.look_at_file(&path.with_suffix(encoding.suffix()));
            found.is_some_and(|found| Stamp::of(&found) == *stamp)
        })
    }

    /// Which names of compressed copies are taken, `known` ones among them,
    /// and those of which it can't be told.
    fn present(&self, path: &LogicalPath, known: Encodings) -> Encodings {
        let free = |encoding: Encoding| {
            let found = self.root.look(&path.with_suffix(encoding.suffix()));
            matches!(found, Ok(None))
        };
        let taken = |encoding: &Encoding| known.contains(*encoding) || !free(*encoding);
        Encoding::ALL.into_iter().filter(taken).collect()
    }

    /// Whether a target is a symbolic link to its source.
    pub fn links(&self, target: &Target) -> bool {
        self.link && target.role == Role::Plain
    }
}
