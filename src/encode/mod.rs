//! Compresses bytes, and decides whether the result is worth keeping. Pure: knows no paths
//! and no files. The rules are those of `whitenoise/compress.py`.

pub mod brotli;
pub mod cost;
pub mod decode;
pub mod encoder;
pub mod foreign;
pub mod gzip;
pub mod saving;
pub mod spec;
pub mod zstd;
