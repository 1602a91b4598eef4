//! What STATIC_ROOT shall hold: every file, its content, its compressed
//! copies; each distinct content once. PURE; the only place that knows the
//! backends apart.

use std::collections::{HashMap, HashSet};

use globset::GlobMatcher;

use super::manifest;
use crate::encode::Recipe;
use crate::nouns::{Asset, AssetId, LogicalPath};
use crate::rewrite::Adjusted;
use crate::settings::{Backend, Compression, Settings};
use crate::sources::{Content, ContentId};

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
    /// Which compressed copies it wants: an index into the content's
    /// recipes.
    pub recipe: Option<usize>,
}

/// Where the bytes of a content are.
#[derive(Clone, Copy, Debug)]
pub enum Body {
    /// In this asset's source.
    Source(AssetId),
    /// In the rewritten text of this number.
    Text(usize),
}

/// One distinct content and all files that have it.
#[derive(Debug)]
pub struct Piece {
    /// Of the bytes.
    pub id: ContentId,
    /// Where they are.
    pub body: Body,
    /// How many they are.
    pub size: u64,
    /// The distinct recipes that its files ask for.
    pub recipes: Vec<Recipe>,
    /// Its files.
    pub targets: Vec<Target>,
}

/// What STATIC_ROOT shall hold.
#[derive(Debug, Default)]
pub struct Plan {
    /// The contents, those most work to encode first.
    pub pieces: Vec<Piece>,
    /// Assets whose plain files go.
    pub removals: Vec<AssetId>,
    /// The manifest's bytes, if the backend has one.
    pub manifest: Option<Vec<u8>>,
    /// Whether compressed copies that are not planned are ours to remove
    /// even beside files that did not change.
    pub owns_copies: bool,
}

/// What post-processing gave.
pub struct Processed<'a> {
    /// Hashed paths by asset number; `None` where the backend has none.
    pub hashed: Option<&'a [LogicalPath]>,
    /// Rewritten texts.
    pub texts: &'a [Adjusted],
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
    processed: Option<&Processed<'_>>,
) -> Plan {
    let backend = settings.backend;
    let compresses = processed.is_some() && backend.compresses();
    let hashed = processed.and_then(|processed| processed.hashed);
    let keeps_plain = hashed.is_none() || !backend.keeps_only_hashed(settings);
    let mut draft = Draft {
        recipes: compresses.then(|| Recipes::new(&settings.compression, settings)),
        taken: HashMap::new(),
        by_content: HashMap::new(),
        pieces: Vec::new(),
    };
    let ids = || (0..).map(AssetId).zip(assets);
    if keeps_plain {
        for (id, asset) in ids() {
            let content = &contents[id.index()];
            draft.add(
                &asset.path,
                Role::Plain,
                id,
                content.id,
                Body::Source(id),
                content.stamp.size,
            );
        }
    }
    let mut plan = Plan {
        owns_copies: compresses,
        ..Plan::default()
    };
    if let (Some(processed), Some(hashed)) = (processed, hashed) {
        let texts: HashMap<AssetId, usize> = processed
            .texts
            .iter()
            .enumerate()
            .filter(|(_, text)| text.changed)
            .map(|(index, text)| (text.asset, index))
            .collect();
        for (id, _) in ids() {
            let path = &hashed[id.index()];
            if let Some(&index) = texts.get(&id) {
                let text = processed.texts[index].text.as_bytes();
                let (content, size) = (blake3::hash(text), text.len() as u64);
                draft.add(path, Role::Hashed, id, content, Body::Text(index), size);
            } else {
                let content = &contents[id.index()];
                let size = content.stamp.size;
                draft.add(path, Role::Hashed, id, content.id, Body::Source(id), size);
            }
        }
        let mut entries: Vec<_> = assets.iter().map(|asset| &asset.key).zip(hashed).collect();
        plan.manifest = Some(manifest::to_json(&mut entries));
        if !keeps_plain {
            plan.removals = ids()
                .filter(|(_, asset)| !draft.taken.contains_key(&asset.path))
                .map(|(id, _)| id)
                .collect();
        }
    }
    plan.pieces = draft.pieces;
    plan.pieces
        .sort_by_key(|piece| std::cmp::Reverse((!piece.recipes.is_empty(), piece.size)));
    if plan.manifest.is_some() {
        plan.give_way(&settings.manifest_name);
    }
    plan
}

