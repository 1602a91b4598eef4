//! `cargo xtask references`: compares the references that staticc finds in CSS and
//! JavaScript with those of other parsers, over npm packages, bundles and random modules.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde::Deserialize;
use staticc::model::LogicalPath;
use staticc::rewrite::browser::finder;
use staticc::rewrite::browser::found_reference::{FoundReference, Language, Syntax};

use super::module_generator::ModuleGenerator;
use super::reference_builds::{self, build_all};
use crate::support::paths::{repository, work_dir};
use crate::support::{npm, print_line};

/// The parsers that staticc is compared with.
const ORACLES: [&str; 3] = ["css-tree", "es-module-lexer", "oxc-parser"];

/// How many differences are shown.
const SHOWN: usize = 40;

/// Packages of all kinds, and those that they depend on.
const PACKAGES: [&str; 72] = [
    "@codemirror/lang-javascript",
    "@ffmpeg/ffmpeg",
    "@fontsource/roboto",
    "@fortawesome/fontawesome-free",
    "@hotwired/stimulus",
    "@hotwired/turbo",
    "@ionic/core",
    "@material/web",
    "@mdi/font",
    "@shoelace-style/shoelace",
    "@xterm/xterm",
    "ace-builds",
    "alpinejs",
    "animate.css",
    "axios",
    "backbone",
    "bootstrap",
    "bootstrap-icons",
    "bulma",
    "chart.js",
    "choices.js",
    "ckeditor5",
    "codemirror",
    "core-js",
    "cropperjs",
    "d3",
    "datatables.net",
    "dayjs",
    "dompurify",
    "dropzone",
    "easymde",
    "echarts",
    "es-module-shims",
    "flatpickr",
    "foundation-sites",
    "fullcalendar",
    "gsap",
    "highlight.js",
    "hls.js",
    "htmx.org",
    "intl-tel-input",
    "ionicons",
    "jquery",
    "jquery-ui",
    "katex",
    "leaflet",
    "lit",
    "lodash-es",
    "maplibre-gl",
    "materialize-css",
    "mathjax",
    "mermaid",
    "moment",
    "monaco-editor",
    "ol",
    "pdfjs-dist",
    "photoswipe",
    "preact",
    "prismjs",
    "quill",
    "rxjs",
    "select2",
    "semantic-ui-css",
    "svelte",
    "swagger-ui-dist",
    "sweetalert2",
    "swiper",
    "systemjs",
    "three",
    "tinymce",
    "uikit",
    "video.js",
];

/// Those of a quick run.
const FEW_PACKAGES: [&str; 12] = [
    "@material/web",
    "@shoelace-style/shoelace",
    "alpinejs",
    "bootstrap",
    "htmx.org",
    "jquery",
    "leaflet",
    "lit",
    "monaco-editor",
    "pdfjs-dist",
    "three",
    "vue",
];

#[derive(clap::Args)]
pub struct Args {
    /// Take twelve packages, and build nothing
    #[arg(long)]
    quick: bool,
    /// Number of random modules
    #[arg(long, value_name = "N", default_value_t = 5000)]
    random: usize,
    /// Seed of the random modules
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Compare only the files below this directory
    #[arg(long, value_name = "DIRECTORY", conflicts_with = "quick")]
    below: Option<PathBuf>,
}

pub fn run(args: &Args) -> Result<(), String> {
    let directory = work_dir().join(if args.quick {
        "references-quick"
    } else {
        "references"
    });
    let packages: &[&str] = if args.quick { &FEW_PACKAGES } else { &PACKAGES };
    let bundlers: &[&str] = if args.quick {
        &[]
    } else {
        &reference_builds::PACKAGES
    };
    let names = [&ORACLES, packages, bundlers].concat();
    let modules = npm::packages_in(&directory, &names)?;
    if args.below.is_none() {
        write_modules(&directory.join("random"), args)?;
        if !args.quick {
            build_all(&directory)?;
        }
    }
    let below = args.below.as_ref().unwrap_or(&directory);
    let mut files = Vec::new();
    list_files(below, &mut files)?;
    let comparison = compare(&modules, files)?;
    comparison.print();
    match comparison.differences.len() {
        0 => Ok(()),
        count => Err(format!("{count} differences from the other parsers")),
    }
}

/// Writes random modules in the place of those of an earlier run.
fn write_modules(directory: &Path, args: &Args) -> Result<(), String> {
    let failed = |error| format!("{}: {error}", directory.display());
    if directory.exists() {
        fs::remove_dir_all(directory).map_err(failed)?;
    }
    fs::create_dir_all(directory).map_err(failed)?;
    let mut generator = ModuleGenerator::new(args.seed);
    for index in 0..args.random {
        let path = directory.join(format!("{index}.mjs"));
        fs::write(path, generator.module()).map_err(failed)?;
    }
    Ok(())
}

/// Lists the files that staticc and the oracles search.
fn list_files(directory: &Path, files: &mut Vec<PathBuf>) -> Result<(), String> {
    let failed = |error| format!("{}: {error}", directory.display());
    for entry in fs::read_dir(directory).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_symlink() {
            continue;
        }
        if path.is_dir() {
            list_files(&path, files)?;
        } else if matches!(language(&path), Some(Language::Css | Language::JavaScript)) {
            files.push(path);
        }
    }
    files.sort();
    Ok(())
}

fn language(path: &Path) -> Option<Language> {
    Language::of(&LogicalPath::new(path.as_os_str().as_encoded_bytes()))
}

