//! A project that is published to a directory, and what is there.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::project::{Project, Run};
use super::tree;

/// A collected project with a text that is worth compressing.
pub fn project() -> Project {
    let project = Project::new()
        .file(
            "src/css/site.css",
            "a { background: url(../b.png) }\n".repeat(50),
        )
        .file("src/b.png", "picture")
        .file("src/app.js.map", "{}");
    project.collect().success();
    project
}

pub fn store_url(project: &Project) -> String {
    format!("file://{}", project.path("store").to_str().unwrap())
}

pub fn publish<'p>(project: &'p Project, flags: &[&str]) -> Run<'p> {
    project
        .verb(["publish", &store_url(project)])
        .arguments(flags)
}

/// The files of the store without the documents below `.staticc/`.
pub fn published(project: &Project) -> BTreeMap<String, Vec<u8>> {
    let files = tree::files(&project.path("store")).into_iter();
    files
        .map(|(path, bytes)| (path.to_str().unwrap().to_owned(), bytes))
        .filter(|(path, _)| !path.starts_with(".staticc/"))
        .collect()
}

/// The current release.
pub fn release(project: &Project) -> Value {
    let read = |path: &Path| -> Value { serde_json::from_slice(&fs::read(path).unwrap()).unwrap() };
    let current = read(&project.path("store/.staticc/current"));
    let name = current["release"].as_str().unwrap();
    let path = format!("store/.staticc/releases/{name}.json");
    let release = read(&project.path(path));
    assert_eq!(release["number"], current["number"]);
    release
}

/// Two releases, whose plain names differ in `css/site.css` and the manifest.
pub fn two_releases() -> (Project, BTreeMap<String, Vec<u8>>) {
    let project = project();
    publish(&project, &[]).success();
    let first = published(&project);
    project.write("src/css/site.css", "a { color: red }\n".repeat(50));
    project.write("src/new.txt", "");
    project.collect().success();
    publish(&project, &[]).success();
    (project, first)
}
