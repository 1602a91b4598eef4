//! Turns what a run did into the events that Django reports, in Django's order.
//! Does not know their wording, nor the verbosity.

use std::cmp::Reverse;

use crate::model::{Asset, CollectSummary, Event, LogicalPath, Report};
use crate::plan::model::{Existing, FileChange, PostProcessed, Role};
use crate::sources::finder::FoundFiles;

/// A run that is over.
pub struct DjangoEvents<'a> {
    pub found: &'a FoundFiles,
    pub processed: &'a PostProcessed,
    /// In the order of the assets.
    pub changes: &'a [FileChange],
    /// The files that `--clear` removed.
    pub cleared: Vec<LogicalPath>,
    /// Whether the run removed what was there before.
    pub clear: bool,
    /// The numbers of the last event; those that are zero are counted here.
    pub summary: CollectSummary,
}

impl DjangoEvents<'_> {
    /// Reports all events, the summary last.
    pub fn report(mut self, report: &mut impl Report) {
        self.summary.deleted = self.cleared.len();
        self.summary.skipped = self.found.conflicts.len();
        for path in std::mem::take(&mut self.cleared) {
            report.event(Event::Deleted { path });
        }
        self.report_copies(report);
        self.report_hashed(report);
        for change in self.changes {
            for encoding in change.copies.iter() {
                self.summary.post_processed += 1;
                let copy = change.path.with_suffix(encoding.suffix());
                let path = change.path.clone();
                report.event(Event::PostProcessed { path, copy });
            }
        }
        self.report_kept_copies(report);
        report.event(Event::Done(self.summary));
    }

    fn report_kept_copies(&self, report: &mut impl Report) {
        let mut copies = 0;
        for change in self.changes {
            for encoding in change.kept_copies.iter() {
                copies += 1;
                let path = change.path.with_suffix(encoding.suffix());
                report.event(Event::CopyKept { path });
            }
        }
        if copies > 0 {
            report.event(Event::CopiesKept { copies });
        }
    }

    fn report_copies(&mut self, report: &mut impl Report) {
        let mut existing = vec![Existing::Absent; self.found.assets.len()];
        for change in self.changes {
            let asset = &self.found.assets[change.asset.index()];
            if change.role == Role::Plain || asset.treatment.keeps_name() {
                existing[change.asset.index()] = change.existing;
            }
        }
        let mut conflicts = self.found.conflicts.iter().peekable();
        for (index, asset) in self.found.assets.iter().enumerate() {
            while let Some(conflict) = conflicts.next_if(|conflict| conflict.after <= index) {
                let path = conflict.asset.key.clone();
                report.event(Event::Conflict { path });
            }
            // After --clear, every file is copied again.
            match existing[index] {
                Existing::Same if !self.clear => {
                    self.summary.unmodified += 1;
                    report.event(Event::Unmodified {
                        found_path: asset.found_path.clone(),
                        path: asset.key.clone(),
                    });
                    continue;
                }
                Existing::Different if !self.clear => {
                    report.event(Event::Replaced {
                        found_path: asset.found_path.clone(),
                        path: asset.key.clone(),
                    });
                }
                _ => {}
            }
            let (source, to) = (asset.source(), asset.key.clone());
            report.event(if self.summary.makes_links {
                self.summary.linked += 1;
                Event::Linked { source, to }
            } else {
                self.summary.copied += 1;
                Event::Copied { source, to }
            });
        }
        for conflict in conflicts {
            let path = conflict.asset.key.clone();
            report.event(Event::Conflict { path });
        }
    }

    /// Reports fingerprinted files as Django's post_process() yields them:
    /// the deepest directories first, CSS and JavaScript last.
    fn report_hashed(&mut self, report: &mut impl Report) {
        let Some(hashed) = &self.processed.hashed else {
            return;
        };
        let assets = &self.found.assets;
        let mut existing = vec![Existing::Same; assets.len()];
        let changes = self.changes.iter();
        for change in changes.filter(|change| change.role == Role::Hashed) {
            existing[change.asset.index()] = change.existing;
        }
        let mut order: Vec<usize> = (0..assets.len()).collect();
        let depth = |asset: &Asset| memchr::memchr_iter(b'/', asset.key.as_bytes()).count();
        order.sort_by_cached_key(|&index| {
            let asset = &assets[index];
            (asset.is_scanned, Reverse(depth(asset)))
        });
        for index in order {
            let asset = &assets[index];
            let is_rewritten = asset.is_scanned && asset.treatment.rewrites();
            let is_new = existing[index] != Existing::Same || self.clear;
            let made = !asset.treatment.keeps_name() && (is_rewritten || is_new);
            let path = asset.key.clone();
            report.event(if made {
                self.summary.post_processed += 1;
                let copy = hashed[index].clone();
                Event::PostProcessed { path, copy }
            } else {
                Event::PostProcessSkipped { path }
            });
        }
    }
}
