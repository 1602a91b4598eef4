//! The steps that several verbs share, from the settings to the plan and to the
//! events of a run. Does not know which verb runs it.

pub mod django_events;
pub mod inspect;
pub mod interrupt;
pub mod loading;
pub mod lookup;
pub mod process;
pub mod project;
pub mod run;
pub mod severity;