impl Plan {
    /// The manifest takes the place of a collected file of its name.
    fn give_way(&mut self, manifest_name: &str) {
        for piece in &mut self.pieces {
            piece
                .targets
                .retain(|target| target.path.as_bytes() != manifest_name.as_bytes());
        }
    }

    /// All paths that are planned without regard to compressed copies.
    pub fn targets(&self) -> impl Iterator<Item = &Target> {
        self.pieces.iter().flat_map(|piece| &piece.targets)
    }

    /// All planned paths, to tell what does not belong.
    pub fn paths(&self) -> HashSet<&LogicalPath> {
        self.targets().map(|target| &target.path).collect()
    }
}

/// A plan being made.
struct Draft<'a> {
    recipes: Option<Recipes<'a>>,
    /// Which content each path has.
    taken: HashMap<LogicalPath, ContentId>,
    by_content: HashMap<ContentId, usize>,
    pieces: Vec<Piece>,
}

impl Draft<'_> {
    /// Plans one file. A path that is taken stays as it is: two keys may
    /// spell one path, and a source may be named as another's hashed copy.
    fn add(
        &mut self,
        path: &LogicalPath,
        role: Role,
        asset: AssetId,
        content: ContentId,
        body: Body,
        size: u64,
    ) {
        if self.taken.contains_key(path) {
            return;
        }
        self.taken.insert(path.clone(), content);
        let index = *self.by_content.entry(content).or_insert_with(|| {
            self.pieces.push(Piece {
                id: content,
                body,
                size,
                recipes: Vec::new(),
                targets: Vec::new(),
            });
            self.pieces.len() - 1
        });
        let piece = &mut self.pieces[index];
        let recipe = self.recipes.as_ref().and_then(|recipes| recipes.of(path));
        let recipe = recipe.map(|recipe| {
            let known = piece.recipes.iter().position(|known| *known == recipe);
            known.unwrap_or_else(|| {
                piece.recipes.push(recipe);
                piece.recipes.len() - 1
            })
        });
        piece.targets.push(Target {
            path: path.clone(),
            role,
            asset,
            recipe,
        });
    }
}

/// Which path wants which compressed copies.
struct Recipes<'a> {
    skipped: Vec<String>,
    default: Recipe,
    rules: Vec<(&'a GlobMatcher, Recipe)>,
}

impl<'a> Recipes<'a> {
    fn new(compression: &'a Compression, settings: &Settings) -> Self {
        let limit = |saving: f64| {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "between 0 and a million"
            )]
            let limit = ((1.0 - saving.clamp(0.0, 1.0)) * 1e6).round() as u32;
            limit
        };
        let default = Recipe {
            encodings: in_order(&compression.encodings),
            brotli_quality: compression.brotli_quality,
            limit: limit(compression.min_saving),
        };
        let rules = compression
            .rules
            .iter()
            .map(|rule| {
                let recipe = Recipe {
                    encodings: rule
                        .encodings
                        .as_deref()
                        .map_or_else(|| default.encodings.clone(), in_order),
                    brotli_quality: rule.brotli_quality.unwrap_or(default.brotli_quality),
                    limit: rule.min_saving.map_or(default.limit, limit),
                };
                (&rule.path, recipe)
            })
            .collect();
        Self {
            skipped: settings
                .skip_compress_extensions
                .iter()
                .map(|extension| format!(".{}", extension.to_lowercase()))
                .collect(),
            default,
            rules,
        }
    }

    /// The recipe of a path, or `None` if it is not to be compressed.
    fn of(&self, path: &LogicalPath) -> Option<Recipe> {
        // Python's `$` also matches before a newline at the very end.
        let text = path.to_text().to_lowercase();
        let text = text.strip_suffix('\n').unwrap_or(&text);
        if self.skipped.iter().any(|skipped| text.ends_with(skipped)) {
            return None;
        }
        let rule = self
            .rules
            .iter()
            .find(|(glob, _)| glob.is_match(path.as_path()));
        let recipe = rule.map_or(&self.default, |(_, recipe)| recipe);
        (!recipe.encodings.is_empty()).then(|| recipe.clone())
    }
}

/// Encodings in the order they are tried, each once.
fn in_order(encodings: &[crate::nouns::Encoding]) -> Vec<crate::nouns::Encoding> {
    let mut encodings = encodings.to_vec();
    encodings.sort_unstable();
    encodings.dedup();
    encodings
}
