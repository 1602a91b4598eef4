//! Decides whether a compressed copy that somebody else has made can take the place of one of
//! this run, by its bytes alone. It may be longer than that, and never decodes to anything else.

use std::io::{self, BufRead, Read};

use super::decode::{BUFFER, ZSTD_WINDOW_LOG, is_copy, is_same};
use super::gzip;
use super::saving::saves_enough;
use super::spec::CompressionSpec;
use crate::model::Encoding;

/// Returns whether a copy decodes to exactly this content for every client, and saves enough.
/// Decodes no further than the content is long.
pub fn is_acceptable(
    encoding: Encoding,
    copy: &[u8],
    content: &[u8],
    spec: &CompressionSpec,
) -> bool {
    if !saves_enough(content.len(), copy.len(), spec.limit) {
        return false;
    }
    let is_good = match encoding {
        Encoding::Brotli => is_copy(encoding, copy, content),
        Encoding::Gzip => Ok(copy.starts_with(&gzip::HEADER) && is_one_gzip_member(copy, content)),
        Encoding::Zstd => is_one_zstd_frame(copy, content),
    };
    is_good.unwrap_or(false)
}

/// Several members are one stream for some decoders, and end after the first for others.
fn is_one_gzip_member(copy: &[u8], content: &[u8]) -> bool {
    let mut decoder = flate2::bufread::GzDecoder::new(copy);
    decodes_to(&mut decoder, content) && decoder.into_inner().is_empty()
}

/// The same holds for the frames of Zstandard.
fn is_one_zstd_frame(copy: &[u8], content: &[u8]) -> io::Result<bool> {
    let mut decoder = zstd::Decoder::with_buffer(copy)?.single_frame();
    decoder.window_log_max(ZSTD_WINDOW_LOG)?;
    Ok(decodes_to(&mut decoder, content) && decoder.finish().is_empty())
}

fn decodes_to(decoder: &mut impl Read, content: &[u8]) -> bool {
    let decoded: &mut dyn BufRead = &mut io::BufReader::with_capacity(BUFFER, decoder);
    is_same(decoded, content).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;
    use crate::encode::encoder::encode;

    fn spec(limit: u32) -> CompressionSpec {
        CompressionSpec {
            encodings: Encoding::ALL.into_iter().collect(),
            brotli_quality: 11,
            limit,
        }
    }

    #[test]
    fn own_copies_are_acceptable_and_damaged_ones_are_not() {
        let lines: Vec<String> = (0..2000).map(|line| format!("line {line}\n")).collect();
        let content = lines.concat();
        let content = content.as_bytes();
        for encoding in Encoding::ALL {
            let spec = spec(950_000);
            let copy = encode(content, &spec, encoding).unwrap();
            let accepts =
                |copy: &[u8], content: &[u8]| is_acceptable(encoding, copy, content, &spec);
            assert!(accepts(&copy, content), "{encoding:?}");
            assert!(!accepts(&copy, &content[1..]));
            assert!(!accepts(&copy, &content[..content.len() - 1]));
            assert!(!accepts(&copy, &[content, b" "].concat()));
            for length in (0..copy.len()).step_by(7) {
                assert!(!accepts(&copy[..length], content), "{encoding:?} {length}");
            }
            assert!(!accepts(&[&copy[..], b"\0"].concat(), content));
            assert!(!accepts(&[&copy[..], &copy[..]].concat(), content));
        }
    }

    #[test]
    fn streams_of_several_parts_are_refused() {
        let content = b"static files ".repeat(1000);
        let (first, second) = content.split_at(content.len() / 2);
        for encoding in [Encoding::Gzip, Encoding::Zstd] {
            let part = |part: &[u8]| encode(part, &spec(950_000), encoding).unwrap();
            let joined = [part(first), part(second)].concat();
            assert!(is_copy(encoding, &joined[..], &content[..]).unwrap());
            assert!(!is_acceptable(encoding, &joined, &content, &spec(950_000)));
        }
    }

    #[test]
    fn copies_that_save_too_little_are_refused() {
        let content = b"static files ".repeat(1000);
        let copy = encode(&content, &spec(950_000), Encoding::Gzip).unwrap();
        assert!(!is_acceptable(Encoding::Gzip, &copy, &content, &spec(1000)));
    }

    /// A header with a time or a name tells when and from what a copy was made.
    #[test]
    fn gzip_with_another_header_is_refused() {
        let content = b"static files ".repeat(1000);
        let made_by = |builder: flate2::GzBuilder| {
            let mut encoder = builder.write(Vec::new(), flate2::Compression::best());
            encoder.write_all(&content).unwrap();
            encoder.finish().unwrap()
        };
        let builder = || flate2::GzBuilder::new().operating_system(255);
        for (builder, expected) in [
            (builder(), true),
            (builder().mtime(1), false),
            (builder().filename("a.css"), false),
            (builder().comment("x"), false),
            (builder().operating_system(3), false),
        ] {
            let copy = made_by(builder);
            let accepted = is_acceptable(Encoding::Gzip, &copy, &content, &spec(950_000));
            assert_eq!(accepted, expected);
        }
    }

    #[test]
    fn long_streams_are_not_decoded_further_than_the_content() {
        let content = b"static files ".repeat(1000);
        let zeros = vec![0; 200 << 20];
        for encoding in Encoding::ALL {
            let spec = CompressionSpec {
                brotli_quality: 1,
                ..spec(100_000_000)
            };
            let bomb = match encoding {
                Encoding::Zstd => zstd::bulk::compress(&zeros, 1).unwrap(),
                _ => encode(&zeros, &spec, encoding).unwrap(),
            };
            let started = std::time::Instant::now();
            assert!(!is_acceptable(encoding, &bomb, &content, &spec));
            let prefix = &zeros[..content.len()];
            assert!(!is_acceptable(encoding, &bomb, prefix, &spec));
            assert!(started.elapsed().as_millis() < 100, "{encoding:?}");
        }
    }
}
