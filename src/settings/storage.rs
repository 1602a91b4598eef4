//! Reads the storage from `STORAGES`, or from `STATICFILES_STORAGE` before Django 5.1. Words the
//! problems of none or both as Django does.

use super::choices::BACKENDS;
use super::keys;
use super::reader::Section;
use super::tree::TomlValue;
use crate::model::Backend;
use crate::model::{Code, DjangoVersion, Problem};

/// Returns the backend and its options.
pub fn storage<'a>(top: &Section<'a>, django: DjangoVersion) -> (Backend, Section<'a>) {
    let problems = top.problems;
    if let Some(node) = top.node("STATICFILES_STORAGE") {
        if django >= DjangoVersion::V5_1 {
            let message = format!("STATICFILES_STORAGE does not exist in Django {django}");
            let problem = Problem::error(Code::BadValue, message);
            let help = "use [STORAGES.staticfiles] BACKEND";
            problems.add_at(&node.span, problem.help(help));
        } else if top.has("STORAGES") {
            let message = "STATICFILES_STORAGE/STORAGES are mutually exclusive.";
            problems.add_at(&node.span, Problem::error(Code::BadValue, message));
        }
    }
    let storages = top.table(&keys::STORAGES);
    if let Some(node) = top.node("STORAGES")
        && matches!(node.value, TomlValue::Table(_))
        && !storages.has("staticfiles")
    {
        let message = "The STORAGES setting must define a 'staticfiles' storage.";
        problems.add_at(
            &node.span,
            Problem::error(Code::StaticfilesE005, message)
                .help("add [STORAGES.staticfiles] with a BACKEND, or leave STORAGES out"),
        );
    }
    let storage = storages.table(&keys::STATICFILES);
    let old = top.word("STATICFILES_STORAGE", &BACKENDS);
    let backend = old.or_else(|| storage.word("BACKEND", &BACKENDS));
    (
        backend.unwrap_or(Backend::CompressedManifest),
        storage.table(&keys::OPTIONS),
    )
}
