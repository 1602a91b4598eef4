//! `staticc prune` and `collect --prune`: what goes and what stays.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::site::Site;
use crate::tree::files;

/// A project whose one css changes from release to release.
fn site() -> Site {
    let site = Site::new();
    site.write("static/a.png", "png");
    site
}

impl Site {
    /// Runs with a cache of the project's own; all that is said.
    fn ask(&self, arguments: &[&str]) -> (i32, String) {
        let cache: &[&str] = match arguments[0] {
            "verify" => &[],
            _ => &["--cache-dir", "cache"],
        };
        let (code, out, errors) = self.run(&[arguments, cache].concat());
        (code, out + &errors)
    }

    /// Collects a release; its fingerprinted files and their copies.
    fn release(&self, color: &str, flags: &[&str]) -> BTreeSet<PathBuf> {
        let css = format!("a {{ color: {color}; background: url(a.png) }}\n").repeat(20);
        self.write("static/a.css", css);
        let (code, told) = self.ask(&[&["collect", "--noinput"], flags].concat());
        assert_eq!(code, 0, "{told}");
        let name = if flags.is_empty() || flags[0] != "--set" {
            "staticfiles.json"
        } else {
            "b.json"
        };
        let manifest = fs::read(self.out(name)).unwrap();
        let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
        let paths = manifest["paths"].as_object().unwrap().values();
        let hashed: Vec<&str> = paths.map(|path| path.as_str().unwrap()).collect();
        let of = |path: &Path| {
            hashed
                .iter()
                .any(|hashed| path.to_str().unwrap().starts_with(hashed))
        };
        self.there().into_iter().filter(|path| of(path)).collect()
    }

    fn there(&self) -> BTreeSet<PathBuf> {
        self.files().into_keys().collect()
    }

    fn prune(&self, flags: &[&str]) -> String {
        let (code, told) = self.ask(&[&["prune"], flags].concat());
        assert_eq!(code, 0, "{told}");
        assert_eq!(self.ask(&["verify"]).0, 0);
        told
    }
}

#[test]
fn only_what_no_recent_release_names_goes() {
    let site = site();
    let [red, green, blue] = ["red", "green", "blue"].map(|color| site.release(color, &[]));
    let before = site.there();
    assert!(red.len() >= 4 && before.is_superset(&red) && before.is_superset(&green));
    let told = site.prune(&["--keep", "2", "--dry-run"]);
    assert_eq!(site.there(), before);
    for gone in red.difference(&blue) {
        assert!(
            told.contains(&format!("Pretending to delete '{}'", gone.display())),
            "{told}"
        );
    }
    assert!(told.contains("3 files of 1 old release"), "{told}");
    site.prune(&["--keep", "2"]);
    let old: BTreeSet<_> = red.difference(&green).cloned().collect();
    assert_eq!(site.there(), before.difference(&old).cloned().collect());
    // The next ones are green's; the age protects them.
    site.prune(&["--older-than", "1h"]);
    assert!(site.there().is_superset(&green));
    site.prune(&["--older-than", "0s"]);
    let old: BTreeSet<_> = green.difference(&blue).cloned().collect();
    assert!(site.there().is_disjoint(&old) && site.there().is_superset(&blue));
    assert!(site.there().contains(Path::new("a.css")));
}

#[test]
fn what_is_in_force_again_stays() {
    let site = site();
    let red = site.release("red", &[]);
    let green = site.release("green", &[]);
    assert_eq!(site.release("red", &[]), red);
    site.prune(&["--keep", "1"]);
    assert!(site.there().is_superset(&red));
    assert!(!site.there().is_superset(&green));
}

#[test]
fn what_is_not_as_we_left_it_stays() {
    let site = site();
    let red = site.release("red", &[]);
    let ours = red
        .iter()
        .find(|path| path.extension().unwrap() == "css")
        .unwrap();
    site.release("green", &[]);
    let place = site.out(ours);
    fs::write(&place, "somebody's").unwrap();
    for copy in ["css.br", "css.gz"] {
        fs::remove_file(place.with_extension(copy)).unwrap();
    }
    fs::write(site.out("a.0123456789ab.css"), "somebody's").unwrap();
    site.prune(&["--keep", "1"]);
    assert!(site.there().contains(ours));
    assert!(site.there().contains(Path::new("a.0123456789ab.css")));
}

