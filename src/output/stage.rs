//! Carrying out a plan: first everything is prepared beside its place, on
//! all cores, most work first; only when all is whole it is put in force by
//! renaming, the manifest last, then what does not belong is removed. A run
//! that fails before leaves STATIC_ROOT as it was.

use std::collections::{HashMap, HashSet};
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rayon::prelude::*;

use super::cache::{Cache, Key};
use super::look::{Before, Look, Looker};
use super::plan::{Body, Piece, Plan, Processed, Role, Target};
use super::static_root::{Likeness, Slot, Source, StaticRoot};
use crate::encode::{Encoded, Recipe, encode};
use crate::nouns::{
    Asset, AssetId, ContentId, Encoding, Encodings, LogicalPath, Problem, Progress,
};
use crate::sources::Content;

/// What a run works on.
pub struct Stage<'a> {
    /// Where to.
    pub root: &'a StaticRoot,
    /// Who says what is there.
    pub looker: &'a Looker<'a>,
    /// Where compressed copies are kept.
    pub cache: &'a Cache,
    /// By asset number.
    pub assets: &'a [Asset],
    /// By asset number.
    pub contents: &'a [Content],
    /// Rewritten texts.
    pub processed: &'a Processed,
    /// Who is told how far it is.
    pub progress: &'a dyn Progress,
}

/// What became of one target.
#[derive(Clone, Debug)]
pub struct Done {
    /// Of which asset.
    pub asset: AssetId,
    /// Plain or hashed.
    pub role: Role,
    /// Its path.
    pub path: LogicalPath,
    /// What was there.
    pub before: Before,
    /// Its compressed copies.
    pub copies: Encodings,
    /// The target's number in the plan, if it is in force as planned.
    pub target: Option<usize>,
    /// Whether anything was written.
    pub written: bool,
}

/// One target with all that is to be put in force for it.
#[derive(Clone, Copy, Default)]
struct Ready {
    before: Before,
    /// Whether the file itself is prepared.
    file: bool,
    /// Which compressed copies are prepared.
    prepared: Encodings,
    /// Which compressed copies there shall be.
    kept: Encodings,
    /// Which compressed copies go first: they do not belong, or are those
    /// of another content.
    obsolete: Encodings,
    /// Whether another target's compressed copy takes the place.
    gives_way: bool,
}

/// So many contents that are only copied are taken at once.
const BATCH: usize = 64;

/// Room for a target's file and its copies among the run's numbers.
const NUMBERS: usize = 1 + Encoding::ALL.len();

