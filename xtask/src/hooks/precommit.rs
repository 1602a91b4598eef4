//! The hooks of `.pre-commit-hooks.yaml`, as the example configuration names
//! them: installed by pre-commit from this checkout's last commit, and run by
//! git. What is not committed takes no part.
//! `pre-commit try-repo`, which builds staticc anew for each run, is a part of
//! its own.

use std::fs;
use std::process::Command;

use super::project::{BROKEN, Project, SOUND, TARGET};
use super::{Tools, expect};
use crate::process::{checkout, run, told};

const CONFIGURATION: &str = ".pre-commit-config.yaml";

/// A build that is quick to make, not one that is quick: pre-commit gives it a
/// registry and a directory of its own, so nothing built before is of use.
const QUICKLY: [(&str, &str); 3] = [
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0"),
    ("CARGO_PROFILE_RELEASE_LTO", "off"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
];

/// Commits, and what the hooks say to them.
pub fn check(tools: &Tools) -> Result<(), String> {
    let project = Project::new(tools, "pre-commit")?;
    let site = Site { tools, project };
    site.is_valid()?;
    site.configure()?;
    run(site.pre_commit().arg("install"))?;
    run(site.pre_commit().arg("install-hooks"))?;
    site.refuses_what_is_broken()?;
    site.refuses_a_deletion()?;
    site.collects_what_is_checked_out()?;
    site.looks_at_the_files_of_a_commit()?;
    // Those of earlier commits of this checkout.
    run(site.pre_commit().arg("gc"))
}

/// The same without a configuration, as somebody tries a hook.
pub fn try_repo(tools: &Tools) -> Result<(), String> {
    let project = Project::new(tools, "try-repo")?;
    let site = Site { tools, project };
    let tried = || {
        let mut command = site.pre_commit();
        command.arg("try-repo").arg(checkout());
        told(command.args(["staticc-check", "--ref", "HEAD", "--all-files"]))
    };
    site.project.harm()?;
    let (done, text) = tried()?;
    expect(!done && names_the_place(&text), "a broken reference", &text)?;
    site.project.mend()?;
    let (done, text) = tried()?;
    expect(done, "no broken reference", &text)
}

/// A project with hooks.
struct Site<'t> {
    tools: &'t Tools,
    project: Project,
}

impl Site<'_> {
    /// Whether pre-commit takes our files for what they are to be.
    fn is_valid(&self) -> Result<(), String> {
        let hooks = checkout().join(".pre-commit-hooks.yaml");
        run(self.pre_commit().arg("validate-manifest").arg(hooks))?;
        run(self.pre_commit().args(["validate-config", CONFIGURATION]))
    }

    /// Names this checkout where the example names the public one.
    fn configure(&self) -> Result<(), String> {
        let mut git = Command::new("git");
        let (_, head) = told(git.args(["rev-parse", "HEAD"]).current_dir(checkout()))?;
        self.rewrite(&[
            (
                "https://github.com/OWNER/staticc",
                &checkout().to_string_lossy(),
            ),
            ("v0.1.0", head.trim()),
        ])?;
        run(self
            .git()
            .args(["commit", "--quiet", "-am", "configuration"]))
    }

    /// Changes words of the configuration, each of which must be there.
    fn rewrite(&self, changes: &[(&str, &str)]) -> Result<(), String> {
        let path = self.project.directory.join(CONFIGURATION);
        let mut text = fs::read_to_string(path).map_err(|error| error.to_string())?;
        for (from, to) in changes {
            expect(text.contains(from), &format!("{from} must be there"), &text)?;
            text = text.replace(from, to);
        }
        self.project.write(CONFIGURATION, &text)
    }

    fn refuses_what_is_broken(&self) -> Result<(), String> {
        self.project.harm()?;
        self.is_refused(&["commit", "-am", "a broken reference"])?;
        self.project.mend()?;
        // So that there is something to commit.
        self.project.write("README", "a shop\n")?;
        run(self.git().args(["add", "README"]))?;
        self.is_done(&["commit", "-am", "no broken reference"])
    }

    /// The file with the reference is not in the commit, nor is any other that
    /// pre-commit could name.
    fn refuses_a_deletion(&self) -> Result<(), String> {
        run(self.git().args(["rm", "--quiet", TARGET]))?;
        self.is_refused(&["commit", "-m", "a target less"])?;
        run(self.git().args(["reset", "--quiet", "--hard"]))
    }

    fn collects_what_is_checked_out(&self) -> Result<(), String> {
        expect(!self.project.is_collected(), "not collected yet", "")?;
        self.is_done(&["switch", "--create", "another"])?;
        expect(self.project.is_collected(), "staticc-collect must run", "")
    }

    /// The other way to use the hook.
    fn looks_at_the_files_of_a_commit(&self) -> Result<(), String> {
        self.rewrite(&[(
            "- id: staticc-check\n",
            "- id: staticc-check\n        pass_filenames: true\n        always_run: false\n",
        )])?;
        self.project.harm()?;
        let run = |file: &str| told(self.pre_commit().args(["run", "--files", file]));
        let (done, text) = run(SOUND)?;
        expect(done, "only problems of the file", &text)?;
        let (done, text) = run(BROKEN.file)?;
        expect(!done && names_the_place(&text), "its own problem", &text)
    }

    fn is_refused(&self, words: &[&str]) -> Result<(), String> {
        let (done, text) = told(self.git().args(words))?;
        let refused = !done && names_the_place(&text);
        expect(refused, &format!("git {words:?} must be refused"), &text)
    }

    fn is_done(&self, words: &[&str]) -> Result<(), String> {
        let (done, text) = told(self.git().args(words))?;
        expect(done, &format!("git {words:?} must succeed"), &text)
    }

    fn git(&self) -> Command {
        let mut git = self.project.git();
        self.surround(&mut git);
        git
    }

    fn pre_commit(&self) -> Command {
        let mut command = Command::new(self.tools.programs.join("pre-commit"));
        command.current_dir(&self.project.directory);
        self.surround(&mut command);
        command
    }

    /// What pre-commit has of its user.
    fn surround(&self, command: &mut Command) {
        command.env("PRE_COMMIT_HOME", self.tools.place.join("pre-commit-home"));
        command.envs(QUICKLY);
    }
}

fn names_the_place(text: &str) -> bool {
    text.contains(&BROKEN.to_string())
}
