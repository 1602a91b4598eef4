//! Asks the tool of AWS for the credentials of a profile, which may come from SSO, from a role or
//! from a file. Nothing that the tool prints is shown: it may hold keys.

use std::env;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use serde::Deserialize;

use crate::model::{Code, Problem};

/// How long the tool may take. It may have to ask AWS.
const TIMEOUT: Duration = Duration::from_secs(30);

/// How many bytes the tool may print.
const MAX_OUTPUT: u64 = 1 << 16;

/// How many bytes of a file of AWS are read.
const MAX_FILE: u64 = 1 << 20;

/// Variables that name credentials of their own. A profile does not count then.
const KEYS: &[&str] = &["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];

/// Variables that name other credentials. A profile counts only if it is named, too.
const ROLES: &[&str] = &[
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
];

/// The variables that name a profile, the first of them that is set.
const PROFILES: &[&str] = &["AWS_PROFILE", "AWS_DEFAULT_PROFILE"];

/// Keys of a profile that say where its credentials come from.
const CREDENTIAL_KEYS: &[&str] = &[
    "aws_access_key_id",
    "credential_process",
    "role_arn",
    "sso_session",
    "sso_start_url",
    "web_identity_token_file",
];

/// What a profile has.
pub struct ProfileCredentials {
    pub access_key: String,
    pub secret_key: String,
    pub session_token: Option<String>,
    /// `None` if the profile names no region.
    pub region: Option<String>,
}

/// What `aws configure export-credentials --format process` prints.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Exported {
    access_key_id: String,
    secret_access_key: String,
    session_token: Option<String>,
}

/// Returns the credentials of the profile that the environment names, or of the default one.
/// `None` if the environment has credentials without a profile, or no profile has any.
pub fn credentials() -> Result<Option<ProfileCredentials>, Problem> {
    if KEYS.iter().any(is_set) {
        return Ok(None);
    }
    let named = PROFILES.iter().find(|name| is_set(name));
    let has_default = || {
        let files = aws_files();
        let texts = files.iter().filter_map(|file| read(file).ok());
        !ROLES.iter().any(is_set) && texts.into_iter().any(|text| names_source(&text))
    };
    if named.is_none() && !has_default() {
        return Ok(None);
    }
    let profile = named.and_then(|name| env::var(name).ok());
    ask(Path::new("aws"), profile.as_deref(), TIMEOUT).map(Some)
}

fn is_set(variable: &&str) -> bool {
    env::var_os(variable).is_some_and(|value| !value.is_empty())
}

/// Returns the files in which the tool of AWS keeps profiles.
fn aws_files() -> Vec<PathBuf> {
    let home = env::var_os("HOME").map(PathBuf::from);
    let file = |variable: &str, name: &str| {
        let named = env::var_os(variable).filter(|file| !file.is_empty());
        named
            .map(PathBuf::from)
            .or_else(|| Some(home.as_ref()?.join(".aws").join(name)))
    };
    [
        ("AWS_CONFIG_FILE", "config"),
        ("AWS_SHARED_CREDENTIALS_FILE", "credentials"),
    ]
    .into_iter()
    .filter_map(|(variable, name)| file(variable, name))
    .collect()
}

fn read(file: &Path) -> io::Result<String> {
    let mut text = String::new();
    let mut opened = fs::File::open(file)?.take(MAX_FILE);
    opened.read_to_string(&mut text)?;
    Ok(text)
}

/// Returns whether the profile `default` of a file says where its credentials come from.
fn names_source(text: &str) -> bool {
    let mut in_default = false;
    text.lines().map(str::trim).any(|line| {
        if line.starts_with('[') {
            in_default = line == "[default]";
        }
        let key = line.split('=').next().unwrap_or_default().trim();
        in_default && CREDENTIAL_KEYS.contains(&key)
    })
}

/// Asks the tool for credentials, and for the region of the profile.
fn ask(
    tool: &Path,
    profile: Option<&str>,
    timeout: Duration,
) -> Result<ProfileCredentials, Problem> {
    let name = profile.unwrap_or("default");
    let export = ["configure", "export-credentials", "--format", "process"];
    let printed =
        run(tool, &export, timeout).map_err(|failure| failure.to_problem(name, timeout))?;
    let exported: Exported = serde_json::from_slice(&printed).map_err(|_| {
        let message = "the program aws printed no credentials".to_owned();
        problem(message, "install the AWS CLI 2.9 or later".to_owned())
    })?;
    let region = run(tool, &["configure", "get", "region"], timeout).ok();
    let region = region.and_then(|printed| String::from_utf8(printed).ok());
    Ok(ProfileCredentials {
        access_key: exported.access_key_id,
        secret_key: exported.secret_access_key,
        session_token: exported.session_token.filter(|token| !token.is_empty()),
        region: region
            .map(|region| region.trim().to_owned())
            .filter(|region| !region.is_empty()),
    })
}

enum ToolFailure {
    NotRun(io::Error),
    TimedOut,
    Failed,
}

