//! Verbs that compare staticc with Django, WhiteNoise, Jinja2 and Python.

mod adopt;
mod answers;
mod django;
mod module_generator;
mod oracle;
mod projects;
mod python;
mod reference_builds;
mod references;
mod suites;
mod template_generator;
mod templates;
mod text_generator;

#[derive(clap::Subcommand)]
pub enum Verb {
    /// Write the expected outcomes of the fixtures with real Django
    Oracle(oracle::Args),
    /// Compare staticc with Django on real packages
    Parity(django::PackageArgs),
    /// Compare staticc with Django on random trees
    FuzzParity(django::RandomTreeArgs),
    /// Compare four ways to collect real projects
    Projects(projects::Args),
    /// Collect whole projects from PyPI in all ways, and check and verify them
    Adopt(adopt::Args),
    /// Run Django's and WhiteNoise's own tests with the app installed
    Suites(suites::Args),
    /// Compare staticc's paths, URLs and manifests with Python's
    PythonParity(python::Args),
    /// Compare the static references found in templates with the engines'
    TemplateParity(templates::Args),
    /// Compare what a browser follows in CSS and JavaScript with other parsers
    References(references::Args),
}

impl Verb {
    pub fn run(self) -> Result<(), String> {
        match self {
            Self::Oracle(args) => oracle::run(&args),
            Self::Parity(args) => django::compare_packages(&args),
            Self::FuzzParity(args) => django::compare_random_trees(&args),
            Self::Projects(args) => projects::run(&args),
            Self::Adopt(args) => adopt::run(&args),
            Self::Suites(args) => suites::run(&args),
            Self::PythonParity(args) => python::run(&args),
            Self::TemplateParity(args) => templates::run(&args),
            Self::References(args) => references::run(&args),
        }
    }
}
