//! Gathers all that is known of single static files, for `staticc explain`.
//! Decides nothing; writes only to the cache.

use std::collections::HashMap;
use std::path::PathBuf;

use super::lookup::FileMatch;
use super::project::Project;
use super::severity::SeverityPolicy;
use crate::check;
use crate::check::templates::mention::{TemplateMention, mentions_of};
use crate::disk;
use crate::encode::spec::CompressionSpec;
use crate::model::{
    Asset, AssetId, CompressedCopy, ContentId, CopyOutcome, Encoding, Encodings, Explanation,
    Fingerprint, IncomingReference, LogicalPath, NoCompressionReason, NoHashReason,
    NoRewritingReason, OutgoingReference, Problem, ReferenceCounts, ReferenceKind, Rewriting,
    ServedFile, ShadowedSource,
};
use crate::plan::compression::CompressionSpecs;
use crate::rewrite::adjusted::{Adjusted, complete};
use crate::rewrite::context::RewriteContext;
use crate::rewrite::module_problems::modules_twice_in_texts;
use crate::rewrite::reference_scan::scan_all;
use crate::rewrite::reference_scan::{Reference, References, references};
use crate::rewrite::resolve::{Resolver, final_path};
use crate::sources::read::Sources;
use crate::state::cache::Cache;
use crate::state::cache::copy::compressed_copy;

/// A project whose files are read and named, those with errors left out.
pub struct FileInspector<'a> {
    project: &'a Project<'a>,
    policy: &'a SeverityPolicy<'a>,
    rewrite_context: &'a RewriteContext<'a>,
    resolver: Resolver<'a>,
    read: &'a Sources,
    cache: &'a Cache,
    /// Whether the storage backend adds fingerprints.
    hashes: bool,
    adjusted: HashMap<AssetId, Adjusted>,
    /// Every text with the assets it refers to.
    texts: Vec<(AssetId, Vec<AssetId>)>,
    /// All problems of the project's files, sorted.
    problems: Vec<Problem>,
}

impl<'a> FileInspector<'a> {
    /// Names and rewrites the files that were `read`, in memory.
    pub fn new(
        project: &'a Project<'a>,
        policy: &'a SeverityPolicy<'a>,
        rewrite_context: &'a RewriteContext<'a>,
        read: &'a Sources,
        cache: &'a Cache,
    ) -> Self {
        let level_of_name = |path: &_, code| policy.level_of(path, code);
        let mut inspector = Self {
            project,
            policy,
            rewrite_context,
            resolver: rewrite_context.resolver(),
            read,
            cache,
            hashes: project.settings.backend.hashes(),
            adjusted: HashMap::new(),
            texts: Vec::new(),
            problems: check::paths::path_problems(&project.found, &level_of_name),
        };
        inspector.problems.extend(read.problems.iter().cloned());
        if inspector.hashes {
            let ids = (0..).map(AssetId).zip(&read.contents);
            let texts = ids.filter_map(|(id, content)| Some((id, content.text()?)));
            let scan = scan_all(rewrite_context, texts.collect(), &[]);
            let targets = scan.texts();
            inspector.texts = targets.map(|(id, to, _)| (id, to.to_vec())).collect();
            let rewritten = complete(rewrite_context, scan);
            inspector.adjusted = rewritten.adjusted.into_iter().collect();
            inspector.problems.extend(rewritten.problems);
            inspector.problems.extend(modules_twice_in_texts(
                rewrite_context.assets,
                &rewritten.plain_modules,
                inspector
                    .texts
                    .iter()
                    .map(|(id, targets)| (*id, &targets[..])),
            ));
        }
        Problem::sort(&mut inspector.problems);
        inspector
    }

    pub fn explain(&self, files: &[FileMatch]) -> impl Iterator<Item = Explanation> {
        let assets: Vec<AssetId> = files.iter().map(|file| file.asset).collect();
        let mentions = self.mentions(&assets);
        files.iter().map(move |file| {
            let mut explanation = self.explain_without_templates(file);
            let links = mentions.iter().filter(|(id, _)| *id == file.asset);
            let referrers = links.map(|(_, link)| link.clone());
            explanation.referrers.extend(referrers);
            explanation
        })
    }