impl Stage<'_> {
    /// Carries the plan out, given what there is.
    pub fn carry_out(
        &self,
        plan: &Plan,
        looks: &[Look],
        manifest_name: &str,
    ) -> Result<Vec<Done>, Vec<Problem>> {
        let manifest = LogicalPath::new(manifest_name);
        self.make_directories(plan, looks, &manifest)?;
        let prepared = self.prepare_all(plan, looks).and_then(|ready| {
            let manifest = self.prepare_manifest(plan, &manifest)?;
            Ok((ready, manifest))
        });
        let (mut ready, manifest) = prepared.map_err(|problem| {
            self.discard(plan, looks);
            self.root.unmake();
            vec![problem]
        })?;
        self.give_way(plan, &mut ready);
        self.put(plan, &ready, manifest.as_ref())
            .map_err(|problem| {
                self.discard(plan, looks);
                vec![problem]
            })
    }

    /// What each target would do; nothing is written.
    pub fn compare(&self, plan: &Plan, looks: &[Look]) -> Vec<Done> {
        let done = plan.targets.iter().zip(looks).map(|(target, look)| Done {
            asset: target.asset,
            role: target.role,
            path: target.path.clone(),
            before: look.before,
            copies: Encodings::default(),
            target: None,
            written: false,
        });
        in_order(done.collect())
    }

    /// Makes the directories that will be written in, after finding
    /// everything that is in the way.
    fn make_directories(
        &self,
        plan: &Plan,
        looks: &[Look],
        manifest: &LogicalPath,
    ) -> Result<(), Vec<Problem>> {
        let mut problems = Vec::new();
        let mut directories: HashSet<&Path> = HashSet::new();
        let written = plan.targets.iter().zip(looks);
        let written = written.filter(|(_, look)| look.is_incomplete());
        let manifest = plan.manifest.is_some().then_some(manifest);
        if let Some(path) = manifest
            && self.root.look(path).is_some_and(|found| found.is_dir())
        {
            problems.push(self.root.taken(path));
        }
        for path in written.map(|(target, _)| &target.path).chain(manifest) {
            for directory in path.as_path().ancestors().skip(1) {
                if !directories.insert(directory) {
                    break;
                }
            }
        }
        let mut directories: Vec<&Path> = directories.into_iter().collect();
        directories.sort_unstable();
        for directory in &directories {
            problems.extend(self.root.directory_obstacle(directory));
            let path = LogicalPath::new(std::os::unix::ffi::OsStrExt::as_bytes(
                directory.as_os_str(),
            ));
            if plan.paths.contains(&path) {
                problems.push(
                    Problem::error("path-taken", "is collected as a file and as a directory")
                        .in_file(self.root.locate(&path))
                        .cure("rename one of them, or give one a prefix"),
                );
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        self.root
            .make()
            .and_then(|()| {
                directories
                    .iter()
                    .try_for_each(|directory| self.root.make_below(directory))
            })
            .map_err(|problem| {
                self.root.unmake();
                vec![problem]
            })
    }

    fn prepare_manifest(&self, plan: &Plan, path: &LogicalPath) -> Result<Option<Slot>, Problem> {
        match &plan.manifest {
            Some(bytes) if !self.root.holds_bytes(path, bytes) => {
                let slot = self.root.slot(path, plan.targets.len() * NUMBERS);
                let prepared = self.root.prepare(&slot, &Source::Bytes(bytes), None);
                if prepared.is_err() {
                    slot.discard();
                }
                prepared.map(|_| Some(slot))
            }
            _ => Ok(None),
        }
    }

    /// Prepares all pieces on all cores, in the plan's order; what is ready,
    /// by target.
    fn prepare_all(&self, plan: &Plan, looks: &[Look]) -> Result<Vec<Ready>, Problem> {
        let mut ready: Vec<Ready> = looks.iter().copied().map(Ready::untouched).collect();
        let open: Vec<&Piece> = plan
            .pieces
            .iter()
            .filter(|piece| looks[piece.targets.clone()].iter().any(Look::is_incomplete))
            .collect();
        let compresses = |piece: &Piece| {
            let mut targets = plan.targets[piece.targets.clone()].iter();
            targets.any(|target| target.recipe.is_some())
        };
        let sizes = open.iter().filter(|piece| compresses(piece));
        self.progress.expect(sizes.map(|piece| piece.size).sum());
        // Threads that make files in one directory wait for each other.
        let (work, copies) = open.split_at(open.partition_point(|piece| compresses(piece)));
        let batches: Vec<&[&Piece]> = work.chunks(1).chain(copies.chunks(BATCH)).collect();
        let (next, failed) = (AtomicUsize::new(0), AtomicBool::new(false));
        let results = Mutex::new((Vec::new(), Vec::new()));
        let prepare = |piece: &Piece| {
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

    /// Prepares what one content needs; what is ready, by target number.
    fn prepare_piece(
        &self,
        plan: &Plan,
        piece: &Piece,
        looks: &[Look],
    ) -> Result<Vec<(usize, Ready)>, Problem> {
        let (open, complete): (Vec<usize>, Vec<usize>) = piece
            .targets
            .clone()
            .partition(|&target| looks[target].is_incomplete());
        let mut bytes = Bytes::new(self, piece);
        let mut recipes: Vec<(u32, Vec<Encoded>)> = Vec::new();
        for recipe in open
            .iter()
            .filter_map(|&target| plan.targets[target].recipe)
        {
            if recipes.iter().all(|(known, _)| *known != recipe) {
                let copies = self.encode(piece, &plan.recipes[recipe as usize], &mut bytes)?;
                recipes.push((recipe, copies));
            }
        }
        let mut twin = complete.first().map(|&index| Twin {
            target: &plan.targets[index],
            number: None,
            copies: looks[index].copies.unwrap_or_default(),
        });
        let mut ready = Vec::with_capacity(open.len());
        for index in open {
            let target = &plan.targets[index];
            let own = |(recipe, _): &&(u32, Vec<Encoded>)| Some(*recipe) == target.recipe;
            let mut order = Order {
                number: index * NUMBERS,
                target,
                look: looks[index],
                copies: recipes.iter().find(own).map_or(&[], |(_, copies)| copies),
                twin: twin
                    .as_ref()
                    .filter(|twin| twin.target.recipe == target.recipe),
            };
            let prepared = self.prepare_target(&mut order, &mut bytes)?;
            if prepared.file && !self.looker.links(target) {
                twin.get_or_insert(Twin {
                    target,
                    number: Some(index * NUMBERS),
                    copies: prepared.prepared,
                });
            }
            ready.push((index, prepared));
        }
        Ok(ready)
    }

    /// The compressed copies of a content that are worth keeping.
    fn encode(
        &self,
        piece: &Piece,
        recipe: &Recipe,
        bytes: &mut Bytes<'_>,
    ) -> Result<Vec<Encoded>, Problem> {
        recipe.keep(|encoding| {
            let key = Key::new(piece.id, &recipe.identity(encoding));
            self.cache
                .get_or(&key, || Ok(encode(bytes.get()?, recipe, encoding)))
        })
    }

    fn prepare_target(
        &self,
        order: &mut Order<'_>,
        bytes: &mut Bytes<'_>,
    ) -> Result<Ready, Problem> {
        let mut ready = Ready::untouched(order.look);
        let path = &order.target.path;
        let like = if order.look.before == Before::Same {
            self.root.look(path).as_ref().map(Likeness::of)
        } else {
            ready.file = true;
            let slot = self.root.slot(path, order.number);
            if self.looker.links(order.target) {
                let source = self.assets[order.target.asset.index()].source();
                self.root.prepare_link(&slot, &source)?;
                fs::metadata(source).as_ref().ok().map(Likeness::of)
            } else {
                let twin = order.twin.map(|twin| self.place_of(twin, None));
                let linked = twin.and_then(|twin| self.root.prepare_twin(&slot, &twin));
                Some(linked.map_or_else(|| bytes.prepare(&slot), Ok)?)
            }
        };
        for copy in order.copies {
            let path = path.with_suffix(copy.encoding.suffix());
            ready.kept.insert(copy.encoding);
            if !ready.file && self.is_copy(&path, &copy.bytes, like) {
                continue;
            }
            ready.prepared.insert(copy.encoding);
            let slot = self
                .root
                .slot(&path, order.number + 1 + copy.encoding as usize);
            let twin = order
                .twin
                .filter(|twin| twin.copies.contains(copy.encoding))
                .map(|twin| self.place_of(twin, Some(copy.encoding)));
            let linked = twin.and_then(|twin| self.root.prepare_twin(&slot, &twin));
            if linked.is_none() {
                let source = Source::Bytes(&copy.bytes);
                self.root.prepare(&slot, &source, like)?;
            }
        }
        // A client must not get the old content's copy for the new file.
        let replaced = if ready.file {
            Encodings::default()
        } else {
            ready.kept
        };
        ready.obsolete = order.look.present.without(replaced);
        Ok(ready)
    }

    /// Where a twin, or its compressed copy, is at the moment.
    fn place_of(&self, twin: &Twin<'_>, encoding: Option<Encoding>) -> PathBuf {
        let suffix = encoding.map_or("", Encoding::suffix);
        let path = twin.target.path.with_suffix(suffix);
        let own = encoding.map_or(0, |encoding| 1 + encoding as usize);
        twin.number.map_or_else(
            || self.root.locate(&path),
            |number| self.root.slot(&path, number + own).temporary().to_owned(),
        )
    }

    /// Whether a compressed copy is as this run would make it.
    fn is_copy(&self, path: &LogicalPath, bytes: &[u8], like: Option<Likeness>) -> bool {
        let found = self.root.look(path);
        let is_like = |found: &Metadata| like.is_some_and(|like| like.has_time_of(found));
        found.as_ref().is_some_and(is_like) && self.root.holds_bytes(path, bytes)
    }

    /// A source that is named as a compressed copy gives way to the copy.
    fn give_way(&self, plan: &Plan, ready: &mut [Ready]) {
        let named: HashMap<&LogicalPath, usize> = plan
            .targets
            .iter()
            .enumerate()
            .filter(|(_, target)| {
                let is_copy = |encoding: Encoding| {
                    target
                        .path
                        .as_bytes()
                        .ends_with(encoding.suffix().as_bytes())
                };
                Encoding::ALL.into_iter().any(is_copy)
            })
            .map(|(index, target)| (&target.path, index))
            .collect();
        if named.is_empty() {
            return;
        }
        for (index, target) in plan.targets.iter().enumerate() {
            for encoding in ready[index].kept.iter() {
                if let Some(&other) = named.get(&target.path.with_suffix(encoding.suffix())) {
                    let slot = self.root.slot(&plan.targets[other].path, other * NUMBERS);
                    slot.discard();
                    ready[other].gives_way();
                }
            }
        }
    }

    /// Puts everything in force. Only renames and removals.
    fn put(
        &self,
        plan: &Plan,
        ready: &[Ready],
        manifest: Option<&Slot>,
    ) -> Result<Vec<Done>, Problem> {
        for role in [Role::Hashed, Role::Plain] {
            plan.targets
                .par_iter()
                .zip(ready)
                .enumerate()
                .filter(|(_, (target, ready))| target.role == role && ready.is_work())
                .try_for_each(|(index, (target, ready))| {
                    self.put_target(plan, index * NUMBERS, target, *ready)
                })?;
        }
        if let Some(manifest) = manifest {
            manifest.put()?;
        }
        let targets = plan.targets.iter().zip(ready).enumerate();
        let mut done: Vec<Done> = targets
            .map(|(index, (target, ready))| Done {
                asset: target.asset,
                role: target.role,
                path: target.path.clone(),
                before: ready.before,
                copies: ready.kept,
                target: (!ready.gives_way).then_some(index),
                written: ready.is_work(),
            })
            .collect();
        for &asset in &plan.removals {
            let path = &self.assets[asset.index()].path;
            done.push(self.removed(asset));
            self.root.remove(path)?;
            for encoding in Encoding::ALL {
                let copy = path.with_suffix(encoding.suffix());
                if !plan.paths.contains(&copy) {
                    self.root.remove(&copy)?;
                }
            }
        }
        Ok(in_order(done))
    }

    fn put_target(
        &self,
        plan: &Plan,
        number: usize,
        target: &Target,
        ready: Ready,
    ) -> Result<(), Problem> {
        for encoding in ready.obsolete.iter() {
            let copy = target.path.with_suffix(encoding.suffix());
            if !plan.paths.contains(&copy) {
                self.root.remove(&copy)?;
            }
        }
        if ready.file {
            self.root.slot(&target.path, number).put()?;
        }
        for encoding in ready.prepared.iter() {
            let copy = target.path.with_suffix(encoding.suffix());
            self.root
                .slot(&copy, number + 1 + encoding as usize)
                .put()?;
        }
        Ok(())
    }

    /// What is told of an asset whose plain file goes: Django copies it
    /// first, unless it is there.
    fn removed(&self, asset: AssetId) -> Done {
        let path = &self.assets[asset.index()].path;
        let content = &self.contents[asset.index()];
        let before = match self.root.look(path) {
            None => Before::Absent,
            Some(_) if self.root.holds(path, content.id, content.stamp.size) => Before::Same,
            Some(_) => Before::Other,
        };
        Done {
            asset,
            role: Role::Plain,
            path: path.clone(),
            before,
            copies: Encodings::default(),
            target: None,
            written: before != Before::Absent,
        }
    }

    /// Removes all that was prepared and is not in its place.
    fn discard(&self, plan: &Plan, looks: &[Look]) {
        let targets = plan.targets.iter().zip(looks).enumerate();
        for (index, (target, _)) in targets.filter(|(_, (_, look))| look.is_incomplete()) {
            self.root.slot(&target.path, index * NUMBERS).discard();
            for encoding in Encoding::ALL {
                let copy = target.path.with_suffix(encoding.suffix());
                let number = index * NUMBERS + 1 + encoding as usize;
                self.root.slot(&copy, number).discard();
            }
        }
    }
}

impl Ready {
    /// A target that is left as it is.
    fn untouched(look: Look) -> Self {
        let kept = look.copies.unwrap_or_default();
        Self {
            before: look.before,
            kept,
            obsolete: look.present.without(kept),
            ..Self::default()
        }
    }

    fn is_work(self) -> bool {
        self.file || !self.prepared.is_empty() || !self.obsolete.is_empty()
    }

    fn gives_way(&mut self) {
        self.gives_way = true;
        self.file = false;
        if self.before == Before::Other {
            self.before = Before::Same;
        }
    }
}

/// One target to prepare.
struct Order<'a> {
    /// The first of its numbers.
    number: usize,
    target: &'a Target,
    look: Look,
    /// Its compressed copies.
    copies: &'a [Encoded],
    /// Another target with the same bytes and copies.
    twin: Option<&'a Twin<'a>>,
}

/// A target whose bytes are there already.
struct Twin<'a> {
    target: &'a Target,
    /// The first of its numbers while it is not in its place.
    number: Option<usize>,
    copies: Encodings,
}

/// The bytes of a content, read when somebody needs them.
struct Bytes<'a> {
    stage: &'a Stage<'a>,
    body: Body,
    id: ContentId,
    read: Option<Vec<u8>>,
}

