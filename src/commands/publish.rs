//! `staticc publish`: sends STATIC_ROOT to an object store, as a release.

use std::env;

use super::context::Context;
use super::outcome::{Exit, Failure, Outcome};
use crate::cli::groups::When;
use crate::cli::stores::PublishArgs;
use crate::model::{Code, Event, LinkMode, Problem, PublishSummary, Report as _};
use crate::pipeline::live_manifest::LiveManifest;
use crate::pipeline::publish::{PublishOptions, Published, Publisher};
use crate::pipeline::published_files::PublishedFiles;
use crate::pipeline::rollback;
use crate::pipeline::store_inspection::StoreInspection;
use crate::pipeline::store_releases::{CurrentState, StoreReleases};
use crate::publish::publish_plan::{Doubtful, PublishPlan};
use crate::publish::published_object::PublishedObject;
use crate::publish::purge_url::purge_url;
use crate::publish::release_document::NAMESPACE;
use crate::report::progress_bar::BytesBar;
use crate::settings::Settings;
use crate::state::cache::Cache;
use crate::static_root::lock::LockMode;
use crate::static_root::root::StaticRoot;
use crate::store::acl::AclRule;
use crate::store::client::Store;
use crate::store::url::StoreUrl;

/// The variable that says who publishes.
const PUBLISHER: &str = "STATICC_PUBLISHER";

pub fn run(context: &mut Context, args: &PublishArgs) -> Outcome {
    let settings = context.load_settings(&args.project, None)?;
    let store = open_store(args.store.as_deref(), &settings).map_err(Failure::usage)?;
    let publication = Publication {
        settings: &settings,
        store: &store,
        jobs: args.jobs.map_or(settings.publish.jobs, u32::from) as usize,
        dry_run: args.dry_run,
        verify: args.verify,
        lists_names: args.paths,
        progress: args.progress,
    };
    if let Some(wanted) = &args.rollback {
        publication.roll_back(context, wanted.as_deref())?;
        return Ok(Exit::Done);
    }
    let root = StaticRoot::new(&settings, LinkMode::Copy, false);
    context.lock(&root, LockMode::Read, &args.wait)?;
    publication.publish(context, &root)?;
    Ok(Exit::Done)
}

/// What a run publishes, and where to.
pub(super) struct Publication<'a> {
    pub settings: &'a Settings,
    pub store: &'a Store,
    /// How many requests are sent at a time.
    pub jobs: usize,
    pub dry_run: bool,
    /// Whether the objects in the store are read first.
    pub verify: bool,
    /// Whether standard output is for names to be purged.
    pub lists_names: bool,
    pub progress: When,
}

