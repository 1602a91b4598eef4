//! Carrying out a plan: first everything is prepared beside its place, on
//! all cores, most work first; only when all is whole it is put in force by
//! renaming, the manifest last, then what does not belong is removed. A run
//! that fails before leaves STATIC_ROOT as it was.

use std::collections::{BTreeSet, HashSet};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::plan::{Body, Piece, Plan, Role, Target};
use super::static_root::{Prepared, Source, StaticRoot};
use crate::encode::{Encoded, encode};
use crate::nouns::{Asset, AssetId, Encoding, LogicalPath, Problem, Progress};
use crate::rewrite::Adjusted;
use crate::sources::Content;

/// What a run works on.
pub struct Stage<'a> {
    /// Where to.
    pub root: &'a StaticRoot,
    /// By asset number.
    pub assets: &'a [Asset],
    /// By asset number.
    pub contents: &'a [Content],
    /// Rewritten texts.
    pub texts: &'a [Adjusted],
    /// Whether plain files are symbolic links to their sources.
    pub link: bool,
    /// Who is told how far it is.
    pub progress: &'a dyn Progress,
}

/// What became of one target.
#[derive(Debug)]
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
    pub copies: Vec<LogicalPath>,
}

/// What was at a target's path before the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    /// Nothing.
    Absent,
    /// Something else.
    Other,
    /// What the run wants there.
    Same,
}

/// One target with all that is to be put in force for it.
struct Ready {
    done: Done,
    file: Option<Prepared>,
    copies: Vec<Prepared>,
}

