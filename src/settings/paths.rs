//! Which values of settings are paths, found by their declared shapes. Knows
//! no key.

use toml::{Table, Value};

use super::keys::TOP;
use super::shape::{Keys, Others, ValueType};

/// Changes each path in a table of settings.
pub fn change_paths(settings: &mut Table, change: &impl Fn(&str) -> String) {
    of_table(&TOP, settings, change);
}

fn of_table(keys: &Keys, table: &mut Table, change: &impl Fn(&str) -> String) {
    for (key, value) in table.iter_mut() {
        match (keys.find(key), keys.others) {
            (Some(key), _) => of_shape(key.shape, value, change),
            (None, Others::Paths) => of_shape(ValueType::Path, value, change),
            (None, Others::Refused | Others::Unread) => {}
        }
    }
}

fn of_shape(shape: ValueType, value: &mut Value, change: &impl Fn(&str) -> String) {
    match (shape, value) {
        (ValueType::Path, Value::String(path)) => *path = change(path),
        (ValueType::Paths, Value::Array(paths)) => {
            for path in paths {
                of_shape(ValueType::Path, path, change);
            }
        }
        (ValueType::StaticDirs, Value::Array(dirs)) => {
            for dir in dirs {
                match dir {
                    Value::Array(pair) => {
                        if let Some(directory) = pair.last_mut() {
                            of_shape(ValueType::Path, directory, change);
                        }
                    }
                    directory => of_shape(ValueType::Path, directory, change),
                }
            }
        }
        (ValueType::Table(keys), Value::Table(table)) => of_table(keys, table, change),
        (ValueType::Tables(keys), Value::Array(tables)) => {
            for table in tables.iter_mut().filter_map(Value::as_table_mut) {
                of_table(keys, table, change);
            }
        }
        _ => {}
    }
}
