//! Owns STATIC_ROOT. [`inspect`] compares it with a plan, [`transaction`] carries the plan
//! out: [`stage`] writes temporary files, [`commit`] renames them. [`root`], [`lock`]
//! and [`staged_file`] do single steps. [`verify`] checks a STATIC_ROOT, [`prune`] removes
//! files of old releases. Knows no finders.

pub mod cancellation;
pub mod commit;
mod content_bytes;
mod copy_origin;
pub mod copy_verifier;
mod file_content;
mod file_roles;
pub mod inspect;
pub mod leftovers;
pub mod lock;
pub mod prune;
mod remote_copies;
pub mod root;
pub mod run_files;
pub mod stage;
pub mod staged_file;
pub mod temp_names;
pub mod transaction;
pub mod verify;
pub mod write_problem;
