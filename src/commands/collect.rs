//! `staticc collect`: settings → sources → rewrite → output → report.

use std::collections::HashSet;
use std::time::Duration;

use super::consent::consents;
use super::tell;
use super::{Exit, cache, conclude, fail_on_warnings, occupy, prune, unusable};
use crate::cli;
use crate::disk;
use crate::model::{Code, Event, LinkMode, LogicalPath, Problem, Report as _, Summary, TICK};
use crate::pipeline::django_events::DjangoEvents;
use crate::pipeline::interrupt::unless_interrupted;
use crate::pipeline::process::Processed;
use crate::pipeline::project::Project;
use crate::pipeline::run::{fail_on, now};
use crate::plan::manifest::Manifest;
use crate::plan::model::CurrentState;
use crate::plan::model::Done;
use crate::plan::model::{Plan, PostProcessed};
use crate::report::console::{Bar, Console};
use crate::settings::Settings;
use crate::sources::finder::Found;
use crate::state::cache::Cache;
use crate::state::collect_record as record;
use crate::state::collect_record::{InputsDigest, Record};
use crate::state::releases::{ReleaseOrigin, Releases};
use crate::static_root::inspect::Inspector;
use crate::static_root::lock::LockMode;
use crate::static_root::static_root::StaticRoot;
use crate::static_root::transaction::Transaction;

/// Runs the verb.
pub fn run(args: &cli::CollectArgs, console: &mut Console, settings: &Settings) -> Exit {
    console.dry_run = args.dry_run;
    let asks = args.retention.keep.is_some() || args.retention.older_than.is_some();
    if asks && !args.prune {
        let problem = Problem::error(Code::Usage, "--keep and --older-than are for --prune");
        return unusable(problem.help("add --prune"), console);
    }
    super::use_threads(&args.threads);
    if !consents(args, settings, console) {
        let refusal = Problem::error(Code::Cancelled, "Collecting static files cancelled.");
        tell(console, vec![refusal]);
        return Exit::Failed;
    }
    let cache_dir = args.cache_dir.as_deref();
    let cache = cache::of_project(args.no_cache, cache_dir, settings, &console.directory);
    let hindrance = |cache: &Cache| prune::hindrance(settings, cache).filter(|_| args.prune);
    let cache = match cache.and_then(|cache| hindrance(&cache).map_or(Ok(cache), Err)) {
        Ok(cache) => cache,
        Err(problem) => return unusable(problem, console),
    };
    let root = StaticRoot::new(settings, link_mode(args.link_mode), args.durable);
    let run = Run {
        args,
        settings,
        cache: &cache,
        root: &root,
    };
    let result = unless_interrupted(&root, || run.collect(console));
    conclude(result, console)
}

/// One run with its settings.
pub(super) struct Run<'a> {
    pub(super) args: &'a cli::CollectArgs,
    pub(super) settings: &'a Settings,
    cache: &'a Cache,
    root: &'a StaticRoot,
}

