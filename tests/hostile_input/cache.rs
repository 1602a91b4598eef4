//! A cache that others may write in, or that was attacked. The attacker knows the format of
//! every file and computes all checksums.

use std::fs::{self, Permissions};
use std::io::Read as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use staticc::encode::{encoder::encode, spec::CompressionSpec};
use staticc::model::Encoding;

use crate::support::project::{Project, Run, staticc};
use crate::support::tree::files;

const EVIL: &str = "steal(document.cookie);\n";

/// A project with one script, which gets a Brotli copy, and a cache of its own.
fn project() -> Project {
    Project::new()
        .settings(
            "STATIC_URL = \"/static/\"\nSTATIC_ROOT = \"out\"\nSTATICFILES_DIRS = [\"src\"]\n\
             [staticc]\npython_path = []\n[staticc.cache]\ndir = \"cache\"\n\
             [staticc.compression]\nencodings = [\"br\"]\n",
        )
        .file("src/app.js", "console.log('ours');\n".repeat(50))
}

impl Project {
    fn set_mode(&self, path: impl AsRef<Path>, mode: u32) {
        fs::set_permissions(self.path(path), Permissions::from_mode(mode)).unwrap();
    }

    fn mode(&self, path: impl AsRef<Path>) -> u32 {
        self.path(path).metadata().unwrap().mode() & 0o7777
    }

    fn files_in_cache(&self, subdirectory: &str) -> Vec<PathBuf> {
        let directory = self.path("cache").join(subdirectory);
        let names = files(&directory).into_keys();
        names.map(|name| directory.join(name)).collect()
    }

    /// Replaces every compressed copy in the cache by that of another script.
    fn plant_copies(&self) {
        let entries = self.files_in_cache("encoded");
        assert!(!entries.is_empty());
        for entry in entries {
            let copy = compress(EVIL.repeat(30).as_bytes());
            plant(&entry, &[&[1], &copy[..]].concat());
        }
    }

    /// The same behind a link in the cache.
    fn plant_copies_in(directory: &Path) {
        for path in files(directory).keys() {
            let entry = directory.join(path);
            let is_entry = entry.file_name().unwrap().len() == 62;
            if is_entry && path.iter().count() == 2 {
                let copy = compress(EVIL.repeat(30).as_bytes());
                plant(&entry, &[&[1], &copy[..]].concat());
            }
        }
    }

    /// Asserts that the Brotli copies in STATIC_ROOT decode to the script.
    #[track_caller]
    fn assert_serves_its_script(&self) {
        let script = fs::read(self.path("src/app.js")).unwrap();
        let copies = self.files().into_iter();
        let mut decoded = 0;
        for (path, copy) in copies.filter(|(path, _)| path.to_str().unwrap().ends_with(".js.br")) {
            let mut text = Vec::new();
            brotli::Decompressor::new(&copy[..], 4096)
                .read_to_end(&mut text)
                .unwrap();
            assert!(text == script, "{}", path.display());
            decoded += 1;
        }
        assert_eq!(decoded, 2);
    }

    /// A run with this umask.
    fn run_with_umask(&self, umask: &str, arguments: &[&str]) -> Run<'_> {
        let program = staticc();
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("umask {umask}; exec \"$0\" \"$@\"")]);
        shell.arg(program.get_program()).args(arguments);
        shell.env_remove("VIRTUAL_ENV");
        self.run(shell)
    }
}

fn compress(content: &[u8]) -> Vec<u8> {
    let spec = CompressionSpec {
        encodings: [Encoding::Brotli].into_iter().collect(),
        brotli_quality: 5,
        limit: 950_000,
    };
    encode(content, &spec, Encoding::Brotli).unwrap()
}

/// Writes an entry whose checksum is right. Its name is its key.
fn plant(entry: &Path, body: &[u8]) {
    let mut names = entry.iter().rev().map(|name| name.to_str().unwrap());
    let (name, directory) = (names.next().unwrap(), names.next().unwrap());
    let key = blake3::Hash::from_hex(format!("{directory}{name}")).unwrap();
    let mut checksum = blake3::Hasher::new();
    checksum.update(key.as_bytes()).update(body);
    let checksum = checksum.finalize();
    fs::write(
        entry,
        [b"staticc\x01", &checksum.as_bytes()[..], body].concat(),
    )
    .unwrap();
}

#[test]
fn new_cache_is_for_its_user_alone() {
    let project = project();
    project
        .run_with_umask("0", &["collect", "--noinput", "--cache-dir", "a/cache"])
        .success()
        .empty_stderr();
    for path in ["", "encoded", "records", "releases"] {
        assert_eq!(
            project.mode(Path::new("a/cache").join(path)),
            0o700,
            "{path}"
        );
    }
    assert_eq!(project.mode("a/cache/size"), 0o600);
    for file in files(&project.path("a/cache")).keys() {
        let mode = project.mode(Path::new("a/cache").join(file));
        assert_eq!(mode, 0o600, "{}", file.display());
    }
}

