//! What refers to another file, and what it means when that file is not
//! there. Knows no syntax (see `rewrite::rules`).

/// The kinds of references.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ReferenceKind {
    /// `url()` and `@import` in css.
    Css,
    /// `sourceMappingURL` in css or js.
    SourceMap,
    /// `import` and `export … from` in js.
    Js,
    /// `{% static %}` in templates.
    Template,
}

impl ReferenceKind {
    /// The kind as settings and programs have it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Css => "css",
            Self::SourceMap => "source-map",
            Self::Js => "js",
            Self::Template => "template",
        }
    }
}

/// What a finding amounts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// The run fails.
    Error,
    /// The run goes on and says so.
    Warn,
    /// Nothing is said.
    Ignore,
}

impl Level {
    /// The level as settings and programs have it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Ignore => "ignore",
        }
    }
}
