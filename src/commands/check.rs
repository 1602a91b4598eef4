//! `staticc check`: every problem of a project, and nothing written but a
//! record of what is clean.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::cache::{misplaced, open_unless};
use super::policy::Policy;
use super::project::Project;
use super::{Exit, conclude, now, tell};
use crate::check::{self, Reader, Record, Templates};
use crate::cli;
use crate::disk;
use crate::nouns::{Checkup, Event, Problem, ReferenceKind, Report as _};
use crate::output::cache::Cache;
use crate::output::record::World;
use crate::report::Console;
use crate::rewrite::Job;
use crate::settings::load::Loaded;
use crate::settings::{AllowKind, Settings};

/// Runs the verb.
pub fn run(flags: &cli::Check, console: &mut Console, loaded: Loaded) -> Exit {
    super::use_threads(flags.jobs);
    let asked = match Asked::new(&flags.files, &console.directory) {
        Ok(asked) => asked,
        Err(problem) => {
            tell(console, vec![problem]);
            return Exit::Usage;
        }
    };
    let Loaded { settings, warnings } = loaded;
    let cache_dir = flags.cache_dir.as_deref();
    let cache = open_unless(
        flags.no_cache,
        cache_dir,
        &settings.cache,
        &console.directory,
    );
    let (mut problems, checkup) = look(flags, &settings, &cache);
    problems.extend(warnings);
    problems.extend(misplaced(&cache, &settings));
    problems.retain(|problem| asked.about(problem));
    Problem::sort(&mut problems);
    let failed = problems.iter().any(Problem::is_error);
    tell(console, problems);
    console.event(Event::Checked(checkup));
    conclude(if failed { Err(Vec::new()) } else { Ok(()) }, console)
}

/// Everything that is wrong, and how much was looked at.
fn look(flags: &cli::Check, settings: &Settings, cache: &Cache) -> (Vec<Problem>, Checkup) {
    let mut project = Project::find(settings, &flags.ignoring);
    let mut problems = std::mem::take(&mut project.found.problems);
    let assets = &project.found.assets;
    let policy = Policy::new(settings);
    let names = |path: &_, code| policy.level_of(path, code);
    problems.extend(check::look_at_names(&project.found, &names));

    let world = World::of(settings, assets);
    let kept = cache.check(&settings.static_root);
    let bytes = kept.as_ref().and_then(|path| disk::read(path).ok());
    let bytes = bytes.unwrap_or_default();
    let record = Record::read(&bytes, &world);
    let started = now();
    let (texts, templates) = project.with_job(&policy, &[], |job| {
        let texts = check::look_at_texts(job, &record, settings.backend.hashes());
        (texts, templates(flags, settings, &policy, job, &record))
    });
    problems.extend(texts.problems);
    problems.extend(templates.problems);
    problems.extend(policy.unused(if flags.no_templates {
        |kind| kind != AllowKind::Reference(ReferenceKind::Template)
    } else {
        |_| true
    }));

    let mut clean = Record::new(world);
    for (id, stamp, targets) in &texts.clean {
        if stamp.is_older_than(started) {
            clean.add_text(*id, *stamp, targets);
        }
    }
    for (path, stamp) in &templates.clean {
        if stamp.is_older_than(started) {
            clean.add_template(path, *stamp);
        }
    }
    if let (Some(path), Ok(new)) = (kept, clean.write())
        && new != bytes
    {
        cache.replace(&path, |out| out.write_all(&new));
    }
    let checkup = Checkup {
        files: assets.len(),
        texts: texts.count,
        templates: templates.count,
    };
    (problems, checkup)
}

/// What is wrong in templates, if they are to be looked at.
fn templates(
    flags: &cli::Check,
    settings: &Settings,
    policy: &Policy<'_>,
    job: &Job<'_>,
    record: &Record,
) -> Templates {
    if flags.no_templates {
        return Templates::default();
    }
    let hashes = settings.backend.hashes();
    let there = OnceLock::new();
    let is_there = |path: &[u8]| {
        let paths = || {
            let assets = job.assets.iter();
            let paths = assets.map(|asset| check::known_by(asset, hashes).as_bytes());
            paths.collect::<HashSet<&[u8]>>()
        };
        there.get_or_init(paths).contains(path)
    };
    let missing = |name: &str| {
        let path = check::looked_up(name, hashes).filter(|path| !is_there(path))?;
        Some(String::from_utf8_lossy(&path).into_owned())
    };
    let reader = Reader {
        directories: &settings.template_dirs,
        job,
        missing: &missing,
        level: &|template| policy.level(template, ReferenceKind::Template),
    };
    reader.look(record)
}

/// The files that somebody asked about; all, if none was named.
struct Asked(Vec<PathBuf>);

impl Asked {
    fn new(files: &[PathBuf], directory: &Path) -> Result<Self, Problem> {
        let mut found = Vec::with_capacity(files.len());
        for file in files {
            let path = directory.join(file);
            found.push(path.canonicalize().map_err(|error| {
                let problem = Problem::error("no-such-file", format!("cannot be checked: {error}"));
                problem
                    .in_file(path)
                    .cure("name files or directories that are there")
            })?);
        }
        Ok(Self(found))
    }

    /// Whether a problem is in one of the files, or about one of them.
    fn about(&self, problem: &Problem) -> bool {
        let related = problem.related.iter().map(|related| &related.file);
        self.0.is_empty()
            || problem.file.iter().chain(related).any(|file| {
                let file = file.canonicalize();
                file.is_ok_and(|file| self.0.iter().any(|asked| file.starts_with(asked)))
            })
    }
}
