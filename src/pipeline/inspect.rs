//! Gathers all that is known of single static files, for `staticc explain`.
//! Decides nothing; writes only to the cache.

use std::collections::HashMap;
use std::path::PathBuf;

use super::lookup::FileMatch;
use super::project::Project;
use super::severity::SeverityPolicy;
use crate::check;
use crate::disk;
use crate::encode::CompressionSpec;
use crate::model::{
    Asset, AssetId, ContentId, Copy, Encoding, Explanation, Fingerprint, Link, LogicalPath, Loser,
    NoHashReason, Problem, ReferenceKind, Rewriting, Served, Uncompressed,
};
use crate::plan::compression::CompressionSpecs;
use crate::rewrite::collection::{Adjusted, RewriteContext, complete};
use crate::rewrite::resolve::{Resolver, hashed_path};
use crate::rewrite::survey::survey;
use crate::rewrite::survey::{Reference, References, references};
use crate::sources::read::Read;
use crate::state::cache::Cache;
use crate::state::cache::copy::copy;

/// A project whose files are read and named, as far as they can be.
pub struct FileInspector<'a> {
    project: &'a Project<'a>,
    policy: &'a SeverityPolicy<'a>,
    job: &'a RewriteContext<'a>,
    resolver: Resolver<'a>,
    read: &'a Read,
    cache: &'a Cache,
    /// Whether files get fingerprints.
    hashes: bool,
    adjusted: HashMap<AssetId, Adjusted>,
    /// The texts, with the assets that each refers to.
    texts: Vec<(AssetId, Vec<AssetId>)>,
    /// Everything that is wrong with files.
    problems: Vec<Problem>,
}

impl<'a> FileInspector<'a> {
    /// Names the files that were `read`.
    pub fn new(
        project: &'a Project<'a>,
        policy: &'a SeverityPolicy<'a>,
        job: &'a RewriteContext<'a>,
        read: &'a Read,
        cache: &'a Cache,
    ) -> Self {
        let names = |path: &_, code| policy.level_of(path, code);
        let mut inquiry = Self {
            project,
            policy,
            job,
            resolver: job.resolver(),
            read,
            cache,
            hashes: project.settings.backend.hashes(),
            adjusted: HashMap::new(),
            texts: Vec::new(),
            problems: check::names::look_at_names(&project.found, &names),
        };
        inquiry.problems.extend(read.problems.iter().cloned());
        if inquiry.hashes {
            let ids = (0..).map(AssetId).zip(&read.contents);
            let texts = ids.filter_map(|(id, content)| Some((id, content.text()?)));
            let survey = survey(job, texts.collect(), &[]);
            let targets = survey.texts();
            inquiry.texts = targets.map(|(id, to, _)| (id, to.to_vec())).collect();
            let rewritten = complete(job, survey);
            inquiry.adjusted = rewritten.adjusted.into_iter().collect();
            inquiry.problems.extend(rewritten.problems);
        }
        Problem::sort(&mut inquiry.problems);
        inquiry
    }

    /// All that is known of files.
    pub fn explain(&self, all: &[FileMatch]) -> impl Iterator<Item = Explanation> {
        let assets: Vec<AssetId> = all.iter().map(|meant| meant.asset).collect();
        let mentions = self.mentions(&assets);
        all.iter().map(move |meant| {
            let mut explanation = self.file(meant);
            let own = mentions.iter().filter(|(id, _)| *id == meant.asset);
            let own = own.map(|(_, link)| link.clone());
            explanation.referrers.extend(own);
            explanation
        })
    }

