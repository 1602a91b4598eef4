//! Where settings come from: the file, `pyproject.toml`, a project, `--set`.
//! Owns finding and reading them; knows no key but `tool.staticc.settings`.

use std::io;
use std::path::{Path, PathBuf};

use super::Finder;
use super::given::ProjectSettings;
use super::tree::{Node, Table, Text, Value, parse};
use crate::disk;
use crate::model::{Code, Problem};
use crate::pystd::posixpath::normalize;

/// What says the settings.
#[derive(Clone, Copy, Debug)]
pub enum Source<'a> {
    /// `settings.toml` or `pyproject.toml` in the current directory.
    Usual,
    /// A file.
    File(&'a Path),
    /// What is to be written to a file.
    Draft(&'a Path, &'a str),
    /// A Django project; paths are relative to the current directory.
    Project(&'a ProjectSettings),
}

/// All texts laid over each other.
pub struct Layers {
    /// The settings.
    pub table: Table,
    /// What paths in them are relative to.
    pub directory: PathBuf,
    /// The finders, if a project says them.
    pub finders: Option<Vec<Finder>>,
}

impl Layers {
    /// A path in the settings.
    pub fn resolve(&self, path: &str) -> PathBuf {
        absolute(&self.directory, Path::new(path))
    }
}

/// Reads what says the settings and lays `--set` over it.
pub fn read_layers(
    source: Source<'_>,
    set: &[String],
    directory: &Path,
) -> Result<Layers, Vec<Problem>> {
    let mut layers = read_source(source, directory)?;
    lay_over(&mut layers.table, set)?;
    Ok(layers)
}

fn read_source(source: Source<'_>, directory: &Path) -> Result<Layers, Vec<Problem>> {
    let (path, content, in_pyproject) = match source {
        Source::Usual => find(directory).map_err(|problem| vec![problem])?,
        Source::File(file) => open(file, directory).map_err(|problem| vec![problem])?,
        Source::Draft(file, content) => (file.to_path_buf(), content.to_owned(), false),
        Source::Project(given) => {
            return Ok(Layers {
                table: given.table(directory),
                directory: directory.to_path_buf(),
                finders: Some(given.finders.clone()),
            });
        }
    };
    let shown = path.strip_prefix(directory).unwrap_or(&path);
    let source = Text::new(shown.to_string_lossy(), content);
    let mut table = parse(&source)?;
    if in_pyproject {
        table = match settings_of(&table) {
            Some(table) => table,
            None => return Err(vec![nothing_found(directory)]),
        };
    }
    let directory = std::path::absolute(directory.join(&path)).unwrap_or(path);
    let directory = directory
        .parent()
        .map(Path::to_path_buf)
        .unwrap_or(directory);
    Ok(Layers {
        table,
        directory,
        finders: None,
    })
}

/// Lays `--set` over a table.
fn lay_over(table: &mut Table, set: &[String]) -> Result<(), Vec<Problem>> {
    let mut problems = Vec::new();
    for assignment in set {
        let line = Text::new("--set", assignment.as_str());
        match parse(&line) {
            Ok(layer) => table.lay_over(layer),
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

/// Whether `--set` says something of this key.
pub fn sets(set: &[String], key: &[&str]) -> bool {
    let mut tables = set
        .iter()
        .filter_map(|line| parse(&Text::new("--set", line.as_str())).ok());
    let Some((last, above)) = key.split_last() else {
        return false;
    };
    tables.any(|table| {
        let inner = above
            .iter()
            .try_fold(&table, |table, key| match &table.get(key)?.value {
                Value::Table(inner) => Some(inner),
                _ => None,
            });
        inner.is_some_and(|inner| inner.get(last).is_some())
    })
}

/// The settings file in a directory where none is named, if there is one.
pub fn usual_file(directory: &Path) -> Option<PathBuf> {
    let (path, content, in_pyproject) = find(directory).ok()?;
    let text = Text::new(path.to_string_lossy(), content);
    let says = || settings_of(&parse(&text).ok()?);
    (!in_pyproject || says().is_some()).then_some(path)
}

/// A file, its content, and whether it is a `pyproject.toml`.
fn open(file: &Path, directory: &Path) -> Result<(PathBuf, String, bool), Problem> {
    let is_pyproject = file
        .file_name()
        .is_some_and(|name| name == "pyproject.toml");
    let content = read(&directory.join(file)).map_err(|error| unreadable(file, &error))?;
    Ok((file.to_path_buf(), content, is_pyproject))
}

/// The same of the file to read where none is named.
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

/// Settings that people write are smaller by far, in bytes.
const LARGEST: u64 = 4 << 20;

/// A text, with or without a byte order mark.
fn read(path: &Path) -> io::Result<String> {
    let bytes = disk::read_small(path, LARGEST)?;
    let text = String::from_utf8(bytes)
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.utf8_error()))?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned())
}

fn settings_of(pyproject: &Table) -> Option<Table> {
    let mut table = pyproject;
    for key in ["tool", "staticc", "settings"] {
        match table.get(key) {
            Some(Node {
                value: Value::Table(inner),
                ..
            }) => table = inner,
            _ => return None,
        }
    }
    Some(table.clone())
}

fn unreadable(file: &Path, error: &io::Error) -> Problem {
    let problem = Problem::error(Code::SettingsFile, format!("cannot be read: {error}"));
    problem.in_file(file).help(match error.kind() {
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

/// `os.path.abspath` of a path that is relative to `directory`.
pub fn absolute(directory: &Path, path: &Path) -> PathBuf {
    normalize(&directory.join(path))
}
