//! `cargo xtask template-parity`: the static references that staticc finds
//! in templates, against real Django and real Jinja2, on random templates.

use serde_json::json;
use staticc::check::templates::engine::{Engine, references};

use crate::ask::{Count, Question, compare, number};
use crate::texts::Texts;
use crate::venv;

/// The verb.
pub fn run(arguments: &[String]) -> Result<(), String> {
    let cases = number(arguments, "--cases", 100_000)?;
    let seed = number(arguments, "--seed", 1)?;
    crate::say("Django  engine  templates  refused by it  explained  differences");
    let mut differences = 0;
    for django in ["4.2", "6.1"] {
        let name = format!("templates-{django}");
        let interpreter = venv::python(&name, django, &["Jinja2==3.1.*"])?;
        for (engine, name) in [(Engine::Django, "django"), (Engine::Jinja2, "jinja2")] {
            let questions = questions(engine, name, cases, seed);
            let Count {
                refused,
                explained,
                different,
            } = compare(&interpreter, "template_parity.py", questions)?;
            crate::say(&format!(
                "{django:<7} {name:<7} {cases:>9} {refused:>14} {explained:>10} {different:>12}"
            ));
            differences += different;
        }
    }
    match differences {
        0 => Ok(()),
        _ => Err(format!("{differences} differences from the engines")),
    }
}

/// Templates, and the references in them.
fn questions(
    engine: Engine,
    name: &'static str,
    cases: u64,
    seed: u64,
) -> impl Iterator<Item = Question> {
    let mut grammar = Grammar {
        texts: Texts::new(seed),
        engine,
    };
    (0..cases).map(move |_| {
        let text = grammar.template(3);
        let found = references(text.as_bytes(), engine);
        let ours = found
            .iter()
            .map(|found| json!([found.name, found.start, found.end]));
        Question {
            ours: ours.collect(),
            asked: json!([name, text]),
        }
    })
}

/// Text that means nothing, mostly.
#[rustfmt::skip] // in rows
const NOISE: [&str; 24] = [
    "a", " ", "\n", "\n", "\r\n", "\r", "é", "\u{a0}", "<p class=\"x\">", "it's", "{", "}", "{ %",
    "%}", "}}", "#}", "{x}", "{}", "static(\"a\")", "\\", "\"", "{{", "{%", "{#",
];

/// What is between quotes, mostly.
const PLAIN: [&str; 7] = ["a", "css/", "b.css", "é", " ", "?#", "|"];

/// What may be, too; the last is for Jinja2, as Django's strings do not span
/// lines.
#[rustfmt::skip] // in rows
const NASTY: [&str; 16] = [
    "\\\\", "\\\"", "\\'", "\\n", "\\", "'", "\"", "_(", "{#", "#}", "{{", "}}",
    "{% static b %}", "{{ static(b) }}", "\u{a0}", "\n",
];

/// White space between the parts of a tag; the last is for Jinja2.
#[rustfmt::skip] // in a row
const SPACES: [&str; 10] = [" ", " ", " ", " ", " ", "", "  ", "\t \u{a0}", "\x1c", "\r\n"];

/// Random templates.
struct Grammar {
    texts: Texts,
    engine: Engine,
}