    fn explain_without_templates(&self, file: &FileMatch) -> Explanation {
        let id = file.asset;
        let asset = self.asset(id);
        let references = self.references(id);
        let losers = self.losers(asset);
        let losing_sources = losers.iter().map(|loser| loser.source.clone());
        let sources: Vec<PathBuf> = losing_sources.chain([asset.source()]).collect();
        let kinds = self.rewrite_context.rules.kinds(&asset.path).into_iter();
        Explanation {
            path: asset.key.clone(),
            source: asset.source(),
            found_by: self.project.finder_entry(asset),
            not_collected: file.loser.clone(),
            shadowed: losers,
            treatment: asset.treatment.clone(),
            hashed: self.hashed(id),
            served: self.served(id),
            rewriting: self.rewriting(id, references.as_ref()),
            references: references
                .map_or_else(Vec::new, |references| self.links(references.to_assets)),
            referrers: self.referrers(id),
            problems: self.problems_of(&sources),
            severities: kinds
                .filter(|_| self.hashes && asset.is_scanned && asset.treatment.follows_references())
                .map(|kind| self.policy.decision(&asset.path, kind))
                .collect(),
        }
    }

    fn asset(&self, id: AssetId) -> &Asset {
        &self.rewrite_context.assets[id.index()]
    }

    fn losers(&self, asset: &Asset) -> Vec<ShadowedSource> {
        let conflicts = self.project.found.conflicts.iter();
        let losing_assets = conflicts
            .map(|conflict| &conflict.asset)
            .filter(|loser| loser.key == asset.key);
        let losers = losing_assets.map(|loser| ShadowedSource {
            source: loser.source(),
            found_by: self.project.finder_entry(loser),
            same_bytes: disk::same_bytes(&asset.source(), &loser.source()),
        });
        losers.collect()
    }

    /// Returns the path with the fingerprint, or why there is none.
    pub fn hashed(&self, id: AssetId) -> Result<LogicalPath, NoHashReason> {
        if !self.hashes {
            return Err(NoHashReason::Backend);
        }
        if self.read.unreadable.contains(&id) {
            return Err(NoHashReason::Unreadable);
        }
        if self.asset(id).treatment.keeps_name() {
            return Err(NoHashReason::Treatment);
        }
        let adjusted = self.adjusted.get(&id).map(|adjusted| adjusted.fingerprint);
        let fingerprint = adjusted.or(self.read.contents[id.index()].fingerprint);
        let digits = fingerprint.ok_or(NoHashReason::Unknown)?;
        final_path(self.asset(id), Fingerprint::as_bytes(&digits)).ok_or(NoHashReason::UnusableName)
    }

    /// Describes the file as it is served, unless it cannot be collected.
    fn served(&self, id: AssetId) -> Option<ServedFile> {
        let path = match self.hashed(id) {
            Ok(hashed) => hashed,
            Err(NoHashReason::Backend | NoHashReason::Treatment) => self.asset(id).path.clone(),
            Err(_) => return None,
        };
        if self.read.unreadable.contains(&id) {
            return None;
        }
        let source = &self.read.contents[id.index()];
        let (content, size) = match self.adjusted.get(&id) {
            Some(adjusted) => (Some(adjusted.id), adjusted.size),
            None => (source.id, source.stamp.size),
        };
        Some(ServedFile {
            copies: self.copies(id, &path, size, content?),
            path,
            size,
        })
    }

    /// Compresses the file's content, or takes the copies from the cache.
    fn copies(
        &self,
        id: AssetId,
        path: &LogicalPath,
        size: u64,
        content: ContentId,
    ) -> Result<Vec<CompressedCopy>, NoCompressionReason> {
        let settings = self.project.settings;
        if !settings.backend.compresses() {
            return Err(NoCompressionReason::Backend);
        }
        let specs = CompressionSpecs::new(settings);
        let spec: &CompressionSpec = specs.of(path, size)?;
        let mut read = None;
        let mut copies = Vec::new();
        spec.keep(Encodings::default(), |encoding| {
            let made = compressed_copy(self.cache, Some(content), spec, encoding, || {
                let known = self.bytes(id);
                known.map_or_else(|| self.read_into(&mut read, id, content), Ok)
            })?;
            let kept = made
                .as_ref()
                .map(|bytes| CopyOutcome::Kept(bytes.len() as u64));
            copies.push(CompressedCopy {
                encoding,
                outcome: kept.unwrap_or(CopyOutcome::TooLarge),
            });
            Ok(made)
        })?;
        let tried: Vec<Encoding> = copies.iter().map(|copy| copy.encoding).collect();
        for encoding in spec.encodings.iter() {
            if !tried.contains(&encoding) {
                copies.push(CompressedCopy {
                    encoding,
                    outcome: CopyOutcome::Untried,
                });
            }
        }
        Ok(copies)
    }

