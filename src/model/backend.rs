//! The storage backends whose output staticc reproduces. Knows no settings text.

/// The value of `STORAGES["staticfiles"]["BACKEND"]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// `django.contrib.staticfiles.storage.StaticFilesStorage`
    Plain,
    /// `django.contrib.staticfiles.storage.ManifestStaticFilesStorage`
    Manifest,
    /// `whitenoise.storage.CompressedStaticFilesStorage`
    Compressed,
    /// `whitenoise.storage.CompressedManifestStaticFilesStorage`
    CompressedManifest,
}

impl Backend {
    /// Whether the backend makes fingerprinted copies and a manifest.
    pub fn hashes(self) -> bool {
        matches!(self, Self::Manifest | Self::CompressedManifest)
    }

    /// Whether the backend makes compressed copies.
    pub fn compresses(self) -> bool {
        matches!(self, Self::Compressed | Self::CompressedManifest)
    }
}
