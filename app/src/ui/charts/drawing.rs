//! The geometry of a chart, from the series, the range and the lines that are switched on.

use metering::Series;
use metering::series::Values;

use super::axis::{Labels, percent};
use super::value_axis::value_ticks;
use crate::format;
use crate::polling::TimeRange;
use crate::view_models::charts::{Definition, Line};
use crate::view_models::svg_path::{self, HEIGHT, WIDTH, Window};

/// The most steps on the value axis.
pub(super) const VALUE_STEPS: usize = 4;

/// What a line has to show in the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Activity {
    /// The broker does not report it.
    NotReported,
    /// Zero throughout.
    Idle,
    /// Something.
    Active,
}

/// All that a chart draws.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Drawing {
    pub(super) window: Window,
    pub(super) value_labels: Labels,
    /// A horizontal line a label, as the `d` of a path.
    pub(super) grid: String,
    /// The `d` of each line; empty where it is switched off or has nothing to show.
    pub(super) paths: Vec<String>,
    pub(super) activity: Vec<Activity>,
}

impl Drawing {
    /// `shown` says which lines are switched on.
    pub(super) fn new(
        definition: &Definition,
        series: &Series,
        resource: &str,
        range: TimeRange,
        shown: &[bool],
    ) -> Self {
        let mut window = Window::from(range);
        let times = &series.timestamps;
        let range = window.indices(times);
        let columns: Vec<Option<&[f64]>> = definition
            .lines
            .iter()
            .map(|line| column(series, line, resource))
            .collect();
        let activity = columns
            .iter()
            .map(|column| activity(*column, range.clone()))
            .collect();
        let drawn = |index: usize| columns[index].filter(|_| shown[index]);

        let (mut least, mut greatest) = (0.0_f64, 0.0_f64);
        for column in (0..columns.len()).filter_map(drawn) {
            // Those that are no numbers neither min nor max takes.
            for &value in &column[range.clone()] {
                (least, greatest) = (least.min(value), greatest.max(value));
            }
        }
        let ticks = value_ticks(least, greatest, VALUE_STEPS, definition.base);
        window.bottom = ticks.first().copied().unwrap_or(0.0);
        window.top = ticks.last().copied().unwrap_or(1.0);
        let value_labels = ticks
            .iter()
            .map(|&tick| {
                let place = percent(window.y(tick), HEIGHT);
                (place, format::axis(tick, definition.unit))
            })
            .collect();
        let line = |&tick: &f64| format!("M0 {}H{WIDTH}", window.y(tick));
        let grid = svg_path::joined(ticks.iter().map(line));
        let draw = |column: Option<&[f64]>| {
            column.map_or_else(String::new, |column| svg_path::line(times, column, &window))
        };
        let paths = (0..columns.len()).map(|index| draw(drawn(index))).collect();
        Self {
            window,
            value_labels,
            grid,
            paths,
            activity,
        }
    }
}

/// The values of a line.
pub(super) fn values<'a>(series: &'a Series, line: &Line, resource: &str) -> Option<&'a Values> {
    series
        .column(&line.meter, resource)
        .map(|column| &column.avg)
}

fn column<'a>(series: &'a Series, line: &Line, resource: &str) -> Option<&'a [f64]> {
    let column = values(series, line, resource)?;
    (column.len() == series.timestamps.len()).then_some(column.0.as_slice())
}

fn activity(column: Option<&[f64]>, range: std::ops::Range<usize>) -> Activity {
    let Some(column) = column else {
        return Activity::NotReported;
    };
    if column.iter().all(|value| value.is_nan()) {
        Activity::NotReported
    } else if column[range]
        .iter()
        .all(|&value| value.is_nan() || value == 0.0)
    {
        Activity::Idle
    } else {
        Activity::Active
    }
}

/// The index of the time nearest to an instant; `None` where there is no time.
pub(super) fn nearest(times: &[i64], instant: i64) -> Option<usize> {
    let behind = times.partition_point(|&time| time < instant);
    match (behind.checked_sub(1), times.get(behind)) {
        (Some(before), Some(&after)) if instant - times[before] > after - instant => Some(behind),
        (None, Some(_)) => Some(behind),
        (before, _) => before,
    }
}

#[cfg(test)]
mod tests {
    use metering::series::Column;

