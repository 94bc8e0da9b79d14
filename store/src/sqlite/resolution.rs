//! The levels of collected samples: as they came, and rolled up.

/// Raw, 1 min, 10 min, 1 h.
pub(super) const RESOLUTIONS: usize = 4;

/// A bucket's width by level, in microseconds; a raw sample has none.
pub(super) const WIDTHS: [i64; RESOLUTIONS] = [0, 60_000_000, 600_000_000, 3_600_000_000];

/// The width of the coarsest: where levels meet, they meet on its bounds.
pub(super) const COARSEST: i64 = WIDTHS[RESOLUTIONS - 1];

/// The start of the bucket of a level that a time falls in.
pub(super) fn bucket(resolution: usize, time: i64) -> i64 {
    match WIDTHS[resolution] {
        0 => time,
        width => time.div_euclid(width) * width,
    }
}
