//! Verifies that a store has its current release whole: every object with its bytes and headers,
//! and every name of the manifest. Reads no STATIC_ROOT, and changes nothing.

use super::store_inspection::{PUBLISH_AGAIN, StoreInspection};
use super::store_releases::{CurrentState, StoreReleases, no_release};
use crate::model::{Code, LogicalPath, Problem, Progress, StoreVerifySummary};
use crate::plan::manifest::Manifest;
use crate::publish::published_object::ObjectRole;
use crate::publish::release_document::ReleaseDocument;
use crate::pystd::posixpath::normpath;
use crate::settings::Settings;

/// What is verified, and how.
pub struct StoreVerifier<'a> {
    pub releases: StoreReleases<'a>,
    pub settings: &'a Settings,
    /// How many requests are sent at a time.
    pub jobs: usize,
    pub progress: &'a dyn Progress,
}

/// What verifying a store found.
#[derive(Debug, Default)]
pub struct StoreVerification {
    pub problems: Vec<Problem>,
    pub summary: StoreVerifySummary,
}

/// The pointer and the release.
const FIRST_REQUESTS: usize = 2;

impl StoreVerifier<'_> {
    /// Verifies the current release.
    pub fn verify(&self) -> Result<StoreVerification, Problem> {
        let Some(CurrentState {
            release: Some(release),
            ..
        }) = self.releases.sound_current()?
        else {
            return Err(no_release());
        };
        let inspection = StoreInspection::of(self.releases, &release, self.jobs, self.progress)?;
        let mut verification = StoreVerification {
            problems: inspection.problems(release.number).collect(),
            summary: StoreVerifySummary {
                store: self.releases.store.url().to_string(),
                number: release.number,
                objects: inspection.objects,
                bytes: inspection.bytes,
                requests: FIRST_REQUESTS + inspection.objects,
                ..StoreVerifySummary::default()
            },
        };
        self.verify_manifest(&release, &inspection, &mut verification)?;
        verification.summary.errors = verification.problems.len();
        Ok(verification)
    }

    /// Compares the manifest in the store with the objects of the release.
    fn verify_manifest(
        &self,
        release: &ReleaseDocument,
        inspection: &StoreInspection,
        verification: &mut StoreVerification,
    ) -> Result<(), Problem> {
        let mut objects = release.objects.iter();
        let manifest = objects.find(|(_, object)| object.role == ObjectRole::Manifest);
        // One with a fault has a problem already.
        let Some((key, object)) = manifest.filter(|(key, _)| inspection.is_sound(key)) else {
            return Ok(());
        };
        verification.summary.requests += 1;
        let found = self.releases.get(key, object.size)?;
        let content = found.map(|(content, _)| content).unwrap_or_default();
        let manifest = match Manifest::read(&content) {
            Ok(manifest) => manifest,
            Err(fault) => {
                let message = format!("{key} of release {} {fault}", release.number);
                let problem = Problem::error(Code::CorruptManifest, message);
                let help = "collect and publish again: `staticc collect --publish`";
                verification.problems.push(problem.help(help));
                return Ok(());
            }
        };
        verification.summary.entries = manifest.paths.len();
        let has = |path: &LogicalPath| {
            let found = std::str::from_utf8(path.as_bytes()).ok();
            found.is_some_and(|key| release.objects.contains_key(key))
        };
        let names = manifest.paths.iter().flat_map(|entry| self.names(entry));
        let missing = names.filter(|path| !has(path)).map(|path| {
            let (name, number) = (path.to_text(), release.number);
            let message = format!("{key} names {name}, which release {number} does not have");
            Problem::error(Code::MissingObject, message).help(PUBLISH_AGAIN)
        });
        verification.problems.extend(missing);
        Ok(())
    }

    /// Returns the names that an entry of the manifest has in a store.
    fn names(&self, (key, hashed): (&LogicalPath, &LogicalPath)) -> Vec<LogicalPath> {
        let publish = &self.settings.publish;
        let plain = LogicalPath::new(normpath(key.as_bytes()));
        let mut names = Vec::new();
        if !publish.excludes(key) && !publish.excludes(hashed) {
            names.push(hashed.clone());
        }
        if !self.settings.keeps_only_hashed() && !publish.excludes(&plain) {
            names.push(plain);
        }
        names
    }
}