    use super::*;
    use crate::format::Unit;
    use crate::view_models::charts::Base;
    use crate::view_models::charts::{Colour, Dash};
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const GAP: f64 = f64::NAN;
    const MINUTE: TimeRange = TimeRange {
        from: -40_000,
        to: 20_000,
    };

    fn definition(meters: &[&'static str]) -> Definition {
        let line = |&meter: &&'static str| Line {
            meter: meter.into(),
            label: meter.into(),
            colour: Colour::Blue,
            dash: Dash::Solid,
        };
        Definition {
            id: "test".into(),
            title: "Test".into(),
            unit_label: "messages".into(),
            unit: Unit::Count,
            base: Base::Whole,
            lines: meters.iter().map(line).collect(),
        }
    }

    fn series(columns: &[(&str, &[f64])]) -> Series {
        Series {
            step: 5000,
            timestamps: (0..columns[0].1.len() as i64).map(|n| n * 5000).collect(),
            columns: columns
                .iter()
                .map(|(meter, values)| Column {
                    meter: (*meter).to_owned(),
                    resource_id: "prod".to_owned(),
                    avg: Values(values.to_vec()),
                    ..Column::default()
                })
                .collect(),
        }
    }

    #[test]
    fn the_axis_fits_the_lines_that_are_switched_on() {
        let series = series(&[("small", &[3.0, 4.0]), ("large", &[900.0, 800.0])]);
        let definition = definition(&["small", "large"]);
        let draw = |shown| Drawing::new(&definition, &series, "prod", MINUTE, shown);
        assert_eq!(draw(&[true, true]).window.top, 1000.0);
        let without = draw(&[true, false]);
        assert_eq!(without.window.top, 4.0);
        assert_eq!(without.paths[1], "");
    }

    #[test]
    fn the_axis_fits_what_the_window_shows() {
        let series = series(&[("m", &[1000.0, 1.0, 1.0, 2.0, 1.0])]);
        let range = TimeRange {
            from: 10_000,
            to: 20_000,
        };
        let drawing = Drawing::new(&definition(&["m"]), &series, "prod", range, &[true]);
        assert_eq!(drawing.window.top, 2.0);
    }

    #[test]
    fn an_axis_reaches_below_zero_where_values_do() {
        let series = series(&[("m", &[-5.0, 2.0])]);
        let drawing = Drawing::new(&definition(&["m"]), &series, "prod", MINUTE, &[true]);
        assert_eq!(drawing.value_labels.words, ["−6", "−4", "−2", "0", "2"]);
        let places = [-6.0, 0.0, 2.0].map(|value| drawing.window.y(value));
        assert_eq!(places, [500, 125, 0]);
    }

    #[test]
    fn lines_without_values_are_not_idle() {
        let series = series(&[
            ("idle", &[0.0, GAP]),
            ("unknown", &[GAP, GAP]),
            ("busy", &[0.0, 1.0]),
        ]);
        let definition = definition(&["idle", "unknown", "busy", "missing"]);
        let drawing = Drawing::new(&definition, &series, "prod", MINUTE, &[true; 4]);
        let [unknown, missing] = [Activity::NotReported; 2];
        assert_eq!(
            drawing.activity,
            [Activity::Idle, unknown, Activity::Active, missing]
        );
    }

    #[test]
    fn another_resource_is_another_line() {
        let series = series(&[("m", &[1.0])]);
        let drawing = Drawing::new(&definition(&["m"]), &series, "other", MINUTE, &[true]);
        assert_eq!(drawing.activity, [Activity::NotReported]);
    }

    #[test]
    fn absent_values_are_drawn_as_an_empty_chart() {
        let drawing = Drawing::new(
            &definition(&["m"]),
            &Series::default(),
            "prod",
            MINUTE,
            &[true],
        );
        assert_eq!(drawing.value_labels.words, ["0", "1"]);
        assert_eq!(drawing.paths, [""]);
    }

    #[test]
    fn the_crosshair_snaps_to_the_nearest_time() {
        let times = [0, 10, 20];
        let nearest_of = |instant| nearest(&times, instant);
        assert_eq!([-9, 4, 5, 6, 99].map(nearest_of), [0, 0, 0, 1, 2].map(Some));
        assert_eq!(nearest(&[], 5), None);
    }
}
