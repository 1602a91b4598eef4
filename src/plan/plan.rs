//! What STATIC_ROOT shall hold: every file, its content, its compressed
//! copies; each distinct content once. PURE; the only place that knows the
//! backends apart.

use std::collections::HashMap;

use super::compression::CompressionSpecs;
use super::manifest;
use crate::model::{Asset, AssetId, ContentId, LogicalPath};
use crate::plan::model::{ContentSource, Plan, PostProcessed, Role, Target, UniqueContent};
use crate::settings::Settings;
use crate::sources::read::Content;

/// Plans a run. `processed` is `None` with `--no-post-process`.
pub fn plan(
    settings: &Settings,
    assets: &[Asset],
    contents: &[Content],
    processed: Option<&PostProcessed>,
) -> Plan {
    let backend = settings.backend;
    let compresses = processed.is_some() && backend.compresses();
    let hashed = processed.and_then(|processed| processed.hashed.as_deref());
    let keeps_plain = hashed.is_none() || !settings.keeps_only_hashed();
    let ids = || (0..).map(AssetId).zip(assets);
    let mut draft = Draft {
        recipes: compresses.then(|| CompressionSpecs::new(settings)),
        by_content: HashMap::with_capacity(assets.len()),
        plan: Plan {
            owns_copies: compresses,
            ..Plan::default()
        },
    };
    if hashed.is_some() {
        // It takes the place of a collected file of its name.
        let manifest = LogicalPath::new(settings.manifest_name.as_str());
        draft.plan.paths.insert(manifest);
    }
    if keeps_plain {
        for (id, asset) in ids() {
            let content = &contents[id.index()];
            let size = content.stamp.size;
            let body = ContentSource::Source(id);
            draft.add(&asset.path, Role::Plain, id, (content.id, body, size));
        }
    }
    if let (Some(processed), Some(hashed)) = (processed, hashed) {
        for (id, _) in ids() {
            let content = &contents[id.index()];
            let body = match processed.adjusted(id) {
                Some(adjusted) if adjusted.id != content.id => {
                    let body = if adjusted.text.is_some() {
                        ContentSource::Text(id)
                    } else {
                        ContentSource::Settled(id)
                    };
                    (adjusted.id, body, adjusted.size)
                }
                _ => (content.id, ContentSource::Source(id), content.stamp.size),
            };
            draft.add(&hashed[id.index()], Role::Hashed, id, body);
        }
        let mut entries: Vec<_> = assets.iter().map(|asset| &asset.key).zip(hashed).collect();
        draft.plan.manifest = Some(manifest::to_json(&mut entries));
        if !keeps_plain {
            let paths = &draft.plan.paths;
            draft.plan.removals = ids()
                .filter(|(_, asset)| !paths.contains(&asset.path))
                .map(|(id, _)| id)
                .collect();
        }
    }
    draft.finish()
}

/// A plan being made.
struct Draft<'a> {
    recipes: Option<CompressionSpecs<'a>>,
    by_content: HashMap<ContentId, u32>,
    plan: Plan,
}

impl Draft<'_> {
    /// Plans one file. A path that is taken stays as it is: two keys may
    /// spell one path, and a source may be named as another's hashed copy.
    fn add(
        &mut self,
        path: &LogicalPath,
        role: Role,
        asset: AssetId,
        (id, body, size): (ContentId, ContentSource, u64),
    ) {
        let plan = &mut self.plan;
        if !plan.paths.insert(path.clone()) {
            return;
        }
        let piece = *self.by_content.entry(id).or_insert_with(|| {
            plan.pieces.push(UniqueContent {
                id,
                body,
                size,
                targets: 0..0,
            });
            number(plan.pieces.len() - 1)
        });
        let known = &mut plan.pieces[piece as usize];
        if matches!(known.body, ContentSource::Settled(_)) {
            known.body = body;
        }
        let recipe = self
            .recipes
            .as_ref()
            .and_then(|recipes| recipes.of(path).ok());
        let recipe = recipe.map(|recipe| {
            let known = plan.recipes.iter().position(|known| known == recipe);
            number(known.unwrap_or_else(|| {
                plan.recipes.push(recipe.clone());
                plan.recipes.len() - 1
            }))
        });
        plan.targets.push(Target {
            path: path.clone(),
            role,
            asset,
            piece,
            recipe,
        });
    }

    /// Puts the work in order.
    fn finish(self) -> Plan {
        let mut plan = self.plan;
        let mut work = vec![false; plan.pieces.len()];
        for target in &plan.targets {
            work[target.piece as usize] |= target.recipe.is_some();
        }
        let mut order: Vec<u32> = (0..number(plan.pieces.len())).collect();
        // What is only copied stays in order: neighbours share a directory.
        order.sort_by_key(|&piece| {
            let piece = piece as usize;
            std::cmp::Reverse(work[piece].then_some(plan.pieces[piece].size))
        });
        let mut rank = vec![0; order.len()];
        for (new, &old) in order.iter().enumerate() {
            rank[old as usize] = number(new);
        }
        for target in &mut plan.targets {
            target.piece = rank[target.piece as usize];
        }
        plan.targets.sort_by_key(|target| target.piece);
        plan.pieces = order
            .into_iter()
            .map(|old| plan.pieces[old as usize].clone())
            .collect();
        let mut end = 0;
        for (index, piece) in plan.pieces.iter_mut().enumerate() {
            let start = end;
            let own = |target: &Target| target.piece as usize == index;
            while plan.targets.get(end).is_some_and(own) {
                end += 1;
            }
            piece.targets = start..end;
        }
        plan
    }
}

/// An index as the plan stores it; there are never as many assets.
fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
