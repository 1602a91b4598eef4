//! Checks that compressed bytes are a copy of a content. Knows no paths, and holds neither in
//! memory.

use std::io::{self, BufRead, BufReader, Read};

use crate::model::Encoding;

/// Returns whether a compressed copy decodes to exactly this content. Fails if it cannot be
/// decoded, or if either cannot be read.
pub fn is_copy(encoding: Encoding, copy: impl Read, content: impl Read) -> io::Result<bool> {
    let content = BufReader::with_capacity(BUFFER, content);
    let is_same =
        |decoded: &mut dyn Read| is_same(BufReader::with_capacity(BUFFER, decoded), content);
    match encoding {
        Encoding::Brotli => {
            let mut copy = BufReader::with_capacity(BUFFER, copy);
            // Reads byte by byte, so that bytes after the end of the stream are not lost.
            let same = is_same(&mut brotli::Decompressor::new(&mut copy, 1))?;
            Ok(same && copy.fill_buf()?.is_empty())
        }
        Encoding::Gzip => is_same(&mut flate2::read::MultiGzDecoder::new(copy)),
        Encoding::Zstd => is_same(&mut zstd::Decoder::new(copy)?),
    }
}

const BUFFER: usize = 64 * 1024;

/// Stops at the first difference, so that a copy is never decoded much further than the
/// length of the content.
fn is_same(mut a: impl BufRead, mut b: impl BufRead) -> io::Result<bool> {
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
                let copy = io::Cursor::new(copy.to_vec());
                is_copy(encoding, copy, content).unwrap_or(false)
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
}
