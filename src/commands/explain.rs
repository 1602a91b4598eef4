//! `staticc explain`: what a problem means, or all that is known of a file.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use super::{Exit, cache, in_project, told, unusable};
use crate::cli;
use crate::model::nearest;
use crate::model::{Code, Event, Fingerprint, LogicalPath, Problem, Report as _};
use crate::pipeline::inspect::FileInspector;
use crate::pipeline::lookup::FileLookup;
use crate::pipeline::project::Project;
use crate::pipeline::severity::SeverityPolicy;
use crate::report::catalogue;
use crate::report::console::Console;
use crate::settings::Settings;
use crate::sources;
use crate::state::collect_record::Record;

/// Runs the verb. What problems mean is known without a project.
pub fn run(args: &cli::ExplainArgs, console: &mut Console) -> Exit {
    let mut files = Vec::new();
    let mut exit = Exit::Done;
    for word in &args.subjects {
        match Subject::of(word, &console.directory) {
            Subject::Code(code, text) => console.event(Event::Meaning { code, text }),
            Subject::Misspelt(problem) => {
                console.event(Event::Problem(problem));
                exit = Exit::Failed;
            }
            Subject::File(path) => files.push(path),
        }
    }
    if files.is_empty() {
        return exit;
    }
    let project = (&args.project, Some(&args.ignore));
    let asked = in_project(project, console, |console, loaded| {
        let settings = told(console, loaded);
        explain(args, console, &settings, &files)
    });
    if asked == Exit::Done { exit } else { asked }
}

/// What somebody asks about.
enum Subject {
    /// A problem.
    Code(&'static str, &'static str),
    /// A problem that there is not.
    Misspelt(Problem),
    /// A file.
    File(LogicalPath),
}

impl Subject {
    fn of(word: &OsString, directory: &Path) -> Self {
        let text = word.to_string_lossy();
        if let Some((code, section)) = catalogue::sections().find(|(code, _)| *code == text) {
            return Self::Code(code, section);
        }
        let codes: Vec<&str> = catalogue::sections().map(|(code, _)| code).collect();
        // Static files have an extension, or a directory.
        let is_word = !text.contains(['/', '.']) && !directory.join(word).exists();
        match nearest(&text, &codes).filter(|_| is_word) {
            Some(code) => {
                let message = format!("there is no problem '{text}', and no such file");
                let problem = Problem::error(Code::NotFound, message);
                Self::Misspelt(problem.help(format!("did you mean {code}?")))
            }
            None => Self::File(LogicalPath::new(word.as_bytes())),
        }
    }
}

/// Explains files.
fn explain(
    args: &cli::ExplainArgs,
    console: &mut Console,
    settings: &Settings,
    files: &[LogicalPath],
) -> Exit {
    super::use_threads(&args.threads);
    let cache_dir = args.cache_dir.as_deref();
    let cache = cache::of_project(args.no_cache, cache_dir, settings, &console.directory);
    let cache = match cache {
        Ok(cache) => cache,
        Err(problem) => return unusable(problem, console),
    };
    let project = Project::find(settings, &args.ignore);
    let policy = SeverityPolicy::new(settings);
    let hashes = settings.backend.hashes();
    let read = sources::read::read(&project.found.assets, hashes, &Record::default());
    let fingerprints: Vec<Option<Fingerprint>> =
        read.contents.iter().map(|it| it.fingerprint).collect();
    project.with_rewrite_context(&policy, &fingerprints, |job| {
        let inquiry = FileInspector::new(&project, &policy, job, &read, &cache);
        let lookup = FileLookup {
            project: &project,
            directory: &console.directory,
            hashed: &|id| inquiry.hashed(id).ok(),
        };
        let (meant, missing) = lookup.read(files);
        for explanation in inquiry.explain(&meant) {
            console.event(Event::Explanation(Box::new(explanation)));
        }
        cache.settle();
        super::conclude(crate::pipeline::run::fail_on(missing), console)
    })
}
