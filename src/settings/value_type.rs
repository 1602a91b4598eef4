//! The types with which settings keys are declared: the type of the value, and the default.
//! Knows no key and no value.

/// The keys of one table.
#[derive(Debug)]
pub struct Keys {
    /// The dotted name of the table. Empty for the top level.
    pub name: &'static str,
    /// The description that editors show, in a sentence.
    pub about: &'static str,
    pub known: &'static [Key],
    /// How other keys are treated.
    pub others: Others,
}

#[derive(Debug)]
pub struct Key {
    pub name: &'static str,
    /// The description that editors show. Empty if that of its table is enough.
    pub about: &'static str,
    pub value_type: ValueType,
    pub default: DefaultValue,
}

/// How keys are treated that a table does not declare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Others {
    /// Unknown keys are errors.
    Refused,
    /// Unknown keys are ignored.
    Unread,
    /// They are names chosen by users, each with a path.
    Paths,
}

/// The type of a value.
#[derive(Clone, Copy, Debug)]
pub enum ValueType {
    /// Any value, which is not read.
    Unread,
    Text,
    /// A path that is relative to the settings file.
    Path,
    /// A glob on logical paths.
    Glob,
    /// The name of a file under STATIC_ROOT.
    FileName,
    /// A number of bytes, such as `"2 GiB"`.
    Size,
    /// A time, such as `"30d"`.
    Age,
    /// A version of Django with at least two numbers.
    Django,
    Boolean,
    /// An integer from the first to the second.
    Integer(i64, i64),
    /// A number from 0 to 1.
    Share,
    /// A file mode, or `"umask"`.
    Mode,
    /// One of a few words.
    Word(&'static [&'static str]),
    /// One of a few words, or a table.
    WordOrTable(&'static [&'static str], &'static Keys),
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
    /// An array of loaders of templates, each a name, or an array of a name and arguments.
    Loaders,
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
    Boolean(bool),
    /// This integer, or this mode.
    Integer(u32),
    Share(f64),
    Texts(&'static [&'static str]),
}

/// The highest file mode.
pub const MAX_MODE: i64 = 0o7777;

/// The longest glob, in bytes: what is made of longer ones may not fit in
/// memory.
pub const MAX_GLOB_LENGTH: usize = 1000;

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
