//! `staticc collect`: collects static files in STATIC_ROOT, as Django's collectstatic does.

use std::collections::HashSet;
use std::sync::Arc;

use super::context::{Context, use_threads};
use super::outcome::{Exit, Failure, Outcome};
use super::publish::{Publication, open_store};
use crate::check::source_copies::{ReadSources, source_copies};
use crate::cli::{CollectArgs, LinkModeArg};
use crate::model::{
    Code, CollectSummary, Event, IndexVec, LinkMode, LogicalPath, Problem, Report as _, Retention,
};
use crate::pipeline::clock::now;
use crate::pipeline::consent::OverwriteQuestion;
use crate::pipeline::django_events::DjangoEvents;
use crate::pipeline::large_files::large_files_note;
use crate::pipeline::live_manifest::LiveManifest;
use crate::pipeline::prehashed_changes::prehashed_changes;
use crate::pipeline::process::{ProcessOptions, Processed};
use crate::pipeline::project::Project;
use crate::pipeline::prune::{check_preconditions, prune};
use crate::pipeline::record_file::{CollectRecordFile, FinishedRun};
use crate::pipeline::severity::SeverityPolicy;
use crate::plan::model::{FileChange, FileState, Plan, TargetId};
use crate::report::progress_bar::BytesBar;
use crate::settings::Settings;
use crate::state::cache::Cache;
use crate::state::collect_record::CollectRecord;
use crate::state::inputs_digest::InputsDigest;
use crate::state::remote_cache::RemoteCache;
use crate::state::source_pairs::SourcePairs;
use crate::static_root::inspect::Inspector;
use crate::static_root::lock::LockMode;
use crate::static_root::root::StaticRoot;
use crate::static_root::transaction::{Transaction, dry_run};

pub fn run(context: &mut Context, args: &CollectArgs) -> Outcome {
    let settings = context.load_settings(&args.project, Some(&args.ignore))?;
    check_flags(args).map_err(Failure::usage)?;
    use_threads(&args.threads);
    let question = OverwriteQuestion {
        static_root: &settings.static_root,
        clear: args.clear,
        dry_run: args.dry_run,
    };
    if !args.noinput && !question.is_agreed(&context.console) {
        let message = "Collecting static files cancelled.";
        return Err(Problem::error(Code::Cancelled, message).into());
    }
    let cache = context.project_cache(&args.cache, &settings)?;
    let remote = Context::remote_cache(&args.cache, &settings)?;
    let opened = args.publish.then(|| open_store(None, &settings));
    let store = opened.transpose().map_err(Failure::usage)?;
    if args.prune {
        check_preconditions(&settings, &cache).map_err(Failure::usage)?;
    }
    let root = StaticRoot::new(&settings, args.link_mode.into(), args.durable);
    let root = Arc::new(root);
    context.interrupts.cancels(&root);
    let collection = Collection {
        args,
        settings: &settings,
        cache: &cache,
        remote: remote.as_ref(),
        root: &root,
    };
    let collected = collection.collect(context);
    collected.inspect_err(|_| root.rollback())?;
    if let Some(store) = store.filter(|_| !args.dry_run) {
        let publication = Publication {
            settings: &settings,
            store: &store,
            jobs: settings.publish.jobs as usize,
            dry_run: false,
            verify: false,
            lists_names: false,
            progress: args.progress,
        };
        // The collected files stay if this fails, and STATIC_ROOT is locked still.
        publication.publish(context, &root)?;
    }
    Ok(Exit::Done)
}

fn check_flags(args: &CollectArgs) -> Result<(), Problem> {
    let has_retention = args.retention.keep.is_some() || args.retention.older_than.is_some();
    if has_retention && !args.prune {
        let problem = Problem::error(Code::Usage, "--keep and --older-than are for --prune");
        return Err(problem.help("add --prune"));
    }
    Ok(())
}

/// What one run collects, and where to.
struct Collection<'a> {
    args: &'a CollectArgs,
    settings: &'a Settings,
    cache: &'a Cache,
    remote: Option<&'a RemoteCache>,
    root: &'a StaticRoot,
}

/// The plan, and what STATIC_ROOT has of it.
struct Prepared<'a> {
    processed: Processed,
    inspector: Inspector<'a>,
    states: IndexVec<TargetId, FileState>,
}

