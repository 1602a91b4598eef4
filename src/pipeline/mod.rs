//! The steps that several verbs share, from loading settings to the events of a
//! run. Does not know which verb runs it, nor its command line.

pub mod cache_location;
pub mod claim;
pub mod clock;
pub mod consent;
pub mod django_events;
pub mod expected_files;
pub mod immutable_files;
pub mod inspect;
pub mod interrupt;
pub mod large_files;
pub mod live_manifest;
pub mod loading;
pub mod lookup;
pub mod path_filter;
pub mod prehashed_changes;
pub mod process;
pub mod project;
pub mod prune;
pub mod prune_store;
#[cfg(test)]
mod prune_store_tests;
pub mod publish;
pub mod published_files;
pub mod record_file;
pub mod remote_cache_location;
pub mod rollback;
pub mod severity;
pub mod site_asker;
pub mod store_inspection;
pub mod store_releases;
pub mod verify_store;
