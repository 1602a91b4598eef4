//! Finds the paths in settings by the declared types. Knows no key.

use toml::{Table, Value};

use super::keys::TOP;
use super::value_type::{Keys, Others, ValueType};

/// Applies `change` to each path in a table of settings.
pub fn change_paths(settings: &mut Table, change: &impl Fn(&str) -> String) {
    change_table(&TOP, settings, change);
}

fn change_table(keys: &Keys, table: &mut Table, change: &impl Fn(&str) -> String) {
    for (key, value) in table.iter_mut() {
        match (keys.find(key), keys.others) {
            (Some(key), _) => change_value(key.value_type, value, change),
            (None, Others::Paths) => change_value(ValueType::Path, value, change),
            (None, Others::Refused | Others::Unread) => {}
        }
    }
}

fn change_value(value_type: ValueType, value: &mut Value, change: &impl Fn(&str) -> String) {
    match (value_type, value) {
        (ValueType::Path, Value::String(path)) => *path = change(path),
        (ValueType::Paths, Value::Array(paths)) => {
            for path in paths {
                change_value(ValueType::Path, path, change);
            }
        }
        (ValueType::StaticDirs, Value::Array(dirs)) => {
            for dir in dirs {
                match dir {
                    Value::Array(pair) => {
                        if let Some(directory) = pair.last_mut() {
                            change_value(ValueType::Path, directory, change);
                        }
                    }
                    directory => change_value(ValueType::Path, directory, change),
                }
            }
        }
        (ValueType::Table(keys), Value::Table(table)) => change_table(keys, table, change),
        (ValueType::Tables(keys), Value::Array(tables)) => {
            for table in tables.iter_mut().filter_map(Value::as_table_mut) {
                change_table(keys, table, change);
            }
        }
        _ => {}
    }
}