impl Collection<'_> {
    /// The walk of a run. STATIC_ROOT is locked before sources are read, and
    /// changed only in `write`.
    fn collect(&self, context: &mut Context) -> Result<(), Failure> {
        let args = self.args;
        let mode = if args.dry_run {
            LockMode::Read
        } else {
            LockMode::Write
        };
        context.lock(self.root, mode, &args.wait)?;
        let started = now();
        let mut project = Project::find(self.settings, &(&args.ignore).into());
        Problem::fail_on_any(std::mem::take(&mut project.found.problems))?;
        context.report(std::mem::take(&mut project.found.warnings));
        let record_file = CollectRecordFile::new(self.cache, self.root);
        let (record, no_record) = (record_file.read(), CollectRecord::default());
        let inputs = InputsDigest::of(self.settings, &project.found.assets);
        let mut prepared = self.prepare(&project, &inputs, &record)?;
        if prepared.processed.plan.lacks_texts(&prepared.states) {
            // A file that the record vouched for changed in between. Its text
            // is not in memory: process again without the record.
            prepared = self.prepare(&project, &inputs, &no_record)?;
        }
        context.report(std::mem::take(&mut prepared.processed.warnings));
        let plan = &prepared.processed.plan;
        let read = ReadSources {
            contents: &prepared.processed.contents,
            pairs: &record.source_pairs,
            started,
        };
        let source_pairs = self.report_sources(context, &project, &read, plan);
        let earlier = self.files_to_clear()?;
        let live = self.live_manifest();
        context.report(Vec::from_iter(
            live.remember_before(plan.manifest.as_deref(), args.dry_run),
        ));
        let changes = if args.dry_run {
            dry_run(plan, &prepared.states)
        } else {
            context.fail_on_warnings()?;
            let changes = self.write(&prepared, &live, &earlier)?;
            let run = FinishedRun {
                inputs: &inputs,
                project: &project,
                processed: &prepared.processed,
                states: &prepared.states,
                changes: &changes,
                source_pairs: &source_pairs,
                started,
            };
            record_file.update(&run, &prepared.inspector);
            changes
        };
        self.report(context, &project, &prepared.processed, &changes, earlier);
        if args.prune && !args.dry_run {
            let retention = Retention::from(&args.retention);
            prune(self.root, &live, retention, false, &mut context.console)?;
        }
        Ok(())
    }

    /// Processes the project, and inspects STATIC_ROOT for the plan's files.
    fn prepare<'a>(
        &'a self,
        project: &'a Project<'_>,
        inputs: &InputsDigest,
        record: &'a CollectRecord,
    ) -> Result<Prepared<'a>, Vec<Problem>> {
        let inspector = Inspector {
            root: self.root,
            record,
            assets: &project.found.assets,
            link: self.args.link,
            recompress: self.args.recompress || self.args.clear,
            since: now(),
        };
        let options = ProcessOptions {
            link: self.args.link,
            dry_run: self.args.dry_run,
            no_post_process: self.args.no_post_process,
            clear: self.args.clear,
        };
        let processed = options.process(project, inputs, &inspector)?;
        let states = inspector.inspect(&processed.plan)?;
        Problem::fail_on_any(prehashed_changes(
            &project.found.assets,
            &processed.plan,
            &states,
            &self.live_manifest(),
        ))?;
        Ok(Prepared {
            processed,
            inspector,
            states,
        })
    }

    fn live_manifest(&self) -> LiveManifest<'_> {
        LiveManifest::new(self.root, self.settings, self.cache)
    }

    /// Reports sources that are not what their names say, and those too large to compress.
    /// Returns the sources that are compressed copies of others.
    fn report_sources(
        &self,
        context: &mut Context,
        project: &Project<'_>,
        read: &ReadSources<'_>,
        plan: &Plan,
    ) -> SourcePairs {
        let assets = &project.found.assets;
        let policy = SeverityPolicy::new(self.settings);
        let level_of_name = |path: &_, code| policy.level_of(path, code);
        let copies = source_copies(assets, Some(read), &level_of_name);
        context.report(copies.problems);
        let max_size = self.settings.compression.max_size;
        let note = large_files_note(assets, &plan.too_large, max_size);
        context.report(Vec::from_iter(note));
        copies.pairs
    }

    /// Carries out the plan, remembers the release, and clears.
    fn write(
        &self,
        prepared: &Prepared<'_>,
        live: &LiveManifest<'_>,
        earlier: &[LogicalPath],
    ) -> Result<Vec<FileChange>, Vec<Problem>> {
        let processed = &prepared.processed;
        let bar = BytesBar::new(self.args.progress.decided(), "Compressing");
        let transaction = Transaction {
            plan: &processed.plan,
            states: &prepared.states,
            inspector: &prepared.inspector,
            cache: self.cache,
            remote: self.remote,
            contents: &processed.contents,
            post_processed: &processed.post_processed,
            progress: &bar,
        };
        let carried_out = transaction.carry_out(&self.settings.manifest_name);
        bar.finish();
        let changes = carried_out?;
        if let Some(manifest) = &processed.plan.manifest {
            let files = processed.release_files(prepared.inspector.assets);
            live.remember_written(manifest, files);
        }
        self.clear(&processed.plan, &changes, earlier)
            .map_err(|problem| vec![problem])?;
        self.cache.finish();
        if let Some(remote) = self.remote {
            remote.finish();
        }
        Ok(changes)
    }

    /// Returns what was in STATIC_ROOT before a run with `--clear`.
    fn files_to_clear(&self) -> Result<Vec<LogicalPath>, Problem> {
        if self.args.clear {
            self.root.files()
        } else {
            Ok(Vec::new())
        }
    }

    /// Removes the earlier files that are not of this run.
    fn clear(
        &self,
        plan: &Plan,
        changes: &[FileChange],
        earlier: &[LogicalPath],
    ) -> Result<(), Problem> {
        if earlier.is_empty() {
            return Ok(());
        }
        let copies_of = |change: &FileChange| {
            let path = change.path.clone();
            let encodings = change.all_copies().iter();
            encodings.map(move |encoding| path.with_suffix(encoding.suffix()))
        };
        let copies: HashSet<LogicalPath> = changes.iter().flat_map(copies_of).collect();
        // Backwards: a compressed copy is listed after its file, and must not
        // outlive it.
        earlier
            .iter()
            .rev()
            .filter(|path| !copies.contains(*path) && !plan.paths.contains(*path))
            .try_for_each(|path| self.root.remove(path))
    }

    /// Reports what the remote cache had, and why it was not used to the end.
    fn report_remote_cache(&self, context: &mut Context) {
        let Some(remote) = self.remote else { return };
        if let Some(summary) = remote.summary() {
            context.console.event(Event::RemoteCache(summary));
        }
        let fault = remote.fault().map(remote_cache_warning);
        context.report(Vec::from_iter(fault));
    }

    /// Reports the run as Django would.
    fn report(
        &self,
        context: &mut Context,
        project: &Project<'_>,
        processed: &Processed,
        changes: &[FileChange],
        cleared: Vec<LogicalPath>,
    ) {
        let (found, made) = self.cache.counts();
        if found + made > 0 {
            context.console.event(Event::Cache { found, made });
        }
        if let Some(fault) = self.cache.fault() {
            let message =
                format!("the cache cannot be written; the next run starts without it: {fault}");
            let help =
                "make the directory writable, name another with --cache-dir, or use --no-cache";
            context.report(vec![
                Problem::warning(Code::CacheUnusable, message).help(help),
            ]);
        }
        self.report_remote_cache(context);
        let events = DjangoEvents {
            found: &project.found,
            processed: &processed.post_processed,
            changes,
            cleared,
            // A dry run removes nothing, and so it finds the files there.
            clear: self.args.clear && !self.args.dry_run,
            summary: CollectSummary {
                makes_links: self.args.link,
                static_root: self.settings.static_root.clone(),
                ..CollectSummary::default()
            },
        };
        events.report(&mut context.console);
    }
}

/// Returns the warning of a remote cache that was not used to the end.
fn remote_cache_warning(fault: Problem) -> Problem {
    let message = format!("the remote cache is not used any more: {}", fault.message);
    let warning = Problem {
        notes: fault.notes,
        ..Problem::warning(Code::RemoteCacheUnusable, message)
    };
    let help = fault.help.unwrap_or_else(|| {
        "files are compressed here instead; correct or remove `remote` in [staticc.cache]".into()
    });
    warning.help(help)
}

impl From<LinkModeArg> for LinkMode {
    fn from(mode: LinkModeArg) -> Self {
        match mode {
            LinkModeArg::Reflink => Self::Reflink,
            LinkModeArg::Copy => Self::Copy,
            LinkModeArg::Hardlink => Self::Hardlink,
        }
    }
}
