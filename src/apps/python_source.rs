//! Reads Python source as logical lines with their indentation: without comments, with brackets
//! and continuations joined. Pure: text in, lines out.

/// A statement, or the header of a compound statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The columns of white space before it. A tab goes to the next multiple of eight.
    pub indent: usize,
    /// The statement on one line, with strings as written.
    pub text: String,
    /// The number of its first line, from 1.
    pub number: usize,
}

/// The class that a header opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Class {
    /// The name of the class.
    pub name: String,
    /// Its bases as written, keyword arguments left out.
    pub bases: Vec<String>,
    /// `name = expression` of its body, not of methods or inner classes.
    pub assignments: Vec<(String, String, usize)>,
    pub number: usize,
}

/// What a module binds at its top level (in `if` and `try` as well).
#[derive(Clone, Debug, Default)]
pub struct Module {
    /// The classes in the order of the source.
    pub classes: Vec<Class>,
    /// `(name here, module with leading dots, name there or "" for itself)`.
    pub imports: Vec<(String, String, String)>,
    /// Modules of `from m import *`.
    pub stars: Vec<String>,
    /// Name, expression and line number of each assignment.
    pub assignments: Vec<(String, String, usize)>,
    /// Whether it spreads its package over the whole path.
    pub extends_path: bool,
}

/// Reads a module's text.
pub fn read(source: &str) -> Module {
    let mut module = Module::default();
    let lines = logical_lines(source);
    // The indentation of a block that does not belong to the module's own
    // level, and whether it is a class of the module.
    let mut skipped: Option<usize> = None;
    let mut class: Option<(usize, Option<usize>)> = None;
    for line in &lines {
        if skipped.is_some_and(|indent| line.indent > indent) {
            continue;
        }
        skipped = None;
        if let Some((header, body)) = &mut class {
            if line.indent > *header {
                let body = *body.get_or_insert(line.indent);
                if line.indent == body
                    && let Some((name, value)) = assignment(&line.text)
                    && let Some(class) = module.classes.last_mut()
                {
                    class.assignments.push((name, value, line.number));
                } else if opens_scope(&line.text) {
                    skipped = Some(line.indent);
                }
                continue;
            }
            class = None;
        }
        if let Some(rest) = keyword(&line.text, "class") {
            let (head, body) = split_header(rest);
            let mut found = class_of(head, line.number);
            let inline = body.trim();
            if inline.is_empty() {
                class = Some((line.indent, None));
            } else if let Some((name, value)) = assignment(inline) {
                found.assignments.push((name, value, line.number));
            }
            module.classes.push(found);
        } else if opens_scope(&line.text) {
            skipped = Some(line.indent);
        } else {
            module.statement(&line.text, line.number);
        }
    }
    module
}

impl Module {
    fn statement(&mut self, text: &str, number: usize) {
        self.extends_path |= text.contains("extend_path(") || text.contains("declare_namespace(");
        if let Some(rest) = keyword(text, "from") {
            let Some((module, names)) = rest.split_once(" import") else {
                return;
            };
            let module: String = module.split_whitespace().collect();
            for name in names.trim_matches([' ', '(', ')', '\t']).split(',') {
                match name.split_whitespace().collect::<Vec<_>>()[..] {
                    ["*"] => self.stars.push(module.clone()),
                    [name] => self
                        .imports
                        .push((name.into(), module.clone(), name.into())),
                    [name, "as", here] => {
                        self.imports
                            .push((here.into(), module.clone(), name.into()));
                    }
                    _ => {}
                }
            }
        } else if let Some(rest) = keyword(text, "import") {
            for name in rest.split(',') {
                match name.split_whitespace().collect::<Vec<_>>()[..] {
                    [module, "as", here] => {
                        self.imports
                            .push((here.into(), module.into(), String::new()));
                    }
                    [module] => {
                        self.imports
                            .push((module.into(), module.into(), String::new()));
                    }
                    _ => {}
                }
            }
        } else if let Some((name, value)) = assignment(text) {
            self.assignments.push((name, value, number));
        }
    }
}

fn class_of(head: &str, number: usize) -> Class {
    let (name, bases) = head.split_once('(').unwrap_or((head, ""));
    Class {
        name: name.trim().to_owned(),
        bases: bases
            .trim_end()
            .trim_end_matches(')')
            .split(',')
            .map(|base| base.trim().to_owned())
            .filter(|base| !base.is_empty() && !base.contains('='))
            .collect(),
        assignments: Vec::new(),
        number,
    }
}

/// `def`, `async def` and `class` open a scope of their own; so does a block
/// that only type checkers see.
fn opens_scope(text: &str) -> bool {
    ["def", "async", "class"]
        .iter()
        .any(|word| keyword(text, word).is_some())
        || (keyword(text, "if").is_some() && text.contains("TYPE_CHECKING"))
}

/// The rest of a statement that begins with a word.
fn keyword<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    text.strip_prefix(word)?.strip_prefix([' ', '\t'])
}

/// A compound statement's header and what follows its colon.
fn split_header(text: &str) -> (&str, &str) {
    let mut depth = 0_usize;
    for (at, character) in text.char_indices() {
        match character {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            ':' if depth == 0 => return (&text[..at], &text[at + 1..]),
            _ => {}
        }
    }
    (text, "")
}

/// `name = expression` or `name: annotation = expression`.
fn assignment(text: &str) -> Option<(String, String)> {
    let end = text.find(|character: char| !character.is_alphanumeric() && character != '_')?;
    let (name, rest) = text.split_at(end);
    let after_name = rest.trim_start();
    let assigned = match after_name.strip_prefix(':') {
        Some(annotation) => &annotation[annotation.find('=')?..],
        None => after_name,
    };
    let value = assigned.strip_prefix('=')?;
    (!name.is_empty() && !value.starts_with('='))
        .then(|| (name.to_owned(), value.trim().to_owned()))
}

