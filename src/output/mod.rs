//! Output: what STATIC_ROOT shall hold, and making it so. [`plan`] and
//! [`manifest`] are pure; [`static_root`] does single steps and decides
//! nothing; [`stage`] prepares all of a plan beside the targets and puts it
//! in force by renaming. Knows no finders and no references.

pub mod leftovers;
pub mod manifest;
pub mod plan;
pub mod stage;
pub mod static_root;
