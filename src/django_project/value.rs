//! Converts the values of answers to TOML, as settings have them. TOML has no null: a null is
//! left out.

use std::path::Path;

use serde_json::Value;

/// Returns `None` for null.
pub fn to_toml(value: &Value) -> Option<toml::Value> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(boolean) => (*boolean).into(),
        Value::Number(number) => match number.as_i64() {
            Some(integer) => integer.into(),
            None => number.as_f64()?.into(),
        },
        Value::String(text) => text.as_str().into(),
        Value::Array(values) => {
            let values: Vec<toml::Value> = values.iter().filter_map(to_toml).collect();
            values.into()
        }
        Value::Object(entries) => {
            let entry = |(key, value): (&String, _)| Some((key.clone(), to_toml(value)?));
            toml::Value::Table(entries.iter().filter_map(entry).collect())
        }
    })
}

pub fn path_to_toml(path: &Path) -> toml::Value {
    path.to_string_lossy().into_owned().into()
}

/// `None` is what the umask leaves.
pub fn mode_to_toml(mode: Option<u32>) -> toml::Value {
    mode.map_or_else(|| "umask".into(), |mode| i64::from(mode).into())
}
