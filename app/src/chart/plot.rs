//! The plot of a chart: axes, gaps, lines, crosshair.

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::Line;
use super::drawing::{Drawing, nearest};
use super::path::{HEIGHT, WIDTH};
use super::scale::time_label;
use super::view::Parts;
use crate::format;
use crate::i18n::catalog;
use crate::reactive::{flag, part, text};

/// The plot. A slider over time for the keyboard and for screen readers: the
/// arrow keys move the crosshair, and its values are the slider's text.
#[component]
pub(super) fn Plot(parts: Parts) -> impl IntoView {
    let texts = catalog();
    let Parts {
        definition,
        drawing,
        live,
        ..
    } = parts;
    let title = definition.with_value(|definition| definition.title);
    let view_box = format!("0 0 {WIDTH} {HEIGHT}");

    let point = move |event: ev::PointerEvent| {
        let target = event
            .current_target()
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        if let Some(target) = target {
            let bounds = target.get_bounding_client_rect();
            let share = (f64::from(event.client_x()) - bounds.left()) / bounds.width().max(1.0);
            let window = drawing.with_untracked(|drawing| drawing.window);
            let instant = window.start as f64 + share * (window.end - window.start) as f64;
            live.cursor.set(snapped(parts, instant as i64));
        }
    };
    let leave = move |event: ev::PointerEvent| {
        // A finger that lifts has left too, and its values are still to be read.
        if event.pointer_type() != "touch" {
            live.cursor.set(None);
        }
    };
    let key = move |event: ev::KeyboardEvent| {
        if step_by_key(parts, &event.key()) {
            event.prevent_default();
        }
    };

    view! {
        <div class="chart-body">
            <svg class="y-axis" aria-hidden="true">
                {part(move || drawing.with(|drawing| {
                    let unit = definition.with_value(|definition| definition.unit);
                    drawing.value_ticks.iter().map(|&tick| view! {
                        <text x="100%" y=drawing.y_percent(tick)>{format::axis(tick, unit)}</text>
                    }).collect_view()
                }))}
            </svg>
            <div
                class="plot"
                tabindex="0"
                role="slider"
                aria-label=format!("{title}: {}", texts.time)
                aria-description=texts.chart_keys
                aria-valuemin="0"
                aria-valuemax=text(move || live.series.with(|s| s.timestamps.len().saturating_sub(1)).to_string())
                aria-valuenow=text(move || position(parts).to_string())
                aria-valuetext=text(move || spoken(parts))
                on:pointermove=point
                on:pointerdown=point
                on:pointerleave=leave
                on:keydown=key
            >
                <svg class="plot-area" viewBox=view_box preserveAspectRatio="none" aria-hidden="true">
                    <path class="gap" d=text(move || drawing.with(gaps)) />
                    <path class="grid" d=text(move || drawing.with(grid)) />
                    {lines(parts)}
                    <Crosshair parts />
                </svg>
                <p class="empty" class:hidden=flag(move || live.series.with(|s| !s.columns.is_empty()))>
                    {texts.no_data_yet}
                </p>
            </div>
            <svg class="x-axis" aria-hidden="true">
                {part(move || {
                    let offset = parts.offset();
                    drawing.with(|drawing| {
                        drawing.time_ticks.iter().map(|&tick| view! {
                            <text x=drawing.x_percent(tick) y="50%">
                                {time_label(tick, offset, drawing.time_step)}
                            </text>
                        }).collect_view()
                    })
                })}
            </svg>
        </div>
    }
    .into_any()
}

/// The lines, the first of the definition last: it lies on top.
fn lines(parts: Parts) -> impl IntoView {
    let lines = parts
        .definition
        .with_value(|definition| definition.lines.clone());
    let last = lines.len().saturating_sub(1);
    lines
        .iter()
        .rev()
        .enumerate()
        .map(|(from_behind, line)| {
            let index = last - from_behind;
            let d = text(move || parts.drawing.with(|drawing| drawing.paths[index].clone()));
            view! { <path class=line.class() d=d /> }
        })
        .collect_view()
}

