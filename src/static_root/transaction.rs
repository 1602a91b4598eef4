//! Carries out a plan. It first stages all files beside their targets, in parallel, and
//! those that take longest first. Only when all of them are complete it commits them by
//! renaming, the manifest last, and removes what does not belong. A run that fails
//! before leaves STATIC_ROOT as it was.

use std::collections::HashSet;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::inspect::Inspector;
use super::staged_file::{FileSource, StagedFile};
use super::temp_names::TempNumber;
use crate::model::{Code, IndexVec, LogicalPath, Problem, Progress};
use crate::plan::model::{FileChange, FileState, Plan, PostProcessed, TargetId, UniqueContent};
use crate::sources::content::Content;
use crate::state::cache::Cache;
use crate::state::remote_cache::RemoteCache;

pub struct Transaction<'a> {
    pub plan: &'a Plan,
    /// What STATIC_ROOT has of the plan.
    pub states: &'a IndexVec<TargetId, FileState>,
    pub inspector: &'a Inspector<'a>,
    /// The cache of compressed copies.
    pub cache: &'a Cache,
    pub remote: Option<&'a RemoteCache>,
    /// One for each asset.
    pub contents: &'a [Content],
    pub post_processed: &'a PostProcessed,
    pub progress: &'a dyn Progress,
}

/// How many batches of contents that are only copied each thread takes.
const BATCHES_PER_THREAD: usize = 16;

