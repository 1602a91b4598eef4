//! Damages an entry of the remote cache, or forges one whose checksum is right. What is accepted
//! must be copies of the content, and an intact entry must be accepted.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use staticc::encode::decode::is_copy;
use staticc::encode::encoder::encode;
use staticc::encode::spec::{CompressionSpec, Encoded};
use staticc::model::Encoding;
use staticc::state::remote_cache::entry::EntryOf;
use staticc_fuzz::damage;

/// A content with a copy of each encoding.
struct Compressed {
    content: Vec<u8>,
    spec: CompressionSpec,
    copies: Vec<Encoded>,
}

static COMPRESSED: LazyLock<Compressed> = LazyLock::new(|| {
    let content = b"static files ".repeat(100);
    let spec = CompressionSpec {
        encodings: Encoding::ALL.into_iter().collect(),
        brotli_quality: 5,
        limit: 950_000,
    };
    let copy = |encoding| Encoded {
        encoding,
        bytes: encode(&content, &spec, encoding).unwrap(),
    };
    let copies = spec.encodings.iter().map(copy).collect();
    Compressed {
        content,
        spec,
        copies,
    }
});

fuzz_target!(|data: &[u8]| {
    let Compressed {
        content,
        spec,
        copies,
    } = &*COMPRESSED;
    let entry = EntryOf {
        content: blake3::hash(content),
        size: content.len() as u64,
        spec,
    };
    let whole = entry.write(copies);
    let bytes = match data {
        [b'c', copy, damaged @ ..] => entry.write(&forge(copies, *copy, damaged)),
        _ => damage(&whole, data),
    };
    match entry.accept(&bytes, content) {
        Some(accepted) => {
            assert!(!accepted.is_empty());
            for copy in accepted {
                let is_whole = is_copy(copy.encoding, &copy.bytes[..], &content[..]);
                assert!(is_whole.is_ok_and(|is_whole| is_whole), "{copy:?}");
            }
        }
        None => assert_ne!(bytes, whole),
    }
});

/// Damages the copy of this number.
fn forge(copies: &[Encoded], number: u8, data: &[u8]) -> Vec<Encoded> {
    let mut forged = copies.to_vec();
    let index = usize::from(number) % forged.len();
    let copy = &mut forged[index];
    copy.bytes = damage(&copy.bytes, data);
    forged
}
