//! The help of every verb, in its short and its long form, against
//! `tests/snapshots/help`. `STATICC_BLESS=1` writes the snapshots.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use clap::CommandFactory as _;
use staticc::cli::Cli;

use crate::tree::staticc;

const FORMS: [(&str, &str); 2] = [("short", "-h"), ("long", "--help")];

fn snapshots() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots/help")
}

/// Every verb with the verbs above it: `["cache", "prune"]`. The first is the
/// program itself, without a verb.
fn verbs() -> Vec<Vec<String>> {
    fn collect(command: &clap::Command, verb: &[String], verbs: &mut Vec<Vec<String>>) {
        verbs.push(verb.to_vec());
        for inner in command.get_subcommands() {
            let mut name = verb.to_vec();
            name.push(inner.get_name().to_owned());
            collect(inner, &name, verbs);
        }
    }
    let mut verbs = Vec::new();
    collect(&Cli::command(), &[], &mut verbs);
    verbs
}

fn snapshot_name(verb: &[String], form: &str) -> String {
    let words = std::iter::once("staticc").chain(verb.iter().map(String::as_str));
    format!("{}.{form}", words.collect::<Vec<_>>().join("-"))
}

#[test]
fn help_equals_its_snapshot() {
    let bless = std::env::var_os("STATICC_BLESS").is_some();
    let mut failures = Vec::new();
    let mut names = BTreeSet::new();
    for verb in verbs() {
        for (form, flag) in FORMS {
            let output = staticc().args(&verb).arg(flag).output().unwrap();
            assert!(output.status.success());
            let help = String::from_utf8(output.stdout).unwrap();
            let name = snapshot_name(&verb, form);
            let path = snapshots().join(&name);
            if bless {
                fs::write(&path, help).unwrap();
            } else if help != fs::read_to_string(&path).unwrap_or_default() {
                failures.push(format!("{name}:\n{help}"));
            }
            names.insert(name);
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    let files = fs::read_dir(snapshots()).unwrap();
    let files = files.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert_eq!(files.collect::<BTreeSet<String>>(), names);
}