impl Transaction<'_> {
    /// Carries the plan out. Returns the changes in the order of the assets.
    pub fn carry_out(&self, manifest_name: &str) -> Result<Vec<FileChange>, Vec<Problem>> {
        let manifest = LogicalPath::new(manifest_name);
        let root = self.inspector.root;
        self.make_directories(&manifest)?;
        let carry_out = || {
            let mut changes = self.stage_all()?;
            let manifest = self.stage_manifest(&manifest)?;
            self.let_compressed_copies_win(&mut changes)?;
            root.sync()?;
            let _in_flight = root.begin_commit()?;
            self.commit(changes, manifest.as_ref())
        };
        carry_out().map_err(|problem| vec![problem])
    }

    /// Makes the directories of all targets, after checking that nothing is in the way.
    fn make_directories(&self, manifest: &LogicalPath) -> Result<(), Vec<Problem>> {
        let root = self.inspector.root;
        let mut problems = Vec::new();
        let manifest = self.plan.manifest.is_some().then_some(manifest);
        if let Some(path) = manifest
            && let Ok(Some(metadata)) = root.metadata(path)
            && metadata.is_dir()
        {
            problems.push(root.directory_in_the_way(path));
        }
        let mut missing = Vec::new();
        for directory in self.directories(manifest) {
            if self.plan.paths.contains(&directory) {
                problems.push(
                    Problem::error(Code::PathTaken, "is collected as a file and as a directory")
                        .in_file(root.locate(&directory))
                        .help("rename one of them, or give one a prefix"),
                );
            }
            match root.has_directory(&directory) {
                Ok(true) => {}
                Ok(false) => missing.push(directory),
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

    /// Returns the directories of all targets, parents first.
    fn directories(&self, manifest: Option<&LogicalPath>) -> Vec<LogicalPath> {
        let mut directories: HashSet<&Path> = HashSet::new();
        let targets = self.plan.targets.iter().map(|target| &target.path);
        for path in targets.chain(manifest) {
            let parents = path.as_path().ancestors().skip(1);
            for directory in parents.filter(|parent| *parent != Path::new("")) {
                if !directories.insert(directory) {
                    break;
                }
            }
        }
        let mut sorted = Vec::from_iter(directories);
        sorted.sort_unstable();
        let paths = sorted.into_iter().map(|path| path.as_os_str().as_bytes());
        paths.map(LogicalPath::new).collect()
    }

    /// Stages the manifest, unless STATIC_ROOT holds the same one.
    fn stage_manifest(&self, path: &LogicalPath) -> Result<Option<StagedFile>, Problem> {
        let root = self.inspector.root;
        match &self.plan.manifest {
            Some(bytes) if !root.has_bytes(path, bytes) => {
                let number = TempNumber::manifest(self.plan.targets.len());
                let staged = root.staged_file(path, number);
                root.stage(&staged, &FileSource::Bytes(bytes), None)?;
                Ok(Some(staged))
            }
            _ => Ok(None),
        }
    }

    /// Stages the contents of all incomplete targets, on all cores and in the order of
    /// the plan.
    fn stage_all(&self) -> Result<IndexVec<TargetId, FileChange>, Problem> {
        let plan = self.plan;
        let incomplete = plan.contents.iter().filter(|content| {
            let mut targets = content.targets();
            targets.any(|id| self.states[id].is_incomplete())
        });
        let incomplete: Vec<&UniqueContent> = incomplete.collect();
        let count = incomplete.partition_point(|content| plan.compresses(content));
        let (compressed, copied) = incomplete.split_at(count);
        let sizes = compressed.iter().map(|content| content.size);
        self.progress.expect(sizes.sum());
        self.ask_remote_cache(compressed);
        // Batches: threads that create files in one directory wait for each other.
        let batches = BATCHES_PER_THREAD * rayon::current_num_threads();
        let batch_size = copied.len().div_ceil(batches).max(1);
        let batches = compressed.chunks(1).chain(copied.chunks(batch_size));
        let staged = self.stage_batches(&batches.collect::<Vec<_>>())?;
        let unchanged = plan
            .targets
            .enumerate()
            .map(|(id, target)| FileChange::unchanged(id, target, self.states[id]));
        let mut changes: IndexVec<TargetId, FileChange> = unchanged.collect();
        for change in staged {
            if let Some(id) = change.target {
                changes[id] = change;
            }
        }
        Ok(changes)
    }

    /// Stages the batches in order. Returns the first problem by path if any fails.
    fn stage_batches(&self, batches: &[&[&UniqueContent]]) -> Result<Vec<FileChange>, Problem> {
        let (next, failed) = (AtomicUsize::new(0), AtomicBool::new(false));
        let staged = Mutex::new(Vec::new());
        let problems = Mutex::new(Vec::new());
        let stage = |content: &UniqueContent| {
            let result = self.stage_content(content);
            if self.plan.compresses(content) {
                self.progress.advance(content.size);
            }
            match result {
                Ok(changes) => {
                    if let Ok(mut staged) = staged.lock() {
                        staged.extend(changes);
                    }
                }
                Err(problem) => {
                    failed.store(true, Ordering::Relaxed);
                    if let Ok(mut problems) = problems.lock() {
                        problems.push(problem);
                    }
                }
            }
        };
        let worker = || {
            while let Some(batch) = batches.get(next.fetch_add(1, Ordering::Relaxed)) {
                for content in *batch {
                    if failed.load(Ordering::Relaxed) {
                        return;
                    }
                    stage(content);
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
        let mut problems: Vec<Problem> = problems.into_inner().unwrap_or_default();
        problems.sort_by(|a, b| a.file.cmp(&b.file));
        match problems.into_iter().next() {
            Some(problem) => Err(problem),
            None => Ok(staged.into_inner().unwrap_or_default()),
        }
    }
}

/// Returns what a run would do with each target, without writing.
pub fn dry_run(plan: &Plan, states: &IndexVec<TargetId, FileState>) -> Vec<FileChange> {
    let changes = plan.targets.enumerate().map(|(id, target)| FileChange {
        target: None,
        ..FileChange::unchanged(
            id,
            target,
            FileState {
                existing: states[id].existing,
                ..FileState::default()
            },
        )
    });
    in_asset_order(changes.collect())
}

/// Sorts changes in the order in which the assets were found.
pub(super) fn in_asset_order(mut changes: Vec<FileChange>) -> Vec<FileChange> {
    changes.sort_by(|a, b| (a.asset, b.role).cmp(&(b.asset, a.role)));
    changes
}
