//! Compressed copies: which of them a path wants, and one of a content, which
//! the cache may have. Knows no STATIC_ROOT.

use globset::GlobMatcher;

use crate::encode::CompressionSpec;
use crate::model::{LogicalPath, NoCompressionReason};
use crate::settings::Settings;

/// Which path wants which compressed copies.
pub struct CompressionSpecs<'a> {
    skipped: Vec<String>,
    default: CompressionSpec,
    rules: Vec<(&'a GlobMatcher, CompressionSpec)>,
}

impl<'a> CompressionSpecs<'a> {
    /// As the settings have it, for a backend that compresses.
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
                let recipe = CompressionSpec {
                    encodings: rule
                        .encodings
                        .as_ref()
                        .map_or(default.encodings, |list| list.iter().copied().collect()),
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

    /// The recipe of a path, or why it is not to be compressed.
    pub fn of(&self, path: &LogicalPath) -> Result<&CompressionSpec, NoCompressionReason> {
        // Python's `$` also matches before a newline at the very end.
        let text = path.to_text().to_lowercase();
        let text = text.strip_suffix('\n').unwrap_or(&text);
        if let Some(skipped) = self.skipped.iter().find(|skipped| text.ends_with(*skipped)) {
            return Err(NoCompressionReason::Extension(skipped.clone()));
        }
        let rule = self
            .rules
            .iter()
            .find(|(glob, _)| glob.is_match(path.as_path()));
        let recipe = rule.map_or(&self.default, |(_, recipe)| recipe);
        if recipe.encodings.is_empty() {
            return Err(NoCompressionReason::Settings);
        }
        Ok(recipe)
    }
}
