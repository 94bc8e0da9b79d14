//! The plot of a chart: axes, gaps, marks, lines, crosshair.

use leptos::ev;
use leptos::prelude::*;

use super::annotations;
use super::axis::Labels;
use super::background::{ChartBackground, TIME_LABELS, TimeLabels};
use super::chart_context::ChartContext;
use super::dom_updater::{self, DomField, Target};
use super::drawing::{Drawing, VALUE_STEPS, nearest};
use super::pointer::{Pointer, snapped};
use crate::format;
use crate::i18n::catalog;
use crate::reactive::{part, text};
use crate::view_models::charts::Line;
use crate::view_models::svg_path::{HEIGHT, WIDTH};

/// The plot. A slider over time for the keyboard and for screen readers: the
/// arrow keys move the crosshair, and its values are the slider's text.
#[component]
pub(super) fn Plot(context: ChartContext) -> impl IntoView {
    let texts = catalog();
    let ChartContext {
        definition,
        drawing,
        ..
    } = context;
    let group = context.group();
    let title = definition.with_value(|definition| definition.title.clone());
    let view_box = format!("0 0 {WIDTH} {HEIGHT}");
    let pointer = Pointer::new(&group);
    let key = move |event: ev::KeyboardEvent| {
        let modified = event.ctrl_key() || event.meta_key() || event.alt_key();
        let is_ours = !modified
            && ((event.key() == "Escape" && pointer.give_up())
                || step_by_key(context, &event.key(), event.shift_key()));
        if is_ours {
            event.prevent_default();
        }
    };
    let background = group.background();
    dom_updater::keep_updated(context.root, moving(context));

    view! {
        <div class="chart-body">
            <div class="y-axis" aria-hidden="true">
                <svg>{value_labels(context)}</svg>
            </div>
            <div
                class="plot"
                tabindex="0"
                role="slider"
                aria-label=format!("{title}: {}", texts.time)
                aria-description=texts.chart_keys
                aria-valuemin="0"
                aria-valuemax=untrack(|| last(context))
                aria-valuenow=untrack(|| position(context))
                aria-valuetext=untrack(|| spoken(context))
                on:pointermove=move |event| pointer.moved(&event)
                on:pointerdown=move |event| pointer.down(&event)
                on:pointerup=move |_| pointer.up()
                on:pointercancel=move |_| { pointer.give_up(); }
                on:pointerleave=move |event| pointer.leave(&event)
                on:keydown=key
            >
                <svg class="plot-area" viewBox=view_box preserveAspectRatio="none" aria-hidden="true">
                    <path class="gap" d=background.gaps.get_untracked() />
                    <path class="grid" d=drawing.with_untracked(|drawing| drawing.grid.clone()) />
                    <path class="mark warning" d=background.warnings.get_untracked() />
                    <path class="mark bad" d=background.errors.get_untracked() />
                    {lines(context)}
                    <Crosshair context />
                    <path class="selection" d=text(move || background.selection.get()) />
                </svg>
                <p class=untrack(|| empty_class(context))>{untrack(|| empty_words(context))}</p>
            </div>
            <svg class="x-axis" aria-hidden="true">
                {time_labels(context)}
            </svg>
        </div>
    }
    .into_any()
}

/// What moves in a plot.
fn moving(context: ChartContext) -> Vec<DomField> {
    use Target::{Attribute, Text};

    let ChartContext { drawing, .. } = context;
    let ChartBackground {
        time_labels,
        gaps,
        warnings,
        errors,
        ..
    } = context.group().background();
    let of_values = move |read: fn(&Labels, usize) -> String| {
        move || drawing.with(|drawing| labels(&drawing.value_labels, VALUE_LABELS, read))
    };
    let of_times = move |read: fn(&Labels, usize) -> String| {
        move || time_labels.with(|times| labels(&times.apart, TIMES, read))
    };
    vec![
        DomField::all(".plot-area > .line:not(.dot)", Attribute("d"), move || {
            drawing.with(|drawing| drawing.paths.iter().rev().cloned().collect())
        }),
        DomField::one(".plot-area > .grid", Attribute("d"), move || {
            drawing.with(|drawing| drawing.grid.clone())
        }),
        DomField::one(".plot-area > .gap", Attribute("d"), move || gaps.get()),
        DomField::one(".plot-area > .mark.warning", Attribute("d"), move || {
            warnings.get()
        }),
        DomField::one(".plot-area > .mark.bad", Attribute("d"), move || {
            errors.get()
        }),
        DomField::all(".y-axis text", Attribute("y"), of_values(Labels::place)),
        DomField::all(".y-axis text", Text, of_values(Labels::word)),
        DomField::one(".x-axis > svg", Attribute("x"), move || {
            time_labels.with(|times| times.start.clone())
        }),
        DomField::all(".x-axis text", Attribute("x"), of_times(Labels::place)),
        DomField::all(".x-axis text", Text, of_times(Labels::word)),
        DomField::one(".plot", Attribute("aria-valuemax"), move || last(context)),
        DomField::one(".plot", Attribute("aria-valuenow"), move || {
            position(context)
        }),
        DomField::one(".plot", Attribute("aria-valuetext"), move || {
            spoken(context)
        }),
        DomField::one(".empty", Attribute("class"), move || empty_class(context)),
        DomField::one(".empty", Text, move || empty_words(context).to_owned()),
    ]
}

