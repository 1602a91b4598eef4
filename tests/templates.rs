//! What holds of the references in templates, whatever bytes they are made
//! of. `cargo xtask template-parity` compares with the engines.

use proptest::prelude::*;
use proptest::sample::select;
use staticc::check::static_name::{manifest_key, plain_path};
use staticc::check::templates::engine::{Engine, references};
use staticc::check::templates::static_reference::StaticReference;

const ENGINES: [Engine; 3] = [Engine::Django, Engine::Jinja2, Engine::Either];

/// What templates are made of.
#[rustfmt::skip] // in rows
const PIECES: [&[u8]; 40] = [
    b"{%", b"%}", b"{{", b"}}", b"{#", b"#}", b"{%-", b"-}}", b"{", b"}", b" ", b"\n", b"\r",
    b"static", b" static ", b"static(", b"(", b")", b"[", b",", b".", b"|", b"=", b"\"", b"'",
    b"\\", b"comment", b"endcomment", b"verbatim", b"endverbatim", b"raw", b"endraw", b"set",
    b"path=", b"a.css", b"\xc3\xa9", b"\xc2\xa0", b"\xff", b"{% static 'a' %}", b"{{ static('a') }}",
];

/// Any bytes, and mostly such pieces in a row.
fn template() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        9 => select(&PIECES[..]).prop_map(<[u8]>::to_vec),
        1 => prop::collection::vec(any::<u8>(), 0..4),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// References are in order, and each is a tag or a call with a literal.
fn check(text: &[u8], found: &[StaticReference]) -> Result<(), TestCaseError> {
    let mut last = 0;
    for reference in found {
        prop_assert!(last <= reference.start);
        let place = &text[reference.start..reference.end];
        let place = std::str::from_utf8(place).unwrap();
        let is_tag = place.starts_with("{%") && place.ends_with("%}");
        let is_call = place.starts_with("static") && place.ends_with(')');
        prop_assert!(is_tag || is_call, "{place}");
        let is_literal = place.contains(['"', '\'']);
        prop_assert!(is_literal && reference.name.len() < place.len(), "{place}");
        last = reference.start + 1;
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn template_references_lie_in_the_text(text in template()) {
        for engine in ENGINES {
            check(&text, &references(&text, engine))?;
        }
    }

    #[test]
    fn mixed_engine_finds_only_what_either_engine_finds(text in template()) {
        let [django, jinja, either] = ENGINES.map(|engine| references(&text, engine));
        prop_assert!(either.iter().all(|one| django.contains(one) || jinja.contains(one)));
    }

    #[test]
    fn text_before_template_references_only_moves_them(text in template(), before in "[a-zé<>\n ]{0,9}") {
        let moved = [before.as_bytes(), &text].concat();
        for engine in ENGINES {
            let mut found = references(&text, engine);
            for reference in &mut found {
                reference.start += before.len();
                reference.end += before.len();
            }
            prop_assert_eq!(references(&moved, engine), found);
        }
    }

    #[test]
    fn any_template_name_has_a_valid_path(name in r"\PC*|[./\\?#%a-c]{0,12}") {
        let _ = manifest_key(&name);
        if let Some(path) = plain_path(&name) {
            for part in path.split(|&byte| byte == b'/') {
                prop_assert!(!matches!(part, b"" | b"." | b".."), "{name}");
            }
        }
    }
}

/// Were each opening pair to look for its end anew, this would not end.
#[test]
fn unclosed_template_tags_are_read_quickly() {
    for piece in [
        "{%",
        "{{",
        "{#",
        "{%-",
        "{% raw",
        "{% raw %}",
        "{% comment %}",
        "{% verbatim x %}",
        "{{(",
        "static('a' ",
        "{{static(",
        "{% static 'a",
        "{% static \"\"'",
        "{",
        "\\\"",
    ] {
        for before in ["", "{{", "{% static '"] {
            let text = [before, &piece.repeat(200_000 / piece.len()), " static"].concat();
            references(text.as_bytes(), Engine::Either);
        }
    }
}
