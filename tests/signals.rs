//! Signals in the middle of a run.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::project::Project;

fn names(directory: &Path) -> Vec<String> {
    let entries = walkdir::WalkDir::new(directory).sort_by_file_name();
    let names = entries.into_iter().flatten();
    names
        .map(|entry| entry.path().to_string_lossy().into_owned())
        .collect()
}

#[test]
fn signal_leaves_static_root_unchanged() {
    let project = Project::new();
    project.write("out/old.txt", "old");
    // Small ones are prepared while the large ones take their time.
    for number in 0..200 {
        project.write(&format!("src/d/{number}.png"), number.to_string());
    }
    for number in 0..8 {
        let line = |line: u32| {
            format!(
                "{:x} is no word\n",
                line.wrapping_mul(2_654_435_761 + number)
            )
        };
        let text: String = (0..60_000).map(line).collect();
        project.write(&format!("src/{number}.txt"), text);
    }
    let before = names(project.base());
    for (signal, status) in [("INT", 130), ("TERM", 143)] {
        // What starts the tests may have these signals ignored, and staticc
        // leaves it at that.
        let staticc = project.staticc();
        let mut child = Command::new("env")
            .current_dir(project.base())
            .args(["--default-signal=INT,TERM"])
            .arg(staticc.get_program())
            .args(["collect", "--noinput", "--no-cache"])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // It is in the middle once it has made a directory.
        let start = Instant::now();
        while !project.out("d").exists() && start.elapsed() < Duration::from_secs(20) {
            std::thread::sleep(Duration::from_millis(5));
        }
        let kill = Command::new("kill")
            .args(["-s", signal, &child.id().to_string()])
            .status();
        assert!(kill.unwrap().success());
        assert_eq!(child.wait().unwrap().code(), Some(status));
        assert_eq!(names(project.base()), before);
    }
}

/// A run that waits for the lock is in the middle for as long as the test wants.
#[test]
fn interrupted_run_closes_its_report() {
    for format in ["text", "json", "github", "sarif"] {
        let project = Project::with_text_file();
        let _lock = project.lock();
        let staticc = project.staticc();
        let mut child = Command::new("env")
            .current_dir(project.base())
            .arg("--default-signal=TERM")
            .arg(staticc.get_program())
            .args(["collect", "--noinput", "--no-cache", "--format", format])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(500));
        assert!(child.try_wait().unwrap().is_none());
        let kill = Command::new("kill").arg(child.id().to_string()).status();
        assert!(kill.unwrap().success());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(143), "{format}");
        let out = String::from_utf8(output.stdout).unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        match format {
            "json" => {
                let lines = out.lines().map(|line| serde_json::from_str(line).unwrap());
                let lines: Vec<Value> = lines.collect();
                let [waiting, problem, problems] = &lines[..] else {
                    panic!("{out}");
                };
                assert_eq!(waiting["event"], "waiting");
                assert_eq!(problem["code"], "interrupted");
                assert_eq!(
                    (&problems["event"], &problems["errors"]),
                    (&"problems".into(), &1.into())
                );
            }
            "sarif" => {
                let document: Value = serde_json::from_str(&out).unwrap();
                let invocation = &document["runs"][0]["invocations"][0];
                assert_eq!(invocation["exitCode"], 143);
                assert_eq!(invocation["executionSuccessful"], false);
                let notification = &invocation["toolExecutionNotifications"][0];
                assert_eq!(notification["descriptor"]["id"], "interrupted");
            }
            "github" => assert!(
                out.contains("::error title=interrupted::interrupted"),
                "{out}"
            ),
            _ => assert!(
                error.contains(
                    "error: interrupted [interrupted]\n  note: STATIC_ROOT is whole\n\n1 error\n"
                ),
                "{error}"
            ),
        }
    }
}

/// A full pipe that nobody reads does not keep the run from ending.
#[test]
fn report_that_nobody_reads_does_not_hold_up_an_interrupted_run() {
    let project = Project::with_text_file();
    for number in 0..3000 {
        project.write(&format!("src/d/{number}.png"), "");
    }
    let staticc = project.staticc();
    let mut child = Command::new("env")
        .current_dir(project.base())
        .arg("--default-signal=TERM")
        .arg(staticc.get_program())
        .args([
            "collect",
            "--noinput",
            "--no-cache",
            "-v",
            "2",
            "--format",
            "json",
        ])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let start = Instant::now();
    while !project.out("staticfiles.json").exists() && start.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::sleep(Duration::from_millis(300));
    let kill = Command::new("kill").arg(child.id().to_string()).status();
    assert!(kill.unwrap().success());
    let start = Instant::now();
    while child.try_wait().unwrap().is_none() && start.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(143));
}

/// As under `nohup`.
#[test]
fn ignored_signal_does_not_stop_the_run() {
    let project = Project::new();
    project.write("src/a.txt", "a");
    let lock = project.lock();
    let staticc = project.staticc();
    let mut child = Command::new("sh")
        .current_dir(project.base())
        .args([
            "-c",
            "trap '' HUP; exec \"$0\" collect --noinput --no-cache",
        ])
        .arg(staticc.get_program())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // It waits for the lock by then.
    std::thread::sleep(Duration::from_millis(500));
    let id = child.id().to_string();
    let kill = Command::new("kill").args(["-s", "HUP", &id]).status();
    assert!(kill.unwrap().success());
    drop(lock);
    assert!(child.wait().unwrap().success());
    assert!(project.out("a.txt").exists());
}
