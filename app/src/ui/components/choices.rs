//! The range and the refresh interval as rows of links; in panels as buttons.

use leptos::prelude::*;

use super::icons::{Icon, IconName};
use super::nav_link::NavLink;
use crate::i18n::catalog;
use crate::polling::{Choices, PAUSED, PollStatus, RANGE, REFRESH, Settings};
use crate::reactive::{maybe, text};

/// The ranges, as links: they work without scripting, and the address can be shared.
#[component]
pub fn Ranges() -> impl IntoView {
    let settings = expect_context::<Settings>();
    choices(catalog().range, &RANGE, settings, move || {
        (!settings.is_fixed()).then(|| settings.range.read().word)
    })
}

/// The intervals, and a button to refresh at once.
#[component]
pub fn Refreshes() -> impl IntoView {
    let poll_status = expect_context::<PollStatus>();
    let settings = expect_context::<Settings>();
    let texts = catalog();
    let intervals = choices(texts.refresh, &REFRESH, settings, move || {
        Some(settings.refresh.read().word)
    });
    view! {
        <div class="needs-script">{intervals}</div>
        <button
            type="button"
            class="icon-button needs-script"
            title=texts.refresh_now
            on:click=move |_| poll_status.refresh_now()
        >
            <Icon name=IconName::Refresh />
            <span class="visually-hidden">{texts.refresh_now}</span>
        </button>
    }
}

/// A row of links; one or none is the current one.
fn choices(
    label: &'static str,
    choices: &'static Choices,
    settings: Settings,
    chosen: impl Fn() -> Option<&'static str> + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let links = choices
        .words
        .iter()
        .map(|&word| {
            let current = maybe(move || (chosen() == Some(word)).then(|| "true".to_owned()));
            let address = text(move || settings.query_with(choices, word));
            let name = if word == PAUSED {
                catalog().pause
            } else {
                word
            };
            view! { <NavLink search=address current>{name}</NavLink> }
        })
        .collect_view();
    view! { <div class="choices" role="group" aria-label=label>{links}</div> }
}
