//! What each code means, why it matters and how to cure it: the sections of
//! `docs/problems.md`, which is part of the program. Knows no problem that
//! happened.

const TEXT: &str = include_str!("../../docs/problems.md");

/// The section of a code, without its heading.
pub fn section(code: &str) -> Option<&'static str> {
    sections()
        .find(|(heading, _)| *heading == code)
        .map(|(_, body)| body)
}

/// All codes that have a section, each with it.
pub fn sections() -> impl Iterator<Item = (&'static str, &'static str)> {
    let sections = TEXT.split("\n## ").skip(1);
    sections.filter_map(|section| {
        let (code, body) = section.split_once('\n')?;
        Some((code.trim(), body.trim()))
    })
}

/// A paragraph of a section as one line.
pub(super) fn paragraph(section: &str, number: usize) -> String {
    let paragraph = section.split("\n\n").nth(number).unwrap_or_default();
    paragraph.lines().collect::<Vec<_>>().join(" ")
}
