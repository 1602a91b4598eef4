//! `staticc collect`: settings → sources → rewrite → output → report.

use std::io::{self, IsTerminal as _};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use super::Exit;
use crate::cli;
use crate::nouns::{Asset, DjangoVersion, Event, Fingerprint, Level, LogicalPath, Problem};
use crate::nouns::{ReferenceKind, Report as _, Summary};
use crate::output::leftovers::Earlier;
use crate::output::manifest;
use crate::output::plan::{self, Plan, Processed, Role};
use crate::output::stage::{Before, Done, Stage};
use crate::output::static_root::StaticRoot;
use crate::report::{Bar, Console};
use crate::rewrite::{self, Job, Rewritten, Rules};
use crate::settings::load::{Loaded, Overrides, load};
use crate::settings::{Allow, Settings};
use crate::sources::{self, Content, Found, Patterns};

/// Runs the verb.
pub fn run(flags: &cli::Collect) -> Exit {
    let directory = std::env::current_dir().unwrap_or_default();
    let mut console = Console {
        django: DjangoVersion::NEWEST,
        verbosity: flags.verbosity,
        dry_run: flags.dry_run,
        color: wants_color(flags.color),
        directory: directory.clone(),
    };
    let overrides = Overrides {
        set: flags.set.clone(),
        static_root: flags.static_root.clone(),
        static_url: flags.static_url.clone(),
        ignore_patterns: flags.ignore.clone(),
    };
    let settings = match load(flags.settings.as_deref(), &overrides, &directory) {
        Ok(Loaded { settings, warnings }) => {
            tell(&mut console, warnings);
            settings
        }
        Err(problems) => {
            tell(&mut console, problems);
            return Exit::Usage;
        }
    };
    console.django = settings.django;
    if let Some(jobs) = flags.jobs {
        // Fails only where a pool exists already, which none does yet.
        let _ = rayon::ThreadPoolBuilder::new()
            .num_threads(usize::from(jobs))
            .build_global();
    }
    if !consents(flags, &settings, &console) {
        let refusal = Problem::error("cancelled", "Collecting static files cancelled.");
        tell(&mut console, vec![refusal]);
        return Exit::Failed;
    }
    let run = Run {
        flags,
        settings: &settings,
    };
    match run.collect(&mut console) {
        Ok(()) => Exit::Done,
        Err(problems) => {
            tell(&mut console, problems);
            Exit::Failed
        }
    }
}

/// One run with its settings.
struct Run<'a> {
    flags: &'a cli::Collect,
    settings: &'a Settings,
}

