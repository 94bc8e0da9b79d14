//! From when to when the charts show, and the ways to earlier, later, more and less.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Stage;
use crate::components::icons::{Icon, IconName};
use crate::components::time::Clock;
use crate::i18n::catalog;
use crate::live::{Stretch, Way, WayTo};
use crate::reactive::{effect, part, text};
use crate::server_fns::first_sample::fetch_first_sample;

/// The bar over the charts. In our own pages its buttons are links: they work without scripting, and the address can be shared.
#[component]
pub fn SpanBar() -> impl IntoView {
    let texts = catalog();
    let stage = expect_context::<Stage>();
    let clock = expect_context::<Clock>();
    let settings = stage.settings;
    let shown = text(move || {
        let Stretch { from, to } = stage.window.get();
        clock.stretch(from, to, texts)
    });
    let link = move |name, icon, lead: fn(Stretch, i64) -> Stretch| {
        let address = text(move || settings.query_of(lead(stage.window.get(), stage.latest.get())));
        view! {
            <WayTo search=address class="icon-button" title=name>
                <Icon name=icon />
                <span class="visually-hidden">{name}</span>
            </WayTo>
        }
    };
    let class = text(move || {
        let class = if settings.is_fixed() {
            "button"
        } else {
            "button invisible"
        };
        class.to_owned()
    });
    view! {
        <div class="span-bar" role="group" aria-label=texts.span>
            <span class="shown">{shown}</span>
            <WayTo search=text(move || settings.query_back()) class>
                {texts.back_to_now}
            </WayTo>
            {link(texts.earlier, IconName::Earlier, |window, latest| window.moved(-window.length() / 2, latest))}
            {link(texts.zoom_out, IconName::ZoomOut, Stretch::zoomed_out)}
            {link(texts.zoom_in, IconName::ZoomIn, |window, _| window.zoomed_in(window.middle()))}
            {link(texts.later, IconName::Later, |window, latest| window.moved(window.length() / 2, latest))}
        </div>
        {part(move || stage.is_empty().then(|| view! { <NoData /> }))}
    }
    .into_any()
}

/// Nothing is known in the time that is shown; and since when something is.
#[component]
fn NoData() -> impl IntoView {
    let texts = catalog();
    let stage = expect_context::<Stage>();
    let clock = expect_context::<Clock>();
    let first = RwSignal::new(None);
    // In somebody else's page nothing is asked for by the viewer's own session.
    let is_ours = matches!(stage.settings.way, Way::Address(_));
    effect(move || {
        if !is_ours {
            return;
        }
        let resource = stage.resource.get_value();
        spawn_local(async move {
            // Without an answer the message is shorter.
            if let Ok(found) = fetch_first_sample(resource).await {
                first.try_set(found);
            }
        });
    });
    let since = text(move || {
        let Some(first) = first.get() else {
            return String::new();
        };
        texts.data_begins.fill([&clock.date_and_time(first, texts)])
    });
    view! { <p class="no-data" role="status">{texts.no_data_in_range}{texts.full_stop}{since}</p> }
        .into_any()
}
