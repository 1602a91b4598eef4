//! Verifies compressed copies in STATIC_ROOT: whether each decodes to the file beside it, and
//! where a wrong one comes from. Lists the sources only for a wrong one. Writes nothing.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::OnceLock;

use super::copy_origin::CopyOrigin;
use super::root::StaticRoot;
use crate::disk;
use crate::encode::decode::is_copy;
use crate::model::{Asset, Code, Encoding, LogicalPath, Problem, ReportLevel};
use crate::pystd::shlex;
use crate::settings::Settings;
use crate::sources::directory::SourceDirectory;
use crate::sources::finder;
use crate::sources::ignore_patterns::IgnorePatterns;
use crate::state::cache::Cache;

/// The help for a copy that collecting replaces.
pub const COLLECT_AGAIN: &str = "collect again: `staticc collect` compares and repairs";

/// Returns the level that the settings give a source with the name of a compressed copy.
pub type SourceCopyLevel<'a> = dyn Fn(&LogicalPath) -> Option<ReportLevel> + Sync + 'a;

pub(super) struct CopyVerifier<'a> {
    root: &'a StaticRoot,
    settings: &'a Settings,
    origin: CopyOrigin<'a>,
    level: &'a SourceCopyLevel<'a>,
    sources: OnceLock<HashMap<LogicalPath, PathBuf>>,
}

impl<'a> CopyVerifier<'a> {
    pub fn new(
        root: &'a StaticRoot,
        settings: &'a Settings,
        cache: &'a Cache,
        level: &'a SourceCopyLevel<'a>,
    ) -> Self {
        Self {
            root,
            settings,
            origin: CopyOrigin::new(cache, settings),
            level,
            sources: OnceLock::new(),
        }
    }

    /// Returns the problem of a compressed copy that is not one of its file. `is_key` says
    /// whether the manifest has the path of the copy as a key.
    pub fn problem(
        &self,
        file: &Asset,
        encoding: Encoding,
        copy: &LogicalPath,
        is_key: bool,
    ) -> Option<Problem> {
        let place = self.root.locate(copy);
        let problem = wrong_copy(self.root, encoding, copy, &file.path)?;
        if is_key || self.is_source(copy) {
            let level = (self.level)(copy).unwrap_or(ReportLevel::Warn);
            let problem = Problem {
                severity: level.severity()?,
                ..problem
            };
            let note = "a source has this name, and is collected as it is";
            return Some(problem.note(note).help("remove or rename the source"));
        }
        let entry = self
            .origin
            .entry(&file.path, &file.source(), encoding, &place);
        Some(match (entry, self.origin.cache.directory()) {
            (Some(entry), Some(directory)) => problem
                .note(format!("it comes from the cache: {}", entry.display()))
                .help(format!(
                    "empty the cache: `staticc cache prune --max-size 0 --cache-dir {}`; \
                     then collect again: `staticc collect`",
                    shlex::quote(&directory.to_string_lossy())
                )),
            _ => problem.help(COLLECT_AGAIN),
        })
    }

    /// Returns whether a source has this path and the content that is in STATIC_ROOT. A storage
    /// without a manifest does not say which files are of sources.
    fn is_source(&self, path: &LogicalPath) -> bool {
        let find = || {
            let directories = SourceDirectory::all(self.settings, IgnorePatterns::default());
            let found = finder::find(self.settings, &directories);
            let assets = found.assets.into_iter();
            assets
                .map(|asset| (asset.path.clone(), asset.source()))
                .collect()
        };
        !self.settings.backend.hashes()
            && self
                .sources
                .get_or_init(find)
                .get(path)
                .is_some_and(|source| disk::same_bytes(source, &self.root.locate(path)))
    }
}

/// Returns the problem of a compressed copy in STATIC_ROOT that does not decode to a file there.
pub fn wrong_copy(
    root: &StaticRoot,
    encoding: Encoding,
    copy: &LogicalPath,
    file: &LogicalPath,
) -> Option<Problem> {
    let place = root.locate(copy);
    let is_same = disk::open(&place).and_then(|(copy, _)| {
        let (content, _) = disk::open(&root.locate(file))?;
        is_copy(encoding, copy, content)
    });
    let message = match is_same {
        Ok(true) => return None,
        Ok(false) => format!("is not the compressed copy of {file}"),
        Err(error) => format!("cannot be decoded: {error}"),
    };
    Some(Problem::error(Code::WrongCopy, message).in_file(place))
}
