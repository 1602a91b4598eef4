//! Reads which modules a Rust source imports. Knows paths as text, not the
//! modules they lead to.

/// A path that a source names, in a `use` or in the code.
#[derive(Clone, Debug, PartialEq)]
pub struct Import {
    /// As written, without braces: `["super", "plan", "Plan"]`.
    pub path: Vec<String>,
    /// The name that a `pub use` gives it in the module.
    pub exported_as: Option<String>,
}

/// What a source names and has besides.
pub struct Parsed {
    pub imports: Vec<Import>,
    /// Whether it has nothing but `mod` and `pub use`.
    pub only_declares: bool,
    words: Vec<String>,
}

impl Parsed {
    /// How often the source has this word.
    pub fn count(&self, word: &str) -> usize {
        self.words.iter().filter(|other| *other == word).count()
    }
}

/// Reads a source. `children` are the modules that it declares.
pub fn parse(text: &str, children: &[String]) -> Parsed {
    let words = words(&without_comments_and_strings(text));
    let mut imports = Vec::new();
    let mut only_declares = true;
    let mut at = 0;
    while at < words.len() {
        let is_public = at > 0 && matches!(&words[at - 1][..], "pub" | ")");
        let starts_path = words.get(at + 1).is_some_and(|next| next == "::")
            && (at == 0 || words[at - 1] != "::")
            && (matches!(&words[at][..], "crate" | "super" | "self")
                || children.contains(&words[at]));
        match &words[at][..] {
            "use" => {
                let mut tree = UseTree {
                    words: &words,
                    at: at + 1,
                    is_public,
                    imports: &mut imports,
                };
                tree.read(&[]);
                at = tree.at;
                only_declares &= is_public;
            }
            // `#[attribute]` and `#![attribute]`.
            "#" => {
                while words[at] != "]" {
                    at += 1;
                }
            }
            "mod" if words.get(at + 2).is_some_and(|next| next == ";") => at += 2,
            "pub" | "(" | ")" | "super" | "crate" | ";" if !starts_path => {}
            _ => {
                only_declares = false;
                if starts_path {
                    let end = path_end(&words, at);
                    let path = words[at..end].iter().filter(|word| *word != "::");
                    imports.push(Import {
                        path: path.cloned().collect(),
                        exported_as: None,
                    });
                    at = end - 1;
                }
            }
        }
        at += 1;
    }
    Parsed {
        imports,
        only_declares,
        words,
    }
}

fn is_name(word: &str) -> bool {
    word.starts_with(|first: char| first.is_alphabetic() || first == '_')
}

/// The end of `a::b::c`.
fn path_end(words: &[String], start: usize) -> usize {
    let mut end = start + 1;
    while words.get(end).is_some_and(|word| word == "::")
        && words.get(end + 1).is_some_and(|word| is_name(word))
    {
        end += 2;
    }
    end
}

/// Reads `a::{b, c::{self, d as e}, *}`.
struct UseTree<'a> {
    words: &'a [String],
    at: usize,
    is_public: bool,
    imports: &'a mut Vec<Import>,
}

impl UseTree<'_> {
    fn next(&self) -> &str {
        self.words.get(self.at).map_or(";", String::as_str)
    }

    fn read(&mut self, parent: &[String]) {
        let mut path = parent.to_vec();
        loop {
            match self.next() {
                "::" => self.at += 1,
                "{" => {
                    self.at += 1;
                    while !matches!(self.next(), "}" | ";") {
                        self.read(&path);
                        if self.next() == "," {
                            self.at += 1;
                        }
                    }
                    self.at += 1;
                    return;
                }
                "as" => {
                    let alias = self.words[self.at + 1].clone();
                    self.at += 2;
                    return self.add(path, alias);
                }
                "," | "}" | ";" => break,
                word => {
                    // `a::{self}` is `a`.
                    if word != "self" || path.is_empty() {
                        path.push(word.to_owned());
                    }
                    self.at += 1;
                }
            }
        }
        let name = path.last().cloned().unwrap_or_default();
        self.add(path, name);
    }

    fn add(&mut self, path: Vec<String>, name: String) {
        let exported_as = self.is_public.then_some(name);
        self.imports.push(Import { path, exported_as });
    }
}

/// Splits code into names, `::` and single characters.
fn words(code: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = code;
    while let Some(first) = rest.chars().next() {
        let is_part = |character: char| character.is_alphanumeric() || character == '_';
        let length = if is_part(first) {
            rest.find(|character| !is_part(character))
                .unwrap_or(rest.len())
        } else if rest.starts_with("::") {
            2
        } else {
            first.len_utf8()
        };
        if !first.is_whitespace() {
            words.push(rest[..length].to_owned());
        }
        rest = &rest[length..];
    }
    words
}

/// The code, with a blank for each comment, string and character.
fn without_comments_and_strings(text: &str) -> String {
    // Alternatives are tried in this order. The last one is a character, not a lifetime.
    let literal = regex::Regex::new(
        r###"(?s)//[^\n]*|/\*.*?\*/|\bb?r##".*?"##|\bb?r#".*?"#|\bb?r".*?"|b?"(?:\\.|[^"\\])*"|b?'(?:\\[^\n']*'?|[^\\'\n])'"###,
    );
    literal.unwrap().replace_all(text, " ").into_owned()
}
