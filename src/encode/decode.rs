//! Checks that compressed bytes are a copy of a content. Knows no paths, and holds neither in
//! memory.

use std::io::{self, BufRead, BufReader, Read};

use crate::model::{ContentId, Encoding};

/// Returns whether a compressed copy decodes to exactly this content. Fails if it cannot be
/// decoded, or if either cannot be read.
pub fn is_copy(encoding: Encoding, copy: impl Read, content: impl Read) -> io::Result<bool> {
    let content = BufReader::with_capacity(BUFFER, content);
    decode(encoding, copy, |decoded| {
        is_same(BufReader::with_capacity(BUFFER, decoded), content)
    })
}

/// Returns whether a compressed copy decodes to the content with this id, which has `size`
/// bytes. Fails if it cannot be decoded or read. Decodes one byte more than `size` at most.
pub fn is_copy_of(
    encoding: Encoding,
    copy: impl Read,
    id: ContentId,
    size: u64,
) -> io::Result<bool> {
    decode(encoding, copy, |decoded| {
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(decoded.take(size.saturating_add(1)))?;
        Ok(hasher.count() == size && hasher.finalize() == id)
    })
}

/// Returns what `check` says of the decoded bytes, and `false` if bytes follow the end of the
/// stream.
fn decode(
    encoding: Encoding,
    copy: impl Read,
    check: impl FnOnce(&mut dyn Read) -> io::Result<bool>,
) -> io::Result<bool> {
    match encoding {
        Encoding::Brotli => {
            let mut copy = BufReader::with_capacity(BUFFER, copy);
            if copy
                .fill_buf()?
                .first()
                .copied()
                .is_some_and(has_large_window)
            {
                return Err(io::Error::other("its window is too large for browsers"));
            }
            // Reads byte by byte, so that bytes after the end of the stream are not lost.
            let is_good = check(&mut brotli::Decompressor::new(&mut copy, 1))?;
            Ok(is_good && copy.fill_buf()?.is_empty())
        }
        Encoding::Gzip => check(&mut flate2::read::MultiGzDecoder::new(copy)),
        Encoding::Zstd => {
            let mut decoder = zstd::Decoder::new(copy)?;
            decoder.window_log_max(ZSTD_WINDOW_LOG)?;
            check(&mut decoder)
        }
    }
}

/// The largest window that a browser must have for `Content-Encoding: zstd`, 8 MiB, as a power
/// of two (RFC 9659).
pub(super) const ZSTD_WINDOW_LOG: u32 = 23;

/// Returns whether a Brotli stream begins as one with a large window. The decoder takes these,
/// browsers do not: RFC 7932 leaves the first seven bits undefined.
fn has_large_window(first: u8) -> bool {
    first & 0x7f == 0b001_0001
}

pub(super) const BUFFER: usize = 64 * 1024;

/// Stops at the first difference, so that a copy is never decoded much further than the
/// length of the content.
pub(super) fn is_same(mut a: impl BufRead, mut b: impl BufRead) -> io::Result<bool> {
    loop {
        let (left, right) = (a.fill_buf()?, b.fill_buf()?);
        let common = left.len().min(right.len());
        if left[..common] != right[..common] {
            return Ok(false);
        }
        if common == 0 {
            return Ok(left.is_empty() && right.is_empty());
        }
        a.consume(common);
        b.consume(common);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;
    use crate::encode::encoder::encode;
    use crate::encode::spec::CompressionSpec;

    #[test]
    fn only_whole_copies_of_the_content_are_copies() {
        let content = b"static files ".repeat(20_000);
        for encoding in Encoding::ALL {
            let recipe = CompressionSpec {
                encodings: [encoding].into_iter().collect(),
                brotli_quality: 5,
                limit: 1_000_000,
            };
            let copy = encode(&content, &recipe, encoding).unwrap();
            let is = |copy: &[u8], content: &[u8]| {
                let (id, size) = (blake3::hash(content), content.len() as u64);
                let by_content = is_copy(encoding, copy, content).unwrap_or(false);
                let by_id = is_copy_of(encoding, copy, id, size).unwrap_or(false);
                assert_eq!(by_content, by_id, "{encoding:?}");
                by_content
            };
            assert!(is(&copy, &content), "{encoding:?}");
            assert!(!is(&copy, &content[1..]));
            assert!(!is(&copy, &content[..content.len() - 1]));
            assert!(!is(&copy, &[&content[..], b" "].concat()));
            assert!(
                !is(&[&copy[..], b"more"].concat(), &content),
                "{encoding:?}"
            );
            assert!(!is(&copy[..copy.len() - 1], &content));
            assert!(!is(&copy[..copy.len() / 2], &content));
            assert!(!is(b"", &content) && !is(b"no copy", &content));
        }
    }

    #[test]
    fn copies_that_no_browser_decodes_are_no_copies() {
        let content = b"static files ".repeat(20_000);
        let mut large_window = Vec::new();
        let params = ::brotli::enc::BrotliEncoderParams {
            large_window: true,
            lgwin: 26,
            ..Default::default()
        };
        ::brotli::BrotliCompress(&mut &content[..], &mut large_window, &params).unwrap();
        assert!(!is_copy(Encoding::Brotli, &large_window[..], &content[..]).unwrap_or(false));
        let zstd = |window_log| {
            let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
            encoder.window_log(window_log).unwrap();
            encoder.write_all(&content).unwrap();
            encoder.finish().unwrap()
        };
        for (window_log, expected) in [(23, true), (24, false)] {
            let copy = zstd(window_log);
            let is_same = is_copy(Encoding::Zstd, &copy[..], &content[..]).unwrap_or(false);
            assert_eq!(is_same, expected);
        }
    }
}
