//! Lists the static files as Django's finders do, and reads each source once. Knows no
//! STATIC_ROOT and no rewriting.

pub mod bundler_manifest;
pub mod bundles;
pub mod candidate;
pub mod content;
pub mod directory;
pub mod finder;
pub mod ignore_patterns;
pub mod read;
pub mod skim;
pub mod source_problem;
pub mod treatments;
