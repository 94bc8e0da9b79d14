//! The plot of a chart: axes, gaps, marks, lines, crosshair.

use leptos::ev;
use leptos::prelude::*;

use super::backdrop::{Backdrop, TIME_LABELS};
use super::drawing::{VALUE_STEPS, nearest};
use super::path::{HEIGHT, WIDTH};
use super::pointer::{Pointer, snapped};
use super::view::Parts;
use super::writer::{self, Place};
use super::{Line, marks};
use crate::format;
use crate::i18n::catalog;
use crate::reactive::{flag, part, text};

/// The lines, without the crosshair's dots.
const LINES: &str = ".plot-area .line:not(.dot)";

/// The plot. A slider over time for the keyboard and for screen readers: the
/// arrow keys move the crosshair, and its values are the slider's text.
#[component]
pub(super) fn Plot(parts: Parts) -> impl IntoView {
    let texts = catalog();
    let Parts {
        definition,
        drawing,
        ..
    } = parts;
    let stage = parts.stage();
    let title = definition.with_value(|definition| definition.title.clone());
    let view_box = format!("0 0 {WIDTH} {HEIGHT}");
    let pointer = Pointer::new(&stage);
    let key = move |event: ev::KeyboardEvent| {
        let modified = event.ctrl_key() || event.meta_key() || event.alt_key();
        let is_ours = !modified
            && ((event.key() == "Escape" && pointer.give_up())
                || step_by_key(parts, &event.key(), event.shift_key()));
        if is_ours {
            event.prevent_default();
        }
    };
    let Backdrop {
        gaps,
        warnings,
        errors,
        selection,
        time_start,
        ..
    } = stage.backdrop();
    writer::keep(parts.root, LINES, Place::Attribute("d"), move || {
        parts
            .drawing
            .with(|drawing| drawing.paths.iter().rev().cloned().collect())
    });

    view! {
        <div class="chart-body">
            <svg class="y-axis" aria-hidden="true">
                {value_labels(parts)}
            </svg>
            <div
                class="plot"
                tabindex="0"
                role="slider"
                aria-label=format!("{title}: {}", texts.time)
                aria-description=texts.chart_keys
                aria-valuemin="0"
                aria-valuemax=text(move || stage.with_series(|s| s.timestamps.len().saturating_sub(1)).to_string())
                aria-valuenow=text(move || position(parts).to_string())
                aria-valuetext=text(move || spoken(parts))
                on:pointermove=move |event| pointer.moved(&event)
                on:pointerdown=move |event| pointer.down(&event)
                on:pointerup=move |_| pointer.up()
                on:pointercancel=move |_| { pointer.give_up(); }
                on:pointerleave=move |event| pointer.leave(&event)
                on:keydown=key
            >
                <svg class="plot-area" viewBox=view_box preserveAspectRatio="none" aria-hidden="true">
                    <path class="gap" d=text(move || gaps.get()) />
                    <path class="grid" d=text(move || drawing.with(|drawing| drawing.grid.clone())) />
                    <path class="mark warning" d=text(move || warnings.get()) />
                    <path class="mark bad" d=text(move || errors.get()) />
                    {lines(parts)}
                    <Crosshair parts />
                    <path class="selection" d=text(move || selection.get()) />
                </svg>
                <p class="empty" class:hidden=flag(move || stage.with_series(|s| !s.columns.is_empty()))>
                    {texts.no_data_yet}
                </p>
            </div>
            <svg class="x-axis" aria-hidden="true">
                <svg x=text(move || time_start.get())>{time_labels(parts)}</svg>
            </svg>
        </div>
    }
    .into_any()
}

/// The labels of the value axis. As those of the time axis they are there for good, and some of them
/// empty at times: views that are made anew at every tick cost more than all else.
fn value_labels(parts: Parts) -> impl IntoView {
    let axis = parts.value_axis;
    (0..=VALUE_STEPS)
        .map(|index| view! { <text x="100%" y=axis.place(index)>{axis.word(index)}</text> })
        .collect_view()
}

/// The labels of the time axis.
fn time_labels(parts: Parts) -> impl IntoView {
    let axis = parts.stage().backdrop().time_axis;
    (0..=TIME_LABELS as usize)
        .map(|index| view! { <text x=axis.place(index) y="59%">{axis.word(index)}</text> })
        .collect_view()
}

/// The lines as they are at first, the first of the definition last: it lies on top.
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
            let d = parts
                .drawing
                .with_untracked(|drawing| drawing.paths[index].clone());
            view! { <path class=line.class() d=d /> }
        })
        .collect_view()
}

/// The crosshair: a line at the shared instant, a dot on each line of this chart.
///
/// A dot is a line of no length with round ends: the stretched view box would make ellipses of circles.
#[component]
fn Crosshair(parts: Parts) -> impl IntoView {
    part(move || {
        let instant = parts.stage().cursor.get()?;
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

/// Moves the crosshair or the window by a key; whether the key was one for it.
fn step_by_key(parts: Parts, key: &str, shift: bool) -> bool {
    let stage = parts.stage();
    let window = stage.window.get_untracked();
    let latest = stage.latest.get_untracked();
    let step = stage.with_series_untracked(|series| i64::from(series.step));
    let at = stage.cursor.get_untracked();
    let quarter = window.length() / 4;
    let target = match key {
        "ArrowLeft" if shift => {
            stage.show(window.moved(-quarter, latest));
            return true;
        }
        "ArrowRight" if shift => {
            stage.show(window.moved(quarter, latest));
            return true;
        }
        // The plus of a keyboard that has it above the equals sign, without Shift.
        "+" | "=" => {
            stage.show(window.zoomed_in(at.unwrap_or(window.middle())));
            return true;
        }
        "-" => {
            stage.show(window.zoomed_out(latest));
            return true;
        }
        "0" => {
            stage.show_now();
            return true;
        }
        "ArrowLeft" => at.map_or(window.to, |at| at - step),
        "ArrowRight" => at.map_or(window.from, |at| at + step),
        "PageUp" => at.unwrap_or(window.to) - 10 * step,
        "PageDown" => at.unwrap_or(window.from) + 10 * step,
        "Home" => window.from,
        "End" => window.to,
        "Escape" => {
            stage.cursor.set(None);
            return at.is_some();
        }
        _ => return false,
    };
    let target = target.clamp(window.from, window.to);
    stage.cursor.set(snapped(&stage, target));
    true
}

/// The index of the time at the crosshair, else of the last one.
fn position(parts: Parts) -> usize {
    let cursor = parts.stage().cursor.get();
    parts.stage().with_series(|series| {
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
    if let Some(instant) = parts.stage().cursor.get() {
        words.push(parts.stage().moment(instant));
    }
    for (index, line) in lines.iter().enumerate() {
        if parts.is_listed(index)
            && let Some(value) = parts.value(index)
        {
            words.push(format!("{} {}", line.label, format::value(value, unit)));
        }
    }
    if let Some(instant) = parts.stage().cursor.get() {
        words.extend(marks::told(parts, instant));
    }
    if words.is_empty() {
        catalog().no_data_yet.to_owned()
    } else {
        words.join(", ")
    }
}
