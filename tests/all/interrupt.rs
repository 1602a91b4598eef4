//! Signals in the middle of a run.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::tree::staticc;

fn names(directory: &Path) -> Vec<String> {
    let entries = walkdir::WalkDir::new(directory).sort_by_file_name();
    let names = entries.into_iter().flatten();
    names
        .map(|entry| entry.path().to_string_lossy().into_owned())
        .collect()
}

#[test]
fn a_signal_leaves_static_root_as_it_was() {
    let directory = tempfile::tempdir().unwrap();
    let base = directory.path();
    fs::create_dir_all(base.join("static/d")).unwrap();
    fs::create_dir_all(base.join("out")).unwrap();
    fs::write(base.join("out/old.txt"), "old").unwrap();
    let settings = "STATIC_URL = \"/static/\"\nSTATIC_ROOT = \"out\"\nSTATICFILES_DIRS = [\"static\"]\n\
        [staticc]\npython_path = []\n";
    fs::write(base.join("settings.toml"), settings).unwrap();
    // Small ones are prepared while the large ones take their time.
    for number in 0..200 {
        let path = base.join(format!("static/d/{number}.png"));
        fs::write(path, number.to_string()).unwrap();
    }
    for number in 0..8 {
        let line = |line: u32| {
            format!(
                "{:x} is no word\n",
                line.wrapping_mul(2_654_435_761 + number)
            )
        };
        let text: String = (0..60_000).map(line).collect();
        fs::write(base.join(format!("static/{number}.txt")), text).unwrap();
    }
    let before = names(base);
    for (signal, status) in [("INT", 130), ("TERM", 143)] {
        // What starts the tests may have these signals ignored, and staticc
        // leaves it at that.
        let staticc = staticc();
        let mut child = Command::new("env")
            .current_dir(base)
            .args(["--default-signal=INT,TERM"])
            .arg(staticc.get_program())
            .args(["collect", "--noinput", "--no-cache"])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // It is in the middle once it has made a directory.
        let start = Instant::now();
        while !base.join("out/d").exists() && start.elapsed() < Duration::from_secs(20) {
            std::thread::sleep(Duration::from_millis(5));
        }
        let kill = Command::new("kill")
            .args(["-s", signal, &child.id().to_string()])
            .status();
        assert!(kill.unwrap().success());
        assert_eq!(child.wait().unwrap().code(), Some(status));
        assert_eq!(names(base), before);
    }
}

/// As under `nohup`.
#[test]
fn ignored_signals_stay_ignored() {
    let directory = tempfile::tempdir().unwrap();
    let base = directory.path();
    fs::create_dir(base.join("static")).unwrap();
    fs::create_dir(base.join("out")).unwrap();
    let settings =
        "STATIC_URL = \"/static/\"\nSTATIC_ROOT = \"out\"\nSTATICFILES_DIRS = [\"static\"]\n";
    fs::write(base.join("settings.toml"), settings).unwrap();
    fs::write(base.join("static/a.txt"), "a").unwrap();
    let lock = fs::File::open(base.join("out")).unwrap();
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::LockExclusive).unwrap();
    let staticc = staticc();
    let mut child = Command::new("sh")
        .current_dir(base)
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
    assert!(base.join("out/a.txt").exists());
}
