//! The text of a template → the static files that it names outright. Owns
//! whose reading counts where it is not known which engine a template is
//! for. Knows neither engine's syntax.

use std::str;

use super::static_reference::{EngineResult, StaticReference};
use super::{django, jinja};
use crate::model::readable;

/// What a template is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Django's own language.
    Django,
    /// Jinja2 with its usual delimiters.
    Jinja2,
    /// Not known. A tag `{% static … %}` is Django's and a call `static(…)`
    /// is Jinja2's, unless the other engine reads the place as a comment or
    /// as a block without tags: silence where they disagree.
    Either,
}

/// The literal static references in the text of a template, in order. A text
/// that its engine cannot read (a comment without end) has none.
///
/// ```
/// use staticc::check::templates::engine::{Engine, references};
/// let text = br#"<img src="{% static "img/logo.png" %}">"#;
/// let found = references(text, Engine::Django);
/// assert_eq!(found[0].name, "img/logo.png");
/// assert_eq!(&text[found[0].start..found[0].end], br#"{% static "img/logo.png" %}"#);
/// ```
pub fn references(text: &[u8], engine: Engine) -> Vec<StaticReference> {
    if memchr::memmem::find(text, b"static").is_none() {
        return Vec::new();
    }
    let readable = readable(text);
    let mut found = match engine {
        Engine::Django => django::read(&readable).unwrap_or_default().references,
        Engine::Jinja2 => jinja::read(&readable).unwrap_or_default().references,
        Engine::Either => either(
            django::read(&readable).unwrap_or_default(),
            jinja::read(&readable).unwrap_or_default(),
        ),
    };
    // A name that is not UTF-8 is known only to who knows its encoding.
    found.retain(|reference| str::from_utf8(&text[reference.start..reference.end]).is_ok());
    found
}

