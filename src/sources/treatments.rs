//! Decides the treatment of each file by the settings, and by the manifests of bundlers. Reads no
//! other file.

use super::bundles::prehashed_files;
use crate::model::{Asset, Code, PrehashedBy, Problem, ReferenceRules, Treatment};
use crate::rewrite::browser::found_reference::Language;
use crate::settings::{PlacedGlob, Settings};

/// Decides what is done with the name and the text of each file. Returns a warning for each glob
/// that matches no file.
pub fn set_treatments(assets: &mut [Asset], settings: &Settings) -> Vec<Problem> {
    let unused = apply_globs(assets, settings);
    match settings.references {
        // Texts that stay matter to nobody.
        ReferenceRules::Django => {
            for asset in assets.iter_mut() {
                asset.is_scanned &= asset.treatment.rewrites();
            }
        }
        ReferenceRules::Browser => {
            for asset in assets.iter_mut() {
                asset.is_scanned = Language::of(&asset.path).is_some();
            }
            if settings.backend.hashes() {
                apply_manifests(assets, settings);
            }
        }
    }
    unused
}

fn apply_manifests(assets: &mut [Asset], settings: &Settings) {
    for (id, manifest) in prehashed_files(assets, &settings.static_url) {
        let treatment = &mut assets[id.index()].treatment;
        // The settings count first.
        if treatment.rewrites() {
            *treatment = Treatment::Prehashed(PrehashedBy::Manifest(manifest));
        }
    }
}

/// Returns a warning for each glob that matches no file.
fn apply_globs(assets: &mut [Asset], settings: &Settings) -> Vec<Problem> {
    let mut globs: Vec<TreatmentGlob<'_>> = Vec::new();
    for (key, treatment, placed) in settings.treatments.by_key() {
        globs.extend(placed.iter().map(|glob| TreatmentGlob {
            key,
            glob,
            treatment: treatment.clone(),
            is_used: false,
        }));
    }
    if globs.is_empty() {
        return Vec::new();
    }
    for asset in assets {
        let mut matching = globs
            .iter_mut()
            .filter(|glob| glob.glob.is_match(&asset.path))
            .map(TreatmentGlob::use_it);
        // Without fingerprints, all names and texts stay.
        let first = matching.next().filter(|_| settings.backend.hashes());
        asset.treatment = first.unwrap_or_default();
        // The others are used, too.
        matching.for_each(drop);
    }
    let unused = globs.iter().filter(|glob| !glob.is_used);
    unused.map(TreatmentGlob::unused_warning).collect()
}

struct TreatmentGlob<'a> {
    key: &'static str,
    glob: &'a PlacedGlob,
    treatment: Treatment,
    /// Whether it has matched.
    is_used: bool,
}

impl TreatmentGlob<'_> {
    fn use_it(&mut self) -> Treatment {
        self.is_used = true;
        self.treatment.clone()
    }

    fn unused_warning(&self) -> Problem {
        let (glob, key) = (self.glob.text(), self.key);
        let message = format!("the glob {glob} of staticc.{key} matches no file");
        Problem::warning(Code::UnusedGlob, message)
            .in_file(&self.glob.file)
            .at(self.glob.place.clone())
            .help("correct it, a glob on paths under STATIC_ROOT, or remove it")
    }
}
