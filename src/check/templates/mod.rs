//! What is wrong with the static files that templates name. Reads the
//! templates that are not known to be clean; knows no template language.

pub mod django;
pub mod engine;
pub mod jinja;
pub mod quoted;
pub mod reading;

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs::Metadata;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use rayon::prelude::*;
use walkdir::WalkDir;

use super::name::{known_by, looked_up};
use super::templates::engine::{Engine, readable, references};
use crate::disk;
use crate::model::{
    Asset, Code, LineIndex, LogicalPath, Problem, ReferenceKind, ReportLevel, SourceSpan, Stamp,
};
use crate::pystd::fnmatch::Patterns;
use crate::rewrite::collection::RewriteContext;
use crate::rewrite::faults::{TOLD, hint, more, remedy};
use crate::rewrite::scan::shorten;
use crate::rewrite::suggest::Suggestions;
use crate::settings::words::PRIVATE;
use crate::state::check_record::Record;

/// What was found in the templates.
#[derive(Debug, Default)]
pub struct Templates {
    /// What is wrong, unsorted.
    pub problems: Vec<Problem>,
    /// Templates with nothing wrong in them.
    pub clean: Vec<(PathBuf, Stamp)>,
    /// How many templates there are.
    pub count: usize,
}

/// What is to be known to look at templates.
pub struct Reader<'a> {
    /// Where templates are, the first that has a name before others.
    pub directories: &'a [PathBuf],
    /// The run, for suggestions.
    pub job: &'a RewriteContext<'a>,
    /// Whether the storage gives fingerprints.
    pub hashes: bool,
    /// What a name that is not found amounts to in the template of this name.
    pub level: &'a (dyn Fn(&LogicalPath) -> ReportLevel + Sync),
}

/// What names mean in the project.
struct Names<'a> {
    /// The path under which a name is looked up and not found, if it is not.
    missing: &'a (dyn Fn(&str) -> Option<String> + Sync),
    suggestions: &'a Suggestions<'a>,
}

/// One template.
struct Template {
    /// As templates name each other.
    name: LogicalPath,
    path: PathBuf,
}

/// Larger ones are none that people write, in bytes.
const LARGEST: u64 = 16 << 20;

impl Reader<'_> {
    /// Looks at all templates that the record has not as clean.
    pub fn look(&self, record: &Record) -> Templates {
        let mut all = Templates::default();
        let templates = list(self.directories, &mut all.problems);
        all.count = templates.len();
        let suggestions = Suggestions::new(self.job.assets);
        let there = OnceLock::new();
        let missing = |name: &str| {
            let there = there.get_or_init(|| self.known());
            let path = looked_up(name, self.hashes)?;
            (!there.contains(&path[..])).then(|| String::from_utf8_lossy(&path).into_owned())
        };
        let project = Names {
            missing: &missing,
            suggestions: &suggestions,
        };
        let looks: Vec<io::Result<(Stamp, Option<Vec<Problem>>)>> = templates
            .par_iter()
            .map(|template| {
                let stamp = Stamp::of(&std::fs::metadata(&template.path)?);
                if record.has_template(&template.path, &stamp) {
                    return Ok((stamp, None));
                }
                let text = disk::read_small(&template.path, LARGEST)?;
                Ok((stamp, self.read(template, &text, &project)))
            })
            .collect();
        for (template, look) in templates.into_iter().zip(looks) {
            match look {
                Ok((stamp, None)) => all.clean.push((template.path, stamp)),
                Ok((_, Some(problems))) => all.problems.extend(problems),
                Err(error) => all.problems.push(unreadable(&template.path, &error)),
            }
        }
        all
    }

    /// What the storage knows the files by.
    fn known(&self) -> HashSet<&[u8]> {
        let assets = self.job.assets.iter();
        let paths = assets.map(|asset| known_by(asset, self.hashes).as_bytes());
        paths.collect()
    }

    /// What is wrong in a template; `None` if it is clean.
    fn read(&self, template: &Template, text: &[u8], project: &Names<'_>) -> Option<Vec<Problem>> {
        let found = references(text, Engine::Either);
        let missing = found.into_iter().filter_map(|reference| {
            let path = (project.missing)(&reference.name)?;
            Some((reference, path))
        });
        let missing: Vec<_> = missing.collect();
        if missing.is_empty() {
            return None;
        }
        let Some(severity) = (self.level)(&template.name).severity() else {
            return Some(Vec::new());
        };
        let text = readable(text);
        let lines = LineIndex::new(&text);
        let problem = |(reference, path): &(super::templates::reading::StaticReference, String)| {
            let written = shorten(&text[reference.start..reference.end]);
            let message = format!("{written} names no collected file");
            let problem = Problem::error(Code::MissingStatic, message)
                .in_file(&template.path)
                .at(lines.span(reference.start, reference.end))
                .note(format!("looked for {}", shorten(path)));
            let problem = self.advise(problem, template, reference, path, project);
            Problem {
                severity,
                ..problem
            }
        };
        let mut problems: Vec<Problem> = missing.iter().take(TOLD).map(problem).collect();
        problems.extend(more(
            missing.len().saturating_sub(TOLD),
            severity,
            &template.path,
        ));
        Some(problems)
    }

    /// What may be meant by a name that is not found under a path.
    fn advise(
        &self,
        problem: Problem,
        template: &Template,
        reference: &super::templates::reading::StaticReference,
        path: &str,
        project: &Names<'_>,
    ) -> Problem {
        let bare = path.trim_start_matches('/');
        if reference.name.contains("//") && reference.name != path {
            return problem.help("a whole URL needs no {% static %}: write it as it is");
        }
        if bare.is_empty() {
            return problem.help("name a file");
        }
        if bare != path && (project.missing)(bare).is_none() {
            return problem.help(format!("names begin without a slash: {bare}"));
        }
        let elsewhere = (self.job.elsewhere)(&LogicalPath::new(bare));
        let spell = |asset: &Asset| Some(asset.key.to_text().into_owned());
        hint(problem, elsewhere, bare, spell, project.suggestions)
            .or_help(|| remedy(&template.name, ReferenceKind::Template))
    }
}

