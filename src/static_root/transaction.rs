//! Carrying out a plan: first everything is prepared beside its place, on
//! all cores, most work first; only when all is whole it is put in force by
//! renaming, the manifest last, then what does not belong is removed. A run
//! that fails before leaves STATIC_ROOT as it was.

use std::collections::HashSet;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::inspect::Inspector;
use super::staged_file::{Source, StagedFile};
use crate::model::{Code, Encoding, Encodings, LogicalPath, Problem, Progress};
use crate::plan::model::{
    CurrentState, Done, Existing, Placed, Plan, PostProcessed, UniqueContent,
};
use crate::sources::read::Content;
use crate::state::cache::Cache;

/// What a run works on.
pub struct Transaction<'a> {
    /// Where to, and who says what is there.
    pub looker: &'a Inspector<'a>,
    /// Where compressed copies are kept.
    pub cache: &'a Cache,
    /// By asset number.
    pub contents: &'a [Content],
    /// Rewritten texts.
    pub processed: &'a PostProcessed,
    /// Who is told how far it is.
    pub progress: &'a dyn Progress,
}

/// One target with all that is to be put in force for it.
#[derive(Clone, Copy, Default)]
pub(super) struct Ready {
    pub(super) before: Existing,
    /// What of it is prepared.
    pub(super) placed: Placed,
    /// Which compressed copies there shall be.
    pub(super) kept: Encodings,
    /// Which compressed copies go first: they do not belong, or are those
    /// of another content.
    pub(super) obsolete: Encodings,
    /// Whether another target's compressed copy takes the place.
    pub(super) gives_way: bool,
}

/// In so many batches a thread takes the contents that are only copied.
const BATCHES: usize = 16;

/// Room for a target's file and its copies among the run's numbers.
pub(super) const NUMBERS: usize = 1 + Encoding::ALL.len();

