//! What can be said of a settings key: where it is, what its value may be,
//! what it means if it isn't written. Knows no key and no value.

/// The keys of one table.
#[derive(Debug)]
pub struct Keys {
    /// The table's dotted name, empty at the top.
    pub name: &'static str,
    /// What it is for, in a sentence.
    pub about: &'static str,
    /// The keys that have a meaning.
    pub known: &'static [Key],
    /// What all other keys are.
    pub others: Others,
}

/// One key.
#[derive(Debug)]
pub struct Key {
    /// As it is written.
    pub name: &'static str,
    /// What it is for, in a sentence; empty where its table says it.
    pub about: &'static str,
    /// What its value may be.
    pub shape: ValueType,
    /// What it means if it isn't written.
    pub absent: DefaultValue,
}

/// What keys are that a table does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Others {
    /// Mistakes.
    Refused,
    /// None of our business.
    Unread,
    /// Names that users give, each with a path.
    Paths,
}

/// What a value may be.
#[derive(Clone, Copy, Debug)]
pub enum ValueType {
    /// Anything: nobody reads it.
    Unread,
    /// A string.
    Text,
    /// A path, relative to the settings file.
    Path,
    /// A glob on logical paths.
    Glob,
    /// The name of a file under STATIC_ROOT.
    FileName,
    /// A number of bytes, as people write it.
    Size,
    /// A Django release, to two numbers or more.
    Django,
    /// `true` or `false`.
    Boolean,
    /// An integer between these two, or one of them.
    Integer(i64, i64),
    /// A number from 0 to 1.
    Share,
    /// A file mode, or `"umask"`.
    Mode,
    /// One of a few words.
    Word(&'static [&'static str]),
    /// An array of a few words.
    Words(&'static [&'static str]),
    /// An array of strings.
    Texts,
    /// An array of paths, each relative to the settings file.
    Paths,
    /// An array of strings, or a string that is taken by characters.
    Extensions,
    /// An array of paths and of pairs of a prefix and a path.
    StaticDirs,
    /// A table.
    Table(&'static Keys),
    /// An array of tables.
    Tables(&'static Keys),
}

/// What a key means that isn't written.
#[derive(Clone, Copy, Debug)]
pub enum DefaultValue {
    /// Nothing, or what other things say.
    Open,
    /// A mistake: it must be this.
    Refused(&'static str),
    /// This string, or this one of a few words.
    Text(&'static str),
    /// This.
    Boolean(bool),
    /// This integer, or this mode.
    Integer(u32),
    /// This share.
    Share(f64),
    /// These strings.
    Texts(&'static [&'static str]),
}

/// The highest file mode.
pub const HIGHEST_MODE: i64 = 0o7777;

/// The longest glob, in bytes: what is made of longer ones may not fit in
/// memory.
pub const LONGEST_GLOB: usize = 1000;

impl Keys {
    /// The key of this name.
    pub fn find(&self, name: &str) -> Option<&'static Key> {
        self.known.iter().find(|key| key.name == name)
    }

    /// A key with the names of the tables it is in.
    pub fn full_name(&self, key: &str) -> String {
        match self.name {
            "" => key.to_owned(),
            table => format!("{table}.{key}"),
        }
    }

    /// The key of the table itself.
    pub fn last_name(&self) -> &'static str {
        self.name.rsplit('.').next().unwrap_or_default()
    }
}
