//! The JSON reports of Python scripts: how many comparisons passed and failed.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use super::print_line;

pub fn read(files: &[PathBuf]) -> Result<Vec<Value>, String> {
    let report = |file: &PathBuf| {
        let text = fs::read_to_string(file).map_err(|error| error.to_string())?;
        serde_json::from_str(&text).map_err(|error| error.to_string())
    };
    files.iter().map(report).collect()
}

/// Prints the totals; fails if any comparison failed.
pub fn finish(reports: &[Value]) -> Result<(), String> {
    let total = |key: &str, default| -> u64 {
        let counts = reports.iter().map(|report| report[key].as_u64());
        counts.map(|count| count.unwrap_or(default)).sum()
    };
    let (passed, failed) = (total("passed", 0), total("failed", 1));
    print_line(&format!("{passed} passed, {failed} failed"));
    if failed == 0 {
        Ok(())
    } else {
        Err("staticc and Django differ".to_owned())
    }
}
