//! staticc does what Django's `manage.py collectstatic` does with WhiteNoise's
//! `CompressedManifestStaticFilesStorage`, as one program. This library
//! serves the binary, the tests and xtask.
//!
//! # Rooms
//!
//! A room is a module. It imports only rooms that stand before it in this list:
//!
//! - [`model`]: the values that all rooms share, such as assets and problems.
//! - [`disk`]: reads regular files, and works below a directory without following links.
//! - [`pystd`]: does what Python's `posixpath`, `urllib`, `fnmatch` and `shlex` do.
//! - [`rewrite`]: finds references in CSS and JavaScript, and puts in the final URLs. Pure.
//! - [`encode`]: compresses bytes, and decides whether the result is worth keeping. Pure.
//! - [`store`]: reads and writes objects in S3, Azure, Google Cloud Storage or a directory.
//! - [`apps`]: locates the apps of `INSTALLED_APPS` without running Python.
//! - [`settings`]: reads settings files and flags into [`settings::Settings`].
//! - [`django_project`]: asks a project's own Python for its settings.
//! - [`sources`]: lists the static files as Django's finders do, and reads each once.
//! - [`plan`]: plans the files of STATIC_ROOT and the manifest. Pure.
//! - [`publish`]: plans the objects of a release in a store. Pure.
//! - [`site`]: finds what is wrong with the answers of a deployed site. Pure.
//! - [`state`]: keeps what one run leaves for the next, outside STATIC_ROOT.
//! - [`static_root`]: inspects, changes, verifies and prunes STATIC_ROOT.
//! - [`check`]: finds what is wrong with names, texts and templates.
//! - [`report`]: prints events and problems, for people and for programs.
//! - [`cli`]: defines the flags and their help.
//! - [`pipeline`]: the steps that several verbs share.
//! - [`commands`]: one file for each verb.
//!
//! # The walk of `collect`
//!
//! [`commands::collect`] takes these steps. The right column is all that happens
//! in STATIC_ROOT:
//!
//! ```text
//! load the settings            pipeline::loading
//! lock                         static_root::lock         wait for other runs; remove
//!                                                        what a killed run left
//! find the static files        sources::finder
//! read the last run's record   state::collect_record
//! process                      pipeline::process
//!   read the sources           sources::read
//!   keep unchanged texts       state::collect_record     is the result still there?
//!   rewrite the other texts    rewrite::adjusted
//!   plan                       plan::builder
//! inspect                      static_root::inspect      which files are there already?
//! write                        static_root::transaction  stage new files beside their
//!                                                        places, then rename them, the
//!                                                        manifest last
//! clear, with --clear          commands::collect         remove files of other runs
//! record this run              pipeline::record_file     read the new files' time stamps
//! report                       pipeline::django_events
//! prune, with --prune          pipeline::prune           remove files of old releases
//! ```
//!
//! A source that has not changed is not read again, and a text that need not
//! be rewritten is not either. That is why STATIC_ROOT is looked at before all
//! names are known. If one of its files changes between this look and the
//! inspection, such a text is missing, and `collect` processes the project a second time
//! without the record.
//!
//! [`commands::publish`] reads STATIC_ROOT and sends it to a store, and [`commands::verify_site`]
//! asks a site for it. Only [`store`] opens connections.
//! [`commands::check`] walks as far as rewriting, and then reads the templates.
//! [`commands::init`] only asks the project's Python.

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
pub mod publish;
pub mod pystd;
pub mod report;
pub mod rewrite;
pub mod settings;
pub mod site;
pub mod sources;
pub mod state;
pub mod static_root;
pub mod store;
