//! Evaluates the few Python expressions that app configurations consist of: string literals,
//! `__name__`, and paths made from `__file__`. Pure. Returns nothing for a value that is not
//! known for certain.

use std::cell::Cell;
use std::path::{Path, PathBuf};

/// The names that an expression can use.
pub struct Scope<'a> {
    /// The value of `__name__`.
    pub module: &'a str,
    pub package: &'a str,
    /// The value of `__file__`.
    pub file: &'a Path,
    /// The expression that a name of the module is bound to.
    pub lookup: &'a dyn Fn(&str) -> Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PythonValue {
    Text(String),
    Path(PathBuf),
    Boolean(bool),
}

impl PythonValue {
    /// As text, if it is text.
    pub fn into_text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// The value of an expression, if it is certain.
pub fn evaluate(expression: &str, scope: &Scope<'_>) -> Option<PythonValue> {
    evaluate_at(expression, scope, 0, &Cell::new(NAMES))
}

/// How deep names may refer to names, and brackets stand in brackets.
const DEPTH: usize = 24;

/// How many names may be looked up: each may hold others several times.
const NAMES: usize = 256;

fn evaluate_at(
    expression: &str,
    scope: &Scope<'_>,
    depth: usize,
    names: &Cell<usize>,
) -> Option<PythonValue> {
    if depth > DEPTH {
        return None;
    }
    let mut parser = Parser {
        rest: expression,
        scope,
        depth,
        names,
    };
    let value = parser.sum()?;
    parser.rest.trim().is_empty().then_some(value)
}

/// A string literal that is here, but that this parser does not read.
struct UnreadableLiteral;

struct Parser<'a> {
    rest: &'a str,
    scope: &'a Scope<'a>,
    depth: usize,
    /// How many names may still be looked up.
    names: &'a Cell<usize>,
}

impl<'a> Parser<'a> {
    /// Terms joined by `+` (texts) or `/` (paths).
    fn sum(&mut self) -> Option<PythonValue> {
        let mut value = self.trailed()?;
        loop {
            if self.eat("+") {
                let (PythonValue::Text(left), PythonValue::Text(right)) = (value, self.trailed()?)
                else {
                    return None;
                };
                value = PythonValue::Text(left + &right);
            } else if self.eat("/") {
                let (PythonValue::Path(left), PythonValue::Text(right)) = (value, self.trailed()?)
                else {
                    return None;
                };
                value = PythonValue::Path(left.join(right));
            } else {
                return Some(value);
            }
        }
    }

    /// A term and its methods.
    fn trailed(&mut self) -> Option<PythonValue> {
        let mut value = self.term()?;
        while self.eat(".") {
            let method = self.name()?;
            value = match (value, method) {
                (PythonValue::Path(path), "parent") => {
                    PythonValue::Path(path.parent()?.to_path_buf())
                }
                (PythonValue::Path(path), "resolve" | "absolute") => {
                    self.arguments()?;
                    PythonValue::Path(path)
                }
                (PythonValue::Text(text), "rpartition" | "rsplit" | "split" | "partition") => {
                    self.split(&text, method)?
                }
                _ => return None,
            };
        }
        Some(value)
    }

    /// `.rpartition(".")[0]` and its like: only the first part.
    fn split(&mut self, text: &str, method: &str) -> Option<PythonValue> {
        self.expect("(")?;
        let separator = self.sum()?.into_text()?;
        if separator.is_empty() {
            return None;
        }
        if self.eat(",") {
            self.eat("maxsplit=");
            self.expect("1")?;
        } else if method == "rsplit" {
            return None;
        }
        self.expect(")")?;
        self.expect("[")?;
        self.expect("0")?;
        self.expect("]")?;
        let cut = match method {
            "rpartition" => Some(text.rfind(&separator).unwrap_or(0)),
            "rsplit" => text.rfind(&separator),
            _ => text.find(&separator),
        };
        Some(PythonValue::Text(
            text[..cut.unwrap_or(text.len())].to_owned(),
        ))
    }

    fn term(&mut self) -> Option<PythonValue> {
        if self.eat("(") {
            self.depth += 1;
            if self.depth > DEPTH {
                return None;
            }
            let value = self.sum()?;
            self.expect(")")?;
            return Some(value);
        }
        if let Some(text) = self.literal().ok()? {
            return Some(PythonValue::Text(text));
        }
        let mut name = self.name()?.to_owned();
        // Functions are known by their dotted names.
        while FUNCTION_PARTS.contains(&name.rsplit('.').next().unwrap_or(&name)) && self.eat(".") {
            name.push('.');
            name.push_str(self.name()?);
        }
        self.call(&name)
    }