/// Splits a source into logical lines.
pub fn logical_lines(source: &str) -> Vec<Line> {
    let without_mark = source.strip_prefix('\u{feff}').unwrap_or(source);
    let mut lines = Vec::new();
    let mut characters = without_mark.chars().peekable();
    let (mut number, mut started) = (1, 1);
    let (mut text, mut indent, mut depth) = (String::new(), 0_usize, 0_usize);
    let mut at_start = true;
    let mut finish = |text: &mut String, indent: usize, number: usize| {
        let statement = std::mem::take(text).trim().to_owned();
        if !statement.is_empty() {
            lines.push(Line {
                indent,
                text: statement,
                number,
            });
        }
    };
    while let Some(character) = characters.next() {
        match character {
            '\n' | '\r' => {
                if character == '\r' && characters.peek() == Some(&'\n') {
                    characters.next();
                }
                number += 1;
                if depth > 0 {
                    text.push(' ');
                } else {
                    finish(&mut text, indent, started);
                    (indent, at_start, started) = (0, true, number);
                }
            }
            ' ' if at_start => indent += 1,
            '\t' if at_start => indent = (indent / 8 + 1) * 8,
            '\x0c' if at_start => indent = 0,
            '#' => skip_comment(&mut characters),
            '\\' if matches!(characters.peek(), Some('\n' | '\r')) => {
                skip_line_end(&mut characters);
                number += 1;
                text.push(' ');
            }
            ';' if depth == 0 => finish(&mut text, indent, started),
            '\'' | '"' => {
                at_start = false;
                number += string(character, &mut characters, &mut text);
            }
            _ => {
                at_start = false;
                match character {
                    '(' | '[' | '{' => depth += 1,
                    ')' | ']' | '}' => depth = depth.saturating_sub(1),
                    _ => {}
                }
                text.push(character);
            }
        }
    }
    finish(&mut text, indent, started);
    lines
}

/// Skips a line end of one or two characters.
fn skip_line_end(characters: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    if characters.next() == Some('\r') {
        characters.next_if_eq(&'\n');
    }
}

/// Skips a comment up to the end of its line.
fn skip_comment(characters: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    let is_comment = |next: &char| *next != '\n' && *next != '\r';
    while characters.next_if(is_comment).is_some() {}
}

/// Copies a string literal whose first quote was just read; its line ends
/// become `\n` escapes. Returns how many lines it spans beyond its first.
fn string(
    quote: char,
    characters: &mut std::iter::Peekable<std::str::Chars<'_>>,
    text: &mut String,
) -> usize {
    let mut lines = 0;
    text.push(quote);
    let mut triple = false;
    if characters.next_if_eq(&quote).is_some() {
        text.push(quote);
        if characters.next_if_eq(&quote).is_none() {
            return 0;
        }
        text.push(quote);
        triple = true;
    }
    let mut closing = 0;
    while let Some(character) = characters.next() {
        match character {
            '\\' => {
                text.push('\\');
                if let Some(next) = characters.next() {
                    lines += usize::from(next == '\n');
                    text.push(next);
                }
                closing = 0;
                continue;
            }
            // A single-quoted string ends with its line, at the latest.
            '\n' if !triple => return lines + 1,
            '\n' => {
                lines += 1;
                text.push_str("\\n");
            }
            _ => text.push(character),
        }
        closing = if character == quote { closing + 1 } else { 0 };
        if closing == 3 || (closing == 1 && !triple) {
            break;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_counts_and_what_does_not() {
        let module = read(concat!(
            "\u{feff}\"\"\"doc\nclass Doc(AppConfig):\n  name = 'no'\n\"\"\"\r\n",
            "from django.apps import (\n  AppConfig as Base, # why\n  apps,\n)\n",
            "import a.b, c as d; X = 'x'\n",
            "if TYPE_CHECKING:\n    from t import T\n",
            "try:\n    class A(Base, metaclass=M):\n\t'''doc'''\n\tname: str = 'a' \\\n 'b'\n\tdef ready(self):\n\t\tname = 'no'\n",
            "\tlabel = 'l'\nexcept E: pass\n",
            "class B(A): name = 'b'\n",
            "def f():\n    class C(A): pass\n    y = 1\n",
        ));
        let names: Vec<&str> = module.classes.iter().map(|class| &class.name[..]).collect();
        assert_eq!(names, ["A", "B"]);
        let a = &module.classes[0];
        assert_eq!(a.bases, ["Base"]);
        let of = |class: &Class| -> Vec<(String, String)> {
            let pairs = class.assignments.iter();
            pairs.map(|(n, v, _)| (n.clone(), v.clone())).collect()
        };
        assert_eq!(
            of(a),
            [
                ("name".into(), "'a'   'b'".into()),
                ("label".into(), "'l'".into())
            ]
        );
        assert_eq!(of(&module.classes[1]), [("name".into(), "'b'".into())]);
        assert_eq!(
            module.imports,
            [
                ("Base".into(), "django.apps".into(), "AppConfig".into()),
                ("apps".into(), "django.apps".into(), "apps".into()),
                ("a.b".into(), "a.b".into(), String::new()),
                ("d".into(), "c".into(), String::new()),
            ]
        );
        assert_eq!(module.assignments, [("X".into(), "'x'".into(), 9)]);
    }

    #[test]
    fn any_text_is_read_to_its_end() {
        for source in [
            "class",
            "class A(",
            "'",
            "\"\"\"",
            "\\",
            "((((",
            "x = ",
            "from . import",
            "class A(:\n\tx",
        ] {
            let _ = read(source);
        }
    }
}
