//! Runs the hooks of `.pre-commit-hooks.yaml` with the example configuration:
//! pre-commit installs them from this repository's last commit, and git starts
//! them. Changes that are not committed have no effect.

use std::fs;
use std::process::Command;

use super::project::{BROKEN, Project, TARGET, VALID_FILE};
use super::{Tools, expect};
use crate::support::paths::repository;
use crate::support::process::{Captured, capture, run};

const CONFIGURATION: &str = ".pre-commit-config.yaml";

/// A profile that builds fast: pre-commit builds in a directory of its own, where
/// no earlier build helps.
const FAST_BUILD: [(&str, &str); 3] = [
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0"),
    ("CARGO_PROFILE_RELEASE_LTO", "off"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
];

pub fn check(tools: &Tools) -> Result<(), String> {
    let project = Project::new(tools, "pre-commit")?;
    let site = Site { tools, project };
    site.validate()?;
    site.configure()?;
    run(site.pre_commit().arg("install"))?;
    run(site.pre_commit().arg("install-hooks"))?;
    site.refuses_a_broken_reference()?;
    site.refuses_a_deletion()?;
    site.collects_after_checkout()?;
    site.checks_the_files_of_a_commit()?;
    // Removes the environments of earlier commits of this repository.
    run(site.pre_commit().arg("gc"))
}

/// Runs a hook with `pre-commit try-repo`, which needs no configuration.
pub fn try_repo(tools: &Tools) -> Result<(), String> {
    let project = Project::new(tools, "try-repo")?;
    let site = Site { tools, project };
    let try_repo = || {
        let mut command = site.pre_commit();
        command.arg("try-repo").arg(repository());
        capture(command.args(["staticc-check", "--ref", "HEAD", "--all-files"]))
    };
    site.project.break_reference()?;
    try_repo()?.expect_failure("a broken reference is reported", &BROKEN.to_string())?;
    site.project.repair_reference()?;
    try_repo()?.expect_success("no broken reference is reported")
}

/// A project with hooks.
struct Site<'t> {
    tools: &'t Tools,
    project: Project,
}

impl Site<'_> {
    /// Validates the manifest of the hooks and the configuration.
    fn validate(&self) -> Result<(), String> {
        let hooks = repository().join(".pre-commit-hooks.yaml");
        run(self.pre_commit().arg("validate-manifest").arg(hooks))?;
        run(self.pre_commit().args(["validate-config", CONFIGURATION]))
    }

    /// Replaces the public repository in the example by this one.
    fn configure(&self) -> Result<(), String> {
        let mut git = Command::new("git");
        git.args(["rev-parse", "HEAD"]).current_dir(repository());
        let head = capture(&mut git)?.output;
        self.replace(&[
            (
                "https://github.com/OWNER/staticc",
                &repository().to_string_lossy(),
            ),
            ("v0.1.0", head.trim()),
        ])?;
        run(self
            .git()
            .args(["commit", "--quiet", "-am", "configuration"]))
    }

    /// Replaces texts of the configuration, each of which must exist.
    fn replace(&self, changes: &[(&str, &str)]) -> Result<(), String> {
        let path = self.project.directory.join(CONFIGURATION);
        let mut text = fs::read_to_string(path).map_err(|error| error.to_string())?;
        for (from, to) in changes {
            expect(
                text.contains(from),
                &format!("{from} in the configuration"),
                &text,
            )?;
            text = text.replace(from, to);
        }
        self.project.write(CONFIGURATION, &text)
    }

    fn refuses_a_broken_reference(&self) -> Result<(), String> {
        self.project.break_reference()?;
        self.expect_refused(&["commit", "-am", "a broken reference"])?;
        self.project.repair_reference()?;
        // A change to commit.
        self.project.write("README", "a shop\n")?;
        run(self.git().args(["add", "README"]))?;
        self.expect_done(&["commit", "-am", "no broken reference"])
    }

    /// Neither the file with the reference nor any other file that pre-commit
    /// could pass is in the commit.
    fn refuses_a_deletion(&self) -> Result<(), String> {
        run(self.git().args(["rm", "--quiet", TARGET]))?;
        self.expect_refused(&["commit", "-m", "remove a target"])?;
        run(self.git().args(["reset", "--quiet", "--hard"]))
    }

    fn collects_after_checkout(&self) -> Result<(), String> {
        expect(!self.project.is_collected(), "not collected yet", "")?;
        self.expect_done(&["switch", "--create", "another"])?;
        expect(self.project.is_collected(), "staticc-collect runs", "")
    }

    /// With `pass_filenames`, the hook reports only problems of these files.
    fn checks_the_files_of_a_commit(&self) -> Result<(), String> {
        self.replace(&[(
            "- id: staticc-check\n",
            "- id: staticc-check\n        pass_filenames: true\n        always_run: false\n",
        )])?;
        self.project.break_reference()?;
        let run = |file: &str| capture(self.pre_commit().args(["run", "--files", file]));
        run(VALID_FILE)?.expect_success("no problem of another file")?;
        run(BROKEN.file)?.expect_failure("the problem of the file", &BROKEN.to_string())
    }

    fn expect_refused(&self, arguments: &[&str]) -> Result<(), String> {
        let expectation = format!("git {arguments:?} is refused");
        self.run_git(arguments)?
            .expect_failure(&expectation, &BROKEN.to_string())
    }

    fn expect_done(&self, arguments: &[&str]) -> Result<(), String> {
        self.run_git(arguments)?
            .expect_success(&format!("git {arguments:?} succeeds"))
    }

    fn run_git(&self, arguments: &[&str]) -> Result<Captured, String> {
        capture(self.git().args(arguments))
    }

    fn git(&self) -> Command {
        let mut git = self.project.git();
        self.set_environment(&mut git);
        git
    }

    fn pre_commit(&self) -> Command {
        let mut command = Command::new(self.tools.programs.join("pre-commit"));
        command.current_dir(&self.project.directory);
        self.set_environment(&mut command);
        command
    }

    fn set_environment(&self, command: &mut Command) {
        command.env(
            "PRE_COMMIT_HOME",
            self.tools.directory.join("pre-commit-home"),
        );
        command.envs(FAST_BUILD);
    }
}
