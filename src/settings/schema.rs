//! Writes the declared keys as a JSON Schema for editors, in draft 7, which all of them support.
//! The schema refuses what the loader refuses, except where that takes more than a type: globs,
//! paths, and settings that depend on each other.

use serde_json::{Map, Value, json};

use super::keys;
use super::value_type::{DefaultValue, Key, Keys, MAX_GLOB_LENGTH, MAX_MODE, Others, ValueType};
use crate::model::DjangoVersion;

/// Returns the schema of a settings file.
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
        .filter(|key| matches!(key.default, DefaultValue::Refused(_)));
    let required: Vec<&str> = required.map(|key| key.name).collect();
    // Draft 4 has it that a list of none is none.
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

/// The schema of a key's value, with what is said of the key.
fn property(key: &Key) -> Value {
    let mut schema = change_value(key.value_type);
    let about = match key.value_type {
        ValueType::Table(keys) | ValueType::Tables(keys) | ValueType::WordOrTable(_, keys) => {
            keys.about
        }
        _ => key.about,
    };
    schema["description"] = json!(about);
    match key.default {
        DefaultValue::Open | DefaultValue::Refused(_) => {}
        DefaultValue::Text(text) => schema["default"] = json!(text),
        DefaultValue::Boolean(boolean) => schema["default"] = json!(boolean),
        DefaultValue::Integer(integer) => schema["default"] = json!(integer),
        DefaultValue::Share(share) => schema["default"] = json!(share),
        DefaultValue::Texts(texts) => schema["default"] = json!(texts),
    }
    schema
}

/// The schema of the values that have this shape.
fn change_value(value_type: ValueType) -> Value {
    let text = || json!({"type": "string"});
    let array = |items: Value| json!({"type": "array", "items": items});
    match value_type {
        ValueType::Unread => json!({}),
        ValueType::Text | ValueType::Path => text(),
        ValueType::Glob => json!({"type": "string", "maxLength": MAX_GLOB_LENGTH}),
        ValueType::FileName => json!({"type": "string", "pattern": FILE_NAME}),
        ValueType::Size => json!({"type": "string", "pattern": SIZE}),
        ValueType::Age => json!({"type": "string", "pattern": AGE}),
        ValueType::Django => {
            let known = DjangoVersion::ALL.map(DjangoVersion::as_str);
            let patch = format!("^({})\\.", known.join("|").replace('.', "\\."));
            json!({"type": "string", "anyOf": [{"enum": known}, {"pattern": patch}]})
        }
        ValueType::Boolean => json!({"type": "boolean"}),
        ValueType::Integer(low, high) => {
            json!({"type": "integer", "minimum": low, "maximum": high})
        }
        ValueType::Share => json!({"type": "number", "minimum": 0, "maximum": 1}),
        ValueType::Mode => {
            let mode = change_value(ValueType::Integer(0, MAX_MODE));
            json!({"anyOf": [mode, change_value(ValueType::Word(&["umask"]))]})
        }
        ValueType::Word(words) => json!({"type": "string", "enum": words}),
        ValueType::WordOrTable(words, keys) => {
            json!({"anyOf": [change_value(ValueType::Word(words)), table(keys)]})
        }
        ValueType::Words(words) => array(change_value(ValueType::Word(words))),
        ValueType::Texts | ValueType::Paths => array(text()),
        ValueType::Extensions => json!({"anyOf": [array(text()), text()]}),
        ValueType::StaticDirs => {
            let pair = json!({
                "type": "array",
                "items": text(),
                "minItems": 2,
                "maxItems": 2,
            });
            array(json!({"anyOf": [text(), pair]}))
        }
        ValueType::Loaders => array(json!({"type": ["string", "array"]})),
        ValueType::Table(keys) => table(keys),
        ValueType::Tables(keys) => array(table(keys)),
    }
}

/// Parts that are neither empty nor `.` nor `..`, with `/` or `\` between them.
const FILE_NAME: &str = concat!(
    r"^([^\x00/\\.][^\x00/\\]*|\.[^\x00/\\.][^\x00/\\]*|\.\.[^\x00/\\]+)",
    r"([/\\]([^\x00/\\.][^\x00/\\]*|\.[^\x00/\\.][^\x00/\\]*|\.\.[^\x00/\\]+))*$"
);

/// A number, and what it counts.
const SIZE: &str = r"^(\+?[0-9]+|([0-9]+\.?[0-9]*|\.[0-9]+)\s*([KkMmGgTtPpEe][Ii]?[Bb]?|[Bb]))$";

/// Numbers with the names of their units.
const AGE: &str = r"^([0-9]+(\.[0-9]+)?\s*[A-Za-z]+\s*)+$";
