//! Bundles of the app in `xtask/references/app`, for `cargo xtask references`: what each
//! bundler makes of imports, workers, images and source maps.

use std::path::Path;
use std::process::Command;

use crate::support::paths::repository;
use crate::support::process::output_of;

/// The packages that bundle, and those that the app imports.
pub const PACKAGES: [&str; 7] = [
    "esbuild",
    "react",
    "react-dom",
    "rollup",
    "vite",
    "vue",
    "webpack",
];

/// The ways to bundle: a name, the program and its arguments. Output goes to the
/// directory that is put in for `OUT`.
const BUILDS: [(&str, &str); 7] = [
    (
        "vite",
        "vite build app --base /static/ --outDir OUT --emptyOutDir",
    ),
    (
        "vite-relative",
        "vite build app --base ./ --outDir OUT --emptyOutDir",
    ),
    (
        "vite-readable",
        "vite build app --minify false --outDir OUT --emptyOutDir",
    ),
    (
        "esbuild",
        "esbuild app/src/main.js app/src/worker.js --bundle --splitting --format=esm --sourcemap \
         --loader:.svg=file --log-level=error --outdir=OUT",
    ),
    (
        "esbuild-minified",
        "esbuild app/src/main.js app/src/worker.js --bundle --splitting --format=esm --minify \
         --loader:.svg=file --entry-names=[name]-[hash] --log-level=error --outdir=OUT",
    ),
    (
        "rollup",
        "rollup app/src/library.js app/src/worker.js --dir OUT --sourcemap --silent",
    ),
    ("webpack", "node app/webpack.cjs OUT"),
];

/// Bundles the app in all ways, to `builds` in the directory with `node_modules`.
pub fn build_all(directory: &Path) -> Result<(), String> {
    let app = repository().join("xtask/references/app");
    let copy = Command::new("cp")
        .arg("-r")
        .arg(app)
        .arg(directory)
        .status();
    copy.map_err(|error| format!("cannot run cp: {error}"))?;
    let programs = directory.join("node_modules/.bin");
    for (name, command_line) in BUILDS {
        let output = directory.join("builds").join(name).display().to_string();
        let mut words = command_line
            .split(' ')
            .map(|word| word.replace("OUT", &output));
        let program = words.next().unwrap_or_default();
        let installed = programs.join(&program);
        let path = if installed.exists() {
            installed
        } else {
            program.into()
        };
        output_of(Command::new(path).current_dir(directory).args(words))?;
    }
    Ok(())
}