    /// Returns the bytes of the file as it is served, if they are in memory.
    fn bytes(&self, id: AssetId) -> Option<&[u8]> {
        let adjusted = self.adjusted.get(&id);
        let text = adjusted.and_then(|adjusted| adjusted.text.as_ref());
        let loaded = || self.read.contents[id.index()].bytes();
        text.map(Vec::as_slice).or_else(loaded)
    }

    /// Reads the source again; fails if it has changed.
    fn read_into<'b>(
        &self,
        read: &'b mut Option<Vec<u8>>,
        id: AssetId,
        content: ContentId,
    ) -> Result<&'b [u8], NoCompressionReason> {
        let source = self.asset(id).source();
        let bytes = disk::read(&source).map_err(|_| NoCompressionReason::Unreadable)?;
        if blake3::hash(&bytes) != content {
            return Err(NoCompressionReason::Unreadable);
        }
        Ok(read.insert(bytes))
    }

    /// Returns the references of a text; `None` for other files.
    fn references(&self, id: AssetId) -> Option<References> {
        let text = self.read.contents[id.index()].text()?;
        Some(references(self.rewrite_context, &self.resolver, id, text))
    }

    fn rewriting(&self, id: AssetId, references: Option<&References>) -> Rewriting {
        match references {
            _ if !self.rewrite_context.rules.scan(&self.asset(id).path) => {
                Rewriting::None(NoRewritingReason::NotText)
            }
            _ if !self.asset(id).treatment.rewrites() => {
                Rewriting::None(NoRewritingReason::Treatment)
            }
            _ if !self.hashes => Rewriting::None(NoRewritingReason::Backend),
            None => Rewriting::None(NoRewritingReason::Unreadable),
            Some(references) => Rewriting::Text(ReferenceCounts {
                rewritten: references.to_assets.len(),
                directories: references.to_directories,
                foreign: references.foreign,
                broken: references.broken,
            }),
        }
    }

    fn links(&self, references: Vec<Reference>) -> Vec<OutgoingReference> {
        let link = |reference: Reference| OutgoingReference {
            path: self.rewrite_context.assets[reference.target.index()]
                .key
                .clone(),
            kind: reference.kind,
            span: reference.span,
            text: reference.text,
        };
        references.into_iter().map(link).collect()
    }

    /// Returns the references to the file in CSS and JavaScript.
    fn referrers(&self, id: AssetId) -> Vec<IncomingReference> {
        let texts = self
            .texts
            .iter()
            .filter(|(_, targets)| targets.contains(&id));
        let mut links = Vec::new();
        for (text, _) in texts {
            let source = self.rewrite_context.assets[text.index()].source();
            let references = self.references(*text);
            let to_assets = references.into_iter().flat_map(|all| all.to_assets);
            let to_file = to_assets.filter(|reference| reference.target == id);
            links.extend(to_file.map(|reference| IncomingReference {
                file: source.clone(),
                kind: reference.kind,
                span: reference.span,
                text: reference.text,
            }));
        }
        links
    }

    /// Returns where templates name these files.
    fn mentions(&self, assets: &[AssetId]) -> Vec<(AssetId, IncomingReference)> {
        let with_ids = assets.iter().map(|id| (*id, self.asset(*id)));
        let directories = &self.project.settings.template_dirs;
        let mentions = mentions_of(directories, with_ids, self.hashes).into_iter();
        let link = |(id, mention): (AssetId, TemplateMention)| {
            let link = IncomingReference {
                file: mention.file,
                kind: ReferenceKind::Template,
                span: mention.span,
                text: mention.text,
            };
            (id, link)
        };
        mentions.map(link).collect()
    }

    /// Returns the problems that are in one of these files, or refer to one.
    fn problems_of(&self, sources: &[PathBuf]) -> Vec<Problem> {
        let about = |problem: &&Problem| {
            let related = problem.related.iter().map(|related| &related.file);
            let mut files = problem.file.iter().chain(related);
            files.any(|file| sources.contains(file))
        };
        self.problems.iter().filter(about).cloned().collect()
    }
}
