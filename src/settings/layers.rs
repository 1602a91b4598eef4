//! Finds and reads the sources of settings: a file, `pyproject.toml`, a project, and `--set`.
//! Knows no key but `tool.staticc.settings`.

use std::io;
use std::path::{Path, PathBuf};

use super::Finder;
use super::project_settings::ProjectSettings;
use super::tree::{Node, SourceText, Table, TomlValue, parse};
use crate::disk;
use crate::model::{Code, FileStep, Problem};
use crate::pystd::posixpath::normalize;

/// Where settings come from.
#[derive(Clone, Copy, Debug)]
pub enum SettingsSource<'a> {
    /// `settings.toml` or `pyproject.toml` in the working directory.
    Default,
    File(&'a Path),
    /// The text that `init` is about to write to a file.
    Draft(&'a Path, &'a str),
    /// The answers of a Django project. Paths are relative to the working directory.
    Project(&'a ProjectSettings),
}

pub struct Layers {
    pub table: Table,
    /// The directory that paths are relative to.
    pub directory: PathBuf,
    /// The finders that a project has answered.
    pub finders: Option<Vec<Finder>>,
}

impl Layers {
    /// Makes a path of the settings absolute.
    pub fn resolve(&self, path: &str) -> PathBuf {
        absolute(&self.directory, Path::new(path))
    }
}

/// Reads the source, and merges `--set` into it.
pub fn read_layers(
    source: SettingsSource<'_>,
    set: &[String],
    directory: &Path,
) -> Result<Layers, Vec<Problem>> {
    let mut layers = read_source(source, directory)?;
    merge_assignments(&mut layers.table, set)?;
    Ok(layers)
}

fn read_source(source: SettingsSource<'_>, directory: &Path) -> Result<Layers, Vec<Problem>> {
    let (path, content, in_pyproject) = match source {
        SettingsSource::Default => find(directory).map_err(|problem| vec![problem])?,
        SettingsSource::File(file) => open(file, directory).map_err(|problem| vec![problem])?,
        SettingsSource::Draft(file, content) => (file.to_path_buf(), content.to_owned(), false),
        SettingsSource::Project(given) => {
            return Ok(Layers {
                table: given.table(directory),
                directory: directory.to_path_buf(),
                finders: Some(given.finders.clone()),
            });
        }
    };
    let shown = path.strip_prefix(directory).unwrap_or(&path);
    let source = SourceText::new(shown.to_string_lossy(), content);
    let mut table = parse(&source)?;
    if in_pyproject {
        table = match settings_of(&table) {
            Some(table) => table,
            None => return Err(vec![nothing_found(directory)]),
        };
    }
    let file = std::path::absolute(directory.join(&path)).unwrap_or(path);
    let parent = file.parent().map(Path::to_path_buf);
    Ok(Layers {
        table,
        directory: parent.unwrap_or(file),
        finders: None,
    })
}

/// Merges the assignments of `--set` into a table.
fn merge_assignments(table: &mut Table, set: &[String]) -> Result<(), Vec<Problem>> {
    let mut problems = Vec::new();
    for assignment in set {
        let line = SourceText::new("--set", assignment.as_str());
        match parse(&line) {
            Ok(layer) => table.merge(layer),
            Err(errors) => problems.extend(errors.into_iter().map(|problem| {
                problem.help("write KEY=VALUE with a TOML value: --set 'STATIC_URL=\"/s/\"'")
            })),
        }
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}

/// Returns whether `--set` sets this key.
pub fn sets(set: &[String], key: &[&str]) -> bool {
    let mut tables = set
        .iter()
        .filter_map(|line| parse(&SourceText::new("--set", line.as_str())).ok());
    let Some((last, above)) = key.split_last() else {
        return false;
    };
    tables.any(|table| {
        let inner = above
            .iter()
            .try_fold(&table, |table, key| match &table.get(key)?.value {
                TomlValue::Table(inner) => Some(inner),
                _ => None,
            });
        inner.is_some_and(|inner| inner.get(last).is_some())
    })
}

/// Returns the default settings file of a directory, if it exists.
pub fn default_file(directory: &Path) -> Option<PathBuf> {
    let (path, content, in_pyproject) = find(directory).ok()?;
    let text = SourceText::new(path.to_string_lossy(), content);
    let has_settings = || settings_of(&parse(&text).ok()?);
    (!in_pyproject || has_settings().is_some()).then_some(path)
}

/// Returns a file, its content, and whether it is a `pyproject.toml`.
fn open(file: &Path, directory: &Path) -> Result<(PathBuf, String, bool), Problem> {
    let is_pyproject = file
        .file_name()
        .is_some_and(|name| name == "pyproject.toml");
    let content = read(&directory.join(file)).map_err(|error| unreadable(file, &error))?;
    Ok((file.to_path_buf(), content, is_pyproject))
}

/// Finds the default settings file, and returns the same.
fn find(directory: &Path) -> Result<(PathBuf, String, bool), Problem> {
    for (name, is_pyproject) in [("settings.toml", false), ("pyproject.toml", true)] {
        let path = directory.join(name);
        match read(&path) {
            Ok(content) => return Ok((path, content, is_pyproject)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(unreadable(Path::new(name), &error)),
        }
    }
    Err(nothing_found(directory))
}

/// The largest settings file that is read, in bytes.
const MAX_SIZE: u64 = 4 << 20;

/// Reads a text, and removes a byte order mark.
fn read(path: &Path) -> io::Result<String> {
    let bytes = disk::read_small(path, MAX_SIZE)?;
    let text = String::from_utf8(bytes)
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.utf8_error()))?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned())
}

fn settings_of(pyproject: &Table) -> Option<Table> {
    let mut table = pyproject;
    for key in ["tool", "staticc", "settings"] {
        match table.get(key) {
            Some(Node {
                value: TomlValue::Table(inner),
                ..
            }) => table = inner,
            _ => return None,
        }
    }
    Some(table.clone())
}

fn unreadable(file: &Path, error: &io::Error) -> Problem {
    let problem = Problem {
        code: Code::SettingsFile,
        ..Problem::failed(FileStep::Read, file, error)
    };
    problem.help(match error.kind() {
        io::ErrorKind::InvalidData => "save the file as UTF-8",
        _ => "name the settings file with --settings FILE",
    })
}

fn nothing_found(directory: &Path) -> Problem {
    Problem::error(
        Code::SettingsFile,
        format!("no settings found in {}", directory.display()),
    )
    .note("looked for settings.toml, then for [tool.staticc.settings] in pyproject.toml")
    .help("name the file with --settings FILE; the smallest one is: STATIC_URL = \"/static/\" and STATIC_ROOT = \"staticfiles\"")
}

/// Does what `os.path.abspath` does, in the working directory `directory`.
pub fn absolute(directory: &Path, path: &Path) -> PathBuf {
    normalize(&directory.join(path))
}
