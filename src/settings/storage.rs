//! The storage: `STORAGES`, or `STATICFILES_STORAGE` before Django 5.1, and
//! Django's own words on having none or both.

use super::keys;
use super::reader::Section;
use super::tree::Value;
use super::words::BACKENDS;
use crate::model::Backend;
use crate::model::{Code, DjangoVersion, Problem};

/// The backend and its options.
pub fn storage<'a>(top: &Section<'a>, django: DjangoVersion) -> (Backend, Section<'a>) {
    let problems = top.problems;
    if let Some(node) = top.node("STATICFILES_STORAGE") {
        if django >= DjangoVersion::V5_1 {
            let message = format!("STATICFILES_STORAGE does not exist in Django {django}");
            let problem = Problem::error(Code::BadValue, message);
            let help = "use [STORAGES.staticfiles] BACKEND";
            problems.add_at(&node.spot, problem.help(help));
        } else if top.has("STORAGES") {
            let message = "STATICFILES_STORAGE/STORAGES are mutually exclusive.";
            problems.add_at(&node.spot, Problem::error(Code::BadValue, message));
        }
    }
    let storages = top.table(&keys::STORAGES);
    if let Some(node) = top.node("STORAGES")
        && matches!(node.value, Value::Table(_))
        && !storages.has("staticfiles")
    {
        let message = "The STORAGES setting must define a 'staticfiles' storage.";
        problems.add_at(
            &node.spot,
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
