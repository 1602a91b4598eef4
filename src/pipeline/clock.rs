//! Reads the clock in the unit of time stamps.

use std::time::SystemTime;

/// Returns nanoseconds since 1970.
pub fn now() -> i64 {
    let elapsed = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    elapsed.map_or(0, |elapsed| {
        i64::try_from(elapsed.as_nanos()).unwrap_or(i64::MAX)
    })
}