/// What `references.mjs` says of a file.
#[derive(Deserialize)]
struct Answers {
    path: PathBuf,
    oracles: BTreeMap<String, Answer>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Answer {
    References(Vec<OracleReference>),
    Error(serde::de::IgnoredAny),
}

/// The kind, the bytes of the string or `url(…)`, and the decoded URL.
#[derive(Deserialize)]
struct OracleReference(String, usize, usize, String);

/// What an oracle and staticc found.
#[derive(Default)]
struct Counts {
    files: usize,
    refused: usize,
    references: usize,
    /// Differences in which a full parser agrees with staticc.
    overruled: usize,
}

#[derive(Default)]
struct Comparison {
    by_oracle: BTreeMap<String, Counts>,
    by_kind: BTreeMap<String, usize>,
    differences: Vec<String>,
}

fn compare(modules: &Path, files: Vec<PathBuf>) -> Result<Comparison, String> {
    let mut node = start_oracles(modules)?;
    let (Some(mut input), Some(output)) = (node.stdin.take(), node.stdout.take()) else {
        return Err("node has no standard input or output".to_owned());
    };
    let count = files.len();
    let sender = std::thread::spawn(move || {
        files
            .iter()
            .try_for_each(|path| writeln!(input, "{}", path.display()))
    });
    let mut comparison = Comparison::default();
    let mut answered = 0;
    for line in BufReader::new(output).lines() {
        let line = line.map_err(|error| format!("node: {error}"))?;
        let answers: Answers =
            serde_json::from_str(&line).map_err(|error| format!("{error}: {line}"))?;
        comparison.add(&answers)?;
        answered += 1;
    }
    let _ = sender.join();
    node.wait().map_err(|error| format!("node: {error}"))?;
    if answered != count {
        return Err(format!(
            "the parsers answered for {answered} of {count} files"
        ));
    }
    Ok(comparison)
}

fn start_oracles(modules: &Path) -> Result<Child, String> {
    Command::new("node")
        .arg(repository().join("xtask/node/references.mjs"))
        .arg(modules)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cannot run node: {error}"))
}

impl Comparison {
    fn add(&mut self, answers: &Answers) -> Result<(), String> {
        let path = &answers.path;
        let text = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let Some(language) = language(path) else {
            return Err(format!("{} is in no known language", path.display()));
        };
        let found = finder::references(language, &text);
        let mut is_confirmed = false;
        // The full parser comes first: where it agrees with staticc, it is right.
        for (oracle, answer) in answers.oracles.iter().rev() {
            let counts = self.by_oracle.entry(oracle.clone()).or_default();
            counts.files += 1;
            let Answer::References(expected) = answer else {
                counts.refused += 1;
                continue;
            };
            counts.references += expected.len();
            let known = found.iter().filter(|one| is_known_to(oracle, one.syntax));
            let place = |what: &str, range: Range<usize>| {
                let piece = String::from_utf8_lossy(&text[range.clone()]);
                let piece: String = piece.chars().take(80).collect();
                format!(
                    "{what} ({oracle}) {}:{}: {piece:?}",
                    path.display(),
                    range.start
                )
            };
            let different = differences(expected, known, place);
            if is_confirmed {
                counts.overruled += different.len();
            } else {
                is_confirmed = different.is_empty();
                self.differences.extend(different);
            }
        }
        for reference in &found {
            *self
                .by_kind
                .entry(format!("{:?}", reference.syntax))
                .or_default() += 1;
        }
        Ok(())
    }

    fn print(&self) {
        print_line("parser           files  refused by it  references  overruled");
        for (oracle, counts) in &self.by_oracle {
            print_line(&format!(
                "{oracle:<15} {:>6} {:>14} {:>11} {:>10}",
                counts.files, counts.refused, counts.references, counts.overruled
            ));
        }
        for (kind, count) in &self.by_kind {
            print_line(&format!("{kind:<20} {count:>8}"));
        }
        for difference in self.differences.iter().take(SHOWN) {
            print_line(difference);
        }
    }
}

/// Whether an oracle finds references of a syntax.
fn is_known_to(oracle: &str, syntax: Syntax) -> bool {
    use Syntax::{DynamicImport, ExportFrom, StaticImport};
    oracle != "es-module-lexer" || matches!(syntax, StaticImport | DynamicImport | ExportFrom)
}

/// The name of a syntax in `references.mjs`.
fn kind(syntax: Syntax) -> &'static str {
    match syntax {
        Syntax::CssUrl => "url",
        Syntax::CssImport => "import",
        Syntax::ImageSet => "image-set",
        Syntax::CustomProperty => "custom",
        Syntax::SourceMap => "source-map",
        Syntax::StaticImport | Syntax::ExportFrom => "static",
        Syntax::DynamicImport => "dynamic",
        Syntax::ImportMetaResolve => "resolve",
        Syntax::NewUrl => "new-url",
        Syntax::WebmanifestMember => "webmanifest",
    }
}

/// The references that only one side has. Both are in the order of the text.
fn differences<'f>(
    expected: &[OracleReference],
    found: impl Iterator<Item = &'f FoundReference<'f>>,
    place: impl Fn(&str, Range<usize>) -> String,
) -> Vec<String> {
    let mut found = found.peekable();
    let mut lines = Vec::new();
    for OracleReference(expected_kind, start, end, url) in expected {
        while let Some(early) = found.next_if(|reference| reference.span.start < *start) {
            lines.push(place("false", early.span.clone()));
        }
        let same = found.next_if(|reference| {
            reference.span.end <= *end
                && kind(reference.syntax) == expected_kind
                && String::from_utf8_lossy(&reference.specifier) == *url
        });
        if same.is_none() {
            lines.push(place("missed", *start..*end));
        }
    }
    lines.extend(found.map(|late| place("false", late.span.clone())));
    lines
}
