//! Writes settings as the text of a settings file, for people to read. Touches no file.

use std::fmt::Write as _;

use toml::{Table, Value};

use super::answers::Answers;
use crate::model::Problem;

/// The keys in the order of the file, each with its comment.
const ORDER: [(&str, &str); 13] = [
    ("STATIC_URL", ""),
    ("FORCE_SCRIPT_NAME", ""),
    ("STATIC_ROOT", ""),
    ("STATICFILES_DIRS", ""),
    ("STATICFILES_FINDERS", ""),
    (
        "INSTALLED_APPS",
        "Located by reading Python as text: nothing is imported.",
    ),
    ("FILE_UPLOAD_PERMISSIONS", ""),
    ("FILE_UPLOAD_DIRECTORY_PERMISSIONS", ""),
    ("WHITENOISE_KEEP_ONLY_HASHED_FILES", ""),
    ("WHITENOISE_SKIP_COMPRESS_EXTENSIONS", ""),
    ("STORAGES", ""),
    ("TEMPLATES", "Where `staticc check` looks for {% static %}."),
    ("staticc", ""),
];

const ENVIRONMENT_OUTSIDE: &str = "\
#
# The project's environment, in python_path, is outside the project: on another machine it
# may be elsewhere. Without python_path it is looked for in VIRTUAL_ENV, .venv, venv and PATH.
";

/// Returns the text. `unsupported` are settings that the file cannot express.
pub fn text(
    table: &Table,
    answers: &Answers,
    unsupported: &[Problem],
    is_environment_outside: bool,
) -> String {
    let mut text = String::new();
    let module = answers
        .settings_module
        .name
        .as_deref()
        .unwrap_or("Django's settings");
    let django = &answers.versions.django;
    let _ = writeln!(
        text,
        "# What staticc collects: {module}, as Django {django} reads it."
    );
    text.push_str(
        "# Made by `staticc init`; `staticc init --check` tells when Django says something else.\n",
    );
    for problem in unsupported {
        let help = problem.help.as_deref().unwrap_or_default();
        let _ = writeln!(
            text,
            "#\n# Not carried over: {};\n# {help}.",
            problem.message
        );
    }
    if is_environment_outside {
        text.push_str(ENVIRONMENT_OUTSIDE);
    }
    text.push('\n');
    for (key, comment) in ORDER {
        let Some(value) = table.get(key) else {
            continue;
        };
        if value.is_table() || key == "TEMPLATES" {
            text.push('\n');
        }
        if !comment.is_empty() {
            let _ = writeln!(text, "# {comment}");
        }
        text.push_str(&entry(key, value));
    }
    text
}

/// Returns the line that sets a dotted key, such as `staticc.cache.max_size = "2 GiB"`.
pub fn assignment(key: &str, value: &Value) -> String {
    let last = key.rsplit('.').next().unwrap_or(key);
    match value {
        Value::Integer(mode) if is_mode(last) => format!("{key} = 0o{mode:o}"),
        _ => format!("{key} = {value}"),
    }
}

/// Returns a key with its value, or a whole table.
fn entry(key: &str, value: &Value) -> String {
    let table = Table::from_iter([(key.to_owned(), value.clone())]);
    // Cannot fail: TOML values are valid TOML.
    let text = toml::to_string(&table).unwrap_or_default();
    let lines = text.lines().map(|line| readable(line) + "\n");
    lines.collect()
}

/// Rewrites a line as people write it: modes in octal, the elements of long arrays on lines of
/// their own.
fn readable(line: &str) -> String {
    const MAX_WIDTH: usize = 100;
    let entry = line
        .parse::<Table>()
        .ok()
        .filter(|_| !line.starts_with('['));
    match entry.and_then(|entry| entry.into_iter().next()) {
        Some((key, Value::Integer(mode))) if is_mode(&key) => format!("{key} = 0o{mode:o}"),
        Some((key, Value::Array(values))) if line.len() > MAX_WIDTH => {
            let lines = values.iter().map(|value| format!("    {value},\n"));
            format!("{key} = [\n{}]", lines.collect::<String>())
        }
        _ => line.to_owned(),
    }
}

fn is_mode(key: &str) -> bool {
    key.ends_with("_PERMISSIONS") || key.ends_with("_permissions_mode")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn toml_lines_are_written_for_people() {
        let apps = ["django.contrib.admin"; 6].map(|app| format!("    \"{app}\",\n"));
        for (toml, wanted) in [
            (
                "FILE_UPLOAD_PERMISSIONS = 420",
                "FILE_UPLOAD_PERMISSIONS = 0o644\n",
            ),
            ("WIDTH = 420", "WIDTH = 420\n"),
            (
                "DIRS = [\"a\", [\"v\", \"b\"]]",
                "DIRS = [\"a\", [\"v\", \"b\"]]\n",
            ),
            (
                &format!("APPS = [{}]", apps.concat().replace('\n', "")),
                &format!("APPS = [\n{}]\n", apps.concat()),
            ),
            (
                "A = {b = {c = 1, file_permissions_mode = 8}}",
                "[A.b]\nc = 1\nfile_permissions_mode = 0o10\n",
            ),
        ] {
            let table: Table = toml.parse().unwrap();
            let (key, value) = table.iter().next().unwrap();
            assert_eq!(entry(key, value), wanted);
            assert_eq!(entry(key, value).parse::<Table>().unwrap(), table);
        }
    }
}