    /// All that is known of a file, but for templates.
    fn file(&self, meant: &FileMatch) -> Explanation {
        let id = meant.asset;
        let asset = &self.job.assets[id.index()];
        let references = self.references(id);
        let losers = self.losers(asset);
        let sources = losers.iter().map(|loser| loser.source.clone());
        let sources: Vec<PathBuf> = sources.chain([asset.source()]).collect();
        let kinds = self.job.rules.kinds(&asset.path);
        let kinds = kinds.into_iter().filter(|_| self.hashes);
        Explanation {
            path: asset.key.clone(),
            source: asset.source(),
            origin: self.project.origin(asset),
            instead_of: meant.loser.clone(),
            losers,
            hashed: self.hashed(id),
            served: self.served(id),
            rewriting: self.rewriting(id, references.as_ref()),
            references: references.map_or_else(Vec::new, |it| self.links(it.to_assets)),
            referrers: self.referrers(id),
            problems: self.problems_of(&sources),
            severities: kinds
                .map(|kind| self.policy.decision(&asset.path, kind))
                .collect(),
        }
    }

    fn losers(&self, asset: &Asset) -> Vec<Loser> {
        let conflicts = self.project.found.conflicts.iter();
        let losers = conflicts.filter(|conflict| conflict.asset.key == asset.key);
        let loser = |loser: &Asset| Loser {
            source: loser.source(),
            origin: self.project.origin(loser),
            same_bytes: check::names::same_bytes(&asset.source(), &loser.source()),
        };
        losers.map(|conflict| loser(&conflict.asset)).collect()
    }

    /// The path with a fingerprint, or why there is none.
    pub fn hashed(&self, id: AssetId) -> Result<LogicalPath, NoHashReason> {
        if !self.hashes {
            return Err(NoHashReason::Backend);
        }
        if self.read.unreadable.contains(&id) {
            return Err(NoHashReason::Unreadable);
        }
        let adjusted = self.adjusted.get(&id).map(|it| it.fingerprint);
        let fingerprint = adjusted.or(self.read.contents[id.index()].fingerprint);
        let digits = fingerprint.ok_or(NoHashReason::Unknown)?;
        let key = &self.job.assets[id.index()].key;
        hashed_path(key, Fingerprint::as_bytes(&digits)).ok_or(NoHashReason::Unusable)
    }

    /// The file as it is served, unless it can't be collected.
    fn served(&self, id: AssetId) -> Option<Served> {
        let path = match self.hashed(id) {
            Ok(hashed) => hashed,
            Err(NoHashReason::Backend) => self.job.assets[id.index()].path.clone(),
            Err(_) => return None,
        };
        if self.read.unreadable.contains(&id) {
            return None;
        }
        let content = &self.read.contents[id.index()];
        let adjusted = self.adjusted.get(&id);
        let (content, size) =
            adjusted.map_or((content.id, content.stamp.size), |it| (it.id, it.size));
        Some(Served {
            copies: self.copies(id, &path, content),
            path,
            size,
        })
    }

    /// What becomes of the compressed copies of a file with this content.
    fn copies(
        &self,
        id: AssetId,
        path: &LogicalPath,
        content: ContentId,
    ) -> Result<Vec<(Encoding, Copy)>, Uncompressed> {
        let settings = self.project.settings;
        if !settings.backend.compresses() {
            return Err(Uncompressed::Backend);
        }
        let recipes = CompressionSpecs::new(settings);
        let recipe: &CompressionSpec = recipes.of(path)?;
        let mut read = None;
        let mut copies = Vec::new();
        recipe.keep(|encoding| {
            let made = copy(self.cache, content, (recipe, encoding), || {
                let known = self.bytes(id);
                known.map_or_else(|| self.read_into(&mut read, id, content), Ok)
            })?;
            let kept = made.as_ref().map(|bytes| Copy::Kept(bytes.len() as u64));
            copies.push((encoding, kept.unwrap_or(Copy::TooLarge)));
            Ok(made)
        })?;
        let tried: Vec<Encoding> = copies.iter().map(|(encoding, _)| *encoding).collect();
        let untried = recipe.encodings.iter().filter(|it| !tried.contains(it));
        copies.extend(untried.map(|encoding| (encoding, Copy::Untried)));
        Ok(copies)
    }

