//! The kinds of references to static files, and how a reference to a missing
//! file is reported. Knows no syntax (see `rewrite::rules`).

use serde::Serialize;

use super::problem::Severity;

/// Where a reference stands, as users write it in settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReferenceKind {
    /// `url()` and `@import` in css.
    Css,
    /// `sourceMappingURL` in css or js.
    SourceMap,
    /// `import` and `export … from` in js.
    Js,
    /// Images in web app manifests.
    Webmanifest,
    /// `{% static %}` in templates.
    Template,
}

impl ReferenceKind {
    pub const ALL: [Self; 5] = [
        Self::Css,
        Self::SourceMap,
        Self::Js,
        Self::Webmanifest,
        Self::Template,
    ];

    /// Returns the kind as users write it in settings.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Css => "css",
            Self::SourceMap => "source-map",
            Self::Js => "js",
            Self::Webmanifest => "webmanifest",
            Self::Template => "template",
        }
    }
}

/// By whose rules references are found, and what they mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReferenceRules {
    /// Those of a version of Django.
    #[default]
    Django,
    /// A reference is what a browser follows.
    Browser,
}

/// How the settings want a finding to be reported: `missing_references`, or
/// `level` of `[[staticc.allow]]`. A finding that is reported becomes a
/// problem with a [`Severity`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReportLevel {
    Error,
    Warn,
    /// The finding is not reported.
    Ignore,
}

impl ReportLevel {
    /// Returns the level as users write it in settings.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Ignore => "ignore",
        }
    }

    /// Returns the severity of the problem, or `None` if nothing is reported.
    pub const fn severity(self) -> Option<Severity> {
        match self {
            Self::Error => Some(Severity::Error),
            Self::Warn => Some(Severity::Warning),
            Self::Ignore => None,
        }
    }
}