impl Stage<'_> {
    /// What each target would do; nothing is written.
    pub fn compare(&self, plan: &Plan) -> Vec<Done> {
        let done = plan.pieces.iter().flat_map(|piece| {
            piece.targets.iter().map(|target| Done {
                asset: target.asset,
                role: target.role,
                path: target.path.clone(),
                before: self.before(piece, target),
                copies: Vec::new(),
            })
        });
        in_order(done.collect())
    }

    /// Carries the plan out. `obsolete` are paths of earlier runs to remove.
    pub fn carry_out(
        &self,
        plan: &Plan,
        manifest_name: &str,
        obsolete: &[LogicalPath],
    ) -> Result<Vec<Done>, Vec<Problem>> {
        let manifest = LogicalPath::new(manifest_name);
        self.check(plan, &manifest)?;
        let prepared = self.prepare_all(plan).and_then(|ready| {
            let manifest = self.prepare_manifest(plan, &manifest)?;
            Ok((ready, manifest))
        });
        let (mut ready, manifest) = prepared.map_err(|problem| {
            self.root.unmake();
            vec![problem]
        })?;
        self.give_way(&mut ready);
        ready.sort_by_key(|ready| (ready.done.role, ready.done.asset));
        self.put(plan, ready, manifest, obsolete)
            .map_err(|problem| vec![problem])
    }

    /// Finds everything in the way before anything is written.
    fn check(&self, plan: &Plan, manifest: &LogicalPath) -> Result<(), Vec<Problem>> {
        let mut problems = Vec::new();
        let mut directories = BTreeSet::new();
        let targets = plan.targets().map(|target| &target.path);
        let manifest = plan.manifest.is_some().then_some(manifest);
        for path in targets.chain(manifest) {
            problems.extend(self.root.obstacle(path));
            directories.extend(path.as_path().ancestors().skip(1));
        }
        let paths = plan.paths();
        for directory in directories {
            problems.extend(self.root.directory_obstacle(directory));
            let path = LogicalPath::new(std::os::unix::ffi::OsStrExt::as_bytes(
                directory.as_os_str(),
            ));
            if paths.contains(&path) {
                problems.push(
                    Problem::error("path-taken", "is collected as a file and as a directory")
                        .in_file(self.root.locate(&path))
                        .cure("rename one of them, or give one a prefix"),
                );
            }
        }
        if problems.is_empty() {
            Ok(())
        } else {
            Err(problems)
        }
    }

    fn prepare_manifest(
        &self,
        plan: &Plan,
        path: &LogicalPath,
    ) -> Result<Option<Prepared>, Problem> {
        self.root.make()?;
        match &plan.manifest {
            Some(bytes) if !self.root.holds_bytes(path, bytes) => self
                .root
                .prepare(path, &Source::Bytes(bytes), None)
                .map(Some),
            _ => Ok(None),
        }
    }

    /// Prepares all pieces on all cores, in the plan's order.
    fn prepare_all(&self, plan: &Plan) -> Result<Vec<Ready>, Problem> {
        let work = |piece: &&Piece| !piece.recipes.is_empty();
        self.progress.expect(
            plan.pieces
                .iter()
                .filter(work)
                .map(|piece| piece.size)
                .sum(),
        );
        let (next, failed) = (AtomicUsize::new(0), AtomicBool::new(false));
        let results = Mutex::new((Vec::new(), Vec::new()));
        let worker = || {
            while let Some(piece) = plan.pieces.get(next.fetch_add(1, Ordering::Relaxed)) {
                if failed.load(Ordering::Relaxed) {
                    return;
                }
                let result = self.prepare_piece(piece);
                if work(&piece) {
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
            }
        };
        rayon::scope(|scope| {
            for _ in 0..rayon::current_num_threads() {
                scope.spawn(|_| worker());
            }
        });
        let (ready, mut problems) = results.into_inner().unwrap_or_default();
        problems.sort_by(|a: &Problem, b: &Problem| a.file.cmp(&b.file));
        match problems.into_iter().next() {
            Some(problem) => Err(problem),
            None => Ok(ready),
        }
    }

    fn prepare_piece(&self, piece: &Piece) -> Result<Vec<Ready>, Problem> {
        let loaded;
        let bytes = match piece.body {
            Body::Text(index) => Some(self.texts[index].text.as_bytes()),
            Body::Source(asset) if !piece.recipes.is_empty() => {
                loaded = self.load(asset)?;
                Some(loaded.as_slice())
            }
            Body::Source(_) => None,
        };
        let encoded: Vec<Vec<Encoded>> = piece
            .recipes
            .iter()
            .map(|recipe| encode(bytes.unwrap_or_default(), recipe))
            .collect();
        piece
            .targets
            .iter()
            .map(|target| {
                let copies = target.recipe.map_or(&[][..], |index| &encoded[index]);
                self.prepare_target(piece, target, bytes, copies)
            })
            .collect()
    }

    fn prepare_target(
        &self,
        piece: &Piece,
        target: &Target,
        bytes: Option<&[u8]>,
        encoded: &[Encoded],
    ) -> Result<Ready, Problem> {
        let before = self.before(piece, target);
        let source = match piece.body {
            Body::Source(asset) if bytes.is_none() => Source::File(
                &self.assets[asset.index()].source,
                &self.contents[asset.index()].stamp,
            ),
            _ => Source::Bytes(bytes.unwrap_or_default()),
        };
        let file = if before == Before::Same {
            None
        } else if self.links(target) {
            let source = &self.assets[target.asset.index()].source;
            Some(self.root.prepare_link(&target.path, source)?)
        } else {
            Some(self.root.prepare(&target.path, &source, None)?)
        };
        let place = self.root.locate(&target.path);
        let like = file.as_ref().map_or(place.as_path(), Prepared::path);
        let mut copies = Vec::new();
        let mut names = Vec::new();
        for copy in encoded {
            let path = target.path.with_suffix(copy.encoding.suffix());
            if before != Before::Same || !self.is_copy(&path, &copy.bytes, like) {
                let source = Source::Bytes(&copy.bytes);
                copies.push(self.root.prepare(&path, &source, Some(like))?);
            }
            names.push(path);
        }
        Ok(Ready {
            done: Done {
                asset: target.asset,
                role: target.role,
                path: target.path.clone(),
                before,
                copies: names,
            },
            file,
            copies,
        })
    }

    /// A source that is named as a compressed copy gives way to the copy.
    fn give_way(&self, ready: &mut [Ready]) {
        let copies: HashSet<LogicalPath> = ready
            .iter()
            .flat_map(|ready| ready.done.copies.iter().cloned())
            .collect();
        for ready in ready
            .iter_mut()
            .filter(|ready| copies.contains(&ready.done.path))
        {
            ready.file = None;
            ready.done.before = match self.root.look(&ready.done.path) {
                Some(_) => Before::Same,
                None => Before::Absent,
            };
        }
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
            copies: Vec::new(),
        }
    }

    /// Puts everything in force. Only renames and removals.
    fn put(
        &self,
        plan: &Plan,
        ready: Vec<Ready>,
        manifest: Option<Prepared>,
        obsolete: &[LogicalPath],
    ) -> Result<Vec<Done>, Problem> {
        let planned = plan.paths();
        let mut done = Vec::with_capacity(ready.len());
        for ready in ready {
            let copies: Vec<LogicalPath> = copies_of(&ready.done.path)
                .filter(|copy| !planned.contains(copy))
                .collect();
            if let Some(file) = ready.file {
                // A client must not get the old content's copy for the new
                // file.
                for copy in &copies {
                    self.root.remove(copy)?;
                }
                file.put()?;
            } else if plan.owns_copies {
                for copy in &copies {
                    if !ready.done.copies.contains(copy) {
                        self.root.remove(copy)?;
                    }
                }
            }
            for copy in ready.copies {
                copy.put()?;
            }
            done.push(ready.done);
        }
        if let Some(manifest) = manifest {
            manifest.put()?;
        }
        for &asset in &plan.removals {
            let path = &self.assets[asset.index()].path;
            done.push(self.removed(asset));
            self.root.remove(path)?;
            for copy in copies_of(path) {
                if !planned.contains(&copy) {
                    self.root.remove(&copy)?;
                }
            }
        }
        for path in obsolete {
            self.root.remove(path)?;
        }
        Ok(in_order(done))
    }

    fn before(&self, piece: &Piece, target: &Target) -> Before {
        if self.root.look(&target.path).is_none() {
            return Before::Absent;
        }
        let same = if self.links(target) {
            let source = &self.assets[target.asset.index()].source;
            self.root.links_to(&target.path, source)
        } else {
            self.root.holds(&target.path, piece.id, piece.size)
        };
        if same { Before::Same } else { Before::Other }
    }

    fn links(&self, target: &Target) -> bool {
        self.link && target.role == Role::Plain
    }

    /// Whether a compressed copy is as this run would make it.
    fn is_copy(&self, path: &LogicalPath, bytes: &[u8], like: &Path) -> bool {
        let modified = |path: &Path| {
            std::fs::metadata(path)
                .and_then(|found| found.modified())
                .ok()
        };
        self.root.holds_bytes(path, bytes) && modified(&self.root.locate(path)) == modified(like)
    }

    /// The bytes of a source, which must be as they were when it was read.
    fn load(&self, asset: AssetId) -> Result<Vec<u8>, Problem> {
        let source = &self.assets[asset.index()].source;
        let bytes = std::fs::read(source).map_err(|error| {
            Problem::error("unreadable", format!("cannot be read: {error}")).in_file(source)
        })?;
        if blake3::hash(&bytes) == self.contents[asset.index()].id {
            Ok(bytes)
        } else {
            Err(crate::sources::changed(source))
        }
    }
}

/// Results in the order in which the assets were found.
fn in_order(mut done: Vec<Done>) -> Vec<Done> {
    done.sort_by(|a, b| (a.asset, b.role).cmp(&(b.asset, a.role)));
    done
}

/// The names that compressed copies of a path can have.
fn copies_of(path: &LogicalPath) -> impl Iterator<Item = LogicalPath> + use<'_> {
    Encoding::ALL
        .into_iter()
        .map(move |encoding| path.with_suffix(encoding.suffix()))
}
