//! The remote cache: two machines that share it, entries that are damaged, forged or of somebody
//! else, and stores that fail.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use staticc::encode::encoder::encode;
use staticc::encode::spec::{CompressionSpec, Encoded};
use staticc::model::Encoding;
use staticc::state::remote_cache::entry::EntryOf;

use crate::support::project::{Outcome, Project, Run};
use crate::support::tree::files;

/// Two machines with one project, each with a local cache of its own.
struct Team(Project);

/// What a run said of its caches.
#[derive(Debug, Default, PartialEq)]
struct Counts {
    /// Copies that the run compressed itself.
    made: u64,
    hits: u64,
    misses: u64,
    written: u64,
}

impl Team {
    fn new() -> Self {
        let team = Self(Project::empty());
        let remote = format!("file://{}", team.remote().display());
        team.with_cache_settings(&format!("remote = \"{remote}\"\n"))
    }

    /// Replaces the settings of the remote cache.
    fn with_cache_settings(self, remote: &str) -> Self {
        let settings = "STATIC_URL = \"/static/\"\nSTATIC_ROOT = \"out\"\n\
            STATICFILES_DIRS = [\"static\"]\n[staticc]\npython_path = []\n[staticc.cache]\n\
            dir = \"cache\"\n";
        for machine in ["one", "two"] {
            let path = |name: &str| format!("{machine}/{name}");
            self.0
                .write(&path("settings.toml"), format!("{settings}{remote}"));
            self.0
                .write(&path("static/a.css"), css("@import \"b.css\";"));
            self.0.write(&path("static/b.css"), css("/* b */"));
            self.0.write(&path("static/t.txt"), text());
        }
        self
    }

    fn remote(&self) -> PathBuf {
        self.0.path("remote store")
    }

    /// The objects in the store, by their paths.
    fn objects(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        files(&self.remote().join("copies"))
    }

    fn run(&self, machine: &str) -> Run<'_> {
        self.0
            .collect()
            .within(machine)
            .arguments(["--format", "json"])
    }

    /// Collects on a machine.
    fn collect(&self, machine: &str) -> Counts {
        counts(&self.run(machine).success())
    }

    /// Collects on a machine that has neither STATIC_ROOT nor a local cache.
    fn collect_anew(&self, machine: &str) -> Counts {
        self.reset(machine);
        self.collect(machine)
    }

    fn reset(&self, machine: &str) {
        for directory in ["out", "cache"] {
            let _ = fs::remove_dir_all(self.0.path(machine).join(directory));
        }
    }

    fn tree(&self, machine: &str) -> BTreeMap<PathBuf, Vec<u8>> {
        files(&self.0.path(machine).join("out"))
    }

    /// Replaces each object by what `damage` makes of it.
    fn damage(&self, damage: impl Fn(&Path, &[u8]) -> Vec<u8>) {
        for (path, bytes) in self.objects() {
            let damaged = damage(&path, &bytes);
            fs::write(self.remote().join("copies").join(path), damaged).unwrap();
        }
    }
}

fn css(start: &str) -> String {
    format!("{start}\n{}", rules("color"))
}

fn rules(property: &str) -> String {
    let rule = |number| format!(".rule-{number} {{ {property}: #{:06x} }}\n", number * 7919);
    (0..150).map(rule).collect()
}

fn text() -> String {
    rules("background")
}

fn counts(outcome: &Outcome) -> Counts {
    let events = outcome.events();
    let find = |name: &str, key: &str| {
        let event = events.iter().find(|event| event["event"] == name);
        event.and_then(|event| event[key].as_u64()).unwrap_or(0)
    };
    Counts {
        made: find("cache", "made"),
        hits: find("remote-cache", "hits"),
        misses: find("remote-cache", "misses"),
        written: find("remote-cache", "written"),
    }
}