/// As BuildKit makes cache mounts with `mode=0777`, and GitLab's runner makes everything.
#[test]
fn shared_cache_has_copies_for_all() {
    let project = project();
    fs::create_dir(project.path("cache")).unwrap();
    project.set_mode("cache", 0o2775);
    project
        .run_with_umask("077", &["collect", "--noinput"])
        .success()
        .empty_stderr();
    assert_eq!(project.mode("cache/encoded"), 0o2775);
    let entry = &project.files_in_cache("encoded")[0];
    assert_eq!(project.mode(entry.parent().unwrap()), 0o2775);
    assert_eq!(project.mode(entry), 0o664);
    assert_eq!(project.mode("cache/size"), 0o600);
    fs::remove_dir_all(project.path("out")).unwrap();
    project
        .collect()
        .arguments(["-v", "2"])
        .success()
        .stderr(["cache: 1 compressed copies found, 0 made"]);
    project.assert_serves_its_script();
    let info = project.verb(["cache", "info"]).success();
    assert!(info.out.contains("others may write in it"), "{}", info.out);
}

#[test]
fn planted_copy_in_a_shared_cache_is_made_again() {
    let project = project();
    project.collect().success();
    project.set_mode("cache", 0o775);
    fs::remove_dir_all(project.path("out")).unwrap();
    project.plant_copies();
    project.collect().success().empty_stderr();
    project.assert_serves_its_script();
}

/// The directory of the entry, or the entry, is what others may write.
#[test]
fn planted_copy_below_a_private_directory_is_made_again() {
    let shared: [fn(&Path) -> &Path; 3] = [
        |entry| entry,
        |entry| entry.parent().unwrap(),
        |entry| entry.parent().unwrap().parent().unwrap(),
    ];
    for shared in shared {
        let project = project();
        project.collect().success();
        fs::remove_dir_all(project.path("out")).unwrap();
        project.plant_copies();
        for entry in project.files_in_cache("encoded") {
            let path = shared(&entry);
            project.set_mode(path, project.mode(path) | 0o020);
        }
        project.collect().success();
        project.assert_serves_its_script();
    }
}

/// A copy that is larger than its file, one that is far too long, and the claim that none is
/// worth keeping.
#[test]
fn planted_waste_in_a_shared_cache_is_made_again() {
    let project = project();
    project.collect().success();
    let expected = project.files();
    project.set_mode("cache", 0o777);
    let script = fs::read(project.path("src/app.js")).unwrap();
    // Brotli of quality 0 on bytes that it cannot compress is a little longer.
    let stored = {
        let mut bytes = vec![0x0b];
        let length = u32::try_from(script.len() - 1).unwrap();
        // One uncompressed metablock, then the empty last one.
        let header = (length << 3) | (1 << 19);
        bytes.extend_from_slice(&header.to_le_bytes()[..3]);
        bytes.extend_from_slice(&script);
        bytes.push(3);
        bytes
    };
    for body in [vec![0], [&[1], &stored[..]].concat(), vec![1; 1 << 20]] {
        fs::remove_dir_all(project.path("out")).unwrap();
        for entry in project.files_in_cache("encoded") {
            plant(&entry, &body);
        }
        project.collect().success().empty_stderr();
        assert!(project.files() == expected, "{:?}", &body[..1]);
    }
}

/// The record vouches for the planted copies that are in STATIC_ROOT by now.
#[test]
fn record_in_a_shared_cache_is_not_believed() {
    for shared in ["cache", "cache/records", "the record"] {
        let project = project();
        project.collect().success();
        fs::remove_dir_all(project.path("out")).unwrap();
        project.plant_copies();
        project.collect().success();
        fs::remove_dir_all(project.path("cache/encoded")).unwrap();
        let path = match shared {
            "the record" => project.files_in_cache("records")[0].clone(),
            directory => project.path(directory),
        };
        project.set_mode(&path, project.mode(&path) | 0o002);
        project.collect().success().empty_stderr();
        project.assert_serves_its_script();
    }
}

/// The record of a check vouches for texts without problems.
#[test]
fn record_of_check_in_a_shared_cache_is_not_believed() {
    let project = project().file("src/a.css", "a { color: red }\n");
    // Texts that were written just now are not recorded.
    std::thread::sleep(std::time::Duration::from_millis(50));
    project.verb(["check"]).success();
    let record = project.files_in_cache("checks").remove(0);
    let planted = fs::read(&record).unwrap();
    project.set_mode("cache", 0o770);
    fs::remove_file(&record).unwrap();
    project.verb(["check"]).success();
    assert!(!record.exists());
    fs::write(&record, &planted).unwrap();
    project.verb(["check"]).success();
    assert_eq!(fs::read(&record).unwrap(), planted);
}