/// All templates: of one name only the first, which is the one rendered.
fn list(directories: &[PathBuf], problems: &mut Vec<Problem>) -> Vec<Template> {
    let private = Patterns::new(&PRIVATE);
    let listings: Vec<Vec<walkdir::Result<walkdir::DirEntry>>> = directories
        .par_iter()
        .map(|directory| {
            let walk = WalkDir::new(directory)
                .follow_links(true)
                .sort_by_file_name();
            // Links to one directory could multiply without end.
            let mut seen = HashSet::new();
            let entries = walk.into_iter().filter_entry(|entry| {
                let private = private.match_name(entry.file_name().as_bytes());
                let known = |it: Metadata| it.is_dir() && !seen.insert((it.dev(), it.ino()));
                entry.depth() == 0
                    || !(private || entry.file_type().is_dir() && entry.metadata().is_ok_and(known))
            });
            entries.collect()
        })
        .collect();
    let mut names = HashSet::new();
    let mut templates = Vec::new();
    for (directory, listing) in directories.iter().zip(listings) {
        for entry in listing {
            let path = match entry {
                Ok(entry) if entry.file_type().is_file() => entry.into_path(),
                Ok(_) => continue,
                Err(error) => {
                    problems.extend(unlistable(directory, error));
                    continue;
                }
            };
            let name = path.strip_prefix(directory).unwrap_or(&path).as_os_str();
            let name = LogicalPath::new(OsStr::as_bytes(name));
            if names.insert(name.clone()) {
                templates.push(Template { name, path });
            }
        }
    }
    templates
}

/// A place where a template names a file outright.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// The template.
    pub file: PathBuf,
    /// Where in it.
    pub place: SourceSpan,
    /// What stands there, shortened.
    pub text: String,
}

/// Where templates name what somebody wants to know of: `meant` says of a name
/// what that is.
pub fn mentions<T: Send>(
    directories: &[PathBuf],
    meant: &(dyn Fn(&str) -> Option<T> + Sync),
) -> Vec<(T, Mention)> {
    let templates = list(directories, &mut Vec::new());
    let look = |template: &Template| {
        let text = disk::read_small(&template.path, LARGEST).unwrap_or_default();
        let found = references(&text, Engine::Either).into_iter();
        let wanted = found.filter_map(|it| Some((meant(&it.name)?, it)));
        let wanted: Vec<(T, super::templates::reading::StaticReference)> = wanted.collect();
        let text = readable(&text);
        let lines = LineIndex::new(&text);
        let mention = |(what, it): (T, super::templates::reading::StaticReference)| {
            let mention = Mention {
                file: template.path.clone(),
                place: lines.span(it.start, it.end),
                text: shorten(&text[it.start..it.end]),
            };
            (what, mention)
        };
        wanted.into_iter().map(mention).collect::<Vec<_>>()
    };
    let all: Vec<Vec<(T, Mention)>> = templates.par_iter().map(look).collect();
    all.into_iter().flatten().collect()
}

/// A template that cannot be read is a matter of whoever renders it.
fn unreadable(path: &Path, error: &io::Error) -> Problem {
    let problem = Problem::warning(Code::Unreadable, format!("cannot be read: {error}"));
    problem.in_file(path).help(if path.is_symlink() {
        "repair or remove the link, or use --no-templates"
    } else {
        "make it readable, or use --no-templates"
    })
}

/// A directory that is not there has no templates.
fn unlistable(directory: &Path, error: walkdir::Error) -> Option<Problem> {
    let path = error.path().unwrap_or(directory).to_path_buf();
    let error = error.into_io_error()?;
    let missing = path == directory && error.kind() == io::ErrorKind::NotFound;
    (!missing).then(|| unreadable(&path, &error))
}
