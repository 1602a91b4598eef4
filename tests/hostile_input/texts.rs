//! CSS and JavaScript of sizes and shapes that nobody writes by hand: processed in
//! time, with messages that a person can read.

use crate::support::project::Project;

const UNCOMPRESSED: [&str; 2] = ["--set", "staticc.compression.encodings=[]"];

#[test]
fn collect_rewrites_a_line_of_five_megabytes() {
    let project = Project::with_text_file();
    let line = "a{b:c}".repeat(900_000);
    project.write("src/a.css", format!("{line}a{{b:url(a.txt)}}"));
    project.collect().arguments(UNCOMPRESSED).success();
    project.write("src/a.css", format!("{line}a{{b:url(nix)}}"));
    let outcome = project
        .collect()
        .arguments(UNCOMPRESSED)
        .failure(1)
        .stderr(["src/a.css:1:5400005: url(nix) names no collected file"]);
    assert!(outcome.error.len() < 1000, "{}", outcome.error.len());
}

#[test]
fn collect_shortens_a_reference_of_two_megabytes() {
    let project = Project::with_text_file();
    project.write(
        "src/a.css",
        format!("a{{b:url({})}}", "x".repeat(2_000_000)),
    );
    let outcome = project
        .collect()
        .failure(1)
        .stderr(["names no collected file"]);
    assert!(outcome.error.len() < 2000, "{}", outcome.error.len());
}

#[test]
fn collect_rewrites_a_hundred_thousand_references() {
    let project = Project::with_text_file();
    project.write("src/a.css", "a{b:url(a.txt)}\n".repeat(100_000));
    project.collect().arguments(UNCOMPRESSED).success();
}

/// Broken at its end, so that nothing is written.
#[test]
fn collect_handles_a_chain_of_ten_thousand_imports() {
    let project = Project::with_text_file();
    for number in 1..10_000 {
        let text = format!("@import '{}.css';", number + 1);
        project.write(&format!("src/{number}.css"), text);
    }
    project.write("src/10000.css", "@import 'nix.css';");
    let outcome = project
        .collect()
        .failure(1)
        .stderr(["src/10000.css:1:1: @import 'nix.css' names no collected file"]);
    assert_eq!(outcome.error.matches("error: ").count(), 1);
}

#[test]
fn collect_names_some_members_of_a_cycle_of_a_thousand_files() {
    let project = Project::with_text_file();
    for number in 0..1000 {
        let text = format!("@import '{:03}.css';", (number + 1) % 1000);
        project.write(&format!("src/{number:03}.css"), text);
    }
    let members = "circle: 000.css → 001.css → 002.css → 003.css → 004.css → 005.css → 006.css → \
        007.css → … 992 more … → 000.css [";
    let outcome = project.collect().failure(1).stderr([members]);
    assert!(outcome.error.len() < 1000, "{}", outcome.error);
}

#[test]
fn collect_reports_a_thousand_of_fifty_thousand_broken_references() {
    let project = Project::with_text_file();
    for number in 0..300 {
        project.write(&format!("src/{number:04}.txt"), "");
    }
    let text: String = (0..50_000)
        .map(|n| format!("a{{b:url(n{n:05}.png)}}"))
        .collect();
    project.write("src/a.css", text);
    let outcome = project.collect().failure(1).stderr([
        "url(n00000.png)",
        "error: src/a.css: 49000 more references have problems [",
    ]);
    assert_eq!(outcome.error.matches("error: ").count(), 1001);
    // What they amount to does not depend on how many there are.
    project
        .collect()
        .arguments(["--set", "staticc.missing_references=\"warn\""])
        .success()
        .stderr(["warning: src/a.css: 49000 more references have problems ["]);
}

#[test]
fn collect_handles_tokens_that_never_end() {
    let project = Project::with_text_file();
    let many = |text: &str| text.repeat(100_000);
    project.write("src/a.css", many("a{b:url("));
    project.write("src/b.css", many("/*"));
    project.write("src/c.js", many("import{"));
    project.write("src/d.js", many("//# sourceMappingURL="));
    let set = "STORAGES.staticfiles.OPTIONS.support_js_module_import_aggregation=true";
    let flags = [&UNCOMPRESSED[..], &["--set", set]].concat();
    project.collect().arguments(&flags).success();
}
