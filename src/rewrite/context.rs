//! Owns what rewriting depends on besides the texts: the assets, the rules of a
//! Django version, and what a missing reference amounts to. Knows no disk.

use std::path::PathBuf;

use super::resolve::{Leftovers, Resolver};
use super::rules::Rules;
use super::scanned::MissingPolicy;
use crate::model::{Asset, Fingerprint, LogicalPath};

/// A file that a reference names and that is not collected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Uncollected {
    /// It is in a source directory, but a pattern of ignored files matches it.
    Ignored { source: PathBuf, pattern: String },
    /// It is only in STATIC_ROOT, from an earlier run.
    Leftover,
}

pub struct RewriteContext<'a> {
    /// One asset for each [`AssetId`](crate::model::AssetId), in this order.
    pub assets: &'a [Asset],
    /// By asset; `None` for adjustable assets, whose fingerprints rewriting finds.
    pub fingerprints: &'a [Option<Fingerprint>],
    pub rules: &'a Rules,
    /// `STATIC_URL` with `FORCE_SCRIPT_NAME` in it.
    pub static_url: &'a str,
    /// Whether plain copies stay beside the fingerprinted ones.
    pub keeps_plain: bool,
    /// Files of earlier runs in STATIC_ROOT.
    pub leftovers: &'a dyn Leftovers,
    /// Finds a file that is not collected, to explain a missing reference.
    pub uncollected: &'a (dyn Fn(&LogicalPath) -> Option<Uncollected> + Sync),
    pub policy: &'a MissingPolicy<'a>,
}

impl<'a> RewriteContext<'a> {
    pub fn resolver(&self) -> Resolver<'a> {
        Resolver::new(
            self.assets,
            self.static_url,
            self.rules.skips_protocol_relative(),
            self.keeps_plain,
            self.leftovers,
        )
    }
}
