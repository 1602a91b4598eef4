//! The codes of problems: stable names that users look up with `staticc explain`,
//! write in `[[staticc.allow]]`, and filter in JSON and SARIF. The sections of
//! `docs/problems.md` follow this list. Does not know what a code means.

use std::fmt;

use serde::{Serialize, Serializer};

macro_rules! codes {
    ($($variant:ident = $text:literal,)*) => {
        /// The kind of a problem. Each code has a section in `docs/problems.md`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $($variant,)*
        }

        impl Code {
            /// All codes, in alphabetical order.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Returns the code as users read and write it: `missing-reference`.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }
        }
    };
}

codes! {
    AppNotFound = "app-not-found",
    AppUnclear = "app-unclear",
    BadValue = "bad-value",
    BrokenLink = "broken-link",
    CacheUnusable = "cache-unusable",
    Cancelled = "cancelled",
    CannotHold = "cannot-hold",
    CannotWrite = "cannot-write",
    CaseCollision = "case-collision",
    CorruptManifest = "corrupt-manifest",
    CustomFinder = "custom-finder",
    CustomStorage = "custom-storage",
    Cycle = "cycle",
    DamagedRelease = "damaged-release",
    DanglingReference = "dangling-reference",
    DirectoryTwice = "directory-twice",
    DuplicateApp = "duplicate-app",
    DuplicatePath = "duplicate-path",
    ImmutableFiles = "immutable-files",
    ImproperlyConfigured = "improperly-configured",
    Interrupted = "interrupted",
    LeftoverReference = "leftover-reference",
    LinkLoop = "link-loop",
    Locked = "locked",
    MisplacedCache = "misplaced-cache",
    MissingDirectory = "missing-directory",
    MissingFile = "missing-file",
    MissingObject = "missing-object",
    MissingReference = "missing-reference",
    MissingSetting = "missing-setting",
    MissingStatic = "missing-static",
    ModuleTwice = "module-twice",
    MoreProblems = "more-problems",
    NoCache = "no-cache",
    NoCompressedCopies = "no-compressed-copies",
    NoManifest = "no-manifest",
    NoReleases = "no-releases",
    NoStaticRoot = "no-static-root",
    NoSuchFile = "no-such-file",
    NoTemplates = "no-templates",
    NoText = "no-text",
    NotAFile = "not-a-file",
    NotFound = "not-found",
    NotHeld = "not-held",
    NotLocked = "not-locked",
    NotUtf8 = "not-utf8",
    OtherContent = "other-content",
    OutsideStaticRoot = "outside-static-root",
    PackageTemplates = "package-templates",
    PathTaken = "path-taken",
    PrehashedChanged = "prehashed-changed",
    ProjectUnloadable = "project-unloadable",
    PublishClaimed = "publish-claimed",
    ReferenceOutside = "reference-outside",
    RemoteCacheUnusable = "remote-cache-unusable",
    RootInsideSource = "root-inside-source",
    SettingsDrift = "settings-drift",
    SettingsExist = "settings-exist",
    SettingsFile = "settings-file",
    SiteCaching = "site-caching",
    SiteContent = "site-content",
    SiteContentType = "site-content-type",
    SiteCors = "site-cors",
    SiteEncoding = "site-encoding",
    SiteHead = "site-head",
    SiteManifest = "site-manifest",
    SiteMissing = "site-missing",
    SiteRedirect = "site-redirect",
    SiteRevalidation = "site-revalidation",
    SiteUnreachable = "site-unreachable",
    SiteUrl = "site-url",
    SiteVary = "site-vary",
    SourceChanged = "source-changed",
    StandardOutput = "standard-output",
    StaticfilesE002 = "staticfiles.E002",
    StaticfilesE003 = "staticfiles.E003",
    StaticfilesE005 = "staticfiles.E005",
    StaticfilesW004 = "staticfiles.W004",
    StoreUnusable = "store-unusable",
    StoreUrl = "store-url",
    TomlSyntax = "toml-syntax",
    TooLargeToCompress = "too-large-to-compress",
    UnknownDjango = "unknown-django",
    UnknownLoader = "unknown-loader",
    UnknownSetting = "unknown-setting",
    UnknownVerb = "unknown-verb",
    UnpublishableName = "unpublishable-name",
    Unreadable = "unreadable",
    UnrequestableName = "unrequestable-name",
    UnusableName = "unusable-name",
    UnusedAllow = "unused-allow",
    UnusedGlob = "unused-glob",
    Usage = "usage",
    WrongContent = "wrong-content",
    WrongCopy = "wrong-copy",
    WrongObject = "wrong-object",
    WrongSourceCopy = "wrong-source-copy",
    WrongType = "wrong-type",
}

impl Code {
    /// Returns the code that users write as `text`.
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == text)
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl fmt::Display for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}
