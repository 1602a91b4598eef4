//! Plans which files STATIC_ROOT holds after a run, and groups them by content. Pure.
//! Of the plan's files, only this one depends on the storage backend.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::compression::CompressionSpecs;
use super::manifest;
use super::model::{
    ContentIndex, ContentSource, Plan, PostProcessed, Role, SpecIndex, Target, UniqueContent,
};
use crate::model::{
    Asset, AssetId, ContentId, IndexVec, LogicalPath, NoCompressionReason, TypedIndex as _,
};
use crate::settings::Settings;
use crate::sources::content::Content;

/// Plans a run. `post_processed` is `None` with `--no-post-process`.
pub fn plan(
    settings: &Settings,
    assets: &[Asset],
    contents: &[Content],
    post_processed: Option<&PostProcessed>,
) -> Plan {
    let compresses = post_processed.is_some() && settings.backend.compresses();
    let hashed = post_processed.and_then(|results| results.hashed.as_deref());
    let keeps_plain = hashed.is_none() || !settings.keeps_only_hashed();
    let ids = || (0..).map(AssetId).zip(assets);
    let mut builder = PlanBuilder::new(compresses.then(|| CompressionSpecs::new(settings)));
    if hashed.is_some() {
        // The manifest replaces a collected file of its name.
        let manifest = LogicalPath::new(settings.manifest_name.as_str());
        builder.plan.paths.insert(manifest);
    }
    for (id, asset) in ids() {
        let role = if asset.treatment.is_prehashed() && hashed.is_some() {
            Role::Hashed
        } else {
            Role::Plain
        };
        if keeps_plain || asset.treatment.keeps_name() {
            let content = PlannedContent::of_source(id, &contents[id.index()]);
            builder.add(&asset.path, role, id, &content);
        }
    }
    if let (Some(results), Some(hashed)) = (post_processed, hashed) {
        for (id, _) in ids() {
            let content = PlannedContent::hashed(id, &contents[id.index()], results);
            builder.add(&hashed[id.index()], Role::Hashed, id, &content);
        }
        let mut entries: Vec<_> = assets.iter().map(|asset| &asset.key).zip(hashed).collect();
        builder.plan.manifest = Some(manifest::to_json(&mut entries));
        if !keeps_plain {
            let paths = &builder.plan.paths;
            builder.plan.removals = ids()
                .filter(|(_, asset)| !paths.contains(&asset.path))
                .map(|(id, _)| id)
                .collect();
        }
    }
    builder.finish()
}

/// The content of one file.
struct PlannedContent {
    id: Option<ContentId>,
    source: ContentSource,
    size: u64,
}

impl PlannedContent {
    fn of_source(asset: AssetId, content: &Content) -> Self {
        Self {
            id: content.id,
            source: ContentSource::Source(asset),
            size: content.stamp.size,
        }
    }

    /// The content of the asset's fingerprinted file.
    fn hashed(asset: AssetId, content: &Content, results: &PostProcessed) -> Self {
        match results.adjusted(asset) {
            Some(adjusted) if Some(adjusted.id) != content.id => Self {
                id: Some(adjusted.id),
                source: if adjusted.text.is_some() {
                    ContentSource::Text(asset)
                } else {
                    ContentSource::Unchanged(asset)
                },
                size: adjusted.size,
            },
            _ => Self::of_source(asset, content),
        }
    }
}

struct PlanBuilder<'a> {
    /// `None` if the backend does not compress.
    specs: Option<CompressionSpecs<'a>>,
    by_id: HashMap<ContentId, ContentIndex>,
    plan: Plan,
}

impl<'a> PlanBuilder<'a> {
    fn new(specs: Option<CompressionSpecs<'a>>) -> Self {
        let owns_copies = specs.is_some();
        Self {
            specs,
            by_id: HashMap::new(),
            plan: Plan {
                owns_copies,
                ..Plan::default()
            },
        }
    }

    /// Plans one file. The first file of a path stays: two keys may spell one path,
    /// and a source may have the name of another's fingerprinted copy.
    fn add(&mut self, path: &LogicalPath, role: Role, asset: AssetId, content: &PlannedContent) {
        if !self.plan.paths.insert(path.clone()) {
            return;
        }
        let index = self.content(content);
        let wanted = match self
            .specs
            .as_ref()
            .map(|specs| specs.of(path, content.size))
        {
            Some(Ok(spec)) => Some(spec),
            Some(Err(NoCompressionReason::Size(_))) => {
                self.plan.too_large.insert(asset);
                None
            }
            Some(Err(_)) | None => None,
        };
        let spec = wanted.map(|spec| {
            let known = self.plan.specs.iter().position(|known| known == spec);
            match known {
                Some(known) => SpecIndex::new(known),
                None => self.plan.specs.push(spec.clone()),
            }
        });
        self.plan.targets.push(Target {
            path: path.clone(),
            role,
            asset,
            content: index,
            spec,
        });
    }

    /// Returns the index of a content, which is new if it has no id.
    fn content(&mut self, content: &PlannedContent) -> ContentIndex {
        let contents = &mut self.plan.contents;
        let mut push = || {
            contents.push(UniqueContent {
                id: content.id,
                source: content.source,
                size: content.size,
                first_target: 0,
                target_count: 0,
            })
        };
        let index = match content.id {
            Some(id) => *self.by_id.entry(id).or_insert_with(push),
            None => push(),
        };
        let known = &mut self.plan.contents[index];
        if matches!(known.source, ContentSource::Unchanged(_)) {
            known.source = content.source;
        }
        index
    }

    /// Orders the contents: those to compress come first, the largest first. Others
    /// keep their order, in which neighbours share a directory.
    fn finish(self) -> Plan {
        let mut plan = self.plan;
        let mut is_compressed = vec![false; plan.contents.len()];
        for target in &plan.targets {
            is_compressed[target.content.index()] |= target.spec.is_some();
        }
        let mut order: Vec<ContentIndex> = plan.contents.enumerate().map(|(id, _)| id).collect();
        order.sort_by_key(|&id| {
            Reverse(is_compressed[id.index()].then_some(plan.contents[id].size))
        });
        let mut ranks = vec![ContentIndex::new(0); order.len()];
        for (rank, old) in order.iter().enumerate() {
            ranks[old.index()] = ContentIndex::new(rank);
        }
        let mut targets = plan.targets.into_vec();
        for target in &mut targets {
            target.content = ranks[target.content.index()];
        }
        targets.sort_by_key(|target| target.content);
        let sorted = order.into_iter().map(|old| plan.contents[old].clone());
        let mut contents: IndexVec<ContentIndex, UniqueContent> = sorted.collect();
        for (index, target) in targets.iter().enumerate() {
            let content = &mut contents[target.content];
            if content.target_count == 0 {
                content.first_target = index;
            }
            content.target_count += 1;
        }
        plan.contents = contents;
        plan.targets = targets.into();
        plan
    }
}
