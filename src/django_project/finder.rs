//! The project's finders, with what those that are not Django's listed.

use std::path::Path;
use std::sync::Arc;

use serde_json::Value as Json;

use super::answers::{Answers, Finder as Asked};
use super::python_location::located;
use crate::model::{Code, LogicalPath, Problem};
use crate::settings::{Finder, FinderListing, OtherFinder};

/// All finders, others than Django's with what they listed; and the problems
/// of those that did not.
pub fn finders(answers: &Answers) -> (Vec<Finder>, Vec<Problem>) {
    let (mut listed, mut problems) = (Vec::new(), Vec::new());
    for entry in finder_entries(answers) {
        if let Some(finder) = Finder::of_django(entry) {
            listed.push(finder);
            continue;
        }
        let mut asked = answers.finders.iter().flatten();
        let asked = asked.find(|finder| finder.entry == entry);
        match asked.and_then(listing) {
            Some(finder) => listed.push(Finder::Other(Arc::new(finder))),
            None => problems.push(unlisted(entry, asked, answers)),
        }
    }
    (listed, problems)
}

/// What a finder listed, by directory.
fn listing(asked: &Asked) -> Option<OtherFinder> {
    let mut listings: Vec<(&str, &Path, Vec<LogicalPath>)> = Vec::new();
    for file in asked.files.as_ref()? {
        let root = above(&file.source, &file.path)?;
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
        name: asked.entry.clone(),
        listings: listings.into_iter().map(listing).collect(),
    })
}

/// The directory that a file is in by such a path.
fn above<'p>(source: &'p Path, path: &str) -> Option<&'p Path> {
    let depth = Path::new(path).components().count();
    let root = source.ancestors().nth(depth)?;
    (root.join(path) == source).then_some(root)
}

/// The problem of a finder whose files are not known.
fn unlisted(entry: &str, asked: Option<&Asked>, answers: &Answers) -> Problem {
    let reason = answers.not_asked.iter().find(|it| it.what.contains(entry));
    let mut files = asked.iter().filter_map(|it| it.files.as_ref()).flatten();
    let odd = files.find(|it| above(&it.source, &it.path).is_none());
    let message = match (reason, odd) {
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
    located(problem, asked.and_then(|it| it.place.as_deref()))
}

fn finder_entries(answers: &Answers) -> impl Iterator<Item = &str> {
    let entries = answers.settings.get("STATICFILES_FINDERS");
    let entries = entries.and_then(|it| it.value.as_array());
    entries.into_iter().flatten().filter_map(Json::as_str)
}
