//! What a check remembers: it never hides a problem, and is where nobody
//! serves it.

use std::fs;

use super::{check, clean, has};

#[test]
fn nothing_is_written_to_a_cache_that_is_served() {
    let site = clean();
    for flags in [
        &["--cache-dir", "static/cache"][..],
        &["--cache-dir", "static/cache", "static/x.js"],
    ] {
        let (code, error) = check(&site, flags);
        assert_eq!(code, 2);
        has(&error, &["[misplaced-cache]"]);
        assert!(!site.path("static/cache").exists());
    }
}

#[test]
fn what_is_remembered_hides_nothing() {
    let site = clean();
    let past = std::time::SystemTime::now() - std::time::Duration::from_secs(60);
    let age = |path: &str| {
        let file = fs::File::options()
            .append(true)
            .open(site.path(path))
            .unwrap();
        file.set_modified(past).unwrap();
    };
    // The record keeps only what is clearly older than the check.
    std::thread::sleep(std::time::Duration::from_millis(50));
    let again = |code: i32, wanted: &[&str]| {
        for _ in 0..2 {
            let (is, error) = check(&site, &[]);
            assert_eq!(is, code, "{error}");
            has(&error, wanted);
        }
    };
    again(0, &[]);
    // A target goes, the text that names it is as it was.
    fs::rename(site.path("static/img/i.png"), site.path("static/img/j.png")).unwrap();
    again(1, &["static/css/a.css:1:22"]);
    fs::rename(site.path("static/img/j.png"), site.path("static/img/i.png")).unwrap();
    again(0, &[]);
    // The same size and the same time as before.
    site.write("static/css/b.css", "@import 'a.css'");
    age("static/css/b.css");
    again(
        1,
        &["css/a.css → css/b.css → css/a.css", "static/css/a.css:1:1"],
    );
    site.write("static/css/b.css", "a{}");
    age("static/css/b.css");
    again(0, &[]);
    site.write("static/css/b.css", "url");
    site.write("static/x.js", "//# sourceMappingURL=x.map\n");
    again(1, &["static/x.js:1:1"]);
    // What is allowed is looked at again when it no longer is.
    let (code, _) = check(&site, &["--set", "staticc.missing_references=\"ignore\""]);
    assert_eq!(code, 0);
    again(1, &["static/x.js:1:1"]);
}

#[test]
fn damaged_records_are_none() {
    let site = clean();
    site.write("static/css/b.css", "a{b:url(1.png)}");
    let cache = site.path("cache");
    let flags = ["--cache-dir", "cache"];
    std::thread::sleep(std::time::Duration::from_millis(50));
    let (_, error) = check(&site, &flags);
    let record = walkdir::WalkDir::new(&cache).into_iter().flatten();
    let record = record
        .map(walkdir::DirEntry::into_path)
        .find(|path| path.is_file())
        .unwrap();
    let bytes = fs::read(&record).unwrap();
    for damaged in [
        &b""[..],
        b"staticc check",
        &bytes[..bytes.len() / 2],
        &[&bytes[..], b"x"].concat(),
    ] {
        fs::write(&record, damaged).unwrap();
        assert_eq!(check(&site, &flags), (1, error.clone()));
        assert_eq!(fs::read(&record).unwrap(), bytes);
    }
}