fn warnings(outcome: &Outcome) -> Vec<String> {
    let events = outcome.events();
    let problems = events.iter().filter(|event| event["event"] == "problem");
    let code = |problem: &Value| problem["code"].as_str().unwrap().to_owned();
    problems.map(code).collect()
}

/// a.css before and after, b.css and t.txt; each .br and .gz.
const FIRST: Counts = Counts {
    made: 8,
    hits: 0,
    misses: 4,
    written: 4,
};

const ALL_HIT: Counts = Counts {
    made: 0,
    hits: 4,
    misses: 0,
    written: 0,
};

const ALL_MISSED: Counts = Counts {
    made: 8,
    hits: 0,
    misses: 4,
    written: 0,
};

#[test]
fn second_machine_compresses_nothing() {
    let team = Team::new();
    assert_eq!(team.collect("one"), FIRST);
    assert_eq!(team.objects().len(), 4);
    assert_eq!(team.collect("two"), ALL_HIT);
    assert_eq!(team.tree("one"), team.tree("two"));
    // What came from the store is in the local cache, and is not asked for again.
    fs::remove_dir_all(team.0.path("two/out")).unwrap();
    assert_eq!(team.collect("two"), Counts::default());
    assert_eq!(team.tree("one"), team.tree("two"));
}

#[test]
fn a_run_without_remote_cache_says_nothing_of_it() {
    let team = Team::new().with_cache_settings("");
    let outcome = team.run("one").success();
    assert!(!outcome.out.contains("remote-cache"), "{}", outcome.out);
    assert!(!team.remote().exists());
}

#[test]
fn a_run_without_cache_uses_no_remote_cache() {
    let team = Team::new();
    let outcome = team.run("one").arguments(["--no-cache"]).success();
    assert!(!outcome.out.contains("remote-cache"), "{}", outcome.out);
    assert!(!team.remote().exists());
}

#[test]
fn small_files_are_not_asked_for() {
    let team = Team::new();
    for machine in ["one", "two"] {
        let path = team.0.path(machine).join("static");
        fs::remove_dir_all(&path).unwrap();
        fs::create_dir(&path).unwrap();
        fs::write(path.join("a.css"), "a { color: red }\n".repeat(20)).unwrap();
    }
    let expected = Counts {
        made: 2,
        ..Counts::default()
    };
    assert_eq!(team.collect("one"), expected);
    assert_eq!(team.collect("two"), expected);
}

#[test]
fn reading_run_writes_nothing() {
    let team = Team::new();
    let run = || {
        team.run("one")
            .env("STATICC_CACHE_REMOTE_ACCESS", "read-only")
    };
    assert_eq!(counts(&run().success()), ALL_MISSED);
    assert!(!team.remote().exists());
    team.reset("one");
    let outcome = team.0.collect().within("one");
    let outcome = outcome.env("STATICC_CACHE_REMOTE_ACCESS", "read-only");
    outcome
        .success()
        .stderr(["remote cache: 0 hits, 4 misses, 0 written (read-only)\n"]);
    assert_eq!(team.collect("two"), FIRST);
    team.reset("one");
    assert_eq!(counts(&run().success()), ALL_HIT);
    let settings = fs::read_to_string(team.0.path("one/settings.toml")).unwrap();
    let settings = format!("{settings}remote_access = \"read-only\"\n");
    fs::write(team.0.path("one/settings.toml"), settings).unwrap();
    fs::remove_dir_all(team.remote()).unwrap();
    assert_eq!(team.collect_anew("one"), ALL_MISSED);
    assert!(!team.remote().exists());
}

#[test]
fn environment_takes_precedence_over_the_settings() {
    let team = Team::new();
    let other = format!("file://{}", team.0.path("other").display());
    let outcome = team.run("one").env("STATICC_CACHE_REMOTE", other).success();
    assert_eq!(counts(&outcome), FIRST);
    assert!(!team.remote().exists());
    assert!(team.0.path("other/copies").exists());
    // CI leaves variables empty that a project does not define.
    let outcome = team.run("two").env("STATICC_CACHE_REMOTE", "").success();
    assert_eq!(counts(&outcome), FIRST);
    assert!(team.remote().exists());
}