    /// Evaluates a name, or the call of a known function.
    fn call(&mut self, name: &str) -> Option<PythonValue> {
        let file = || PythonValue::Text(self.scope.file.to_string_lossy().into_owned());
        match name {
            "True" => Some(PythonValue::Boolean(true)),
            "False" => Some(PythonValue::Boolean(false)),
            "__file__" => Some(file()),
            "__name__" => Some(PythonValue::Text(self.scope.module.to_owned())),
            "__package__" => Some(PythonValue::Text(self.scope.package.to_owned())),
            "str" | "os.fspath" | "fspath" => match &self.arguments()?[..] {
                [PythonValue::Text(text)] => Some(PythonValue::Text(text.clone())),
                [PythonValue::Path(path)] => Some(PythonValue::Text(path.to_str()?.to_owned())),
                _ => None,
            },
            "Path" | "pathlib.Path" => match &self.arguments()?[..] {
                [PythonValue::Text(text)] => Some(PythonValue::Path(text.into())),
                _ => None,
            },
            "os.path.abspath" | "abspath" | "os.path.realpath" | "realpath" => {
                match &self.arguments()?[..] {
                    [PythonValue::Text(text)] => Some(PythonValue::Text(text.clone())),
                    _ => None,
                }
            }
            "os.path.dirname" | "dirname" => match &self.arguments()?[..] {
                [PythonValue::Text(text)] => Some(PythonValue::Text(
                    Path::new(text).parent()?.to_str()?.to_owned(),
                )),
                _ => None,
            },
            "os.path.join" | "join" => {
                let mut joined = PathBuf::new();
                for argument in self.arguments()? {
                    joined.push(argument.into_text()?);
                }
                Some(PythonValue::Text(joined.to_str()?.to_owned()))
            }
            name => {
                self.names.set(self.names.get().checked_sub(1)?);
                let expression = (self.scope.lookup)(name)?;
                evaluate_at(&expression, self.scope, self.depth + 1, self.names)
            }
        }
    }

    fn arguments(&mut self) -> Option<Vec<PythonValue>> {
        self.expect("(")?;
        self.depth += 1;
        if self.depth > DEPTH {
            return None;
        }
        let mut arguments = Vec::new();
        while !self.eat(")") {
            arguments.push(self.sum()?);
            if !self.eat(",") {
                self.expect(")")?;
                break;
            }
        }
        Some(arguments)
    }

    /// Returns the text of string literals side by side, or `None` if none is here.
    fn literal(&mut self) -> Result<Option<String>, UnreadableLiteral> {
        let mut joined: Option<String> = None;
        loop {
            let rest = self.rest.trim_start();
            let prefix = rest
                .find(|character: char| !character.is_ascii_alphabetic())
                .unwrap_or(rest.len());
            let (prefix, body) = rest.split_at(prefix);
            let Some(quote) = ["'''", "\"\"\"", "'", "\""]
                .into_iter()
                .find(|quote| body.starts_with(quote))
            else {
                return Ok(joined);
            };
            let raw = match prefix.to_ascii_lowercase().as_str() {
                "" | "u" => false,
                "r" => true,
                _ => return Err(UnreadableLiteral),
            };
            let body = &body[quote.len()..];
            let end = body.find(quote).ok_or(UnreadableLiteral)?;
            let text = &body[..end];
            // Escapes do not occur in the names of modules.
            if text.contains('\\') && !raw {
                return Err(UnreadableLiteral);
            }
            joined.get_or_insert_default().push_str(text);
            self.rest = &body[end + quote.len()..];
        }
    }

    fn name(&mut self) -> Option<&'a str> {
        let rest = self.rest.trim_start();
        let end = rest
            .find(|character: char| !character.is_alphanumeric() && character != '_')
            .unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        self.rest = after;
        (!name.is_empty()).then_some(name)
    }

    fn eat(&mut self, token: &str) -> bool {
        match self.rest.trim_start().strip_prefix(token) {
            Some(after) => {
                self.rest = after;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, token: &str) -> Option<()> {
        self.eat(token).then_some(())
    }
}

/// Names after which a dot leads to a function rather than to a method.
const FUNCTION_PARTS: [&str; 3] = ["os", "path", "pathlib"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions() {
        let scope = Scope {
            module: "pkg.sub.apps",
            package: "pkg.sub",
            file: Path::new("/p/pkg/sub/apps.py"),
            lookup: &|name| match name {
                "HERE" => Some("os.path.dirname(os.path.abspath(__file__))".to_owned()),
                "LOOP" => Some("LOOP".to_owned()),
                _ => None,
            },
        };
        for (expression, expected) in [
            ("'a.b'", Some("a.b")),
            ("u\"a\" 'b'", Some("ab")),
            ("('a' + 'b')", Some("ab")),
            ("f'a'", None),
            ("'a' if x else 'b'", None),
            ("__package__", Some("pkg.sub")),
            ("__name__.rpartition('.')[0]", Some("pkg.sub")),
            ("__name__.rsplit('.', 1)[0]", Some("pkg.sub")),
            ("__name__.split('.')[0]", Some("pkg")),
            ("os.path.join(HERE, 'x')", Some("/p/pkg/sub/x")),
            (
                "str(Path(__file__).resolve().parent.parent / 'y')",
                Some("/p/pkg/y"),
            ),
            ("LOOP", None),
            ("getattr(settings, 'X')", None),
            ("", None),
            ("'a", None),
        ] {
            let value = evaluate(expression, &scope).and_then(PythonValue::into_text);
            assert_eq!(value.as_deref(), expected, "{expression}");
        }
        assert_eq!(evaluate("True", &scope), Some(PythonValue::Boolean(true)));
        assert_eq!(evaluate(&"(".repeat(100_000), &scope), None);
    }

    /// Each of these names means the next one eight times.
    #[test]
    fn names_that_multiply_end() {
        let scope = Scope {
            module: "",
            package: "",
            file: Path::new(""),
            lookup: &|name| {
                let number: usize = name[1..].parse().ok()?;
                let next = format!("n{}", number + 1);
                Some(if number == DEPTH / 2 {
                    "'x'".to_owned()
                } else {
                    vec![next; 8].join(" + ")
                })
            },
        };
        assert_eq!(evaluate("n0", &scope), None);
    }
}