impl ToolFailure {
    fn to_problem(&self, profile: &str, timeout: Duration) -> Problem {
        let install = "install the AWS CLI 2, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
        let test = format!("`aws sts get-caller-identity --profile {profile}`");
        let needs = format!("the profile {profile} needs the program aws, which");
        match self {
            Self::NotRun(error) if error.kind() == io::ErrorKind::NotFound => {
                problem(format!("{needs} is not on PATH"), install.to_owned())
            }
            Self::NotRun(error) => problem(
                format!("{needs} cannot be run: {error}"),
                install.to_owned(),
            ),
            Self::TimedOut => {
                let seconds = timeout.as_secs();
                let message = format!("the program aws gave no credentials in {seconds} seconds");
                problem(message, format!("see what it waits for: {test}"))
            }
            Self::Failed => {
                let message =
                    format!("the program aws has no credentials for the profile {profile}");
                let login = format!("log in with `aws sso login --profile {profile}`");
                problem(message, format!("{login}, or see what is wrong: {test}"))
            }
        }
    }
}

fn problem(message: String, help: String) -> Problem {
    Problem::error(Code::StoreUnusable, message)
        .note("a profile of AWS counts if the environment has no AWS_ACCESS_KEY_ID")
        .help(help)
}

/// Runs the tool, and returns what it prints.
fn run(tool: &Path, arguments: &[&str], timeout: Duration) -> Result<Vec<u8>, ToolFailure> {
    let mut child = Command::new(tool)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(ToolFailure::NotRun)?;
    let printed = wait(&mut child, Instant::now() + timeout);
    // It may run on after a time-out. Fails if it has ended.
    let _ = child.kill();
    let _ = child.wait();
    printed
}

/// Waits until the tool has ended. A process that it leaves running may keep its output open.
fn wait(child: &mut Child, deadline: Instant) -> Result<Vec<u8>, ToolFailure> {
    const PAUSE: Duration = Duration::from_millis(10);
    let output = child.stdout.take().ok_or(ToolFailure::Failed)?;
    let (sender, read) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if output.take(MAX_OUTPUT).read_to_end(&mut bytes).is_ok() {
            let _ = sender.send(bytes);
        }
    });
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => break,
            Ok(None) if Instant::now() < deadline => thread::sleep(PAUSE),
            Ok(None) => return Err(ToolFailure::TimedOut),
            Ok(Some(_)) | Err(_) => return Err(ToolFailure::Failed),
        }
    }
    let left = deadline.saturating_duration_since(Instant::now());
    read.recv_timeout(left).map_err(|_| ToolFailure::TimedOut)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    /// Returns what a tool that is this script gives.
    fn asked(script: &str, timeout: Duration) -> Result<ProfileCredentials, Problem> {
        let directory = tempfile::tempdir().unwrap();
        let tool = directory.path().join("aws");
        fs::write(&tool, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&tool, fs::Permissions::from_mode(0o755)).unwrap();
        ask(&tool, Some("dev"), timeout)
    }

    const LONG: Duration = Duration::from_secs(20);

    #[test]
    fn the_tool_gives_credentials_and_a_region() {
        let script = r#"
            case "$*" in
            "configure export-credentials --format process")
                echo '{"Version": 1, "AccessKeyId": "a", "SecretAccessKey": "hunter2",
                       "SessionToken": "t", "Expiration": "2026-01-02T03:04:05+00:00"}';;
            "configure get region") echo eu-west-1;;
            *) exit 9;;
            esac"#;
        let found = asked(script, LONG).ok().unwrap();
        let keys = (&found.access_key[..], &found.secret_key[..]);
        assert_eq!(keys, ("a", "hunter2"));
        assert_eq!(found.session_token.as_deref(), Some("t"));
        assert_eq!(found.region.as_deref(), Some("eu-west-1"));
    }

    #[test]
    fn failures_of_the_tool_have_a_help_and_show_nothing_of_its_output() {
        for (script, message) in [
            (
                "echo hunter2; echo hunter2 >&2; exit 253",
                "no credentials for the profile dev",
            ),
            (
                "echo '{\"SecretAccessKey\": \"hunter2\"}'",
                "printed no credentials",
            ),
            ("echo hunter2; exec sleep 60", "in 1 seconds"),
            // What it leaves running keeps its output open.
            ("echo hunter2; sleep 60 &", "in 1 seconds"),
        ] {
            let problem = asked(script, Duration::from_secs(1)).err().unwrap();
            assert!(problem.message.contains(message), "{problem:?}");
            assert!(problem.help.is_some());
            assert!(!format!("{problem:?}").contains("hunter2"), "{problem:?}");
        }
        let problem = ask(Path::new("/nowhere/aws"), None, LONG).err().unwrap();
        assert!(problem.message.contains("not on PATH"), "{problem:?}");
    }

    #[test]
    fn only_a_default_profile_with_credentials_counts() {
        assert!(names_source("[default]\nregion = x\nsso_session = s\n"));
        assert!(names_source("[a]\n[default]\naws_access_key_id=A\n"));
        assert!(!names_source("[default]\nregion = eu-west-1\n"));
        assert!(!names_source(
            "[default]\nregion = x\n[profile a]\nrole_arn = r\n"
        ));
        assert!(!names_source("role_arn = r"));
    }
}
