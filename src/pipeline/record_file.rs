//! The cache's files in which collect and check record what they saw, so that
//! the next run need not look again. Does not know how a record is encoded.

use std::time::Duration;

use super::clock::now;
use super::process::Processed;
use super::project::Project;
use crate::check::templates::checker::CheckedTemplates;
use crate::check::texts::CheckedTexts;
use crate::model::{IndexVec, LogicalPath, TICK};
use crate::plan::model::{FileChange, FileState, TargetId};
use crate::state::cache::Cache;
use crate::state::check_record::CheckRecord;
use crate::state::collect_record::{CollectRecord, RecordedRun};
use crate::state::inputs_digest::InputsDigest;
use crate::state::source_pairs::SourcePairs;
use crate::static_root::inspect::Inspector;
use crate::static_root::root::StaticRoot;

/// The record of the last collect.
pub struct CollectRecordFile<'a> {
    cache: &'a Cache,
    /// `None` if the cache keeps no records.
    path: Option<LogicalPath>,
}

/// What a run did, and when it began.
pub struct FinishedRun<'a> {
    pub inputs: &'a InputsDigest,
    pub project: &'a Project<'a>,
    pub processed: &'a Processed,
    /// What STATIC_ROOT had before.
    pub states: &'a IndexVec<TargetId, FileState>,
    pub changes: &'a [FileChange],
    /// The sources that are compressed copies of other sources.
    pub source_pairs: &'a SourcePairs,
    /// In nanoseconds since 1970.
    pub started: i64,
}

impl<'a> CollectRecordFile<'a> {
    pub fn new(cache: &'a Cache, root: &StaticRoot) -> Self {
        Self {
            cache,
            path: cache.collect_record(root.path()),
        }
    }

    /// Returns the record; an empty one if there is none.
    pub fn read(&self) -> CollectRecord {
        let path = self.path.as_ref();
        let bytes = path.and_then(|path| self.cache.read_record(path));
        bytes.map_or_else(CollectRecord::default, |bytes| CollectRecord::read(&bytes))
    }

    /// Records the run, unless the record says the same already.
    pub fn update(&self, run: &FinishedRun<'_>, inspector: &Inspector<'_>) {
        let Some(path) = &self.path else {
            return;
        };
        let recorded_run = RecordedRun {
            inputs: run.inputs,
            assets: &run.project.found.assets,
            contents: &run.processed.contents,
            post_processed: &run.processed.post_processed,
            source_pairs: run.source_pairs,
            started: run.started,
        };
        let has_written = run.changes.iter().any(FileChange::is_work);
        let changes = run.changes.iter();
        let targets: Vec<TargetId> = changes.filter_map(|change| change.target).collect();
        let all_recorded = targets.iter().all(|&id| run.states[id].is_recorded);
        if !has_written
            && all_recorded
            && inspector
                .record
                .is_up_to_date_with(&recorded_run, targets.len())
        {
            return;
        }
        if has_written {
            // A change after this moment gets another time stamp.
            std::thread::sleep(Duration::from_nanos(2 * TICK.unsigned_abs()));
        }
        let moment = now();
        let file_record = |change: &FileChange| {
            let state = run.states[change.target?];
            inspector.record_of(&run.processed.plan, state, change, moment)
        };
        self.cache.replace(path, |out| {
            recorded_run.write(run.changes, file_record, out)
        });
    }
}

/// The record of the last check.
pub struct CheckRecordFile<'a> {
    cache: &'a Cache,
    /// `None` if the cache keeps no records.
    path: Option<LogicalPath>,
    bytes: Vec<u8>,
    inputs: InputsDigest,
    /// Empty if there is none of the same inputs.
    pub record: CheckRecord,
}

impl<'a> CheckRecordFile<'a> {
    pub fn read(cache: &'a Cache, project: &Project<'_>) -> Self {
        let inputs = InputsDigest::of(project.settings, &project.found.assets);
        let path = cache.check_record(&project.settings.static_root);
        let read = path.as_ref().and_then(|path| cache.read_record(path));
        let bytes = read.unwrap_or_default();
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
    pub fn update(&self, texts: &CheckedTexts, templates: Option<&CheckedTemplates>, started: i64) {
        let Some(path) = &self.path else {
            return;
        };
        let mut record = CheckRecord::new(self.inputs);
        for text in &texts.clean {
            if text.stamp.is_older_than(started) {
                record.add_text(text);
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