impl Publication<'_> {
    /// Sends a STATIC_ROOT that is locked as a new release, and reports it.
    pub fn publish(&self, context: &mut Context, root: &StaticRoot) -> Result<(), Failure> {
        context.interrupts.stops(self.store);
        context.fail_on_warnings()?;
        if !root.path().is_dir() {
            let problem = Problem::error(Code::NoStaticRoot, "STATIC_ROOT is not there");
            let help = "collect first: `staticc collect`";
            return Err(problem.in_file(root.path()).help(help).into());
        }
        let files = PublishedFiles {
            root,
            settings: self.settings,
            keeps_headers: self.store.url().kind.keeps_headers(),
        };
        let no_cache = Cache::new(None, 0);
        let live = LiveManifest::new(root, self.settings, &no_cache);
        let objects = files.objects(&live).map_err(wrong_settings)?;
        let releases = StoreReleases { store: self.store };
        let current = releases.current(&mut context.console)?;
        let doubtful = self.doubtful(releases, &current)?;
        let bar = BytesBar::new(self.progress.decided(), "Publishing");
        let publisher = Publisher {
            options: self.options(&bar),
            objects: &objects,
            load: |object: &_| files.load(object),
            doubtful,
        };
        let plan = publisher.plan(&current);
        let published = if self.dry_run {
            self.pretend(context, &objects, &plan, current.number)
        } else {
            context.fail_on_warnings()?;
            files.check_copies(plan.to_send())?;
            let published = publisher.publish(&current, &plan, &mut context.console);
            bar.finish();
            published?
        };
        self.report(context, published);
        Ok(())
    }

    /// Returns what the store has not as its current release says.
    fn doubtful(
        &self,
        releases: StoreReleases<'_>,
        current: &CurrentState,
    ) -> Result<Doubtful, Problem> {
        let Some(release) = current.release.as_ref().filter(|_| self.verify) else {
            return Ok(Doubtful::default());
        };
        let bar = BytesBar::new(self.progress.decided(), "Verifying");
        let inspection = StoreInspection::of(releases, release, self.jobs, &bar);
        bar.finish();
        Ok(inspection?.doubtful())
    }

    /// Makes an earlier release the current one, and reports it.
    fn roll_back(&self, context: &mut Context, wanted: Option<&str>) -> Result<(), Failure> {
        context.interrupts.stops(self.store);
        let releases = StoreReleases { store: self.store };
        let current = releases.current(&mut context.console)?;
        let target = rollback::target(releases, &current, wanted)?;
        let bar = BytesBar::new(self.progress.decided(), "Publishing");
        let options = self.options(&bar);
        if !self.dry_run {
            context.fail_on_warnings()?;
            let published = target.roll_back(&current, &options, &mut context.console);
            bar.finish();
            self.report(context, published?);
            return Ok(());
        }
        let mut published = Published {
            summary: target.summary(&options),
            to_purge: Vec::new(),
        };
        for transfer in target.transfers(&current, false) {
            let summary = &mut published.summary;
            options.sent(&transfer.to, transfer.size, summary, &mut context.console);
            published.to_purge.push(transfer.to);
        }
        bar.finish();
        self.report(context, published);
        Ok(())
    }

    fn options<'o>(&'o self, progress: &'o BytesBar) -> PublishOptions<'o> {
        PublishOptions {
            store: self.store,
            jobs: self.jobs,
            publisher: publisher(),
            progress,
            lists_names: self.lists_names,
        }
    }

    /// Reports what a run without `--dry-run` would do, and returns it.
    fn pretend(
        &self,
        context: &mut Context,
        objects: &[PublishedObject],
        plan: &PublishPlan<'_>,
        current: u64,
    ) -> Published {
        for object in plan.to_send() {
            context.console.event(Event::Published {
                path: object.key.clone(),
                size: object.size,
                lists_names: self.lists_names,
            });
        }
        let summary = PublishSummary {
            store: self.store.url().to_string(),
            number: if plan.is_current {
                current
            } else {
                current + 1
            },
            objects: objects.len(),
            sent: plan.to_send().count(),
            bytes: plan.to_send().map(|object| object.size).sum(),
            unchanged: plan.unchanged,
            ..PublishSummary::default()
        };
        Published {
            summary,
            to_purge: plan.to_purge().map(str::to_owned).collect(),
        }
    }

    fn report(&self, context: &mut Context, published: Published) {
        let Published { summary, to_purge } = published;
        if self.lists_names {
            for key in to_purge {
                let url = purge_url(&self.settings.static_url, &key);
                context.console.event(Event::ToPurge { url });
            }
        }
        context.console.event(Event::PublishingDone(PublishSummary {
            lists_names: self.lists_names,
            ..summary
        }));
    }
}

/// Returns who publishes or prunes.
pub(super) fn publisher() -> Option<String> {
    env::var(PUBLISHER).ok().filter(|name| !name.is_empty())
}

/// Opens the store of the command line, or that of the settings.
pub(super) fn open_store(given: Option<&str>, settings: &Settings) -> Result<Store, Problem> {
    let url = store_url(given, settings)?;
    let acl = settings.publish.acl.map(|acl| AclRule {
        acl,
        except: NAMESPACE,
    });
    Store::open_with_acl(&url, settings.publish.endpoint.as_ref(), acl)
}

fn store_url(given: Option<&str>, settings: &Settings) -> Result<StoreUrl, Problem> {
    match (given, &settings.publish.store) {
        (Some(text), _) => StoreUrl::parse(text),
        (None, Some(url)) => Ok(url.clone()),
        (None, None) => {
            let message = "no store is named";
            let problem = Problem::error(Code::MissingSetting, message);
            Err(problem
                .help("name one, such as s3://bucket/prefix, or set `store` in [staticc.publish]"))
        }
    }
}

/// Settings that do not fit STATIC_ROOT are not usable.
fn wrong_settings(problems: Vec<Problem>) -> Failure {
    let is_usage = |problem: &Problem| problem.code == Code::NoCompressedCopies;
    if problems.iter().any(is_usage) {
        Failure::usage(problems)
    } else {
        problems.into()
    }
}