/// What each engine reads that the other does not hide.
fn either(mut django: EngineResult, mut jinja: EngineResult) -> Vec<StaticReference> {
    django.references.retain(|tag| !jinja.hides(tag.start));
    jinja.references.retain(|call| !django.hides(call.start));
    let mut found = django.references;
    found.append(&mut jinja.references);
    found.sort_by_key(|reference| reference.start);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Texts for Django, and what Django 4.2 and 6.1 find in them. Jinja2
    /// refuses them, or finds nothing.
    #[rustfmt::skip] // in rows
    const TAGS: [(&str, &[&str]); 34] = [
        (r#"<a href="{% static "a.css" %}">"#, &["a.css"]),
        ("{%static 'a.css'%}", &["a.css"]),
        (r#"{% static "a.css" as url %}"#, &["a.css"]),
        (r#"{% if x %}{% static "a" %}{% endif %}{% static "b" %}"#, &["a", "b"]),
        (r#"{%- static "a" -%}"#, &[]), // refused
        ("{% static name %}", &[]),
        (r#"{% static "a"|add:b %}"#, &[]),
        (r#"{% static "a" |add:b %}"#, &["a"]), // a second argument
        (r#"{% static _("a") %}"#, &[]),
        (r#"{% static "a""b" %}"#, &[]), // refused
        (r#"{% static "a"" %}"#, &["a"]),
        (r#"{% static "a \"b\" \'c\' \\d" %}"#, &[r#"a "b" \'c\' \d"#]),
        ("{% static\t\"é.css\"\x1c%}", &["é.css"]),
        ("{% static\n\"a\" %}", &[]),
        ("{% static \"a\r\" %}", &[]),
        (r#"{% static "a" %"#, &[]),
        (r#"{% static "a %}"#, &[]), // refused
        (r#"{% statics "a" %}"#, &[]),
        ("{% get_static_prefix %}a", &[]),
        (r#"{% static "100%}" %}"#, &[]), // refused
        (r#"{% static "" %}"#, &[""]),
        (r#"{# {% static "a" %} #}"#, &[]),
        ("{# {% static \"a\" %}\n", &["a"]),
        (r#"{% comment %}{% static "a" %}{% endcomment %}{% static "b" %}"#, &["b"]),
        ("{% comment \"why\" %}\n{% static 'a' %}{%endcomment%}", &[]),
        (r#"{% static "a" %}{% comment %}"#, &[]), // refused
        (r#"{% verbatim %}{% static "a" %}{% endverbatim %}"#, &[]),
        (r#"{% verbatim x %}{% static "a" %}{% endverbatim %}{% endverbatim x %}{% static "b" %}"#, &["b"]),
        (r#"{% verbatim %}{{ {% endverbatim %} }}{% static "a" %}{% endverbatim %}"#, &[]),
        (r#"{% comment %}{% verbatim %}{% endcomment %}{% endverbatim %}{% static "b" %}{% endcomment %}{% static "c" %}"#, &["c"]),
        (r#"{% static "a" %}{% verbatim %}"#, &[]), // refused
        (r#"{{ "{% static 'a' %}" }}"#, &[]),
        (r#"{{% static "a" %}"#, &["a"]),
        (r#"@media{#b{color:red}} {% static "a" %}"#, &["a"]),
    ];

    /// Texts for Jinja2, and what Jinja2 finds in them. Django refuses them,
    /// or finds nothing.
    #[rustfmt::skip] // in rows
    const CALLS: [(&str, &[&str]); 41] = [
        (r#"<a href="{{ static("a.css") }}">"#, &["a.css"]),
        ("{{- static ( 'a.css' ,) -}}", &["a.css"]),
        (r#"{% set x = static(path="a.css") %}"#, &["a.css"]),
        (r#"{% if static("a") %}{% endif %}"#, &["a"]),
        (r#"{{ static("a")|e }}"#, &["a"]),
        (r#"{{ [{"k": static("a" "b")}, not static("c")] }}"#, &["ab", "c"]),
        ("{{ static\n(\n\"a\r\n\") }}", &["a\n"]),
        (r#"{{ 1if static("a")else 2 }}"#, &["a"]),
        (r#"{{ static("}}") }}"#, &["}}"]),
        (r#"{{ static("\\ \" \'") }}"#, &[r#"\ " '"#]),
        (r#"{{ static("a" ~ b) }}"#, &[]),
        (r#"{{ static("a"|e) }}"#, &[]),
        (r#"{{ static("a", b) }}"#, &[]),
        ("{{ static(a) }}", &[]),
        ("{{ static() }}", &[]),
        (r#"{{ "static('a')" }}"#, &[]),
        (r#"{{ x.static("a") }}"#, &[]),
        (r#"{{ x|static("a") }}"#, &[]),
        (r#"{{ x is static("a") }}"#, &[]),
        (r#"{{ x is not static("a") }}"#, &[]),
        (r#"{{ x is sameas static("a") }}"#, &["a"]),
        (r#"{% filter static("a") %}{% endfilter %}"#, &[]),
        (r#"{% call static("a") %}{% endcall %}"#, &["a"]),
        (r#"{% block static %}{{ static("a") }}{% endblock static %}"#, &["a"]),
        (r#"{% macro static(x) %}{% endmacro %}{{ static("a") }}"#, &[]),
        (r#"{% from "x" import static %}{{ static("a") }}"#, &[]),
        (r#"{% set static = x %}{{ static("a") }}"#, &[]),
        (r#"{# static("a") #}{{ static("b") }}"#, &["b"]),
        ("{#\n{{ static('a') }}#}", &[]),
        (r#"{% raw %}{{ static("a") }}{% endraw %}"#, &[]),
        (r#"{%- raw -%}{{ static("a") }}{%+ endraw +%}{{ static("b") }}"#, &["b"]),
        (r#"{{ static("a") }}{% raw %}x"#, &[]), // refused, as all that follow
        (r#"{{ static("a") }}{# x"#, &[]),
        (r#"{{ static("a") }}{{ $ }}"#, &[]),
        (r#"{{ static("a") }}{{ (] }}"#, &[]),
        (r#"{{ static("a") }}{{ "x }}"#, &[]),
        (r#"{{ static("a")"#, &[]),
        (r#"<script>static("a")</script>"#, &[]),
        // Jinja2 reads these too, but nobody writes them.
        (r#"{{ static(("a")) }}"#, &[]),
        (r#"{{ static("\x61") }}"#, &[]),
        ("{% set x = static %}{{ static('a') }}", &[]),
    ];

    /// Texts for one, and what the other hides of them.
    #[rustfmt::skip] // in rows
    const HIDDEN: [(&str, Engine, &[&str]); 4] = [
        ("{#\n{% static 'a' %}\n#}{% static 'b' %}", Engine::Django, &["a", "b"]),
        ("{% raw %}{% static 'a' %}{% endraw %}{% static 'b' %}", Engine::Django, &["a", "b"]),
        ("{% verbatim %}{{ static('a') }}{% endverbatim %}{{ static('b') }}", Engine::Jinja2, &["a", "b"]),
        ("{% comment %}{{ static('a') }}{% endcomment %}{{ static('b') }}", Engine::Jinja2, &["a", "b"]),
    ];

    fn names(text: &str, engine: Engine) -> Vec<String> {
        references(text.as_bytes(), engine)
            .into_iter()
            .map(|found| found.name)
            .collect()
    }

    #[test]
    fn each_engine_finds_its_own() {
        let tables = [
            (&TAGS[..], Engine::Django, Engine::Jinja2),
            (&CALLS, Engine::Jinja2, Engine::Django),
        ];
        for (rows, engine, other) in tables {
            for (text, expected) in rows {
                assert_eq!(names(text, engine), *expected, "{text}");
                assert_eq!(names(text, Engine::Either), *expected, "{text}");
                assert_eq!(names(text, other), [""; 0], "{text}");
            }
        }
    }

    #[test]
    fn what_the_other_engine_hides_is_passed_over() {
        for (text, engine, expected) in HIDDEN {
            assert_eq!(names(text, engine), expected, "{text}");
            assert_eq!(names(text, Engine::Either), expected[1..], "{text}");
        }
    }

    #[test]
    fn both_kinds_come_in_order_with_their_places() {
        let text = "é{{ x + static('a') }}{% static 'b' %}{{ static('c')|e }}";
        let found = references(text.as_bytes(), Engine::Either);
        let found: Vec<&str> = found
            .iter()
            .map(|found| &text[found.start..found.end])
            .collect();
        assert_eq!(found, ["static('a')", "{% static 'b' %}", "static('c')"]);
    }

    #[test]
    fn a_name_that_is_not_utf8_is_unknown() {
        let text = b"\xe9{% static 'a' %}{% static '\xe9' %}";
        let found = references(text, Engine::Django);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].start, found[0].end), (1, 17));
    }
}