impl Grammar {
    fn is_jinja(&self) -> bool {
        self.engine == Engine::Jinja2
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.texts.below(of.len())]
    }

    /// One of all, but of the last only in Jinja2.
    fn one_of_its(&mut self, of: &[&'static str]) -> &'static str {
        let last = of.len() - usize::from(!self.is_jinja() && self.texts.below(50) > 0);
        self.one(&of[..last])
    }

    fn space(&mut self) -> &'static str {
        self.one_of_its(&SPACES)
    }

    fn literal(&mut self) -> String {
        let quote = self.one(&["'", "\""]);
        let mut text = quote.to_owned();
        for _ in 0..self.texts.below(5) {
            let piece = match self.texts.below(4) {
                0 => self.one_of_its(&NASTY),
                _ => self.one(&PLAIN),
            };
            if piece != quote || self.texts.below(20) == 0 {
                text.push_str(piece);
            }
        }
        text + quote
    }

    fn template(&mut self, depth: usize) -> String {
        let pieces = (0..self.texts.below(7)).map(|_| match self.texts.below(10) {
            // What an opening pair alone does to the rest is tried, but not
            // always.
            0..=2 => self.one(&NOISE[..NOISE.len() - 4]).to_owned(),
            3 if self.texts.below(8) == 0 => self.one(&NOISE).to_owned(),
            // Either engine's, now and then, in the other's.
            4 if self.texts.below(8) == 0 => self.tag(),
            5 if self.texts.below(8) == 0 => self.call(),
            _ if self.is_jinja() => self.jinja(depth),
            _ => self.django(depth),
        });
        pieces.collect()
    }

    /// A static tag.
    fn tag(&mut self) -> String {
        let argument = match self.texts.below(12) {
            0 => format!("{}|lower", self.literal()),
            1 => format!("{} |lower", self.literal()),
            2 => format!("_({})", self.literal()),
            3 => format!("{}{}", self.literal(), self.literal()),
            4 => "x".to_owned(),
            _ => self.literal(),
        };
        let word = self.one(&["static", "static", "static", "static", "static", "statics"]);
        let more = self.one(&[
            "", "", "", " as x", " y as x", " y", " |lower", " \"", " as",
        ]);
        let [before, after, end] = [self.space(), self.space(), self.space()];
        format!("{{%{before}{word}{after}{argument}{more}{end}%}}")
    }

    fn django(&mut self, depth: usize) -> String {
        let [before, end] = [self.space(), self.space()];
        let inner = if depth > 0 {
            self.template(depth - 1)
        } else {
            String::new()
        };
        match self.texts.below(12) {
            0 => format!("{{#{before}{inner}{end}#}}"),
            1 => format!("{{% comment %}}{inner}{{%{before}endcomment{end}%}}"),
            2 => format!("{{% comment {before}'x' %}}{inner}{{% endcomment %}}"),
            3 => format!("{{%{before}verbatim %}}{inner}{{% endverbatim %}}"),
            4 => {
                let name = self.one(&[" x", " \tx", "\tx", " endverbatim", " x y"]);
                format!("{{% verbatim{name}%}}{inner}{{% endverbatim{name} %}}")
            }
            5 => {
                let tag = self.tag();
                format!("{{% comment %}}{inner}{{% endcomment x %}}{tag}{{% endcomment %}}")
            }
            6 => format!("{{% if x %}}{inner}{{% else %}}{}{{% endif %}}", self.tag()),
            7 => format!("{{{{{before}{}{end}}}}}", self.literal()),
            8 => format!("{{{{ x|default:{} }}}}{inner}", self.literal()),
            _ => self.tag(),
        }
    }

    /// A call of `static`, or what looks like one.
    fn call(&mut self) -> String {
        let [before, inside, end] = [self.space(), self.space(), self.space()];
        let literal = self.literal();
        let arguments = match self.texts.below(16) {
            0 => format!("path{before}={inside}{literal}"),
            1 => format!("{literal}{before},"),
            2 => format!("{literal}{before}{}", self.literal()),
            3 => format!("{literal} ~ x"),
            4 => format!("{literal}|f"),
            5 => format!("({literal})"),
            6 => format!("{literal}, x"),
            7 => format!("{literal}.x"),
            8 => format!("name={literal}"),
            9 => self.one(&["x", "", "*x", "**x", "1"]).to_owned(),
            _ => literal,
        };
        format!("static{before}({inside}{arguments}{end})")
    }

    fn expression(&mut self, depth: usize) -> String {
        if depth == 0 {
            let value = self.one(&["x", "1", "1.5", "-x", "[]", "static", "x.static", "none"]);
            return value.to_owned();
        }
        let [before, end] = [self.space(), self.space()];
        let one = self.expression(depth - 1);
        let call = self.call();
        match self.texts.below(24) {
            0 => format!("x{before}.{end}{call}"),
            1 => format!("{one}{before}|{end}{call}"),
            2 => format!("{one} is {call}"),
            3 => format!("{one} is{before} not {call}"),
            4 => format!("x.is and not {call}"),
            5 => format!("{one} is sameas {call}"),
            6 => format!("[{one},{before}{call}]"),
            7 => format!("{{'a':{before}{call}, 'b': {one}}}"),
            8 => format!("({call}{end}){before}"),
            9 => format!("x({one}, static={call})"),
            10 => format!("{one} ~{call}"),
            11 => format!("{call} if {one} else 1if x else {}", self.literal()),
            12 => format!("{call}|f|f({one})"),
            13 => format!("not {call}{before}[{one}]"),
            14 => format!("{one} != {call} ** 2 // 1"),
            15 => self.literal(),
            16 => format!("1is{before} {call}"),
            17 => format!("x.not.{call}"),
            18 => one,
            _ => call,
        }
    }

    fn jinja(&mut self, depth: usize) -> String {
        let (open, close) = (self.one(&["", "", "", "-", "+"]), self.one(&["", "", "-"]));
        let [before, end] = [self.space(), self.space()];
        let inner = match depth {
            0 => String::new(),
            _ => self.template(depth - 1),
        };
        let value = self.expression(depth.min(2));
        let statement = |words: &str| format!("{{%{open}{before}{words}{end}{close}%}}");
        match self.texts.below(18) {
            0 => format!("{{#{open}{inner}{end}\n{close}#}}"),
            1 => format!("{}{inner}{}", statement("raw"), statement("endraw")),
            2 => statement(&format!("set x = {value}")),
            3 => statement("if x") + &inner + &statement(&format!("elif {value}")) + "{% endif %}",
            4 => statement(&format!("for x in {value}")) + &inner + "{% endfor %}",
            5 => statement(&format!("filter {}", self.call())) + &inner + "{% endfilter %}",
            6 => format!("{{% block static %}}{inner}{{% endblock static %}}"),
            7 => format!("{{% call {} %}}{inner}{{% endcall %}}", self.call()),
            8 => format!("{{% include {value} %}}"),
            9 if self.texts.below(4) == 0 => {
                let binding = self.one(&[
                    "{% set static = x %}",
                    "{% set x, static = x %}",
                    "{% import 'x' as static %}",
                    "{% from 'x' import static %}",
                    "{% macro static(x) %}{% endmacro %}",
                    "{% macro x(static) %}{% endmacro %}",
                    "{% for static in x %}{% endfor %}",
                    "{% with static=x %}{% endwith %}",
                    "{% call(static) x() %}{% endcall %}",
                ]);
                format!("{binding}{inner}")
            }
            _ => format!("{{{{{open}{before}{value}{end}{close}}}}}"),
        }
    }
}