impl Run<'_> {
    fn process(&self) -> crate::pipeline::process::ProcessContext<'_> {
        crate::pipeline::process::ProcessContext {
            args: self.args,
            settings: self.settings,
        }
    }

    fn collect(&self, console: &mut Console) -> Result<(), Vec<Problem>> {
        let purpose = if self.args.dry_run {
            LockMode::Read
        } else {
            LockMode::Write
        };
        occupy(self.root, purpose, self.args.no_wait, console)
            .and_then(|()| self.collect_alone(console))
            .inspect_err(|_| self.root.withdraw())
    }

    /// Collects while nobody else does.
    fn collect_alone(&self, console: &mut Console) -> Result<(), Vec<Problem>> {
        let started = now();
        let mut project = Project::find(self.settings, &self.args.ignore);
        fail_on(std::mem::take(&mut project.found.problems))?;
        let found = &project.found;
        let record_path = self.cache.record(self.root.path());
        let record = record_path.as_ref().map(|path| disk::read(path));
        let record = record.and_then(Result::ok);
        let record = record.map_or_else(Record::default, |bytes| Record::read(&bytes));
        let world = InputsDigest::of(self.settings, &found.assets);
        let looker = |record| Inspector {
            root: self.root,
            record,
            assets: &found.assets,
            link: self.args.link,
            since: now(),
        };
        let mut looker_now = looker(&record);
        let mut named = self.process().name(&project, &world, &looker_now)?;
        let mut looks = looker_now.look(&named.plan)?;
        let empty = Record::default();
        if named.plan.lacks_texts(&looks) {
            // Somebody touched STATIC_ROOT just now.
            looker_now = looker(&empty);
            named = self.process().name(&project, &world, &looker_now)?;
            looks = looker_now.look(&named.plan)?;
        }
        tell(console, std::mem::take(&mut named.warnings));
        let cleared = self.earlier()?;
        self.look_at_manifest(&named.plan, console);
        let bar = Bar::new(self.args.progress.decided());
        let stage = Transaction {
            looker: &looker_now,
            cache: self.cache,
            contents: &named.contents,
            processed: &named.processed,
            progress: &bar,
        };
        let done = if self.args.dry_run {
            stage.compare(&named.plan, &looks)
        } else {
            fail_on_warnings(console)?;
            let done = stage.carry_out(&named.plan, &looks, &self.settings.manifest_name);
            bar.finish();
            let done = done?;
            self.remember_release(&named);
            self.clear(&named.plan, &done, &cleared)?;
            let run = record::Run {
                world: &world,
                assets: &found.assets,
                contents: &named.contents,
                processed: &named.processed,
                started,
            };
            self.remember(&run, &looker_now, (&named.plan, &looks, &done));
            done
        };
        self.tell(found, &named.processed, &done, cleared, console);
        if self.args.prune && !self.args.dry_run {
            let retention = prune::retention(&self.args.retention);
            prune::prune(self.root, self.settings, self.cache, retention, console)?;
        }
        Ok(())
    }

    /// What `--clear` finds.
    fn earlier(&self) -> Result<Vec<LogicalPath>, Vec<Problem>> {
        if !self.args.clear {
            return Ok(Vec::new());
        }
        self.root.files().map_err(|problem| vec![problem])
    }

    /// Removes what was there before and is not of this run.
    fn clear(
        &self,
        plan: &Plan,
        done: &[Done],
        earlier: &[LogicalPath],
    ) -> Result<(), Vec<Problem>> {
        if earlier.is_empty() {
            return Ok(());
        }
        let copies = done.iter().flat_map(|done| {
            let copies = done.copies.iter();
            copies.map(|encoding| done.path.with_suffix(encoding.suffix()))
        });
        let kept: HashSet<LogicalPath> = copies.collect();
        // Backwards: a compressed copy comes after its file in the list, and
        // never stays without it.
        earlier
            .iter()
            .rev()
            .filter(|path| !kept.contains(*path) && !plan.paths.contains(*path))
            .try_for_each(|path| self.root.remove(path))
            .map_err(|problem| vec![problem])
    }

    /// Remembers the manifest in force, if the run replaces it; warns of one
    /// that Django could not load.
    fn look_at_manifest(&self, plan: &Plan, console: &mut Console) {
        let path = self.root.path().join(&self.settings.manifest_name);
        let content = match (&plan.manifest, disk::read(&path)) {
            (Some(wanted), Ok(content)) if content != *wanted => content,
            _ => return,
        };
        match Manifest::read(&content) {
            Ok(manifest) => {
                if let Some(releases) = self.releases().filter(|_| !self.args.dry_run) {
                    let paths = manifest.paths.values();
                    releases.remember(&content, ReleaseOrigin::Somebody, paths);
                }
            }
            Err(fault) => {
                let message = format!("the manifest of an earlier run {fault}");
                let shown = self.settings.static_root.join(&self.settings.manifest_name);
                let problem = Problem::warning(Code::CorruptManifest, message);
                let help = "collecting replaces it, unless the run fails";
                tell(console, vec![problem.in_file(shown).help(help)]);
            }
        }
    }

    /// What is in force now is a release.
    fn remember_release(&self, named: &Processed) {
        if let (Some(releases), Some(manifest)) = (self.releases(), &named.plan.manifest) {
            let hashed = named.processed.hashed.iter().flatten();
            releases.remember(manifest, ReleaseOrigin::Us, hashed);
        }
    }

    fn releases(&self) -> Option<Releases<'_>> {
        let manifest = self.root.path().join(&self.settings.manifest_name);
        Releases::of(self.cache, &manifest)
    }

    /// Records the run for the next one, unless there is nothing new.
    fn remember(
        &self,
        run: &record::Run<'_>,
        looker: &Inspector<'_>,
        (plan, looks, done): (&Plan, &[CurrentState], &[Done]),
    ) {
        self.cache.settle();
        let Some(path) = self.cache.record(self.root.path()) else {
            return;
        };
        let written = done.iter().any(|done| done.written);
        let mut files = done.iter().filter_map(|done| done.target);
        let recorded = files.clone().all(|target| looks[target].recorded);
        if !written && recorded && looker.record.tells(run, files.by_ref().count()) {
            return;
        }
        if written {
            // What is changed from now on shall have another time.
            std::thread::sleep(Duration::from_nanos(2 * TICK.unsigned_abs()));
        }
        let moment = now();
        let output = |done: &Done| looker.output(plan, looks[done.target?], done, moment);
        self.cache
            .replace(&path, |out| run.write(done, output, out));
    }

    /// Tells the run as Django would.
    fn tell(
        &self,
        found: &Found,
        processed: &PostProcessed,
        done: &[Done],
        cleared: Vec<LogicalPath>,
        console: &mut Console,
    ) {
        let (hits, misses) = self.cache.counts();
        if hits + misses > 0 {
            console.event(Event::Cached { hits, misses });
        }
        if let Some(fault) = self.cache.fault() {
            let problem = Problem::warning(
                Code::CacheUnusable,
                format!("the cache can't be written; the next run starts anew: {fault}"),
            )
            .help("make the directory writable, name another with --cache-dir, or use --no-cache");
            tell(console, vec![problem]);
        }
        DjangoEvents {
            found,
            processed,
            done,
            cleared,
            // A dry run deletes nothing, and then finds it there.
            clear: self.args.clear && !self.args.dry_run,
            summary: Summary {
                linked: self.args.link,
                destination: self.settings.static_root.clone(),
                ..Summary::default()
            },
        }
        .tell(console);
    }
}

fn link_mode(flag: cli::LinkModeArg) -> LinkMode {
    match flag {
        cli::LinkModeArg::Reflink => LinkMode::Reflink,
        cli::LinkModeArg::Copy => LinkMode::Copy,
        cli::LinkModeArg::Hardlink => LinkMode::Hardlink,
    }
}
