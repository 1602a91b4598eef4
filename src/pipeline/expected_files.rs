//! Finds the files that a site should serve: those of the manifest in STATIC_ROOT, and what the
//! texts among them refer to. Reads STATIC_ROOT, and asks no site.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::live_manifest::LiveManifest;
use super::published_files::{PublishedFiles, unreadable};
use crate::disk;
use crate::model::{Asset, Encoding, LogicalPath, Problem, ReferenceKind};
use crate::publish::published_object::ObjectRole;
use crate::rewrite::reference_checker::ReferenceChecker;
use crate::rewrite::rules::Rules;
use crate::settings::Settings;
use crate::site::expected::ExpectedFile;
use crate::state::cache::Cache;
use crate::static_root::root::StaticRoot;

/// The files of a STATIC_ROOT, as a site should serve them.
pub struct ServedFiles<'a> {
    root: &'a StaticRoot,
    published: PublishedFiles<'a>,
    settings: &'a Settings,
}

impl<'a> ServedFiles<'a> {
    pub fn new(root: &'a StaticRoot, settings: &'a Settings) -> Self {
        Self {
            root,
            published: PublishedFiles {
                root,
                settings,
                keeps_headers: false,
            },
            settings,
        }
    }

    /// Returns the files, sorted by path.
    pub fn expected(&self) -> Result<Vec<ExpectedFile>, Vec<Problem>> {
        let no_cache = Cache::new(None, 0);
        let live = LiveManifest::new(self.root, self.settings, &no_cache);
        let mut files = self
            .published
            .files(&live)
            .map_err(|problem| vec![problem])?;
        let references = self.references(&files);
        for (_, path) in &references {
            // What is not there, `staticc verify` without a URL reports.
            if !self.settings.publish.excludes(path) && self.root.locate(path).is_file() {
                files.entry(path.clone()).or_insert(ObjectRole::Plain);
            }
        }
        let modules: HashSet<&LogicalPath> = references
            .iter()
            .filter(|(kind, _)| *kind == ReferenceKind::Js)
            .map(|(_, path)| path)
            .collect();
        let read: Vec<Result<ExpectedFile, Problem>> = files
            .par_iter()
            .map(|(path, role)| {
                let mut file = self.read(path, *role)?;
                file.is_module = modules.contains(path);
                Ok(file)
            })
            .collect();
        let mut found = Vec::with_capacity(read.len());
        let mut problems = Vec::new();
        for result in read {
            match result {
                Ok(file) => found.push(file),
                Err(problem) => problems.push(problem),
            }
        }
        Problem::fail_on_any(problems)?;
        Ok(found)
    }

    fn read(&self, path: &LogicalPath, role: ObjectRole) -> Result<ExpectedFile, Problem> {
        let place = self.root.locate(path);
        let read = disk::open(&place).and_then(|(content, _)| {
            let mut hasher = blake3::Hasher::new();
            hasher.update_reader(content)?;
            Ok((hasher.count(), hasher.finalize()))
        });
        let (size, content) = read.map_err(|error| unreadable(&place, &error))?;
        let has_copy = |encoding: &Encoding| {
            let copy = path.with_suffix(encoding.suffix());
            self.root.locate(&copy).is_file()
        };
        let copies = Encoding::ALL.into_iter().filter(has_copy);
        Ok(ExpectedFile {
            path: path.clone(),
            role,
            content,
            size,
            copies: copies.collect(),
            is_module: false,
        })
    }

    /// Returns what the rewritten texts refer to, with the kinds of the references.
    fn references(
        &self,
        files: &BTreeMap<LogicalPath, ObjectRole>,
    ) -> HashSet<(ReferenceKind, LogicalPath)> {
        if !self.settings.backend.hashes() {
            return HashSet::new();
        }
        let rules = Rules::new(
            self.settings.references,
            self.settings.django,
            self.settings.js_aggregation,
        );
        let checker = ReferenceChecker::new(&[], &self.settings.static_url, &rules);
        let directory: Arc<std::path::Path> = self.root.path().into();
        let is_text = |(path, role): &(&LogicalPath, &ObjectRole)| {
            rules.scan(path) && **role == ObjectRole::Fingerprinted
        };
        let texts: Vec<_> = files.iter().filter(is_text).collect();
        let found = texts.into_par_iter().flat_map_iter(|(path, _)| {
            let file = Asset::at(path.clone(), Arc::clone(&directory));
            let bytes = disk::read(&file.source()).unwrap_or_default();
            checker.arrivals(&file, &bytes)
        });
        let is_inside = |(_, path): &(ReferenceKind, LogicalPath)| {
            let bytes = path.as_bytes();
            !bytes.starts_with(b"/") && !bytes.starts_with(b"..") && bytes != b"."
        };
        found.filter(is_inside).collect()
    }
}