#[test]
fn environment_with_mistakes_is_refused() {
    let team = Team::new();
    for (name, value, message) in [
        ("STATICC_CACHE_REMOTE", "bucket", "has no scheme"),
        ("STATICC_CACHE_REMOTE", "s3://me:secret@bucket", "password"),
        (
            "STATICC_CACHE_REMOTE_ACCESS",
            "write",
            "STATICC_CACHE_REMOTE_ACCESS must be \"read-write\" or \"read-only\"",
        ),
    ] {
        let run = team.0.collect().within("one").env(name, value);
        run.failure(2).stderr([message, name]).no_stderr(["secret"]);
    }
}

/// Makes other bytes of an object.
type Damage = Box<dyn Fn(&Path, &[u8]) -> Vec<u8>>;

/// Each object as another one, cut off, flipped, empty, or of somebody else.
#[test]
fn damaged_objects_are_misses() {
    let team = Team::new();
    team.collect("one");
    let expected = team.tree("one");
    let good = team.objects();
    let swapped = good.clone();
    let damages: [Damage; 7] = [
        Box::new(|_, _| Vec::new()),
        Box::new(|_, bytes| bytes[..bytes.len() - 1].to_vec()),
        Box::new(|_, bytes| bytes[..bytes.len() / 2].to_vec()),
        Box::new(|_, bytes| {
            let mut bytes = bytes.to_vec();
            let at = bytes.len() / 2;
            bytes[at] ^= 1;
            bytes
        }),
        Box::new(|_, _| b"<html>somebody else's</html>".repeat(10)),
        Box::new(move |path, _| {
            let mut others = swapped.iter().filter(|(other, _)| *other != path);
            others.next().unwrap().1.clone()
        }),
        Box::new(|_, bytes| [bytes, &vec![0; 10 << 20]].concat()),
    ];
    for (number, damage) in damages.iter().enumerate() {
        team.damage(damage);
        let damaged = team.objects();
        assert_eq!(team.collect_anew("two"), ALL_MISSED, "{number}");
        assert_eq!(team.tree("two"), expected);
        assert!(team.objects() == damaged, "an object was overwritten");
        for (path, bytes) in &good {
            fs::write(team.remote().join("copies").join(path), bytes).unwrap();
        }
    }
    assert_eq!(team.collect_anew("two"), ALL_HIT);
}