/// Nothing is read, written or removed behind a symbolic link.
#[test]
fn symbolic_links_in_the_cache_are_not_followed() {
    for name in ["encoded", "encoded/group", "records", "releases", "size"] {
        let project = project();
        project.collect().success();
        let path = match name {
            "encoded/group" => {
                let entry = project.files_in_cache("encoded").remove(0);
                entry.parent().unwrap().to_owned()
            }
            name => project.path("cache").join(name),
        };
        let victim = project.path("victim");
        fs::rename(&path, &victim).unwrap();
        std::os::unix::fs::symlink(&victim, &path).unwrap();
        Project::plant_copies_in(&victim);
        let snapshot = || {
            let entries = walkdir::WalkDir::new(&victim).into_iter().flatten();
            let state = |entry: walkdir::DirEntry| {
                let metadata = entry.metadata().unwrap();
                let time = (
                    metadata.mtime(),
                    metadata.mtime_nsec(),
                    metadata.ctime_nsec(),
                );
                (entry.into_path(), metadata.len(), time)
            };
            entries.map(state).collect::<Vec<_>>()
        };
        let before = snapshot();
        fs::remove_dir_all(project.path("out")).unwrap();
        project.collect().success();
        project.assert_serves_its_script();
        project.write("src/b.js", "console.log('more');\n".repeat(60));
        project.collect().success();
        project.verb(["check"]).success();
        project.verb(["prune", "--keep", "1"]).outcome();
        project
            .verb(["cache", "prune", "--max-size", "0"])
            .success();
        project.verb(["cache", "clear"]).success();
        assert_eq!(snapshot(), before, "{name}");
    }
}

/// Others may make a hard link to a file of ours, where the system lets them.
#[test]
fn hard_link_in_place_of_the_ledger_is_not_appended_to() {
    let project = project().file("victim", "precious");
    fs::create_dir(project.path("cache")).unwrap();
    fs::hard_link(project.path("victim"), project.path("cache/size")).unwrap();
    project.collect().success();
    assert_eq!(fs::read(project.path("victim")).unwrap(), b"precious");
}

/// 100 MiB of paths in a few kilobytes.
#[test]
fn release_that_decompresses_without_bound_is_damaged() {
    let project = project();
    project.collect().success();
    let release = project.files_in_cache("releases").remove(0);
    project.write("src/app.js", "console.log('new');\n".repeat(50));
    project.collect().success();
    let paths = std::io::repeat(0).take(100 << 20);
    let body = zstd::encode_all(b"\x01"[..].chain(paths), 3).unwrap();
    assert!(body.len() < 20_000);
    let checksum = blake3::hash(&body);
    let magic = b"staticc release\x01";
    fs::write(&release, [magic, &checksum.as_bytes()[..], &body].concat()).unwrap();
    project
        .verb(["prune", "--keep", "2"])
        .failure(1)
        .stderr(["damaged-release"]);
}

/// Somebody else's release could make `prune` remove files that are needed.
#[test]
fn release_that_others_may_write_is_not_known() {
    let project = project();
    project.collect().success();
    let release = project.files_in_cache("releases").remove(0);
    project.write("src/app.js", "console.log('new');\n".repeat(50));
    project.collect().success();
    let before = project.files();
    project.set_mode(&release, 0o666);
    project.verb(["prune", "--keep", "1"]).success();
    assert!(project.files() == before);
    project.set_mode(&release, 0o600);
    project.verb(["prune", "--keep", "1"]).success();
    assert!(project.files() != before);
}

/// `verify` names the entry that a wrong copy comes from, and how it goes away.
#[test]
fn verify_names_the_entry_of_a_wrong_copy() {
    let project = project();
    project.collect().success();
    fs::remove_dir_all(project.path("out")).unwrap();
    project.plant_copies();
    project.collect().success();
    let entry = project.files_in_cache("encoded").remove(0);
    let entry = entry
        .strip_prefix(project.base())
        .unwrap()
        .to_str()
        .unwrap();
    let command = "staticc cache prune --max-size 0 --cache-dir ";
    let verify = || project.verb(["verify"]);
    verify().failure(1).stderr(["[wrong-copy]", entry, command]);
    // The command can be pasted into a shell.
    fs::rename(project.path("cache"), project.path("my cache")).unwrap();
    let run = verify().arguments(["--cache-dir", "my cache"]).failure(1);
    run.stderr([&format!("{command}'"), "/my cache'`"]);
    fs::rename(project.path("my cache"), project.path("cache")).unwrap();
    project
        .verb(["cache", "prune", "--max-size", "0", "--cache-dir", "cache"])
        .success();
    project.collect().success();
    verify().success();
    // A copy that was changed afterwards does not come from the cache.
    fs::write(project.out("app.js.br"), "x").unwrap();
    verify()
        .failure(1)
        .stderr(["[wrong-copy]"])
        .no_stderr(["cache prune"]);
}
