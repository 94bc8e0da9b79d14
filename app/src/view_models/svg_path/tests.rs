use super::*;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const GAP: f64 = f64::NAN;
const WINDOW: Window = Window {
    start: 0,
    end: WIDTH,
    bottom: 0.0,
    top: HEIGHT as f64,
};

#[test]
fn coordinates_span_the_view_box() {
    let window = Window {
        start: 5000,
        end: 9000,
        bottom: 0.0,
        top: 50.0,
    };
    assert_eq!(
        [5000, 7000, 9000].map(|time| window.x(time)),
        [0, 1200, 2400]
    );
    assert_eq!(
        [0.0, 25.0, 50.0].map(|value| window.y(value)),
        [500, 250, 0]
    );
}

#[test]
fn a_line_has_relative_steps() {
    assert_eq!(
        line(&[0, 5, 10], &[500.0, 498.0, 499.0], &WINDOW),
        "M0 0l6 0-6 0 5 2 5-1"
    );
}

#[test]
fn equal_values_are_one_step() {
    assert_eq!(
        line(&[0, 50, 100, 150, 200], &[9.0, 9.0, 9.0, 8.0, 8.0], &WINDOW),
        "M0 491l6 0-6 0 100 0 50 1 50 0"
    );
}

#[test]
fn a_gap_ends_the_line() {
    let times = [0, 5, 10, 15];
    assert_eq!(
        line(&times, &[0.0, GAP, 0.0, 1.0], &WINDOW),
        "M0 500l6 0-6 0M10 500l6 0-6 0 5-1"
    );
    assert_eq!(line(&times, &[GAP; 4], &WINDOW), "");
}

#[test]
fn missing_values_are_gaps() {
    assert_eq!(line(&[0, 5], &[0.0], &WINDOW), "M0 500l6 0-6 0");
}

#[test]
fn points_on_one_x_keep_their_extremes() {
    let window = Window {
        start: 0,
        end: 2_000_000,
        bottom: 0.0,
        top: 500.0,
    };
    let times: Vec<i64> = (0..5).map(|n| n * 50).collect();
    let data = line(&times, &[250.0, 450.0, 50.0, 300.0, 350.0], &window);
    assert_eq!(data, "M0 250l6 0-6 0 0-200 0 400 0-300");
}

#[test]
fn decimating_never_loses_the_peak() {
    let times: Vec<i64> = (0..100_000).collect();
    let mut values = vec![1.0; times.len()];
    values[77_777] = 500.0;
    let window = Window {
        start: 0,
        end: 100_000,
        bottom: 0.0,
        top: 500.0,
    };
    let data = line(&times, &values, &window);
    assert!(data.contains("0-499"), "the peak is drawn");
    assert!(data.len() < 20_000, "{} bytes", data.len());
}

#[test]
fn only_the_window_is_drawn_and_a_point_on_either_side() {
    let times: Vec<i64> = (0..100).map(|n| n * 100).collect();
    let window = Window {
        start: 5000,
        end: 5200,
        bottom: 0.0,
        top: 1.0,
    };
    assert_eq!(window.indices(&times), 49..54);
    assert_eq!(window.indices(&[]), 0..0);
}

#[test]
fn an_area_closes_each_stretch_at_the_bottom() {
    let times = [0, 5, 10, 15];
    assert_eq!(
        area(&times, &[250.0, 250.0, GAP, 0.0], &WINDOW),
        "M0 250l6 0-6 0 5 0L5 500H0ZM15 500l6 0-6 0L15 500H15Z"
    );
}

#[test]
fn gaps_are_where_nothing_is_known() {
    let times = [0, 5, 10, 15, 20];
    let (a, b) = ([1.0, GAP, GAP, 1.0, 1.0], [GAP, GAP, GAP, GAP, 2.0]);
    assert_eq!(gaps(&times, &[&a, &b], &WINDOW), [(0, 15)]);
    assert_eq!(
        gaps(&times, &[&b], &WINDOW),
        [],
        "before the first value there is no gap"
    );
}

#[test]
fn a_gap_that_lasts_runs_to_the_edge() {
    let times = [0, 500, 1000, 1500];
    assert_eq!(
        gaps(&times, &[&[1.0, 1.0, GAP, GAP]], &WINDOW),
        [(500, 2400)]
    );
}

#[test]
fn a_gap_from_before_the_window_is_seen_in_it() {
    let times = [0, 500, 1000, 1500, 2000];
    let window = Window {
        start: 1000,
        end: 2000,
        bottom: 0.0,
        top: 1.0,
    };
    assert_eq!(
        gaps(&times, &[&[1.0, GAP, GAP, 1.0, 1.0]], &window),
        [(0, 1200)]
    );
}
