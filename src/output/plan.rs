//! What STATIC_ROOT shall hold: every file, its content, its compressed
//! copies; each distinct content once. PURE; the only place that knows the
//! backends apart.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::copies::Recipes;
use super::look::Look;
use super::manifest;
use crate::encode::Recipe;
use crate::nouns::{Asset, AssetId, ContentId, LogicalPath};
use crate::rewrite::Adjusted;
use crate::settings::{Backend, Settings};
use crate::sources::Content;

/// Why a file is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Its name has the fingerprint.
    Hashed,
    /// Its name is the logical path.
    Plain,
}

/// One file that STATIC_ROOT shall hold.
#[derive(Clone, Debug)]
pub struct Target {
    /// Where.
    pub path: LogicalPath,
    /// Why.
    pub role: Role,
    /// Of what.
    pub asset: AssetId,
    /// Which of the plan's contents it has.
    pub piece: u32,
    /// Which of the plan's recipes its compressed copies are made by.
    pub recipe: Option<u32>,
}

/// Where the bytes of a content are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// In this asset's source.
    Source(AssetId),
    /// In this asset's rewritten text.
    Text(AssetId),
    /// Nowhere: an earlier run made this asset's rewritten text, and what it
    /// wrote is still there.
    Settled(AssetId),
}

/// One distinct content and all files that have it.
#[derive(Clone, Debug)]
pub struct Piece {
    /// Of the bytes.
    pub id: ContentId,
    /// Where they are.
    pub body: Body,
    /// How many they are.
    pub size: u64,
    /// Its files, as indices of the plan's targets.
    pub targets: Range<usize>,
}

/// What STATIC_ROOT shall hold.
#[derive(Debug, Default)]
pub struct Plan {
    /// The contents, those most work to encode first.
    pub pieces: Vec<Piece>,
    /// The files, those of one content side by side.
    pub targets: Vec<Target>,
    /// The distinct recipes that files ask for.
    pub recipes: Vec<Recipe>,
    /// All paths of the targets and that of the manifest, to tell what does
    /// not belong.
    pub paths: HashSet<LogicalPath>,
    /// Assets whose plain files go.
    pub removals: Vec<AssetId>,
    /// The manifest's bytes, if the backend has one.
    pub manifest: Option<Vec<u8>>,
    /// Whether compressed copies that are not planned are ours to remove
    /// even beside files that did not change.
    pub owns_copies: bool,
}

impl Plan {
    /// Whether a text is to be written that only an earlier run knows.
    pub fn lacks_texts(&self, looks: &[Look]) -> bool {
        let lacks = |piece: &Piece| {
            matches!(piece.body, Body::Settled(_))
                && looks[piece.targets.clone()].iter().any(Look::is_incomplete)
        };
        self.pieces.iter().any(lacks)
    }
}

/// What post-processing gave.
#[derive(Debug, Default)]
pub struct Processed {
    /// Hashed paths by asset number; `None` where the backend has none.
    pub hashed: Option<Vec<LogicalPath>>,
    /// What became of the adjustable assets.
    pub adjusted: HashMap<AssetId, Adjusted>,
}

impl Processed {
    /// What became of an asset's text.
    pub fn adjusted(&self, asset: AssetId) -> Option<&Adjusted> {
        self.adjusted.get(&asset)
    }
}

impl Backend {
    /// Whether files get fingerprinted copies and a manifest.
    pub fn hashes(self) -> bool {
        matches!(self, Self::Manifest | Self::CompressedManifest)
    }

    /// Whether files get compressed copies.
    pub fn compresses(self) -> bool {
        matches!(self, Self::Compressed | Self::CompressedManifest)
    }

    /// Whether only fingerprinted files stay, given the setting.
    pub fn keeps_only_hashed(self, settings: &Settings) -> bool {
        self == Self::CompressedManifest && settings.keep_only_hashed
    }
}

/// Plans a run. `processed` is `None` with `--no-post-process`.
pub fn plan(
    settings: &Settings,
    assets: &[Asset],
    contents: &[Content],
    processed: Option<&Processed>,
) -> Plan {
    let backend = settings.backend;
    let compresses = processed.is_some() && backend.compresses();
    let hashed = processed.and_then(|processed| processed.hashed.as_deref());
    let keeps_plain = hashed.is_none() || !backend.keeps_only_hashed(settings);
    let ids = || (0..).map(AssetId).zip(assets);
    let mut draft = Draft {
        recipes: compresses.then(|| Recipes::new(settings)),
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
            let body = Body::Source(id);
            draft.add(&asset.path, Role::Plain, id, (content.id, body, size));
        }
    }
    if let (Some(processed), Some(hashed)) = (processed, hashed) {
        for (id, _) in ids() {
            let content = &contents[id.index()];
            let body = match processed.adjusted(id) {
                Some(adjusted) if adjusted.id != content.id => {
                    let body = if adjusted.text.is_some() {
                        Body::Text(id)
                    } else {
                        Body::Settled(id)
                    };
                    (adjusted.id, body, adjusted.size)
                }
                _ => (content.id, Body::Source(id), content.stamp.size),
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
    recipes: Option<Recipes<'a>>,
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
        (id, body, size): (ContentId, Body, u64),
    ) {
        let plan = &mut self.plan;
        if !plan.paths.insert(path.clone()) {
            return;
        }
        let piece = *self.by_content.entry(id).or_insert_with(|| {
            plan.pieces.push(Piece {
                id,
                body,
                size,
                targets: 0..0,
            });
            number(plan.pieces.len() - 1)
        });
        let known = &mut plan.pieces[piece as usize];
        if matches!(known.body, Body::Settled(_)) {
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