impl<'a> Bytes<'a> {
    fn new(stage: &'a Stage<'a>, piece: &Piece) -> Self {
        Self {
            stage,
            body: piece.body,
            id: piece.id,
            read: None,
        }
    }

    fn get(&mut self) -> Result<&[u8], Problem> {
        match self.body {
            Body::Source(asset) if self.read.is_none() => {
                let source = self.stage.assets[asset.index()].source();
                let bytes = fs::read(&source).map_err(|error| {
                    Problem::error("unreadable", format!("cannot be read: {error}"))
                        .in_file(&source)
                })?;
                if blake3::hash(&bytes) != self.id {
                    return Err(crate::sources::changed(&source));
                }
                Ok(self.read.insert(bytes))
            }
            Body::Source(_) => Ok(self.read.as_deref().unwrap_or_default()),
            Body::Text(asset) | Body::Settled(asset) => {
                let adjusted = self.stage.processed.adjusted(asset);
                let text = adjusted.and_then(|adjusted| adjusted.text.as_ref());
                text.map(String::as_bytes).ok_or_else(|| {
                    Problem::error("no-text", "was changed in STATIC_ROOT while the run looked")
                        .in_file(self.stage.assets[asset.index()].source())
                        .cure("run again")
                })
            }
        }
    }

    /// Prepares a file with these bytes.
    fn prepare(&mut self, slot: &Slot) -> Result<Likeness, Problem> {
        let root = self.stage.root;
        match self.body {
            Body::Source(asset) if self.read.is_none() => {
                let source = self.stage.assets[asset.index()].source();
                let stamp = &self.stage.contents[asset.index()].stamp;
                root.prepare(slot, &Source::File(&source, stamp), None)
            }
            _ => {
                let bytes = self.get()?;
                root.prepare(slot, &Source::Bytes(bytes), None)
            }
        }
    }
}

/// Results in the order in which the assets were found.
fn in_order(mut done: Vec<Done>) -> Vec<Done> {
    done.sort_by(|a, b| (a.asset, b.role).cmp(&(b.asset, a.role)));
    done
}
