//! Decides the treatment of each file by the settings. Reads no file.

use crate::model::{Asset, Code, Problem, Treatment};
use crate::settings::{PlacedGlob, Settings};

/// Sets the treatment of the files that are not treated as others are. Returns a warning for each
/// glob that matches none of them.
pub fn set_treatments(assets: &mut [Asset], settings: &Settings) -> Vec<Problem> {
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
        if let Some(treatment) = first {
            asset.is_scanned &= treatment.rewrites();
            asset.treatment = treatment;
        }
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
