//! The head of the page: name, state, versions, age, range, refresh.

use leptos::prelude::*;

use crate::components::icons::{Icon, IconName};
use crate::components::status::BrokerPill;
use crate::components::time::time_of_day;
use crate::format;
use crate::i18n::catalog;
use crate::live::{Choices, Live, PAUSED, RANGE, REFRESH, Settings};
use crate::reactive::{flag, maybe, part, text};

/// The head of the page.
#[component]
pub(super) fn Toolbar(
    /// The broker's name.
    broker: String,
) -> impl IntoView {
    let live = expect_context::<Live>();
    let texts = catalog();
    let versions = maybe(move || {
        live.read(|page| {
            let overview = page.overview.as_ref()?;
            let rabbitmq = overview.rabbitmq_version.as_deref()?;
            let mut text =
                (texts.versions)(rabbitmq, overview.erlang_version.as_deref().unwrap_or("?"));
            if let Some(nodes) = &page.nodes {
                text.push_str(" · ");
                text.push_str(&(texts.node_count)(nodes.len()));
            }
            Some(text)
        })
    });
    let description = move || live.read(|page| page.broker.description.clone());
    view! {
        <header class="page-head">
            <div class="title">
                <h1>{broker}</h1>
                <BrokerPill />
                {part(move || description().map(|text| view! { <span class="description">{text}</span> }))}
                <span class="versions">{versions}</span>
            </div>
            <div class="controls">
                <Age />
                <Ranges />
                <Refreshes />
            </div>
        </header>
    }
    .into_any()
}

/// How old the values are. Counts on between two polls.
#[component]
fn Age() -> impl IntoView {
    let live = expect_context::<Live>();
    let texts = catalog();
    let settings = expect_context::<Settings>();
    // Three intervals without news is too long, whatever the reason.
    let is_old = flag(move || {
        let interval = i64::from(settings.interval().unwrap_or(10_000));
        live.age().is_some_and(|age| age > 3 * interval.max(5_000))
    });
    let age = text(move || match live.age() {
        Some(age) => (texts.ago)(&format::age(age, texts)),
        None => texts.no_value.to_owned(),
    });
    let exact = maybe(move || {
        let zone = live.zone.get();
        live.read(|page| {
            Some(time_of_day(
                page.overview.as_ref()?.observed_at?,
                zone,
                texts,
            ))
        })
    });
    view! {
        <span class="age" class:old=is_old title=exact>
            <span class="visually-hidden">{texts.updated}": "</span>
            <span class="needs-script">{age}</span>
            <span class="without-script">{exact}</span>
        </span>
    }
}

/// The ranges, as links: they work without scripting, and the address can be shared.
#[component]
fn Ranges() -> impl IntoView {
    let settings = expect_context::<Settings>();
    choices(catalog().range, &RANGE, settings, move || {
        settings.range.read().word
    })
}

/// The intervals, and a button to refresh at once.
#[component]
fn Refreshes() -> impl IntoView {
    let live = expect_context::<Live>();
    let settings = expect_context::<Settings>();
    let texts = catalog();
    let intervals = choices(texts.refresh, &REFRESH, settings, move || {
        settings.refresh.read().word
    });
    view! {
        <div class="needs-script">{intervals}</div>
        <button
            type="button"
            class="icon-button needs-script"
            title=texts.refresh_now
            on:click=move |_| live.nudges.update(|nudges| *nudges += 1)
        >
            <Icon name=IconName::Refresh />
            <span class="visually-hidden">{texts.refresh_now}</span>
        </button>
    }
}

/// A row of links, of which one is chosen.
fn choices(
    label: &'static str,
    choices: &'static Choices,
    settings: Settings,
    chosen: impl Fn() -> &'static str + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let links = choices
        .words
        .iter()
        .map(|&word| {
            let current = maybe(move || (chosen() == word).then(|| "true".to_owned()));
            let address = text(move || settings.query_with(choices, word));
            let name = if word == PAUSED {
                catalog().pause
            } else {
                word
            };
            view! { <a href=address aria-current=current data-noscroll="true">{name}</a> }
        })
        .collect_view();
    view! { <div class="choices" role="group" aria-label=label>{links}</div> }
}
