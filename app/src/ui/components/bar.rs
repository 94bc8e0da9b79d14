//! A value against its limit, as a bar with the alarm's mark.

use leptos::prelude::*;

use crate::format::within;
use crate::reactive::{flag, maybe};

/// What a bar shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BarFill {
    /// From 0 to 1.
    pub share: f64,
    /// The alarm's threshold, from 0 to 1.
    pub mark: Option<f64>,
    /// Whether the alarm is raised.
    pub alarmed: bool,
}

/// A value and its limit, below a bar.
#[component]
pub fn Gauge(
    /// How far the bar is filled.
    filled: Signal<Option<BarFill>>,
    /// The value as a text.
    value: Signal<String>,
    /// The limit as a text.
    limit: Signal<Option<String>>,
) -> impl IntoView {
    view! {
        <div class="gauge">
            <Bar filled />
            <span class="value">{value}</span>
            <span class="limit">{limit}</span>
        </div>
    }
}

/// A bar; absent if the value is unknown. Decoration only: the numbers are below it.
#[component]
fn Bar(
    /// How far it is filled.
    filled: Signal<Option<BarFill>>,
) -> impl IntoView {
    let x = |share: f64| (within(share, 0.0, 1.0) * 1000.0).round() as i64;
    let fill = maybe(move || Some(format!("M0 5H{}", x(filled.get()?.share))));
    let mark = maybe(move || Some(format!("M{} 0V10", x(filled.get()?.mark?))));
    view! {
        <svg
            class="bar"
            class:hidden=flag(move || filled.get().is_none())
            class:alarmed=flag(move || filled.get().is_some_and(|filled| filled.alarmed))
            viewBox="0 0 1000 10"
            preserveAspectRatio="none"
            aria-hidden="true"
        >
            <path class="track" d="M0 5H1000" />
            <path class="fill" d=fill />
            <path class="mark" d=mark />
        </svg>
    }
}