    /// The bytes of a file as it is served, as far as they are in memory.
    fn bytes(&self, id: AssetId) -> Option<&[u8]> {
        let adjusted = self.adjusted.get(&id);
        let text = adjusted.and_then(|adjusted| adjusted.text.as_ref());
        let loaded = || self.read.contents[id.index()].bytes();
        text.map(String::as_bytes).or_else(loaded)
    }

    fn read_into<'b>(
        &self,
        read: &'b mut Option<Vec<u8>>,
        id: AssetId,
        content: ContentId,
    ) -> Result<&'b [u8], Uncompressed> {
        let source = self.job.assets[id.index()].source();
        let bytes = disk::read(&source).map_err(|_| Uncompressed::Unreadable)?;
        if blake3::hash(&bytes) != content {
            return Err(Uncompressed::Unreadable);
        }
        Ok(read.insert(bytes))
    }

    /// The references of a text whose references are looked at.
    fn references(&self, id: AssetId) -> Option<References> {
        let text = self.read.contents[id.index()].text()?;
        Some(references(self.job, &self.resolver, id, text))
    }

    fn rewriting(&self, id: AssetId, references: Option<&References>) -> Rewriting {
        match references {
            _ if !self.job.assets[id.index()].path.is_adjustable() => Rewriting::NotText,
            _ if !self.hashes => Rewriting::Backend,
            None => Rewriting::Unreadable,
            Some(references) => Rewriting::Text {
                rewritten: references.to_assets.len(),
                directories: references.to_directories,
                foreign: references.foreign,
                has_broken_refs: references.has_broken_refs,
            },
        }
    }

    fn links(&self, references: Vec<Reference>) -> Vec<Link<LogicalPath>> {
        let link = |it: Reference| Link {
            end: self.job.assets[it.target.index()].key.clone(),
            kind: it.kind,
            place: it.place,
            text: it.text,
        };
        references.into_iter().map(link).collect()
    }

    /// The css and js that refers to a file.
    fn referrers(&self, id: AssetId) -> Vec<Link<PathBuf>> {
        let texts = self
            .texts
            .iter()
            .filter(|(_, targets)| targets.contains(&id));
        let mut links = Vec::new();
        for (text, _) in texts {
            let source = self.job.assets[text.index()].source();
            let references = self.references(*text).into_iter();
            let references = references.flat_map(|it| it.to_assets);
            links.extend(references.filter(|it| it.target == id).map(|it| Link {
                end: source.clone(),
                kind: it.kind,
                place: it.place,
                text: it.text,
            }));
        }
        links
    }

    /// Where templates name these files.
    fn mentions(&self, assets: &[AssetId]) -> Vec<(AssetId, Link<PathBuf>)> {
        let known_by = |id: &AssetId| {
            let asset = &self.job.assets[id.index()];
            check::name::known_by(asset, self.hashes)
                .as_bytes()
                .to_vec()
        };
        let wanted: HashMap<Vec<u8>, AssetId> =
            assets.iter().map(|id| (known_by(id), *id)).collect();
        let meant = |name: &str| {
            let path = check::name::looked_up(name, self.hashes)?;
            wanted.get(&path).copied()
        };
        let directories = &self.project.settings.template_dirs;
        let mentions = check::templates::mentions(directories, &meant).into_iter();
        let link = |(id, mention): (AssetId, check::templates::Mention)| {
            let link = Link {
                end: mention.file,
                kind: ReferenceKind::Template,
                place: mention.place,
                text: mention.text,
            };
            (id, link)
        };
        mentions.map(link).collect()
    }

    /// What is wrong in one of these files, or about it.
    fn problems_of(&self, sources: &[PathBuf]) -> Vec<Problem> {
        let about = |problem: &&Problem| {
            let related = problem.related.iter().map(|related| &related.file);
            let mut files = problem.file.iter().chain(related);
            files.any(|file| sources.contains(file))
        };
        self.problems.iter().filter(about).cloned().collect()
    }
}
