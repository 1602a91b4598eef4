//! Output: what STATIC_ROOT shall hold, and making it so. [`plan`] and
//! [`manifest`] are pure; [`look`] says what is there already; [`stage`] has
//! the rest prepared beside its place ([`prepare`]) and put in force by
//! renaming ([`put`]). [`static_root`], [`occupy`] and [`slot`] do single
//! steps and decide nothing; [`beneath`] sees to it that none leaves the
//! directory. [`verify`] says whether a STATIC_ROOT is whole, [`prune`]
//! removes what old releases left in it. Which compressed copies there are to be
//! is the affair of [`copies`]. What one run leaves to the next is in [`cache`]
//! (compressed copies), [`record`] (stamps and names) and [`releases`] (what was
//! in force when). Knows no finders.

pub mod cancellation;
pub mod commit;
pub mod inspect;
pub mod leftovers;
pub mod lock;
pub mod prune;
pub mod root_dir;
pub mod stage;
pub mod staged_file;
pub mod static_root;
pub mod temp_names;
pub mod transaction;
pub mod verify;