/// Whoever may write in the store can write entries whose checksum is right.
#[test]
fn forged_entries_are_misses() {
    let team = Team::new();
    team.collect("one");
    let expected = team.tree("one");
    let spec = CompressionSpec {
        encodings: [Encoding::Brotli, Encoding::Gzip].into_iter().collect(),
        brotli_quality: 11,
        limit: 950_000,
    };
    let content = text();
    let entry = EntryOf {
        content: blake3::hash(content.as_bytes()),
        size: content.len() as u64,
        spec: &spec,
    };
    let object = team.remote().join(entry.object_key());
    let good = fs::read(&object).unwrap();
    let copy = |encoding, content: &[u8]| Encoded {
        encoding,
        bytes: encode(content, &spec, encoding).unwrap(),
    };
    let own = |encoding| copy(encoding, content.as_bytes());
    assert_eq!(
        entry.write(&spec.encodings.iter().map(own).collect::<Vec<_>>()),
        good
    );
    let bomb = vec![b' '; 50 << 20];
    let named = {
        let builder = flate2::GzBuilder::new().filename("x").operating_system(255);
        let mut encoder = builder.write(Vec::new(), flate2::Compression::best());
        encoder.write_all(content.as_bytes()).unwrap();
        let (encoding, bytes) = (Encoding::Gzip, encoder.finish().unwrap());
        Encoded { encoding, bytes }
    };
    let long = Encoded {
        encoding: Encoding::Gzip,
        bytes: vec![0; content.len()],
    };
    let other = content.replace("rule-1 ", "rule-2 ");
    for (name, copies) in [
        ("none", vec![]),
        (
            "other brotli",
            vec![
                copy(Encoding::Brotli, other.as_bytes()),
                own(Encoding::Gzip),
            ],
        ),
        (
            "other gzip",
            vec![
                own(Encoding::Brotli),
                copy(Encoding::Gzip, other.as_bytes()),
            ],
        ),
        ("bomb", vec![copy(Encoding::Gzip, &bomb)]),
        ("a name", vec![own(Encoding::Brotli), named]),
        ("long", vec![long]),
        (
            "unwanted",
            vec![
                own(Encoding::Brotli),
                copy(Encoding::Zstd, content.as_bytes()),
            ],
        ),
    ] {
        fs::write(&object, entry.write(&copies)).unwrap();
        let counts = team.collect_anew("two");
        assert_eq!(
            (counts.hits, counts.misses, counts.made),
            (3, 1, 2),
            "{name}"
        );
        assert_eq!(team.tree("two"), expected, "{name}");
    }
    // A longer copy is right, too.
    let weak = CompressionSpec {
        brotli_quality: 1,
        ..spec.clone()
    };
    let longer = Encoded {
        encoding: Encoding::Brotli,
        bytes: encode(content.as_bytes(), &weak, Encoding::Brotli).unwrap(),
    };
    fs::write(&object, entry.write(&[longer.clone(), own(Encoding::Gzip)])).unwrap();
    assert_eq!(team.collect_anew("two"), ALL_HIT);
    let tree = team.tree("two");
    assert!(tree[Path::new("t.txt.br")] == longer.bytes);
}

/// A server on this machine that gives each request the answer to its method. `None` stands for
/// silence.
struct Server {
    port: u16,
    requests: Arc<AtomicUsize>,
}

impl Server {
    fn start(answer: fn(&str) -> Option<&'static str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&requests);
        thread::spawn(move || {
            for connection in listener.incoming() {
                let counted = Arc::clone(&counted);
                thread::spawn(move || serve(connection.unwrap(), answer, &counted));
            }
        });
        Self { port, requests }
    }

    fn settings(&self) -> String {
        let endpoint = format!("http://127.0.0.1:{}", self.port);
        format!("remote = \"s3://bucket/prefix\"\nremote_endpoint = \"{endpoint}\"\n")
    }
}

/// Answers the one request of a connection.
fn serve(mut connection: TcpStream, answer: fn(&str) -> Option<&'static str>, count: &AtomicUsize) {
    let (mut request, mut buffer) = (Vec::new(), [0; 4096]);
    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
        match connection.read(&mut buffer) {
            Ok(read) if read > 0 => request.extend_from_slice(&buffer[..read]),
            _ => return,
        }
    }
    count.fetch_add(1, Ordering::SeqCst);
    let request = String::from_utf8_lossy(&request);
    match answer(request.split(' ').next().unwrap()) {
        Some(answer) => {
            let _ = connection.write_all(answer.as_bytes());
            let _ = connection.shutdown(Shutdown::Write);
            // What is not read would reset the connection.
            while connection.read(&mut buffer).is_ok_and(|read| read > 0) {}
        }
        None => thread::sleep(Duration::from_secs(60)),
    }
}

const NOT_FOUND: &str = "HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
const FORBIDDEN: &str = "HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
const FAILED: &str = "HTTP/1.1 500 Server Error\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
const TRUNCATED: &str = "HTTP/1.1 200 OK\r\nConnection: close\r\nETag: \"a\"\r\n\
    Last-Modified: Mon, 30 Nov 2026 00:00:00 GMT\r\nContent-Length: 1000\r\n\r\ncopies";