impl Run<'_> {
    fn collect(&self, console: &mut Console) -> Result<(), Vec<Problem>> {
        let settings = self.settings;
        let patterns = Patterns::new(&settings.ignore_patterns, !self.flags.no_default_ignore);
        let mut found = sources::find(settings, &patterns);
        fail_on(std::mem::take(&mut found.problems))?;
        let post_process = !self.flags.no_post_process && !self.flags.dry_run;
        let hashes = post_process && settings.backend.hashes();
        // Links that lead nowhere are links all the same.
        let mut contents = if self.flags.link && !post_process {
            sources::unread(&found.assets)
        } else if self.flags.dry_run {
            sources::read_leniently(&found.assets)
        } else {
            let read = sources::read(&found.assets, hashes);
            fail_on(read.problems)?;
            read.contents
        };
        let rewritten = if hashes {
            Some(self.rewrite(&found.assets, &mut contents, console)?)
        } else {
            None
        };
        let processed = Processed {
            hashed: rewritten.as_ref().map(|rewritten| &rewritten.hashed[..]),
            texts: rewritten.as_ref().map_or(&[], |rewritten| &rewritten.texts),
        };
        let plan = plan::plan(
            settings,
            &found.assets,
            &contents,
            post_process.then_some(&processed),
        );
        self.write(&found, &contents, &processed, &plan, console)
    }

    /// Rewrites all css and js; fails if anything in them is wrong.
    fn rewrite(
        &self,
        assets: &[Asset],
        contents: &mut [Content],
        console: &mut Console,
    ) -> Result<Rewritten, Vec<Problem>> {
        let settings = self.settings;
        let texts = contents
            .iter_mut()
            .enumerate()
            .filter_map(|(index, content)| Some((asset_id(index), content.text.take()?)))
            .collect();
        let fingerprints: Vec<Option<Fingerprint>> =
            contents.iter().map(|content| content.fingerprint).collect();
        let policy = Policy::new(settings);
        let mut rewritten = rewrite::rewrite(
            &Job {
                assets,
                fingerprints: &fingerprints,
                rules: &Rules::new(settings.django, settings.js_aggregation),
                static_url: &settings.static_url,
                keeps_plain: !settings.backend.keeps_only_hashed(settings),
                leftovers: &Earlier {
                    root: &settings.static_root,
                },
                policy: &|asset, kind| policy.level(asset, kind),
            },
            texts,
        );
        let mut problems = std::mem::take(&mut rewritten.problems);
        problems.extend(policy.unused());
        if problems.iter().any(Problem::is_error) {
            return Err(problems);
        }
        tell(console, problems);
        Ok(rewritten)
    }

    /// Makes STATIC_ROOT what the plan says and tells it as Django would.
    fn write(
        &self,
        found: &Found,
        contents: &[Content],
        processed: &Processed<'_>,
        plan: &Plan,
        console: &mut Console,
    ) -> Result<(), Vec<Problem>> {
        let root = StaticRoot::new(self.settings);
        let earlier = if self.flags.clear {
            root.files().map_err(|problem| vec![problem])?
        } else {
            Vec::new()
        };
        self.look_at_manifest(plan, console);
        let bar = Bar::new(self.flags.progress.decided());
        let stage = Stage {
            root: &root,
            assets: &found.assets,
            contents,
            texts: processed.texts,
            link: self.flags.link,
            progress: &bar,
        };
        let done = if self.flags.dry_run {
            stage.compare(plan)
        } else {
            let done = stage.carry_out(plan, &self.settings.manifest_name, &[]);
            bar.finish();
            let done = done?;
            self.clear(&root, plan, &done, &earlier)?;
            done
        };
        for event in self.events(found, processed, &done, earlier) {
            console.event(event);
        }
        Ok(())
    }

    /// Removes what was there before and is not of this run.
    fn clear(
        &self,
        root: &StaticRoot,
        plan: &Plan,
        done: &[Done],
        earlier: &[LogicalPath],
    ) -> Result<(), Vec<Problem>> {
        let mut kept = plan.paths();
        kept.extend(done.iter().flat_map(|done| &done.copies));
        let manifest = LogicalPath::new(self.settings.manifest_name.as_str());
        if plan.manifest.is_some() {
            kept.insert(&manifest);
        }
        let problems: Vec<Problem> = earlier
            .iter()
            .filter(|path| !kept.contains(path))
            .filter_map(|path| root.remove(path).err())
            .collect();
        fail_on(problems)
    }

    /// Warns of a manifest that Django could not load.
    fn look_at_manifest(&self, plan: &Plan, console: &mut Console) {
        let path = self.settings.static_root.join(&self.settings.manifest_name);
        if plan.manifest.is_some()
            && let Ok(content) = std::fs::read(&path)
            && let Some(fault) = manifest::fault(&content)
        {
            let problem = Problem::warning(
                "corrupt-manifest",
                format!("the manifest of an earlier run {fault}; it is replaced"),
            );
            tell(console, vec![problem.in_file(path)]);
        }
    }

    /// The run's events, in Django's order, with its closing sentence.
    fn events(
        &self,
        found: &Found,
        processed: &Processed<'_>,
        done: &[Done],
        earlier: Vec<LogicalPath>,
    ) -> Vec<Event> {
        let mut summary = Summary {
            deleted: earlier.len(),
            linked: self.flags.link,
            destination: self.settings.static_root.clone(),
            skipped: found.conflicts.len(),
            ..Summary::default()
        };
        let mut events: Vec<Event> = earlier.into_iter().map(Event::Cleared).collect();
        let mut plain: Vec<Option<&Done>> = vec![None; found.assets.len()];
        for done in done.iter().filter(|done| done.role == Role::Plain) {
            plain[done.asset.index()] = Some(done);
        }
        let mut conflicts = found.conflicts.iter().peekable();
        for (index, asset) in found.assets.iter().enumerate() {
            while let Some(conflict) = conflicts.next_if(|conflict| conflict.after <= index) {
                events.push(Event::Conflict(conflict.key.clone()));
            }
            // Files that are cleared or not kept are copied every time.
            let before = plain[index].map_or(Before::Absent, |done| done.before);
            match before {
                Before::Same if !self.flags.clear => {
                    summary.unmodified += 1;
                    events.push(Event::Unmodified(asset.found_path.clone()));
                    continue;
                }
                Before::Other if !self.flags.clear => {
                    events.push(Event::Replaced(asset.found_path.clone()));
                }
                _ => {}
            }
            summary.modified += 1;
            events.push(if self.flags.link {
                Event::Linked(asset.source.clone())
            } else {
                Event::Copied(asset.source.clone())
            });
        }
        events.extend(conflicts.map(|conflict| Event::Conflict(conflict.key.clone())));
        let post = self.post_process_events(found, processed, done);
        let made = |event: &&Event| matches!(event, Event::PostProcessed(..));
        summary.post_processed = post.iter().filter(made).count();
        events.extend(post);
        events.push(Event::Done(summary));
        events
    }

    /// Fingerprinted copies, deepest directories first, css and js last as
    /// Django yields them; then compressed copies.
    fn post_process_events(
        &self,
        found: &Found,
        processed: &Processed<'_>,
        done: &[Done],
    ) -> Vec<Event> {
        let mut events = Vec::new();
        if let Some(hashed) = processed.hashed {
            let mut before = vec![Before::Same; found.assets.len()];
            for done in done.iter().filter(|done| done.role == Role::Hashed) {
                before[done.asset.index()] = done.before;
            }
            let mut order: Vec<usize> = (0..found.assets.len()).collect();
            let depth = |asset: &Asset| asset.key.as_bytes().split(|&byte| byte == b'/').count();
            order.sort_by_key(|&index| {
                let asset = &found.assets[index];
                (asset.path.is_adjustable(), std::cmp::Reverse(depth(asset)))
            });
            for index in order {
                let asset = &found.assets[index];
                let made =
                    asset.path.is_adjustable() || before[index] != Before::Same || self.flags.clear;
                events.push(if made {
                    Event::PostProcessed(asset.key.clone(), hashed[index].clone())
                } else {
                    Event::PostProcessSkipped(asset.key.clone())
                });
            }
        }
        for done in done {
            for copy in &done.copies {
                events.push(Event::PostProcessed(done.path.clone(), copy.clone()));
            }
        }
        events
    }
}

