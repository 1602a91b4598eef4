//! The steps that several verbs share, from loading settings to the events of a
//! run. Does not know which verb runs it, nor its command line.

pub mod cache_location;
pub mod claim;
pub mod clock;
pub mod consent;
pub mod django_events;
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
pub mod publish;
pub mod published_files;
pub mod record_file;
pub mod remote_cache_location;
pub mod rollback;
pub mod severity;
pub mod store_releases;
