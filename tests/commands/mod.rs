//! One file for each verb.

mod cache;
mod check;
mod collect;
mod completions_and_man;
mod explain;
mod find;
mod init;
mod prune;
mod prune_store;
mod publish;
mod verify;
mod verify_site;
mod verify_store;
