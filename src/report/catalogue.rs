//! What each problem code means, why it matters and how to solve it: the sections
//! of `docs/problems.md`, which is part of the program. Knows no problem that
//! happened.

use crate::model::Code;

const TEXT: &str = include_str!("../../docs/problems.md");

/// Returns the section of a code, without its heading.
pub fn section(code: Code) -> &'static str {
    let mut sections = sections();
    // Each code has a section: tests/problem_catalogue.rs compares both lists.
    let section = sections.find(|(heading, _)| *heading == code.as_str());
    section.map_or("", |(_, body)| body)
}

/// Returns the sections in order: heading and body.
pub fn sections() -> impl Iterator<Item = (&'static str, &'static str)> {
    let sections = TEXT.split("\n## ").skip(1);
    sections.map(|section| {
        let (heading, body) = section.split_once('\n').unwrap_or((section, ""));
        (heading.trim(), body.trim())
    })
}

/// Returns a paragraph of a section as one line.
pub(super) fn paragraph(section: &str, number: usize) -> String {
    let paragraph = section.split("\n\n").nth(number).unwrap_or_default();
    paragraph.lines().collect::<Vec<_>>().join(" ")
}
