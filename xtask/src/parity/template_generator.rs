//! Random templates of Django and Jinja2 with references to static files.

use staticc::check::templates::engine::Engine;

use crate::support::random::Random;

/// Text outside of tags.
#[rustfmt::skip] // in rows
const NOISE: [&str; 24] = [
    "a", " ", "\n", "\n", "\r\n", "\r", "é", "\u{a0}", "<p class=\"x\">", "it's", "{", "}", "{ %",
    "%}", "}}", "#}", "{x}", "{}", "static(\"a\")", "\\", "\"", "{{", "{%", "{#",
];

/// Parts of string literals.
const COMMON: [&str; 7] = ["a", "css/", "b.css", "é", " ", "?#", "|"];

/// Rare parts of string literals. The last one is rarer still for Django, whose
/// strings do not span lines.
#[rustfmt::skip] // in rows
const SPECIAL: [&str; 16] = [
    "\\\\", "\\\"", "\\'", "\\n", "\\", "'", "\"", "_(", "{#", "#}", "{{", "}}",
    "{% static b %}", "{{ static(b) }}", "\u{a0}", "\n",
];

/// White space between the parts of a tag; the last one is rare for Django.
#[rustfmt::skip] // in a row
const SPACES: [&str; 10] = [" ", " ", " ", " ", " ", "", "  ", "\t \u{a0}", "\x1c", "\r\n"];

pub struct TemplateGenerator {
    random: Random,
    engine: Engine,
}

impl TemplateGenerator {
    pub fn new(engine: Engine, seed: u64) -> Self {
        Self {
            random: Random::new(seed),
            engine,
        }
    }

    fn is_jinja(&self) -> bool {
        self.engine == Engine::Jinja2
    }

    /// One of these. For Django, the last one is chosen rarely.
    fn choose_for_engine(&mut self, choices: &[&'static str]) -> &'static str {
        let end = choices.len() - usize::from(!self.is_jinja() && self.random.below(50) > 0);
        self.random.choose(&choices[..end])
    }

    fn space(&mut self) -> &'static str {
        self.choose_for_engine(&SPACES)
    }

    fn literal(&mut self) -> String {
        let quote = self.random.choose(&["'", "\""]);
        let mut text = quote.to_owned();
        for _ in 0..self.random.below(5) {
            let part = match self.random.below(4) {
                0 => self.choose_for_engine(&SPECIAL),
                _ => self.random.choose(&COMMON),
            };
            if part != quote || self.random.below(20) == 0 {
                text.push_str(part);
            }
        }
        text + quote
    }

    pub fn template(&mut self, depth: usize) -> String {
        let parts = (0..self.random.below(7)).map(|_| match self.random.below(10) {
            // An unmatched opening delimiter is rare, because it hides the rest.
            0..=2 => self.random.choose(&NOISE[..NOISE.len() - 4]).to_owned(),
            3 if self.random.below(8) == 0 => self.random.choose(&NOISE).to_owned(),
            // Now and then the other engine's syntax.
            4 if self.random.below(8) == 0 => self.tag(),
            5 if self.random.below(8) == 0 => self.call(),
            _ if self.is_jinja() => self.jinja(depth),
            _ => self.django(depth),
        });
        parts.collect()
    }

    /// Django's `static` tag.
    fn tag(&mut self) -> String {
        let argument = match self.random.below(12) {
            0 => format!("{}|lower", self.literal()),
            1 => format!("{} |lower", self.literal()),
            2 => format!("_({})", self.literal()),
            3 => format!("{}{}", self.literal(), self.literal()),
            4 => "x".to_owned(),
            _ => self.literal(),
        };
        let word = self
            .random
            .choose(&["static", "static", "static", "static", "static", "statics"]);
        let more = self.random.choose(&[
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
        match self.random.below(12) {
            0 => format!("{{#{before}{inner}{end}#}}"),
            1 => format!("{{% comment %}}{inner}{{%{before}endcomment{end}%}}"),
            2 => format!("{{% comment {before}'x' %}}{inner}{{% endcomment %}}"),
            3 => format!("{{%{before}verbatim %}}{inner}{{% endverbatim %}}"),
            4 => {
                let name = self
                    .random
                    .choose(&[" x", " \tx", "\tx", " endverbatim", " x y"]);
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

    /// A call of `static` as in Jinja2, or text that looks like one.
    fn call(&mut self) -> String {
        let [before, inside, end] = [self.space(), self.space(), self.space()];
        let literal = self.literal();
        let arguments = match self.random.below(16) {
            0 => format!("path{before}={inside}{literal}"),
            1 => format!("{literal}{before},"),
            2 => format!("{literal}{before}{}", self.literal()),
            3 => format!("{literal} ~ x"),
            4 => format!("{literal}|f"),
            5 => format!("({literal})"),
            6 => format!("{literal}, x"),
            7 => format!("{literal}.x"),
            8 => format!("name={literal}"),
            9 => self.random.choose(&["x", "", "*x", "**x", "1"]).to_owned(),
            _ => literal,
        };
        format!("static{before}({inside}{arguments}{end})")
    }

    fn expression(&mut self, depth: usize) -> String {
        if depth == 0 {
            let value = self
                .random
                .choose(&["x", "1", "1.5", "-x", "[]", "static", "x.static", "none"]);
            return value.to_owned();
        }
        let [before, end] = [self.space(), self.space()];
        let one = self.expression(depth - 1);
        let call = self.call();
        match self.random.below(24) {
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
        let (open, close) = (
            self.random.choose(&["", "", "", "-", "+"]),
            self.random.choose(&["", "", "-"]),
        );
        let [before, end] = [self.space(), self.space()];
        let inner = match depth {
            0 => String::new(),
            _ => self.template(depth - 1),
        };
        let value = self.expression(depth.min(2));
        let statement = |words: &str| format!("{{%{open}{before}{words}{end}{close}%}}");
        match self.random.below(18) {
            0 => format!("{{#{open}{inner}{end}\n{close}#}}"),
            1 => format!("{}{inner}{}", statement("raw"), statement("endraw")),
            2 => statement(&format!("set x = {value}")),
            3 => statement("if x") + &inner + &statement(&format!("elif {value}")) + "{% endif %}",
            4 => statement(&format!("for x in {value}")) + &inner + "{% endfor %}",
            5 => statement(&format!("filter {}", self.call())) + &inner + "{% endfilter %}",
            6 => format!("{{% block static %}}{inner}{{% endblock static %}}"),
            7 => format!("{{% call {} %}}{inner}{{% endcall %}}", self.call()),
            8 => format!("{{% include {value} %}}"),
            9 if self.random.below(4) == 0 => {
                let binding = self.random.choose(&[
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
