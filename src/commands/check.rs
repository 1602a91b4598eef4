//! `staticc check`: every problem of a project, and nothing written but a
//! record of what is clean.

use std::path::{Path, PathBuf};

use super::tell;
use super::{Exit, cache, conclude, unusable};
use crate::check;
use crate::check::templates::{Reader, Templates};
use crate::cli;
use crate::disk;
use crate::model::{Checkup, Code, Event, Problem, ReferenceKind, Report as _};
use crate::pipeline::project::Project;
use crate::pipeline::run::now;
use crate::pipeline::severity::SeverityPolicy;
use crate::pystd::urllib::normal;
use crate::report::console::Console;
use crate::rewrite::collection::RewriteContext;
use crate::settings::load::Loaded;
use crate::settings::{AllowKind, Settings};
use crate::state::cache::Cache;
use crate::state::check_record::Record;
use crate::state::collect_record::InputsDigest;

/// Runs the verb.
pub fn run(args: &cli::CheckArgs, console: &mut Console, loaded: Loaded) -> Exit {
    super::use_threads(&args.threads);
    let directory = console.directory.clone();
    let asked = match Asked::new(&args.files, &directory) {
        Ok(asked) => asked,
        Err(problem) => return unusable(problem, console),
    };
    let Loaded {
        settings, warnings, ..
    } = loaded;
    let cache_dir = args.cache_dir.as_deref();
    let cache = match cache::of_project(args.no_cache, cache_dir, &settings, &directory) {
        Ok(cache) => cache,
        Err(problem) => return unusable(problem, console),
    };
    let (mut problems, checkup) = look(args, &settings, &cache);
    problems.extend(warnings);
    problems.retain(|problem| asked.about(problem));
    Problem::sort(&mut problems);
    let failed = problems.iter().any(Problem::is_error);
    tell(console, problems);
    console.event(Event::Checked(checkup));
    conclude(if failed { Err(Vec::new()) } else { Ok(()) }, console)
}

/// Everything that is wrong, and how much was looked at.
fn look(args: &cli::CheckArgs, settings: &Settings, cache: &Cache) -> (Vec<Problem>, Checkup) {
    let mut project = Project::find(settings, &args.ignore);
    let mut problems = std::mem::take(&mut project.found.problems);
    let assets = &project.found.assets;
    let policy = SeverityPolicy::new(settings);
    let names = |path: &_, code| policy.level_of(path, code);
    problems.extend(check::names::look_at_names(&project.found, &names));

    let world = InputsDigest::of(settings, assets);
    let kept = cache.check(&settings.static_root);
    let bytes = kept.as_ref().and_then(|path| disk::read(path).ok());
    let bytes = bytes.unwrap_or_default();
    let record = Record::read(&bytes, &world);
    let started = now();
    let (texts, templates) = project.with_rewrite_context(&policy, &[], |job| {
        let texts = check::texts::look_at_texts(job, &record, settings.backend.hashes());
        (texts, templates(args, settings, &policy, job, &record))
    });
    problems.extend(texts.problems);
    problems.extend(templates.problems);
    let hashes = settings.backend.hashes();
    problems.extend(policy.unused(|kind| match kind {
        AllowKind::Problem(_) => true,
        AllowKind::Reference(ReferenceKind::Template) => !args.no_templates,
        AllowKind::Reference(_) | AllowKind::AnyReference => hashes,
    }));

    let mut clean = Record::new(world);
    if args.no_templates {
        clean.keep_templates(&record);
    }
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
    args: &cli::CheckArgs,
    settings: &Settings,
    policy: &SeverityPolicy<'_>,
    job: &RewriteContext<'_>,
    record: &Record,
) -> Templates {
    if args.no_templates {
        return Templates::default();
    }
    let reader = Reader {
        directories: &settings.template_dirs,
        job,
        hashes: settings.backend.hashes(),
        level: &|template| policy.level(template, ReferenceKind::Template),
    };
    reader.look(record)
}

/// The files that somebody asked about; all, if none was named.
struct Asked<'a> {
    directory: &'a Path,
    files: Vec<PathBuf>,
}

impl<'a> Asked<'a> {
    fn new(files: &[PathBuf], directory: &'a Path) -> Result<Self, Problem> {
        let mut asked = Self {
            directory,
            files: Vec::with_capacity(files.len()),
        };
        for file in files {
            if let Err(error) = directory.join(file).symlink_metadata() {
                let problem =
                    Problem::error(Code::NoSuchFile, format!("cannot be checked: {error}"));
                return Err(problem
                    .in_file(directory.join(file))
                    .help("name files or directories that are there"));
            }
            let names: Vec<PathBuf> = asked.names(file).collect();
            asked.files.extend(names);
        }
        Ok(asked)
    }

    /// A file as it is named, and where it really is, if it is anywhere.
    fn names(&self, file: &Path) -> impl Iterator<Item = PathBuf> {
        let named = normal(&self.directory.join(file));
        let real = named.canonicalize().ok();
        std::iter::once(named).chain(real)
    }

    /// Whether a problem is in one of the files, or about one of them. What is
    /// wrong with no file is wrong with all.
    fn about(&self, problem: &Problem) -> bool {
        if self.files.is_empty() || (problem.file.is_none() && problem.is_error()) {
            return true;
        }
        let related = problem.related.iter().map(|related| &related.file);
        let mut names = problem
            .file
            .iter()
            .chain(related)
            .flat_map(|it| self.names(it));
        names.any(|name| self.files.iter().any(|asked| name.starts_with(asked)))
    }
}