/// The grid: a horizontal line a tick.
fn grid(drawing: &Drawing) -> String {
    joined(drawing.value_ticks.iter(), |&tick| {
        format!("M0 {}H{WIDTH}", drawing.window.y(tick))
    })
}

/// The gaps: bands from top to bottom.
fn gaps(drawing: &Drawing) -> String {
    joined(drawing.gaps.iter(), |(from, to)| {
        format!("M{from} 0H{to}V{HEIGHT}H{from}Z")
    })
}

/// The path of many pieces.
fn joined<T>(pieces: impl Iterator<Item = T>, piece: impl Fn(T) -> String) -> String {
    pieces.map(piece).collect::<Vec<_>>().concat()
}

/// The crosshair: a line at the shared instant, a dot on each line of this chart.
///
/// A dot is a line of no length with round ends: the stretched view box would make ellipses of circles.
#[component]
fn Crosshair(parts: Parts) -> impl IntoView {
    part(move || {
        let instant = parts.live.cursor.get()?;
        parts.drawing.with(|drawing| {
            let window = drawing.window;
            if !(window.start..=window.end).contains(&instant) {
                return None;
            }
            let x = window.x(instant);
            let lines = parts
                .definition
                .with_value(|definition| definition.lines.clone());
            let dot = |(index, line): (usize, &Line)| {
                let is_drawn = !drawing.paths[index].is_empty();
                let y = window.y(parts.value(index).filter(|_| is_drawn)?);
                let d = format!("M{x} {y}h0");
                Some(view! {
                    <path class=format!("{} dot", line.class()) d=d.clone() />
                    <path class="hole" d=d />
                })
            };
            let dots = lines.iter().enumerate().filter_map(dot).collect_view();
            Some(view! { <path class="crosshair" d=format!("M{x} 0V{HEIGHT}") />{dots} })
        })
    })
}

/// The time of the series nearest to an instant.
fn snapped(parts: Parts, instant: i64) -> Option<i64> {
    parts.live.series.with_untracked(|series| {
        nearest(&series.timestamps, instant).map(|index| series.timestamps[index])
    })
}

/// Moves the crosshair by a key; whether the key was one for it.
fn step_by_key(parts: Parts, key: &str) -> bool {
    let live = parts.live;
    let window = parts.drawing.with_untracked(|drawing| drawing.window);
    let step = live.series.with_untracked(|series| i64::from(series.step));
    let at = live.cursor.get_untracked();
    let target = match key {
        "ArrowLeft" => at.map_or(window.end, |at| at - step),
        "ArrowRight" => at.map_or(window.start, |at| at + step),
        "PageUp" => at.unwrap_or(window.end) - 10 * step,
        "PageDown" => at.unwrap_or(window.start) + 10 * step,
        "Home" => window.start,
        "End" => window.end,
        "Escape" => {
            live.cursor.set(None);
            return at.is_some();
        }
        _ => return false,
    };
    live.cursor
        .set(snapped(parts, target.clamp(window.start, window.end)));
    true
}

/// The index of the time at the crosshair, else of the last one.
fn position(parts: Parts) -> usize {
    let cursor = parts.live.cursor.get();
    parts.live.series.with(|series| {
        let last = series.timestamps.len().saturating_sub(1);
        cursor
            .and_then(|instant| nearest(&series.timestamps, instant))
            .unwrap_or(last)
    })
}

/// The values at the crosshair in words.
fn spoken(parts: Parts) -> String {
    let (unit, lines) = parts
        .definition
        .with_value(|definition| (definition.unit, definition.lines.clone()));
    let mut words = Vec::new();
    if let Some(instant) = parts.live.cursor.get() {
        words.push(time_label(instant, parts.offset(), 1000));
    }
    for (index, line) in lines.iter().enumerate() {
        if parts.is_listed(index)
            && let Some(value) = parts.value(index)
        {
            words.push(format!("{} {}", line.label, format::value(value, unit)));
        }
    }
    if words.is_empty() {
        catalog().no_data_yet.to_owned()
    } else {
        words.join(", ")
    }
}
