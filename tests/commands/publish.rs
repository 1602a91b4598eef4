//! `staticc publish`, to directories. `cargo xtask stores` publishes to a server, and the
//! unit tests of `src/store/` and `src/publish/` have headers, plans and documents.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::support::project::Project;
use crate::support::store::{project, publish, published, release, store_url, two_releases};
use crate::support::tree;

#[test]
fn publish_sends_the_files_of_the_manifest() {
    let project = project();
    project.write("out/of-nobody.txt", "");
    publish(&project, &[]).success().empty_stderr();
    let published = published(&project);
    let mut expected = project.files();
    expected.retain(|path, _| {
        let suffix = path.extension().unwrap().to_str().unwrap();
        !matches!(suffix, "gz" | "br") && path != Path::new("of-nobody.txt")
    });
    let expected = expected.into_iter();
    let expected: BTreeMap<_, _> = expected
        .map(|(path, bytes)| (path.to_str().unwrap().to_owned(), bytes))
        .collect();
    assert_eq!(published, expected);
    let objects = release(&project)["objects"].clone();
    let keys: Vec<&String> = objects.as_object().unwrap().keys().collect();
    assert_eq!(keys, expected.keys().collect::<Vec<_>>());
    assert_eq!(objects["css/site.css"]["role"], "plain");
    assert_eq!(objects["staticfiles.json"]["role"], "manifest");
}

#[test]
fn publish_sends_only_what_changed() {
    let project = project();
    publish(&project, &[]).success();
    let out = publish(&project, &[]).success().out;
    assert!(out.starts_with("Nothing to publish: release 1"), "{out}");
    project.write("src/b.png", "other");
    project.collect().success();
    let outcome = publish(&project, &["--format", "json", "-v2", "--paths"]).success();
    let events = outcome.events();
    let values = |event: &str, key: &str| -> Vec<String> {
        let events = events.iter().filter(|line| line["event"] == event);
        events
            .map(|line| line[key].as_str().unwrap().to_owned())
            .collect()
    };
    let sent = values("published", "path");
    assert_eq!(sent.len(), 4, "{sent:?}");
    assert_eq!(&sent[2..], ["b.png", "staticfiles.json"]);
    let purged = values("to-purge", "url");
    assert_eq!(purged, ["/static/b.png", "/static/staticfiles.json"]);
    assert_eq!(release(&project)["number"], 2);
    // The files of the first release stay.
    assert_eq!(published(&project).len(), 9);
}

#[test]
fn dry_run_sends_nothing() {
    let project = project();
    let out = publish(&project, &["--dry-run"]).success().out;
    assert!(
        out.contains("Pretending to publish 'css/site.css'"),
        "{out}"
    );
    assert!(out.contains("7 objects"), "{out}");
    assert!(!project.path("store").exists());
}

#[test]
fn names_to_purge_have_standard_output_for_themselves() {
    let project = project();
    let outcome = publish(&project, &["--paths", "-n"]).success();
    let expected =
        "/static/app.js.map\n/static/b.png\n/static/css/site.css\n/static/staticfiles.json\n";
    assert_eq!(outcome.out, expected);
    outcome.stderr(["Pretending to publish", "would be published"]);
}

#[test]
fn excluded_files_are_not_published() {
    let project = project();
    let exclude = "staticc.publish.exclude=[\"**/*.map\", \"staticfiles.json\"]";
    publish(&project, &["--set", exclude]).success();
    let keys: Vec<String> = published(&project).into_keys().collect();
    assert_eq!(keys.len(), 4, "{keys:?}");
    assert!(
        keys.iter()
            .all(|key| !key.contains("map") && !key.contains("json"))
    );
}

#[test]
fn copies_are_published_if_the_settings_say_so() {
    let project = project();
    publish(&project, &["--set", "staticc.publish.copies=true"]).success();
    let published = published(&project);
    let copies: Vec<_> = published
        .keys()
        .filter(|key| key.ends_with(".br"))
        .collect();
    assert_eq!(copies.len(), 2, "{copies:?}");
    let release = release(&project);
    let index = release["objects"]["css/site.css.br"]["headers"].as_u64();
    let headers = &release["headers"][usize::try_from(index.unwrap()).unwrap()];
    assert_eq!(headers["content-type"], "text/css; charset=utf-8");
    assert_eq!(headers["content-encoding"], "br");
}

