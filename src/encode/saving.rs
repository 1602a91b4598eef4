//! Decides whether a compressed copy is worth keeping, by its size.

/// Returns whether a copy saves enough. Sizes are in bytes, `limit` is the largest size worth
/// keeping, in millionths of the original.
pub fn saves_enough(original: usize, compressed: usize, limit: u32) -> bool {
    compressed as u128 * 1_000_000 <= original as u128 * u128::from(limit)
}
