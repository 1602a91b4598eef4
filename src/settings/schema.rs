//! The settings' keys as a JSON Schema, for editors. It is of draft 7, which
//! all of them know. Knows no key: what the reader refuses, it refuses, except
//! where that takes more than a shape (globs, paths, one setting's word on
//! another).

use serde_json::{Map, Value, json};

use super::keys;
use super::shape::{Absent, HIGHEST_MODE, Key, Keys, LONGEST_GLOB, Others, Shape};
use crate::model::DjangoVersion;

/// The schema of a settings file.
pub fn schema() -> Value {
    let mut schema = table(&keys::TOP);
    schema["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    schema["$id"] = json!("urn:staticc:settings");
    schema["title"] = json!("Settings of staticc");
    schema
}

/// The schema of a table.
fn table(keys: &Keys) -> Value {
    let properties = keys
        .known
        .iter()
        .map(|key| (key.name.to_owned(), property(key)));
    let properties: Map<String, Value> = properties.collect();
    let others = match keys.others {
        Others::Refused => json!(false),
        Others::Unread => json!(true),
        Others::Paths => json!({"type": "string"}),
    };
    let mut schema = json!({
        "type": "object",
        "description": keys.about,
        "properties": properties,
        "additionalProperties": others,
    });
    let required = keys
        .known
        .iter()
        .filter(|key| matches!(key.absent, Absent::Refused(_)));
    let required: Vec<&str> = required.map(|key| key.name).collect();
    // Draft 4 has it that a list of none is none.
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

/// The schema of a key's value, with what is said of the key.
fn property(key: &Key) -> Value {
    let mut schema = of_shape(key.shape);
    let about = match key.shape {
        Shape::Table(keys) | Shape::Tables(keys) => keys.about,
        _ => key.about,
    };
    schema["description"] = json!(about);
    match key.absent {
        Absent::Open | Absent::Refused(_) => {}
        Absent::Text(text) => schema["default"] = json!(text),
        Absent::Boolean(boolean) => schema["default"] = json!(boolean),
        Absent::Integer(integer) => schema["default"] = json!(integer),
        Absent::Share(share) => schema["default"] = json!(share),
        Absent::Texts(texts) => schema["default"] = json!(texts),
    }
    schema
}

/// The schema of the values that have this shape.
fn of_shape(shape: Shape) -> Value {
    let text = || json!({"type": "string"});
    let array = |items: Value| json!({"type": "array", "items": items});
    match shape {
        Shape::Unread => json!({}),
        Shape::Text | Shape::Path => text(),
        Shape::Glob => json!({"type": "string", "maxLength": LONGEST_GLOB}),
        Shape::FileName => json!({"type": "string", "pattern": FILE_NAME}),
        Shape::Size => json!({"type": "string", "pattern": SIZE}),
        Shape::Django => {
            let known = DjangoVersion::ALL.map(DjangoVersion::as_str);
            let patch = format!("^({})\\.", known.join("|").replace('.', "\\."));
            json!({"type": "string", "anyOf": [{"enum": known}, {"pattern": patch}]})
        }
        Shape::Boolean => json!({"type": "boolean"}),
        Shape::Integer(low, high) => {
            json!({"type": "integer", "minimum": low, "maximum": high})
        }
        Shape::Share => json!({"type": "number", "minimum": 0, "maximum": 1}),
        Shape::Mode => {
            let mode = of_shape(Shape::Integer(0, HIGHEST_MODE));
            json!({"anyOf": [mode, of_shape(Shape::Word(&["umask"]))]})
        }
        Shape::Word(words) => json!({"type": "string", "enum": words}),
        Shape::Words(words) => array(of_shape(Shape::Word(words))),
        Shape::Texts | Shape::Paths => array(text()),
        Shape::Extensions => json!({"anyOf": [array(text()), text()]}),
        Shape::StaticDirs => {
            let pair = json!({
                "type": "array",
                "items": text(),
                "minItems": 2,
                "maxItems": 2,
            });
            array(json!({"anyOf": [text(), pair]}))
        }
        Shape::Table(keys) => table(keys),
        Shape::Tables(keys) => array(table(keys)),
    }
}

/// Parts that are neither empty nor `.` nor `..`, with `/` between them.
const FILE_NAME: &str =
    r"^([^/.][^/]*|\.[^/.][^/]*|\.\.[^/]+)(/([^/.][^/]*|\.[^/.][^/]*|\.\.[^/]+))*$";

/// A number, and what it counts.
const SIZE: &str = r"^(\+?[0-9]+|([0-9]+\.?[0-9]*|\.[0-9]+)\s*([KkMmGgTtPpEe][Ii]?[Bb]?|[Bb]))$";
