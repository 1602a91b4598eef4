//! Converts the project's finders. Those other than Django's come with the files they list.

use std::path::Path;
use std::sync::Arc;

use serde_json::Value as Json;

use super::answers::{Answers, CustomFinder};
use super::python_location::located;
use crate::model::{Code, LogicalPath, Problem};
use crate::settings::{Finder, FinderListing, OtherFinder};

/// The finders of a project.
pub struct ConvertedFinders {
    pub finders: Vec<Finder>,
    /// A problem for each finder whose files are unknown.
    pub problems: Vec<Problem>,
}

pub fn convert_finders(answers: &Answers) -> ConvertedFinders {
    let (mut finders, mut problems) = (Vec::new(), Vec::new());
    for entry in finder_entries(answers) {
        if let Some(finder) = Finder::of_django(entry) {
            finders.push(finder);
            continue;
        }
        let mut others = answers.finders.iter().flatten();
        let custom = others.find(|finder| finder.entry == entry);
        match custom.and_then(other_finder) {
            Some(finder) => finders.push(Finder::Other(Arc::new(finder))),
            None => problems.push(unlisted(entry, custom, answers)),
        }
    }
    ConvertedFinders { finders, problems }
}

/// Groups the files of a finder by directory. Returns `None` if the finder did not list its files,
/// or gives one of them another name than it has on disk.
fn other_finder(finder: &CustomFinder) -> Option<OtherFinder> {
    let mut listings: Vec<(&str, &Path, Vec<LogicalPath>)> = Vec::new();
    for file in finder.files.as_ref()? {
        let root = root_of(&file.source, &file.path)?;
        let path = LogicalPath::new(file.path.as_str());
        match listings.last_mut() {
            Some((prefix, known, files)) if *prefix == file.prefix && *known == root => {
                files.push(path);
            }
            _ => listings.push((&file.prefix, root, vec![path])),
        }
    }
    let listing = |(prefix, root, files): (&str, &Path, Vec<_>)| FinderListing {
        prefix: prefix.to_owned(),
        root: root.to_path_buf(),
        files: files.into(),
    };
    Some(OtherFinder {
        name: finder.entry.clone(),
        listings: listings.into_iter().map(listing).collect(),
        ignore_patterns: finder.ignore_patterns.clone(),
    })
}

/// Returns the directory that a source is in by its path.
fn root_of<'p>(source: &'p Path, path: &str) -> Option<&'p Path> {
    let depth = Path::new(path).components().count();
    let root = source.ancestors().nth(depth)?;
    (root.join(path) == source).then_some(root)
}

/// Returns the problem of a finder whose files are unknown.
fn unlisted(entry: &str, finder: Option<&CustomFinder>, answers: &Answers) -> Problem {
    let mut unanswered = answers.not_asked.iter();
    let files_of = format!("files of {entry}");
    let reason = unanswered.find(|question| question.what == files_of);
    let mut files = finder
        .iter()
        .filter_map(|finder| finder.files.as_ref())
        .flatten();
    let renamed = files.find(|file| root_of(&file.source, &file.path).is_none());
    let message = match (reason, renamed) {
        (Some(reason), _) => {
            format!(
                "the finder {entry} cannot be asked for its files: {}",
                reason.why
            )
        }
        (None, Some(file)) => {
            let source = file.source.display();
            format!(
                "the finder {entry} gives {source} another name, {}",
                file.path
            )
        }
        (None, None) => format!("the finder {entry} has not been asked for its files"),
    };
    let problem = Problem::error(Code::CustomFinder, message);
    located(problem, finder.and_then(|finder| finder.place.as_deref()))
}

fn finder_entries(answers: &Answers) -> impl Iterator<Item = &str> {
    let setting = answers.settings.get("STATICFILES_FINDERS");
    let entries = setting.and_then(|setting| setting.value.as_array());
    entries.into_iter().flatten().filter_map(Json::as_str)
}
