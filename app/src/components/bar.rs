//! A value against its limit, as a bar with the alarm's mark.

use leptos::prelude::*;

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
    let percent = |share: f64| format!("{:.1}%", share.clamp(0.0, 1.0) * 100.0);
    view! {
        <svg class="bar" class:alarmed=alarmed aria-hidden="true">
            <rect class="track" x="0" y="25%" width="100%" height="50%" rx="3" />
            <rect class="fill" x="0" y="25%" width=percent(share) height="50%" rx="3" />
            {mark.map(|mark| view! {
                <line class="mark" x1=percent(mark) x2=percent(mark) y1="0" y2="100%" />
            })}
        </svg>
    }
}