/// Without knowing what is in force nothing goes.
#[test]
fn a_broken_manifest_or_release_stops_it() {
    let site = site();
    site.release("red", &[]);
    site.release("green", &[]);
    let before = site.there();
    let manifest = fs::read(site.out("staticfiles.json")).unwrap();
    fs::write(site.out("staticfiles.json"), "{").unwrap();
    assert_eq!(site.ask(&["prune", "--keep", "1"]).0, 1);
    fs::write(site.out("staticfiles.json"), manifest).unwrap();
    let mut releases = files(&site.path("cache/releases")).into_keys();
    let oldest = site.path("cache/releases").join(releases.next().unwrap());
    fs::write(oldest, "damaged").unwrap();
    let (code, told) = site.ask(&["prune", "--keep", "2"]);
    assert!(code == 1 && told.contains("recent release"), "{told}");
    assert_eq!(site.there(), before);
    // What is in force needs no remembering, and what is old no more.
    site.prune(&["--keep", "1"]);
    assert_eq!(site.there(), before);
}

#[test]
fn collecting_prunes_once_the_manifest_is_in_force() {
    let site = site();
    let red = site.release("red", &[]);
    let green = site.release("green", &["--prune"]);
    assert!(site.there().is_superset(&red));
    let blue = site.release("blue", &["--prune", "--keep", "1"]);
    let old: BTreeSet<_> = (&red | &green).difference(&blue).cloned().collect();
    assert!(site.there().is_disjoint(&old) && site.there().is_superset(&blue));
    assert_eq!(site.ask(&["collect", "--noinput", "--keep", "1"]).0, 2);
    let without = ["collect", "--noinput", "--no-cache", "--prune"];
    assert_eq!(site.ask(&without).0, 2);
}

/// R1, R2, R1 again without a cache (or killed before it was remembered), R3.
#[test]
fn what_was_in_force_unremembered_stays() {
    let site = site();
    let red = site.release("red", &[]);
    let green = site.release("green", &[]);
    let css = fs::read_to_string(site.path("static/a.css")).unwrap();
    site.write("static/a.css", css.replace("green", "red"));
    let without = ["collect", "--noinput", "--no-cache"];
    assert_eq!(site.run(&without).0, 0);
    let blue = site.release("blue", &[]);
    site.prune(&["--keep", "2"]);
    assert!(site.there().is_superset(&red) && site.there().is_superset(&blue));
    assert!(!site.there().is_superset(&green));
}

/// Two sites at one path, as in two containers with one cache.
#[test]
fn releases_of_another_site_do_not_count() {
    let site = site();
    let red = site.release("red", &[]);
    let green = site.release("green", &[]);
    fs::rename(site.path("out"), site.path("first")).unwrap();
    for color in ["white", "grey", "black"] {
        site.release(color, &[]);
    }
    fs::remove_dir_all(site.path("out")).unwrap();
    fs::rename(site.path("first"), site.path("out")).unwrap();
    site.prune(&["--keep", "2"]);
    assert!(site.there().is_superset(&red) && site.there().is_superset(&green));
}

/// Two settings, one STATIC_ROOT, a manifest each.
#[test]
fn what_another_manifest_names_stays() {
    let site = site();
    let red = site.release(
        "red",
        &[
            "--set",
            "STORAGES.staticfiles.OPTIONS.manifest_name='b.json'",
        ],
    );
    site.release("red", &[]);
    site.release("green", &[]);
    site.prune(&["--keep", "1"]);
    assert!(site.there().is_superset(&red));
}

/// Django's own files are not ours to remove.
#[test]
fn what_somebody_else_collected_stays() {
    let site = site();
    let red = site.release("red", &[]);
    fs::remove_dir_all(site.path("cache")).unwrap();
    site.release("green", &[]);
    site.prune(&["--keep", "1"]);
    assert!(site.there().is_superset(&red));
}