/// What `missing_references` and `[[staticc.allow]]` say of a reference.
struct Policy<'a> {
    default: Level,
    allow: Vec<(&'a Allow, AtomicBool)>,
}

impl<'a> Policy<'a> {
    fn new(settings: &'a Settings) -> Self {
        let unused = |allow| (allow, AtomicBool::new(false));
        Self {
            default: settings.missing_references,
            allow: settings.allow.iter().map(unused).collect(),
        }
    }

    fn level(&self, asset: &Asset, kind: ReferenceKind) -> Level {
        let entry = self.allow.iter().find(|(allow, _)| {
            allow.kind.is_none_or(|only| only == kind) && allow.path.is_match(asset.path.as_path())
        });
        entry.map_or(self.default, |(allow, used)| {
            used.store(true, Ordering::Relaxed);
            allow.level
        })
    }

    /// Entries that no reference needed.
    fn unused(&self) -> impl Iterator<Item = Problem> {
        self.allow
            .iter()
            .filter(|(_, used)| !used.load(Ordering::Relaxed))
            .map(|(allow, _)| {
                let glob = allow.path.glob();
                Problem::warning(
                    "unused-allow",
                    format!(
                        "[[staticc.allow]] for {glob} (line {}) matches no missing reference",
                        allow.line
                    ),
                )
                .cure("remove the entry")
            })
    }
}

fn asset_id(index: usize) -> crate::nouns::AssetId {
    crate::nouns::AssetId(u32::try_from(index).unwrap_or(u32::MAX))
}

/// Passes on problems one by one.
fn tell(console: &mut Console, problems: Vec<Problem>) {
    for problem in problems {
        console.event(Event::Problem(problem));
    }
}

/// Fails if there is anything to fail on.
fn fail_on(problems: Vec<Problem>) -> Result<(), Vec<Problem>> {
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}

fn wants_color(when: cli::When) -> bool {
    when.decided().unwrap_or_else(|| {
        std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
            && io::stderr().is_terminal()
    })
}

/// Asks as Django does, where there is somebody to ask and something to
/// lose.
fn consents(flags: &cli::Collect, settings: &Settings, console: &Console) -> bool {
    let occupied =
        std::fs::read_dir(&settings.static_root).is_ok_and(|mut entries| entries.next().is_some());
    if flags.noinput || !occupied || !io::stdin().is_terminal() {
        return true;
    }
    let mut question = b"\n".to_vec();
    if flags.dry_run {
        question.extend_from_slice(
            b"You have activated the --dry-run option so no files will be modified.\n\n",
        );
    }
    question.extend_from_slice(
        b"You have requested to collect static files at the destination\n\
          location as specified in your settings:\n\n    ",
    );
    question.extend_from_slice(bytes_of(&settings.static_root));
    question.extend_from_slice(if flags.clear {
        b"\n\nThis will DELETE ALL FILES in this location!\n"
    } else {
        b"\n\nThis will overwrite existing files!\n"
    });
    question.extend_from_slice(
        b"Are you sure you want to do this?\n\nType 'yes' to continue, or 'no' to cancel: ",
    );
    console.ask(&question) == "yes"
}

fn bytes_of(path: &Path) -> &[u8] {
    use std::os::unix::ffi::OsStrExt as _;
    path.as_os_str().as_bytes()
}
