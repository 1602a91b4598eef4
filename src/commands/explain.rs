//! `staticc explain`: prints what a problem code means, or all that is known of a file.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use super::context::{Context, use_threads};
use super::outcome::{Exit, Outcome};
use crate::cli::ExplainArgs;
use crate::model::nearest;
use crate::model::{Code, Event, Fingerprint, LogicalPath, Problem, Report as _};
use crate::pipeline::inspect::FileInspector;
use crate::pipeline::lookup::FileLookup;
use crate::pipeline::project::Project;
use crate::pipeline::severity::SeverityPolicy;
use crate::settings::Settings;
use crate::sources;
use crate::state::cache::Cache;
use crate::state::collect_record::CollectRecord;

/// A project is loaded only if a file is to be explained.
pub fn run(context: &mut Context, args: &ExplainArgs) -> Outcome {
    let mut files = Vec::new();
    let mut exit = Exit::Done;
    for word in &args.subjects {
        match Subject::parse(word, &context.directory) {
            Subject::Code(code) => context.console.event(Event::CodeExplanation { code }),
            Subject::UnknownCode(problem) => {
                context.console.event(Event::Problem(problem));
                exit = Exit::Failed;
            }
            Subject::File(path) => files.push(path),
        }
    }
    if files.is_empty() {
        return Ok(exit);
    }
    let settings = context.load_settings(&args.project, Some(&args.ignore))?;
    use_threads(&args.threads);
    let cache = context.project_cache(&args.cache, &settings)?;
    let project = Project::find(&settings, &(&args.ignore).into());
    explain_files(context, &project, &settings, &cache, &files)?;
    Ok(exit)
}

/// One word of the command line.
enum Subject {
    Code(Code),
    /// A word that is like a code, and no file.
    UnknownCode(Problem),
    File(LogicalPath),
}

impl Subject {
    fn parse(word: &OsString, directory: &Path) -> Self {
        let text = word.to_string_lossy();
        if let Some(code) = Code::from_text(&text) {
            return Self::Code(code);
        }
        let codes: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
        // Static files have an extension or are in a directory.
        let is_word = !text.contains(['/', '.']) && !directory.join(word).exists();
        match nearest(&text, &codes).filter(|_| is_word) {
            Some(code) => {
                let message = format!("'{text}' is neither a problem code nor a file");
                let problem = Problem::error(Code::NotFound, message);
                Self::UnknownCode(problem.help(format!("did you mean {code}?")))
            }
            None => Self::File(LogicalPath::new(word.as_bytes())),
        }
    }
}

fn explain_files(
    context: &mut Context,
    project: &Project<'_>,
    settings: &Settings,
    cache: &Cache,
    files: &[LogicalPath],
) -> Result<(), Vec<Problem>> {
    let policy = SeverityPolicy::new(settings);
    let hashes = settings.backend.hashes();
    let read = sources::read::read_all(
        &project.found.assets,
        hashes,
        settings.references,
        &CollectRecord::default(),
    );
    let contents = read.contents.iter();
    let fingerprints: Vec<Option<Fingerprint>> =
        contents.map(|content| content.fingerprint).collect();
    let leftovers = project.earlier_files();
    project.with_rewrite_context(&policy, &fingerprints, &leftovers, |rewrite_context| {
        let inspector = FileInspector::new(project, &policy, rewrite_context, &read, cache);
        let lookup = FileLookup {
            project,
            directory: &context.directory,
            hashed: &|id| inspector.hashed(id).ok(),
        };
        let (matches, missing) = lookup.find(files);
        for explanation in inspector.explain(&matches) {
            let event = Event::Explanation(Box::new(explanation));
            context.console.event(event);
        }
        cache.finish();
        Problem::fail_on_any(missing)
    })
}
