//! What a verb's scripts report in JSON: how many comparisons passed, how many
//! failed.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

/// The reports in these files.
pub fn read(files: &[PathBuf]) -> Result<Vec<Value>, String> {
    let report = |file: &PathBuf| {
        let text = fs::read_to_string(file).map_err(|error| error.to_string())?;
        serde_json::from_str(&text).map_err(|error| error.to_string())
    };
    files.iter().map(report).collect()
}

/// Prints the count; fails if anything differed.
pub fn conclude(reports: &[Value]) -> Result<(), String> {
    let (mut passed, mut failed) = (0, 0);
    for report in reports {
        passed += report["passed"].as_u64().unwrap_or(0);
        failed += report["failed"].as_u64().unwrap_or(1);
    }
    crate::say(&format!("{passed} passed, {failed} failed"));
    if failed == 0 {
        Ok(())
    } else {
        Err("staticc and Django differ".to_owned())
    }
}
