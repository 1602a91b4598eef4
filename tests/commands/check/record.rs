//! What a check keeps for the next one. It never hides a problem, and it is never
//! where files are served.

use std::fs;

use super::{check, clean};

#[test]
fn check_refuses_a_cache_that_is_collected() {
    let project = clean();
    for flags in [
        &["--cache-dir", "src/cache"][..],
        &["--cache-dir", "src/cache", "src/x.js"],
    ] {
        let outcome = check(&project, flags).failure(2);
        outcome.stderr(["[misplaced-cache]"]);
        assert!(!project.path("src/cache").exists());
    }
}

#[test]
fn check_record_never_hides_a_problem() {
    let project = clean();
    let past = std::time::SystemTime::now() - std::time::Duration::from_secs(60);
    let age = |path: &str| {
        let file = fs::File::options()
            .append(true)
            .open(project.path(path))
            .unwrap();
        file.set_modified(past).unwrap();
    };
    // The record keeps only what is clearly older than the check.
    std::thread::sleep(std::time::Duration::from_millis(50));
    let check_twice = |code: i32, wanted: &[&str]| {
        for _ in 0..2 {
            check(&project, &[]).exit(code).stderr(wanted);
        }
    };
    check_twice(0, &[]);
    // A target goes, the text that names it is as it was.
    fs::rename(project.path("src/img/i.png"), project.path("src/img/j.png")).unwrap();
    check_twice(1, &["src/css/a.css:1:22"]);
    fs::rename(project.path("src/img/j.png"), project.path("src/img/i.png")).unwrap();
    check_twice(0, &[]);
    // The same size and the same time as before.
    project.write("src/css/b.css", "@import 'a.css'");
    age("src/css/b.css");
    check_twice(
        1,
        &["css/a.css → css/b.css → css/a.css", "src/css/a.css:1:1"],
    );
    project.write("src/css/b.css", "a{}");
    age("src/css/b.css");
    check_twice(0, &[]);
    project.write("src/css/b.css", "url");
    project.write("src/x.css", "a{b:url(1.png)}");
    check_twice(1, &["src/x.css:1:5"]);
    // A problem that was allowed appears again when it no longer is.
    check(
        &project,
        &["--set", "staticc.missing_references=\"ignore\""],
    )
    .success();
    check_twice(1, &["src/x.css:1:5"]);
    project.write("src/x.css", "/*# sourceMappingURL=x.map */");
    check_twice(0, &["warning: src/x.css:1:1"]);
}

#[test]
fn check_ignores_a_damaged_record() {
    let project = clean();
    project.write("src/css/b.css", "a{b:url(1.png)}");
    let cache = project.path("cache");
    let flags = ["--cache-dir", "cache"];
    std::thread::sleep(std::time::Duration::from_millis(50));
    let before = check(&project, &flags).failure(1);
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
        assert_eq!(check(&project, &flags).failure(1), before);
        assert_eq!(fs::read(&record).unwrap(), bytes);
    }
}
