//! The cache's files in which collect and check record what they saw, so that
//! the next run need not look again. Does not know how a record is encoded.

use std::path::PathBuf;
use std::time::Duration;

use super::clock::now;
use super::process::Processed;
use super::project::Project;
use crate::check::templates::Templates;
use crate::check::texts::Texts;
use crate::disk;
use crate::model::TICK;
use crate::plan::model::{CurrentState, Done};
use crate::state::cache::Cache;
use crate::state::check_record::Record as CheckRecord;
use crate::state::collect_record::{InputsDigest, Record, Run};
use crate::static_root::inspect::Inspector;
use crate::static_root::static_root::StaticRoot;

/// The record of the last collect.
pub struct CollectRecordFile<'a> {
    cache: &'a Cache,
    /// `None` without a cache.
    path: Option<PathBuf>,
}

/// What a run did, and when it began.
pub struct FinishedRun<'a> {
    pub inputs: &'a InputsDigest,
    pub project: &'a Project<'a>,
    pub processed: &'a Processed,
    /// What STATIC_ROOT had before, by target.
    pub states: &'a [CurrentState],
    pub done: &'a [Done],
    /// In nanoseconds since 1970.
    pub started: i64,
}

impl<'a> CollectRecordFile<'a> {
    pub fn new(cache: &'a Cache, root: &StaticRoot) -> Self {
        Self {
            cache,
            path: cache.record(root.path()),
        }
    }

    /// Returns the record; an empty one if there is none.
    pub fn read(&self) -> Record {
        let bytes = self.path.as_ref().and_then(|path| disk::read(path).ok());
        bytes.map_or_else(Record::default, |bytes| Record::read(&bytes))
    }

    /// Records the run, unless the record says the same already.
    pub fn update(&self, run: &FinishedRun<'_>, inspector: &Inspector<'_>) {
        let Some(path) = &self.path else {
            return;
        };
        let row = Run {
            world: run.inputs,
            assets: &run.project.found.assets,
            contents: &run.processed.contents,
            processed: &run.processed.post_processed,
            started: run.started,
        };
        let written = run.done.iter().any(|done| done.written);
        let targets: Vec<usize> = run.done.iter().filter_map(|done| done.target).collect();
        let recorded = targets.iter().all(|&target| run.states[target].recorded);
        if !written && recorded && inspector.record.tells(&row, targets.len()) {
            return;
        }
        if written {
            // A change after this moment gets another time stamp.
            std::thread::sleep(Duration::from_nanos(2 * TICK.unsigned_abs()));
        }
        let moment = now();
        let output = |done: &Done| {
            let state = run.states[done.target?];
            inspector.output(&run.processed.plan, state, done, moment)
        };
        self.cache
            .replace(path, |out| row.write(run.done, output, out));
    }
}

/// The record of the last check.
pub struct CheckRecordFile<'a> {
    cache: &'a Cache,
    /// `None` without a cache.
    path: Option<PathBuf>,
    bytes: Vec<u8>,
    inputs: InputsDigest,
    /// Empty if there is none of the same inputs.
    pub record: CheckRecord,
}

impl<'a> CheckRecordFile<'a> {
    pub fn read(cache: &'a Cache, project: &Project<'_>) -> Self {
        let inputs = InputsDigest::of(project.settings, &project.found.assets);
        let path = cache.check(&project.settings.static_root);
        let bytes = path.as_ref().and_then(|path| disk::read(path).ok());
        let bytes = bytes.unwrap_or_default();
        Self {
            record: CheckRecord::read(&bytes, &inputs),
            cache,
            path,
            bytes,
            inputs,
        }
    }

    /// Records the clean files, unless the record says the same already.
    /// Templates that were not checked stay recorded. A file that changed
    /// after the check `started` is left out.
    pub fn update(&self, texts: &Texts, templates: Option<&Templates>, started: i64) {
        let Some(path) = &self.path else {
            return;
        };
        let mut record = CheckRecord::new(self.inputs);
        for (asset, stamp, targets) in &texts.clean {
            if stamp.is_older_than(started) {
                record.add_text(*asset, *stamp, targets);
            }
        }
        match templates {
            Some(templates) => {
                for (path, stamp) in &templates.clean {
                    if stamp.is_older_than(started) {
                        record.add_template(path, *stamp);
                    }
                }
            }
            None => record.keep_templates(&self.record),
        }
        if let Ok(bytes) = record.write()
            && bytes != self.bytes
        {
            self.cache.replace(path, |out| out.write_all(&bytes));
        }
    }
}