#[test]
fn storage_without_manifest_publishes_all_files() {
    let backend =
        "STORAGES.staticfiles.BACKEND=\"whitenoise.storage.CompressedStaticFilesStorage\"";
    let project = Project::new().file("src/a.css", "a { color: red }\n".repeat(50));
    project.collect().arguments(["--set", backend]).success();
    publish(&project, &["--set", backend]).success();
    let keys: Vec<String> = published(&project).into_keys().collect();
    assert_eq!(keys, ["a.css"]);
    assert_eq!(release(&project)["objects"]["a.css"]["role"], "plain");
}

#[test]
fn missing_file_of_the_manifest_is_an_error() {
    let project = project();
    fs::remove_file(project.out("b.png")).unwrap();
    let outcome = publish(&project, &[]).failure(1);
    outcome.stderr(["out/b.png", "[missing-file]", "collect again"]);
    assert!(!project.path("store").exists());
}

#[test]
fn wrong_compressed_copy_is_not_published() {
    let project = project();
    let gz = "out/css/site.css.gz";
    fs::copy(project.path("out/b.png"), project.path(gz)).unwrap();
    let copies = ["--set", "staticc.publish.copies=true"];
    publish(&project, &copies)
        .failure(1)
        .stderr([gz, "[wrong-copy]"]);
    assert!(!project.path("store").exists());
}

#[test]
fn claim_of_another_publisher_stops_before_plain_names() {
    let project = project();
    let claim = "store/.staticc/claims/00000001-1.json";
    project.write(claim, r#"{"version":1,"content":"0","claimed":"then"}"#);
    publish(&project, &[])
        .failure(1)
        .stderr(["[publish-claimed]"]);
    let keys: Vec<String> = published(&project).into_keys().collect();
    assert_eq!(keys.len(), 3, "{keys:?}");
    // After an hour it may be taken over.
    let hours_ago = SystemTime::now() - Duration::from_secs(2 * 3600);
    let file = fs::File::options().write(true).open(project.path(claim));
    file.unwrap().set_modified(hours_ago).unwrap();
    publish(&project, &[]).success();
    assert_eq!(published(&project).len(), 7);
    assert!(
        project
            .path("store/.staticc/claims/00000001-2.json")
            .exists()
    );
}

/// The names of the failed release may have replaced those of the current one.
#[test]
fn plain_names_are_sent_again_after_a_release_that_failed() {
    let project = project();
    publish(&project, &[]).success();
    let claim = r#"{"version":1,"content":"0","claimed":"then","abandoned":true}"#;
    project.write("store/.staticc/claims/00000002-1.json", claim);
    project.write("store/b.png", "of the failed release");
    project.write("src/css/site.css", "a { color: red }\n".repeat(50));
    project.collect().success();
    publish(&project, &[]).success();
    assert_eq!(published(&project)["b.png"], b"picture");
}

#[test]
fn damaged_release_is_published_anew() {
    let project = project();
    publish(&project, &[]).success();
    for entry in fs::read_dir(project.path("store/.staticc/releases")).unwrap() {
        // It can still be read, but is not what its name says.
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, text.replace("max-age=60", "max-age=61")).unwrap();
    }
    fs::write(project.path("store/b.png"), "damaged").unwrap();
    publish(&project, &[])
        .success()
        .stderr(["warning", "[damaged-release]"]);
    assert_eq!(release(&project)["number"], 2);
    assert_eq!(published(&project)["b.png"], b"picture");
}

#[test]
fn publisher_is_part_of_the_release() {
    let project = project();
    let run = publish(&project, &[]);
    run.env("STATICC_PUBLISHER", "ci job 7").success();
    assert_eq!(release(&project)["publisher"], "ci job 7");
}

#[test]
fn passwords_in_urls_are_not_shown() {
    let project = project();
    let set = "staticc.publish.store=\"s3://AKIA:hunter2@bucket\"";
    for arguments in [
        vec!["publish", "s3://AKIA:hunter2@bucket"],
        vec!["publish", "--set", set],
        vec!["publish", "--set", "staticc.publish.secret_key=\"hunter2\""],
    ] {
        for format in ["text", "json", "sarif", "github"] {
            let run = project.verb(&arguments).arguments(["--format", format]);
            let outcome = run.failure(2);
            let all = format!("{}{}", outcome.out, outcome.error);
            assert!(!all.contains("hunter2"), "{all}");
        }
    }
}

