//! A line without axes, for tiles.

use leptos::prelude::*;

use super::ChartGroup;
use crate::polling::Live;
use crate::reactive::maybe;
use crate::view_models::charts::{Colour, Dash, Line};
use crate::view_models::sparkline::{bounds, thinned};
use crate::view_models::svg_path::{self, HEIGHT, WIDTH, Window};

/// A meter over the time that the page's charts show. Pure decoration: the number stands beside it.
#[component]
pub fn Sparkline(
    /// The meter.
    meter: &'static str,
    /// Its colour.
    colour: Colour,
) -> impl IntoView {
    let live = expect_context::<Live>();
    let group = expect_context::<ChartGroup>();
    let drawn = Line {
        meter: meter.into(),
        label: "".into(),
        colour,
        dash: Dash::Solid,
    };
    let class = drawn.class();
    let path = move |draw: fn(&[i64], &[f64], &Window) -> String| {
        let drawn = drawn.clone();
        maybe(move || {
            let mut window = Window::from(group.window.get());
            live.broker.with_value(|broker| {
                group.with_series(|series| {
                    let values = super::drawing::values(series, &drawn, broker)?;
                    let shown = window.indices(&series.timestamps);
                    let (times, values) =
                        (series.timestamps.get(shown.clone())?, values.0.get(shown)?);
                    let known = values.iter().copied().filter(|value| !value.is_nan());
                    let (low, high) = bounds(known);
                    // Drawn from its least value up: a tile shows change, its number the size.
                    window.bottom = low;
                    window.top = high;
                    let (times, values) = thinned(times, values, &window);
                    Some(draw(&times, &values, &window))
                })
            })
        })
    };
    view! {
        <svg
            class="sparkline"
            viewBox=format!("0 0 {WIDTH} {HEIGHT}")
            preserveAspectRatio="none"
            aria-hidden="true"
        >
            <path class=format!("{class} area") d=path(svg_path::area) />
            <path class=class d=path(svg_path::line) />
        </svg>
    }
}
