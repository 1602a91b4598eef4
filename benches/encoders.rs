//! Measures encoders on one thread: `cargo bench --bench encoders -- DIR…` prints
//! the table in `docs/encoders.md`. With `--ours`, only the encoders that staticc
//! uses are measured, which take most of the time of a cold run. Each distinct
//! content that WhiteNoise would compress is encoded once.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a benchmark"
)]

use std::collections::HashSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use staticc::encode::encoder::encode;
use staticc::encode::spec::CompressionSpec;
use staticc::model::Encoding;

/// The suffixes of files that WhiteNoise does not compress.
const SKIPPED: [&str; 29] = [
    "jpg", "jpeg", "png", "gif", "webp", "zip", "gz", "tgz", "bz2", "tbz", "xz", "br", "swf",
    "flv", "woff", "woff2", "3gp", "3gpp", "asf", "avi", "m4v", "mov", "mp4", "mpeg", "mpg",
    "webm", "wmv", "zst", "cast",
];

type Encoder = Box<dyn Fn(&[u8]) -> usize>;

fn main() {
    let mut paths: Vec<PathBuf> = Vec::new();
    let mut ours = false;
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--ours" => ours = true,
            "--bench" => {}
            path => paths.push(path.into()),
        }
    }
    let contents = contents(&paths);
    let size: usize = contents.iter().map(Vec::len).sum();
    println!("{} distinct contents, {size} bytes", contents.len());
    let wanted = |name: &str| !ours || name.starts_with("staticc");
    println!("| encoder | bytes | share of the original | seconds |\n| --- | --- | --- | --- |");
    for (name, encoder) in encoders() {
        if !wanted(&name) {
            continue;
        }
        let start = Instant::now();
        let bytes: usize = contents.iter().map(|content| encoder(content)).sum();
        let seconds = start.elapsed().as_secs_f64();
        let share = bytes as f64 / size.max(1) as f64;
        println!("| {name} | {bytes} | {share:.4} | {seconds:.2} |");
    }
}

/// Each distinct content below the paths, once.
fn contents(paths: &[PathBuf]) -> Vec<Vec<u8>> {
    let mut seen = HashSet::new();
    let is_compressed = |path: &Path| {
        let suffix = path.extension().unwrap_or_default().to_string_lossy();
        !SKIPPED.contains(&&*suffix.to_lowercase())
    };
    paths
        .iter()
        .flat_map(|path| walkdir::WalkDir::new(path).sort_by_file_name())
        .flatten()
        .filter(|entry| entry.path().is_file() && is_compressed(entry.path()))
        .filter_map(|entry| std::fs::read(entry.path()).ok())
        .filter(|content| !content.is_empty() && seen.insert(blake3::hash(content)))
        .collect()
}

fn encoders() -> Vec<(String, Encoder)> {
    let mut all: Vec<(String, Encoder)> = Vec::new();
    let spec = CompressionSpec {
        encodings: Encoding::ALL.into_iter().collect(),
        brotli_quality: 11,
        limit: 1_000_000,
    };
    for (name, encoding) in [("brotli 11", Encoding::Brotli), ("gzip", Encoding::Gzip)] {
        let spec = spec.clone();
        let one = move |content: &[u8]| {
            encode(content, &spec, encoding).map_or(content.len(), |copy| copy.len())
        };
        all.push((format!("staticc: {name}"), Box::new(one)));
    }
    for quality in [11, 10, 9, 5] {
        let name = format!("C brotli {quality}");
        all.push((name, Box::new(move |content| c_brotli(content, quality))));
        let name = format!("`brotli` crate {quality}");
        all.push((
            name,
            Box::new(move |content| rust_brotli(content, quality.into())),
        ));
    }
    for level in [9, 6] {
        let name = format!("zlib {level}");
        all.push((name, Box::new(move |content| zlib(content, level))));
    }
    for level in [9, 10, 11, 12] {
        let name = format!("libdeflate {level}");
        all.push((name, Box::new(move |content| libdeflate(content, level))));
    }
    for level in [19, 9, 3] {
        let name = format!("zstd {level}");
        let one = move |content: &[u8]| zstd::bulk::compress(content, level).unwrap().len();
        all.push((name, Box::new(one)));
    }
    all
}

fn c_brotli(content: &[u8], quality: u8) -> usize {
    let encoder = brotlic::BrotliEncoderOptions::new()
        .quality(brotlic::Quality::new(quality).unwrap())
        .window_size(brotlic::WindowSize::new(22).unwrap())
        .build()
        .unwrap();
    let mut writer = brotlic::CompressorWriter::with_encoder(encoder, Vec::new());
    writer.write_all(content).unwrap();
    writer.into_inner().unwrap().len()
}

fn rust_brotli(content: &[u8], quality: u32) -> usize {
    let mut out = Vec::new();
    let mut writer = brotli::CompressorWriter::new(&mut out, 64 * 1024, quality, 22);
    writer.write_all(content).unwrap();
    drop(writer);
    out.len()
}

fn zlib(content: &[u8], level: u32) -> usize {
    let level = flate2::Compression::new(level);
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), level);
    writer.write_all(content).unwrap();
    writer.finish().unwrap().len()
}

fn libdeflate(content: &[u8], level: i32) -> usize {
    let level = libdeflater::CompressionLvl::new(level).unwrap();
    let mut compressor = libdeflater::Compressor::new(level);
    let mut out = vec![0; compressor.gzip_compress_bound(content.len())];
    compressor.gzip_compress(content, &mut out).unwrap()
}
