//! Estimates how long compressing takes. Knows no clock.

use std::time::Duration;

use super::spec::CompressionSpec;
use crate::model::Encoding;

/// Returns about how long one core takes to make all copies of a content. Measured with CSS and
/// JavaScript of 0.5 to 4 kB on the machine of `docs/benchmarks.md`, in nanoseconds per byte:
/// Brotli 1050-1780 at quality 11, 460-1200 at 10, 610-1470 at 9 and 26-65 at 5, gzip 62-107,
/// Zstandard 130-154.
pub fn compression_time(size: u64, spec: &CompressionSpec) -> Duration {
    let per_byte = spec.encodings.iter().map(|encoding| match encoding {
        Encoding::Brotli if spec.brotli_quality > 10 => 1000,
        Encoding::Brotli if spec.brotli_quality > 8 => 500,
        Encoding::Brotli => 30,
        Encoding::Gzip => 65,
        Encoding::Zstd => 140,
    });
    Duration::from_nanos(size.saturating_mul(per_byte.sum()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_encodings_count() {
        let time = |encodings: &[Encoding], brotli_quality| {
            let spec = CompressionSpec {
                encodings: encodings.iter().copied().collect(),
                brotli_quality,
                limit: 950_000,
            };
            compression_time(1000, &spec).as_micros()
        };
        assert_eq!(time(&[], 11), 0);
        assert_eq!(time(&[Encoding::Brotli, Encoding::Gzip], 11), 1065);
        assert_eq!(time(&[Encoding::Brotli, Encoding::Gzip], 5), 95);
    }
}
