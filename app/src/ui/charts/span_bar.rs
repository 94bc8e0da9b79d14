//! The charted time, and buttons to move and zoom it.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::ChartGroup;
use crate::i18n::catalog;
use crate::polling::{Navigation, TimeRange};
use crate::reactive::{effect, part, text};
use crate::server_fns::first_sample::fetch_first_sample;
use crate::ui::components::icons::{Icon, IconName};
use crate::ui::components::nav_link::NavLink;
use crate::ui::components::time::Clock;

/// The bar over the charts. In the dashboard its buttons are links: they work without scripting, and
/// their addresses can be shared.
#[component]
pub fn SpanBar() -> impl IntoView {
    let texts = catalog();
    let group = expect_context::<ChartGroup>();
    let clock = expect_context::<Clock>();
    let settings = group.settings;
    let shown = text(move || {
        let TimeRange { from, to } = group.window.get();
        clock.time_range(from, to, texts)
    });
    let link = move |name, icon, lead: fn(TimeRange, i64) -> TimeRange| {
        let address = text(move || settings.query_of(lead(group.window.get(), group.latest.get())));
        view! {
            <NavLink search=address class="icon-button" title=name>
                <Icon name=icon />
                <span class="visually-hidden">{name}</span>
            </NavLink>
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
            <NavLink search=text(move || settings.query_up_to_now()) class>
                {texts.back_to_now}
            </NavLink>
            {link(texts.earlier, IconName::Earlier, |window, latest| window.moved(-window.length() / 2, latest))}
            {link(texts.zoom_out, IconName::ZoomOut, TimeRange::zoomed_out)}
            {link(texts.zoom_in, IconName::ZoomIn, |window, _| window.zoomed_in(window.middle()))}
            {link(texts.later, IconName::Later, |window, latest| window.moved(window.length() / 2, latest))}
        </div>
        {part(move || group.is_empty().then(|| view! { <NoData /> }))}
    }
    .into_any()
}

/// A notice that the charted time has no data, with the time of the first sample.
#[component]
fn NoData() -> impl IntoView {
    let texts = catalog();
    let group = expect_context::<ChartGroup>();
    let clock = expect_context::<Clock>();
    let first = RwSignal::new(None);
    // In a panel nothing is requested with the viewer's own session.
    let is_ours = matches!(group.settings.navigation, Navigation::Address(_));
    effect(move || {
        if !is_ours {
            return;
        }
        let resource = group.resource.get_value();
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