impl Transaction<'_> {
    /// Carries the plan out, given what there is.
    pub fn carry_out(
        &self,
        plan: &Plan,
        looks: &[CurrentState],
        manifest_name: &str,
    ) -> Result<Vec<Done>, Vec<Problem>> {
        let manifest = LogicalPath::new(manifest_name);
        let root = self.looker.root;
        self.make_directories(plan, &manifest)?;
        let carry_out = || {
            let mut ready = self.prepare_all(plan, looks)?;
            let manifest = self.prepare_manifest(plan, &manifest)?;
            self.give_way(plan, &mut ready)?;
            root.settle()?;
            let _passage = root.begin_to_put()?;
            self.put(plan, &ready, manifest.as_ref())
        };
        carry_out().map_err(|problem| vec![problem])
    }

    /// What each target would do; nothing is written.
    pub fn compare(plan: &Plan, looks: &[CurrentState]) -> Vec<Done> {
        let done = plan.targets.iter().zip(looks).map(|(target, look)| Done {
            asset: target.asset,
            role: target.role,
            path: target.path.clone(),
            before: look.before,
            copies: Encodings::default(),
            target: None,
            placed: Placed::default(),
            written: false,
        });
        in_order(done.collect())
    }

    /// Makes the directories that will be written in, after finding
    /// everything that is in the way.
    fn make_directories(&self, plan: &Plan, manifest: &LogicalPath) -> Result<(), Vec<Problem>> {
        let root = self.looker.root;
        let mut problems = Vec::new();
        let manifest = plan.manifest.is_some().then_some(manifest);
        if let Some(path) = manifest
            && let Ok(Some(found)) = root.look(path)
            && found.is_dir()
        {
            problems.push(root.taken(path));
        }
        let mut directories: HashSet<&Path> = HashSet::new();
        for path in plan.targets.iter().map(|it| &it.path).chain(manifest) {
            let above = path.as_path().ancestors().skip(1);
            for directory in above.filter(|above| *above != Path::new("")) {
                if !directories.insert(directory) {
                    break;
                }
            }
        }
        let mut directories: Vec<&Path> = directories.into_iter().collect();
        directories.sort_unstable();
        let mut missing = Vec::new();
        for directory in directories {
            let path = LogicalPath::new(directory.as_os_str().as_bytes());
            if plan.paths.contains(&path) {
                problems.push(
                    Problem::error(Code::PathTaken, "is collected as a file and as a directory")
                        .in_file(root.locate(&path))
                        .help("rename one of them, or give one a prefix"),
                );
            }
            match root.has_directory(&path) {
                Ok(true) => {}
                Ok(false) => missing.push(path),
                Err(problem) => problems.push(problem),
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        missing
            .iter()
            .try_for_each(|directory| root.make_directory(directory))
            .map_err(|problem| vec![problem])
    }

    fn prepare_manifest(
        &self,
        plan: &Plan,
        path: &LogicalPath,
    ) -> Result<Option<StagedFile>, Problem> {
        match &plan.manifest {
            Some(bytes) if !self.looker.root.holds_bytes(path, bytes) => {
                let slot = self.looker.root.slot(path, plan.targets.len() * NUMBERS);
                let prepared = self.looker.root.prepare(&slot, &Source::Bytes(bytes), None);
                prepared.map(|_| Some(slot))
            }
            _ => Ok(None),
        }
    }

    /// Prepares all pieces on all cores, in the plan's order; what is ready,
    /// by target.
    fn prepare_all(&self, plan: &Plan, looks: &[CurrentState]) -> Result<Vec<Ready>, Problem> {
        let mut ready: Vec<Ready> = looks.iter().copied().map(Ready::untouched).collect();
        let open: Vec<&UniqueContent> = plan
            .pieces
            .iter()
            .filter(|piece| {
                looks[piece.targets.clone()]
                    .iter()
                    .any(CurrentState::is_incomplete)
            })
            .collect();
        let compresses = |piece: &UniqueContent| {
            let mut targets = plan.targets[piece.targets.clone()].iter();
            targets.any(|target| target.recipe.is_some())
        };
        let sizes = open.iter().filter(|piece| compresses(piece));
        self.progress.expect(sizes.map(|piece| piece.size).sum());
        // Threads that make files in one directory wait for each other.
        let (work, copies) = open.split_at(open.partition_point(|piece| compresses(piece)));
        let batch = copies
            .len()
            .div_ceil(BATCHES * rayon::current_num_threads());
        let batches: Vec<&[&UniqueContent]> =
            work.chunks(1).chain(copies.chunks(batch.max(1))).collect();
        let (next, failed) = (AtomicUsize::new(0), AtomicBool::new(false));
        let results = Mutex::new((Vec::new(), Vec::new()));
        let prepare = |piece: &UniqueContent| {
            let result = self.prepare_piece(plan, piece, looks);
            if compresses(piece) {
                self.progress.advance(piece.size);
            }
            if result.is_err() {
                failed.store(true, Ordering::Relaxed);
            }
            if let Ok(mut results) = results.lock() {
                match result {
                    Ok(ready) => results.0.extend(ready),
                    Err(problem) => results.1.push(problem),
                }
            }
        };
        let worker = || {
            while let Some(batch) = batches.get(next.fetch_add(1, Ordering::Relaxed)) {
                for piece in *batch {
                    if failed.load(Ordering::Relaxed) {
                        return;
                    }
                    prepare(piece);
                }
            }
        };
        if batches.len() == 1 {
            worker();
        } else if !batches.is_empty() {
            rayon::scope(|scope| {
                for _ in 0..rayon::current_num_threads() {
                    scope.spawn(|_| worker());
                }
            });
        }
        let (done, mut problems) = results.into_inner().unwrap_or_default();
        problems.sort_by(|a: &Problem, b: &Problem| a.file.cmp(&b.file));
        if let Some(problem) = problems.into_iter().next() {
            return Err(problem);
        }
        for (target, result) in done {
            ready[target] = result;
        }
        Ok(ready)
    }
}

impl Ready {
    /// A target that is left as it is.
    pub(super) fn untouched(look: CurrentState) -> Self {
        let kept = look.copies.unwrap_or_default();
        Self {
            before: look.before,
            kept,
            obsolete: look.present.without(kept),
            ..Self::default()
        }
    }

    pub(super) fn is_work(self) -> bool {
        self.placed != Placed::default() || !self.obsolete.is_empty()
    }

    pub(super) fn gives_way(&mut self) {
        self.gives_way = true;
        self.placed.file = false;
        if self.before == Existing::Other {
            self.before = Existing::Same;
        }
    }
}

/// Results in the order in which the assets were found.
pub(super) fn in_order(mut done: Vec<Done>) -> Vec<Done> {
    done.sort_by(|a, b| (a.asset, b.role).cmp(&(b.asset, a.role)));
    done
}
