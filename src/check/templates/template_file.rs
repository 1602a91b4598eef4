//! Lists the templates of the project's template directories, and says which belong to
//! an installed package. Does not know what a template holds.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs::Metadata;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use walkdir::WalkDir;

use crate::disk;
use crate::model::{FileStep, LogicalPath, Problem, Severity, installed_package};
use crate::settings::choices::DEFAULT_IGNORE_PATTERNS;
use crate::sources::ignore_patterns::IgnorePatterns;

pub(super) struct TemplateFile {
    /// The name by which Django and Jinja2 load it.
    pub name: LogicalPath,
    pub path: PathBuf,
    /// The installed package that has it. `None` if it is the project's own.
    pub package: Option<Arc<str>>,
}

/// The largest template that is read, in bytes.
const MAX_SIZE: u64 = 16 << 20;

impl TemplateFile {
    /// Returns the directory that has the template directory: that of the app, or of the project.
    pub fn app_directory(&self) -> &Path {
        let depth = self.name.as_path().components().count();
        let directory = self.path.ancestors().nth(depth + 1);
        directory.unwrap_or(&self.path)
    }

    pub fn read(&self) -> io::Result<Vec<u8>> {
        disk::read_small(&self.path, MAX_SIZE)
    }
}

/// Lists all templates. Of several with one name it lists the first, which is the
/// one that Django renders. `report` takes each problem, with the package that has it.
pub(super) fn list_templates(
    directories: &[PathBuf],
    mut report: impl FnMut(Option<&str>, Problem),
) -> Vec<TemplateFile> {
    // Editors and systems make such files; no page renders them.
    let private = IgnorePatterns::new(&DEFAULT_IGNORE_PATTERNS);
    let listings: Vec<Vec<walkdir::Result<walkdir::DirEntry>>> = directories
        .par_iter()
        .map(|directory| {
            let walk = WalkDir::new(directory)
                .follow_links(true)
                .sort_by_file_name();
            // Symbolic links to one directory could multiply without end.
            let mut seen = HashSet::new();
            let entries = walk.into_iter().filter_entry(|entry| {
                let is_private = private.match_name(entry.file_name().as_bytes());
                let is_known = |metadata: Metadata| {
                    metadata.is_dir() && !seen.insert((metadata.dev(), metadata.ino()))
                };
                entry.depth() == 0
                    || !(is_private
                        || entry.file_type().is_dir() && entry.metadata().is_ok_and(is_known))
            });
            entries.collect()
        })
        .collect();
    let mut names = HashSet::new();
    let mut templates = Vec::new();
    for (directory, listing) in directories.iter().zip(listings) {
        let package: Option<Arc<str>> = package_of(directory).map(Arc::from);
        for entry in listing {
            let path = match entry {
                Ok(entry) if entry.file_type().is_file() => entry.into_path(),
                Ok(_) => continue,
                Err(error) => {
                    if let Some(problem) = unlistable(directory, error) {
                        report(package.as_deref(), problem);
                    }
                    continue;
                }
            };
            let below = path.strip_prefix(directory).unwrap_or(&path).as_os_str();
            let name = LogicalPath::new(OsStr::as_bytes(below));
            if names.insert(name.clone()) {
                templates.push(TemplateFile {
                    name,
                    path,
                    package: package.clone(),
                });
            }
        }
    }
    templates
}

/// Returns the installed package that has a template directory. An editable install is
/// a link out of site-packages, so links are followed.
fn package_of(directory: &Path) -> Option<String> {
    let real = disk::real(directory);
    let package = installed_package(&real)?;
    Some(package.to_string_lossy().into_owned())
}

/// Returns the warning for a template or directory that cannot be read. Only a page that
/// renders it fails.
pub(super) fn unreadable(path: &Path, error: &io::Error) -> Problem {
    let problem = Problem {
        severity: Severity::Warning,
        ..Problem::failed(FileStep::Read, path, error)
    };
    problem.help(if path.is_symlink() {
        "repair or remove the link, or use --no-templates"
    } else {
        "make it readable, or use --no-templates"
    })
}

/// Returns the warning for a directory that cannot be listed. A missing one has no
/// templates.
fn unlistable(directory: &Path, error: walkdir::Error) -> Option<Problem> {
    let path = error.path().unwrap_or(directory).to_path_buf();
    let io_error = error.into_io_error()?;
    let is_missing = path == directory && io_error.kind() == io::ErrorKind::NotFound;
    (!is_missing).then(|| unreadable(&path, &io_error))
}
