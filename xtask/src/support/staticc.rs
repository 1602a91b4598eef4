//! Builds staticc, and writes its command lines.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::paths::repository;
use super::process::{cargo, run};

/// Builds staticc and returns its path. The environment variable `STATICC_BIN`
/// names a program to use instead.
pub fn binary() -> Result<PathBuf, String> {
    if let Some(binary) = std::env::var_os("STATICC_BIN") {
        return Ok(binary.into());
    }
    let build = ["build", "--quiet", "--release", "--bin", "staticc"];
    run(cargo().current_dir(repository()).args(build))?;
    Ok(repository().join("target/release/staticc"))
}

/// What the command lines of one project have in common.
pub struct Invocation<'a> {
    pub binary: &'a Path,
    /// The directory with settings.toml.
    pub project: &'a Path,
    pub static_root: &'a Path,
}

impl Invocation<'_> {
    pub fn collect(&self, cache: &Path, flags: &[&str]) -> Vec<OsString> {
        let mut command_line = self.command_line(&["collect", "--noinput"], flags);
        command_line.extend(["--cache-dir".into(), cache.into()]);
        command_line
    }

    pub fn verify(&self, flags: &[&str]) -> Vec<OsString> {
        self.command_line(&["verify", "-v0", "-j1"], flags)
    }

    fn command_line(&self, verb: &[&str], flags: &[&str]) -> Vec<OsString> {
        let settings = self.project.join("settings.toml");
        let paths: [&OsStr; 4] = [
            "--settings".as_ref(),
            settings.as_ref(),
            "--static-root".as_ref(),
            self.static_root.as_ref(),
        ];
        std::iter::once(self.binary.as_os_str())
            .chain(verb.iter().map(OsStr::new))
            .chain(paths)
            .chain(flags.iter().map(OsStr::new))
            .map(OsStr::to_owned)
            .collect()
    }
}
