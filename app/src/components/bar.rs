//! A value against its limit, as a bar with the alarm's mark.

use leptos::prelude::*;

use crate::format::within;

/// A bar. Pure decoration: the numbers stand below it.
#[component]
pub fn Bar(
    /// From 0 to 1.
    share: f64,
    /// Where the alarm is, from 0 to 1.
    #[prop(default = None)]
    mark: Option<f64>,
    /// Whether the alarm is raised.
    #[prop(default = false)]
    alarmed: bool,
) -> impl IntoView {
    let x = |share: f64| (within(share, 0.0, 1.0) * 1000.0).round() as i64;
    let fill = format!("M0 5H{}", x(share));
    view! {
        <svg class="bar" class:alarmed=alarmed viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">
            <path class="track" d="M0 5H1000" />
            <path class="fill" d=fill />
            {mark.map(|mark| view! { <path class="mark" d=format!("M{} 0V10", x(mark)) /> })}
        </svg>
    }
}
