//! Finds the templates that name a given file. Reads each template.

use std::collections::HashMap;
use std::path::PathBuf;

use rayon::prelude::*;

use super::engine::{Engine, references};
use super::static_reference::StaticReference;
use super::template_file::{TemplateFile, list_templates};
use crate::check::static_name::{asset_key, lookup_key};
use crate::model::{Asset, AssetId, LineIndex, SourceSpan, readable};
use crate::rewrite::scanned::shorten;

/// A static reference in a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateMention {
    pub file: PathBuf,
    pub span: SourceSpan,
    /// The reference as written, shortened.
    pub text: String,
}

/// Returns the static references to these assets. `hashes` is whether the backend looks names up
/// in a manifest.
pub fn mentions_of<'a>(
    directories: &[PathBuf],
    assets: impl Iterator<Item = (AssetId, &'a Asset)>,
    hashes: bool,
) -> Vec<(AssetId, TemplateMention)> {
    let keys = assets.map(|(id, asset)| (asset_key(asset, hashes).as_bytes().to_vec(), id));
    let by_key: HashMap<Vec<u8>, AssetId> = keys.collect();
    let asset_named = |name: &str| by_key.get(&lookup_key(name, hashes)?).copied();
    mentions(directories, &asset_named)
}

/// Returns the static references whose name `matching` accepts, each with what
/// `matching` returns for it.
fn mentions<T: Send>(
    directories: &[PathBuf],
    matching: &(dyn Fn(&str) -> Option<T> + Sync),
) -> Vec<(T, TemplateMention)> {
    let templates = list_templates(directories, |_, _| {});
    let find = |template: &TemplateFile| {
        let bytes = template.read().unwrap_or_default();
        let all = references(&bytes, Engine::Either).into_iter();
        let matches: Vec<(T, StaticReference)> = all
            .filter_map(|reference| Some((matching(&reference.name)?, reference)))
            .collect();
        let text = readable(&bytes);
        let lines = LineIndex::new(&text);
        let mention = |(matched, reference): (T, StaticReference)| {
            let mention = TemplateMention {
                file: template.path.clone(),
                span: lines.span(reference.start, reference.end),
                text: shorten(&text[reference.start..reference.end]),
            };
            (matched, mention)
        };
        matches.into_iter().map(mention).collect::<Vec<_>>()
    };
    templates.par_iter().flat_map_iter(find).collect()
}
