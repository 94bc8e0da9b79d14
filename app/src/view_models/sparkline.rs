//! The path of a line without axes.

use super::svg_path::{self, Window};

/// The `d` of a line of columns of numbers; empty where nothing is known.
pub fn line_of(times: &[i64], values: &[f64]) -> String {
    let Some(&end) = times
        .last()
        .filter(|_| values.iter().any(|value| !value.is_nan()))
    else {
        return String::new();
    };
    let known = values.iter().copied().filter(|value| !value.is_nan());
    let (low, high) = bounds(known);
    let window = Window {
        start: times.first().copied().unwrap_or(end),
        end,
        bottom: low,
        top: high,
    };
    svg_path::line(times, values, &window)
}

/// A sparkline has a least and a greatest value in each of this many segments of time.
const SEGMENTS: i64 = 60;

/// Of each of [`SEGMENTS`] the least and the greatest value, in the order in which they came, and the
/// last one of all: what a tile's width has room for, and a fraction of what a page would carry. Each
/// stands where its half of the segment begins, a pixel or two from its own time: a line whose steps
/// are alike is soon sent.
pub(crate) fn thinned(times: &[i64], values: &[f64], window: &Window) -> (Vec<i64>, Vec<f64>) {
    let segment = ((window.end - window.start) / SEGMENTS).max(1);
    let number = |time: i64| (time - window.start).div_euclid(segment);
    let points: Vec<(i64, f64)> = times.iter().copied().zip(values.iter().copied()).collect();
    let Some(&end) = points.last() else {
        return Default::default();
    };
    let mut kept = Vec::with_capacity(2 * SEGMENTS as usize + 2);
    for together in points.chunk_by(|one, next| number(one.0) == number(next.0)) {
        let from = window.start + number(together[0].0) * segment;
        let known = together.iter().filter(|(_, value)| !value.is_nan());
        let by_value = |one: &&(i64, f64), other: &&(i64, f64)| one.1.total_cmp(&other.1);
        match known.clone().min_by(by_value).zip(known.max_by(by_value)) {
            Some((least, greatest)) => {
                let first_is_least = least.0 <= greatest.0;
                let (first, second) = if first_is_least {
                    (least, greatest)
                } else {
                    (greatest, least)
                };
                kept.push((from, first.1));
                // What stays the same is one point: two would make steps of a short history.
                if least.1 < greatest.1 {
                    kept.push(((from + segment / 2).min(end.0), second.1));
                }
            }
            None => kept.push((from, f64::NAN)),
        }
    }
    kept.push(end);
    kept.into_iter().unzip()
}

/// From which value to which a sparkline reaches: with room above the line, and never flat.
pub(crate) fn bounds(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
        (low.min(value), high.max(value))
    });
    if low > high {
        return (0.0, 1.0);
    }
    // Doubles end where no room is left for it.
    let room = (high / 10.0 - low / 10.0).max(0.1);
    (
        (low - room).max(f64::MIN),
        (high + 2.0 * room).min(f64::MAX),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view_models::svg_path::WIDTH;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn a_short_history_is_not_stretched_over_the_time_before_it() {
        let times: Vec<i64> = (0..=60).map(|n| n * 60_000).collect();
        let known_from = |first: i64| -> Vec<f64> {
            let value = |n| if n < first { f64::NAN } else { n as f64 };
            (0..=60).map(value).collect()
        };
        let begin = |first| {
            let line = line_of(&times, &known_from(first));
            let x = line.trim_start_matches('M').split(' ').next();
            x.and_then(|x| x.parse().ok())
        };
        assert_eq!(
            [0, 30, 45].map(begin),
            [0, WIDTH / 2, WIDTH / 4 * 3].map(Some)
        );
    }

    #[test]
    fn thinning_keeps_extremes_gaps_and_the_last_value() {
        let times: Vec<i64> = (0..=720).map(|n| n * 5_000).collect();
        let mut values: Vec<f64> = times.iter().map(|_| 2.0).collect();
        values[100] = 9.0;
        values[103] = 1.0;
        values[360..384].fill(f64::NAN);
        values[720] = 3.0;
        let window = Window {
            start: 0,
            end: 3_600_000,
            bottom: 0.0,
            top: 10.0,
        };
        let (kept, thin) = thinned(&times, &values, &window);
        assert!(kept.len() <= 122, "{} points", kept.len());
        assert!(kept.is_sorted());
        let position = |time: i64| kept.iter().position(|&kept| kept == time);
        // Of the segment from 480 to 540 s.
        assert_eq!(position(480_000).map(|at| thin[at]), Some(9.0));
        assert_eq!(position(510_000).map(|at| thin[at]), Some(1.0));
        assert_eq!(thin.iter().filter(|value| value.is_nan()).count(), 2);
        assert_eq!((kept.last(), thin.last()), (Some(&3_600_000), Some(&3.0)));
        // As many values as segments: each is one point, and the last stands for itself too.
        let times: Vec<i64> = (0..60).map(|n| n * 60_000).collect();
        let values: Vec<f64> = (0..60).map(f64::from).collect();
        let (kept, thin) = thinned(&times, &values, &window);
        assert_eq!((&kept[..60], kept.len()), (&times[..], 61));
        assert_eq!(thin[..60], values);
        let (none, _) = thinned(&[], &[], &window);
        assert!(none.is_empty());
    }

    #[test]
    fn bounds_leave_room_and_are_never_flat() {
        assert_eq!(bounds([10.0, 20.0].into_iter()), (9.0, 22.0));
        assert_eq!(bounds([7.0, 7.0].into_iter()), (6.9, 7.2));
        assert_eq!(bounds(std::iter::empty()), (0.0, 1.0));
    }
}
