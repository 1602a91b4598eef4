//! staticc is `manage.py collectstatic` with WhiteNoise's compressed manifest
//! storage as one program. The library serves the binary and its tests.
//!
//! One run is one straight walk; no step goes back:
//!
//! ```text
//! settings ──▶ sources ──▶ rewrite ──▶ static_root ──▶ report
//! what, where  assets      final texts plan, then what happened,
//!              and winners and names   one stage  what is wrong
//! ```
//!
//! - [`settings`]: TOML text and flags → [`settings::Settings`]; apps →
//!   directories, Python read as text.
//! - [`sources`]: finders → [`model::Asset`]s, their bytes read once.
//! - [`rewrite`]: references → assets → final texts and names. Pure.
//! - [`encode`]: bytes → compressed bytes worth keeping. Pure.
//! - [`static_root`]: what STATIC_ROOT shall hold, prepared beside its place and
//!   put in force by renaming, the manifest last.
//! - [`check`]: all that is wrong with a project, without writing.
//! - [`django_project`]: a real project, asked by its own Python → settings.
//! - [`report`]: events → Django's words; problems → places, cures.
//! - [`model`]: the few words that all of these share; [`disk`]: reading
//!   regular files and nothing else.
//!
//! A room imports only rooms before it ([`model`] and [`disk`] are before all); a test
//! holds that.

pub mod apps;
pub mod check;
pub mod cli;
pub mod commands;
pub mod disk;
pub mod django_project;
pub mod encode;
pub mod model;
pub mod pipeline;
pub mod plan;
pub mod pystd;
pub mod report;
pub mod rewrite;
pub mod settings;
pub mod sources;
pub mod state;
pub mod static_root;