/// The class of what stands in the place of lines where there is nothing to draw.
fn empty_class(context: ChartContext) -> String {
    let group = context.group();
    let has_columns = group.with_series(|series| !series.columns.is_empty());
    if has_columns && !group.is_empty() {
        "empty hidden"
    } else {
        "empty"
    }
    .to_owned()
}

/// What it says: before the first answer, and where nothing is known in the time that is shown.
fn empty_words(context: ChartContext) -> &'static str {
    let texts = catalog();
    if context.group().is_empty() {
        texts.no_data_in_range
    } else {
        texts.no_data_yet
    }
}

/// The number of labels on the value axis, and on the time axis. They are never removed, and some
/// are empty at times: views that are built again at every tick cost more than all else.
const VALUE_LABELS: usize = VALUE_STEPS + 1;
const TIMES: usize = TIME_LABELS as usize + 1;

fn labels(all: &Labels, count: usize, read: fn(&Labels, usize) -> String) -> Vec<String> {
    (0..count).map(|index| read(all, index)).collect()
}

/// The labels of the value axis as they are at first.
fn value_labels(context: ChartContext) -> impl IntoView {
    context.drawing.with_untracked(|Drawing { value_labels, .. }| {
        (0..VALUE_LABELS)
            .map(|index| {
                view! { <text x="100%" y=value_labels.place(index)>{value_labels.word(index)}</text> }
            })
            .collect_view()
    })
}

/// The labels of the time axis as they are at first.
fn time_labels(context: ChartContext) -> impl IntoView {
    let times = context.group().background().time_labels;
    times.with_untracked(|TimeLabels { start, apart }| {
        let labels = (0..TIMES)
            .map(|index| view! { <text x=apart.place(index) y="59%">{apart.word(index)}</text> })
            .collect_view();
        view! { <svg x=start.clone()>{labels}</svg> }
    })
}

/// The lines as they are at first, the first of the definition last: it lies on top.
fn lines(context: ChartContext) -> impl IntoView {
    let lines = context
        .definition
        .with_value(|definition| definition.lines.clone());
    let last = lines.len().saturating_sub(1);
    lines
        .iter()
        .rev()
        .enumerate()
        .map(|(from_behind, line)| {
            let index = last - from_behind;
            let d = context
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
fn Crosshair(context: ChartContext) -> impl IntoView {
    part(move || {
        let instant = context.group().cursor.get()?;
        context.drawing.with(|drawing| {
            let window = drawing.window;
            if !(window.start..=window.end).contains(&instant) {
                return None;
            }
            let x = window.x(instant);
            let lines = context
                .definition
                .with_value(|definition| definition.lines.clone());
            let dot = |(index, line): (usize, &Line)| {
                let is_drawn = !drawing.paths[index].is_empty();
                let y = window.y(context.value(index).filter(|_| is_drawn)?);
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
fn step_by_key(context: ChartContext, key: &str, shift: bool) -> bool {
    let group = context.group();
    let window = group.window.get_untracked();
    let latest = group.latest.get_untracked();
    let step = group.with_series_untracked(|series| i64::from(series.step));
    let at = group.cursor.get_untracked();
    let quarter = window.length() / 4;
    let target = match key {
        "ArrowLeft" if shift => {
            group.show(window.moved(-quarter, latest));
            return true;
        }
        "ArrowRight" if shift => {
            group.show(window.moved(quarter, latest));
            return true;
        }
        // The plus of a keyboard that has it above the equals sign, without Shift.
        "+" | "=" => {
            group.show(window.zoomed_in(at.unwrap_or(window.middle())));
            return true;
        }
        "-" => {
            group.show(window.zoomed_out(latest));
            return true;
        }
        "0" => {
            group.show_now();
            return true;
        }
        "ArrowLeft" => at.map_or(window.to, |at| at - step),
        "ArrowRight" => at.map_or(window.from, |at| at + step),
        "PageUp" => at.unwrap_or(window.to) - 10 * step,
        "PageDown" => at.unwrap_or(window.from) + 10 * step,
        "Home" => window.from,
        "End" => window.to,
        "Escape" => {
            group.cursor.set(None);
            return at.is_some();
        }
        _ => return false,
    };
    let target = target.clamp(window.from, window.to);
    group.cursor.set(snapped(&group, target));
    true
}

/// The index of the last time.
fn last(context: ChartContext) -> String {
    let count = context
        .group()
        .with_series(|series| series.timestamps.len());
    count.saturating_sub(1).to_string()
}

/// The index of the time at the crosshair, else of the last one.
fn position(context: ChartContext) -> String {
    let cursor = context.group().cursor.get();
    context.group().with_series(|series| {
        let last = series.timestamps.len().saturating_sub(1);
        cursor
            .and_then(|instant| nearest(&series.timestamps, instant))
            .unwrap_or(last)
            .to_string()
    })
}

/// The values at the crosshair in words.
fn spoken(context: ChartContext) -> String {
    let (unit, lines) = context
        .definition
        .with_value(|definition| (definition.unit, definition.lines.clone()));
    let mut words = Vec::new();
    if let Some(instant) = context.group().cursor.get() {
        words.push(context.group().moment(instant));
    }
    for (index, line) in lines.iter().enumerate() {
        if context.is_listed(index)
            && let Some(value) = context.value(index)
        {
            words.push(format!("{} {}", line.label, format::value(value, unit)));
        }
    }
    if let Some(instant) = context.group().cursor.get() {
        words.extend(annotations::words_at(context, instant));
    }
    if words.is_empty() {
        catalog().no_data_yet.to_owned()
    } else {
        words.join(", ")
    }
}
