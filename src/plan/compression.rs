//! Decides how the compressed copies of each path are made, by the settings. Pure.

use globset::GlobMatcher;

use crate::encode::spec::CompressionSpec;
use crate::model::{LogicalPath, NoCompressionReason};
use crate::settings::Settings;

pub struct CompressionSpecs<'a> {
    /// Suffixes in lower case, with the dot.
    skipped_suffixes: Vec<String>,
    default: CompressionSpec,
    /// The largest file that is compressed, in bytes.
    max_size: u64,
    rules: Vec<(&'a GlobMatcher, CompressionSpec)>,
}

impl<'a> CompressionSpecs<'a> {
    pub fn new(settings: &'a Settings) -> Self {
        let compression = &settings.compression;
        let limit = |saving: f64| {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "between 0 and a million"
            )]
            let limit = ((1.0 - saving.clamp(0.0, 1.0)) * 1e6).round() as u32;
            limit
        };
        let default = CompressionSpec {
            encodings: compression.encodings.iter().copied().collect(),
            brotli_quality: compression.brotli_quality,
            limit: limit(compression.min_saving),
        };
        let rules = compression
            .rules
            .iter()
            .map(|rule| {
                let spec = CompressionSpec {
                    encodings: rule
                        .encodings
                        .as_ref()
                        .map_or(default.encodings, |list| list.iter().copied().collect()),
                    brotli_quality: rule.brotli_quality.unwrap_or(default.brotli_quality),
                    limit: rule.min_saving.map_or(default.limit, limit),
                };
                (&rule.path, spec)
            })
            .collect();
        Self {
            skipped_suffixes: settings
                .skip_compress_extensions
                .iter()
                .map(|extension| format!(".{}", extension.to_lowercase()))
                .collect(),
            default,
            max_size: compression.max_size,
            rules,
        }
    }

    /// Returns the spec of a file, or why it gets no compressed copies.
    pub fn of(
        &self,
        path: &LogicalPath,
        size: u64,
    ) -> Result<&CompressionSpec, NoCompressionReason> {
        let spec = self.of_path(path)?;
        if size > self.max_size {
            return Err(NoCompressionReason::Size(self.max_size));
        }
        Ok(spec)
    }

    /// Returns the spec of a path, whatever the size of the file.
    pub fn of_path(&self, path: &LogicalPath) -> Result<&CompressionSpec, NoCompressionReason> {
        let lower_case = path.to_text().to_lowercase();
        // Python's `$` also matches before a newline at the very end.
        let name = lower_case.strip_suffix('\n').unwrap_or(&lower_case);
        let mut skipped = self.skipped_suffixes.iter();
        if let Some(suffix) = skipped.find(|suffix| name.ends_with(*suffix)) {
            return Err(NoCompressionReason::Extension(suffix.clone()));
        }
        let rule = self
            .rules
            .iter()
            .find(|(glob, _)| glob.is_match(path.as_path()));
        let spec = rule.map_or(&self.default, |(_, spec)| spec);
        if spec.encodings.is_empty() {
            return Err(NoCompressionReason::Settings);
        }
        Ok(spec)
    }
}
