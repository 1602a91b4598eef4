//! Signals in the middle of a run.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

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