#[test]
fn http_to_another_machine_is_refused() {
    let project = project();
    let endpoint = "staticc.publish.endpoint=\"http://store.example.com\"";
    let run = project.verb(["publish", "s3://bucket", "--set", endpoint]);
    run.failure(2).stderr(["[store-url]", "STATICC_ALLOW_HTTP"]);
    let run = project.verb(["publish", "s3://bucket"]);
    let run = run.env("AWS_ENDPOINT_URL", "http://store.example.com");
    run.failure(2).stderr(["[store-url]"]);
}

/// What a decoder says of a key may show a part of it.
#[test]
fn key_that_cannot_be_decoded_is_not_shown() {
    let project = project();
    let run = project.verb(["publish", "az://box"]);
    let run = run.env("AZURE_STORAGE_ACCOUNT_NAME", "demo");
    let outcome = run.env("AZURE_STORAGE_ACCOUNT_KEY", "hunter2x!").failure(2);
    outcome
        .stderr(["[store-unusable]", "AZURE_"])
        .no_stderr(["symbol", "hunter2", "0x"]);
}

#[test]
fn missing_credentials_are_explained() {
    let project = project();
    let run = project.verb(["publish", "s3://bucket"]);
    let run = run.env("AWS_SECRET_ACCESS_KEY", "hunter2");
    run.failure(2)
        .stderr(["[store-unusable]", "AWS_ACCESS_KEY_ID"])
        .no_stderr(["hunter2"]);
}

#[test]
fn publish_without_the_pointer_sends_all_and_counts_on() {
    let project = project();
    publish(&project, &[]).success();
    fs::remove_file(project.path("store/.staticc/current")).unwrap();
    fs::remove_file(project.path("store/b.png")).unwrap();
    publish(&project, &[]).success().empty_stderr();
    assert_eq!(release(&project)["number"], 2);
    assert_eq!(published(&project)["b.png"], b"picture");
}

#[test]
fn rollback_restores_the_names_of_the_release_before() {
    let (project, first) = two_releases();
    let second = published(&project);
    // It takes nothing from STATIC_ROOT.
    fs::remove_dir_all(project.path("out")).unwrap();
    let outcome = publish(&project, &["--rollback", "--paths"]).success();
    assert_eq!(
        outcome.out,
        "/static/css/site.css\n/static/staticfiles.json\n"
    );
    outcome.stderr(["Release 1 is current again", "2 objects"]);
    let now = published(&project);
    for (key, bytes) in &first {
        assert_eq!(&now[key], bytes, "{key}");
    }
    // And forward again.
    publish(&project, &["--rollback=2"]).success();
    assert_eq!(published(&project), second);
    let out = project
        .verb(["releases", &store_url(&project)])
        .success()
        .out;
    let lines: Vec<&str> = out.lines().collect();
    assert!(lines[0].starts_with("* 2  "), "{out}");
    assert!(lines[1].starts_with("  1  "), "{out}");
}

/// Objects of more than 16 MiB are sent in parts, and read from the store in parts.
#[test]
fn large_files_are_published_and_come_back() {
    let project = project();
    let film = |byte: u8| vec![byte; (17 << 20) + 1];
    project.write("src/film.mp4", film(1));
    project.collect().success();
    publish(&project, &[]).success();
    let first = published(&project);
    assert!(first["film.mp4"] == film(1));
    project.write("src/film.mp4", film(2));
    project.collect().success();
    publish(&project, &[]).success();
    assert!(published(&project)["film.mp4"] == film(2));
    publish(&project, &["--rollback"]).success();
    let now = published(&project);
    assert!(first.iter().all(|(key, bytes)| now[key] == *bytes));
}