/// Collects with a store that does not work: it costs a few seconds and one warning. Returns
/// that.
fn collect_without_store(team: &Team) -> String {
    let run = team.run("one");
    let run = run
        .env("AWS_ACCESS_KEY_ID", "key")
        .env("AWS_SECRET_ACCESS_KEY", "secret");
    let run = run.env("AWS_REGION", "us-east-1").env("NO_PROXY", "*");
    let start = Instant::now();
    let outcome = run.success();
    assert!(
        start.elapsed() < Duration::from_secs(5),
        "{:?}",
        start.elapsed()
    );
    assert_eq!(counts(&outcome), ALL_MISSED);
    assert_eq!(
        warnings(&outcome),
        ["remote-cache-unusable"],
        "{}",
        outcome.out
    );
    let whole = Team::new();
    whole.collect("one");
    assert_eq!(team.tree("one"), whole.tree("one"));
    outcome.out
}

#[test]
fn unreachable_store_costs_one_warning() {
    let port = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    let requests = Arc::default();
    let server = Server { port, requests };
    collect_without_store(&Team::new().with_cache_settings(&server.settings()));
}

#[test]
fn failing_stores_cost_one_warning() {
    for (get, warning) in [
        (None, "takes longer than compressing"),
        (Some(FORBIDDEN), "no permission to read the copies"),
        // Repeated until the server or the run gives up.
        (Some(FAILED), "the remote cache is not used any more"),
        (Some(TRUNCATED), "the remote cache is not used any more"),
    ] {
        let server = match get {
            None => Server::start(|_| None),
            Some(FORBIDDEN) => Server::start(|_| Some(FORBIDDEN)),
            Some(FAILED) => Server::start(|_| Some(FAILED)),
            _ => Server::start(|_| Some(TRUNCATED)),
        };
        let out = collect_without_store(&Team::new().with_cache_settings(&server.settings()));
        assert!(out.contains(warning), "{out}");
    }
}

#[test]
fn store_that_takes_no_entries_costs_one_warning() {
    let server = Server::start(|method| match method {
        "GET" => Some(NOT_FOUND),
        _ => Some(FORBIDDEN),
    });
    let out = collect_without_store(&Team::new().with_cache_settings(&server.settings()));
    assert!(out.contains("no permission to write the copies"), "{out}");
    // At most one request for each entry, and one to write it.
    let requests = server.requests.load(Ordering::SeqCst);
    assert!((2..=8).contains(&requests), "{requests}");
}

#[test]
fn store_that_does_not_answer_to_the_end_costs_one_warning() {
    let server = Server::start(|method| Some(NOT_FOUND).filter(|_| method == "GET"));
    let out = collect_without_store(&Team::new().with_cache_settings(&server.settings()));
    assert!(out.contains("takes longer than compressing"), "{out}");
}

#[test]
fn store_that_cannot_be_read_costs_one_warning() {
    let team = Team::new();
    let remote = format!(
        "remote = \"file://{}/x\"\n",
        team.0.path("a file").display()
    );
    team.0.write("a file", "");
    collect_without_store(&team.with_cache_settings(&remote));
}

#[test]
fn settings_with_mistakes_are_refused() {
    for (settings, message) in [
        ("remote = \"bucket\"", "has no scheme"),
        ("remote = \"s3://me:hunter2@bucket\"", "password"),
        (
            "remote = \"gs://b\"\nremote_endpoint = \"https://example.com\"",
            "only s3:// has an endpoint in the settings",
        ),
        (
            "remote_access = \"write\"",
            "\"read-write\" or \"read-only\"",
        ),
        (
            "remote_secret_key = \"hunter2\"",
            "never belong in the settings",
        ),
    ] {
        let team = Team::new().with_cache_settings(&format!("{settings}\n"));
        let run = team.0.collect().within("one");
        run.failure(2).stderr([message]).no_stderr(["hunter2"]);
    }
}