#[test]
fn publishing_goes_on_after_a_rollback() {
    let (project, _) = two_releases();
    publish(&project, &["--rollback"]).success();
    let out = publish(&project, &[]).success().out;
    assert!(out.contains("as release 4"), "{out}");
    assert_eq!(
        published(&project)["css/site.css"],
        project.files()[Path::new("css/site.css")]
    );
    let out = publish(&project, &[]).success().out;
    assert!(out.starts_with("Nothing to publish"), "{out}");
    // The releases before: 2 and 1.
    let out = publish(&project, &["--rollback"]).success().out;
    assert!(out.starts_with("Release 2 is current again"), "{out}");
    let out = publish(&project, &["--rollback"]).success().out;
    assert!(out.starts_with("Release 1 is current again"), "{out}");
    publish(&project, &["--rollback"])
        .failure(1)
        .stderr(["[no-releases]", "no earlier release"]);
    publish(&project, &["--rollback=9"])
        .failure(1)
        .stderr(["[no-releases]", "no release 9"]);
}

#[test]
fn dry_rollback_changes_nothing() {
    let (project, _) = two_releases();
    let second = tree::files(&project.path("store"));
    let out = publish(&project, &["--rollback", "-n"]).success().out;
    assert!(
        out.contains("Pretending to publish 'css/site.css'"),
        "{out}"
    );
    assert!(out.contains("Release 1 would be current again"), "{out}");
    assert_eq!(tree::files(&project.path("store")), second);
}

#[test]
fn rollback_sends_no_bytes_that_differ_from_the_release() {
    let (project, _) = two_releases();
    for entry in fs::read_dir(project.path("store/.staticc/objects")).unwrap() {
        fs::write(entry.unwrap().path(), "damaged").unwrap();
    }
    let before = published(&project);
    publish(&project, &["--rollback"])
        .failure(1)
        .stderr(["cannot read .staticc/objects/", "not those of the release"]);
    assert_eq!(published(&project), before);
    assert_eq!(release(&project)["number"], 2);
}

#[test]
fn releases_lists_the_newest_ones() {
    let (project, _) = two_releases();
    let url = store_url(&project);
    let run = project.verb(["releases", &url, "--limit", "1", "--format", "json"]);
    let events = run.success().events();
    let release = &events[0];
    assert_eq!(release["event"], "release");
    assert_eq!(
        (&release["number"], &release["current"]),
        (&2.into(), &true.into())
    );
    assert_eq!(events.len(), 2);
    let sizes = ["css/site.css", "new.txt", "staticfiles.json"];
    let least: usize = sizes
        .iter()
        .map(|path| project.files()[Path::new(path)].len())
        .sum();
    assert!(
        release["bytes"].as_u64().unwrap() >= least as u64,
        "{release}"
    );
    let empty = project.verb(["releases", &format!("{url}/none")]).success();
    assert_eq!(empty.out, "");
}

/// Only S3 has an endpoint: another store must not seem to have one.
#[test]
fn endpoint_of_another_store_than_s3_is_an_error() {
    let project = project();
    let endpoint = "staticc.publish.endpoint=\"https://store.example.com\"";
    let store = format!("staticc.publish.store=\"{}\"", store_url(&project));
    let run = project.verb(["publish", "--set", endpoint, "--set", &store]);
    run.failure(2)
        .stderr(["staticc.publish.endpoint", "only s3://"]);
    publish(&project, &["--set", endpoint])
        .failure(2)
        .stderr(["[store-url]", "remove `endpoint`"]);
    let run = project.verb(["releases", "az://box", "--set", endpoint]);
    run.failure(2).stderr(["[store-url]"]);
}

/// The headers of an object in the current release.
fn headers(project: &Project, key: &str) -> Value {
    let release = release(project);
    let index = release["objects"][key]["headers"].as_u64().unwrap();
    release["headers"][usize::try_from(index).unwrap()].clone()
}

#[test]
fn compressed_images_have_an_encoding_and_archives_have_none() {
    let project = project();
    let gzip = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00";
    for name in ["logo.svgz", "all.tar.gz", "all.tgz", "all.gz"] {
        project.write(&format!("src/{name}"), gzip);
    }
    project.collect().success();
    publish(&project, &["--set", "staticc.publish.copies=true"]).success();
    let image = headers(&project, "logo.svgz");
    assert_eq!(image["content-type"], "image/svg+xml");
    assert_eq!(image["content-encoding"], "gzip");
    for (name, media_type) in [
        ("all.tar.gz", "application/gzip"),
        ("all.gz", "application/gzip"),
        ("all.tgz", "application/gzip"),
    ] {
        let archive = headers(&project, name);
        assert_eq!(archive["content-type"], media_type, "{name}");
        assert_eq!(archive.get("content-encoding"), None, "{name}");
    }
}
