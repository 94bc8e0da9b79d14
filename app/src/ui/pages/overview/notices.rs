//! What ails the page, where nobody can miss it and nothing is pushed aside.

use leptos::prelude::*;
use metering::BrokerState;

use crate::i18n::catalog;
use crate::polling::{Live, RANGE, Settings};
use crate::reactive::part;
use crate::ui::components::polling::{FixedRangeNotice, Polling, UnknownRefresh};
use crate::ui::components::time::Clock;

/// The notices, in a region that screen readers follow.
#[component]
pub(crate) fn Notices() -> impl IntoView {
    let live = expect_context::<Live>();
    let time = Signal::derive(move || live.read(|page| Some(page.server_time)));
    view! {
        <div class="notices" role="status">
            <Broker />
            <Polling />
            <Address />
            <FixedRangeNotice time />
        </div>
    }
    .into_any()
}

/// The broker does not answer: since when, why, and from when the values are.
#[component]
fn Broker() -> impl IntoView {
    let live = expect_context::<Live>();
    let clock = expect_context::<Clock>();
    let texts = catalog();
    let notice = move || {
        live.read(|page| {
            let class = match page.broker.state {
                BrokerState::Ok => return None,
                BrokerState::Stale => "notice warning",
                BrokerState::Down => "notice bad",
            };
            let word = match page.broker.state {
                BrokerState::Stale => texts.state_stale,
                _ => texts.state_down,
            };
            let since = texts
                .since
                .fill([&clock.time_of_day(page.broker.since, texts)]);
            let reason = page.broker.reason.clone().unwrap_or_default();
            let values = match page.broker.last_seen {
                Some(seen) => texts
                    .last_values_from
                    .fill([&clock.time_of_day(seen, texts)]),
                None => texts.never_answered.to_owned(),
            };
            Some((
                class,
                texts.broker_notice.fill([&page.broker.name, &word, &since]),
                reason,
                values,
            ))
        })
    };
    part(move || {
        notice().map(|(class, what, reason, values)| {
            view! { <p class=class><b>{what}</b>" "{reason}" "{values}</p> }
        })
    })
}

/// What the address says and nobody understands.
#[component]
fn Address() -> impl IntoView {
    let settings = expect_context::<Settings>();
    let texts = catalog();
    let line = |text: String| view! { <p class="notice warning">{text}</p> };
    view! {
        {part(move || settings.range.read().unknown.as_ref().map(|given| {
            line(texts.unknown_range.fill([&given, &RANGE.accepted(), &RANGE.default]))
        }))}
        {part(move || settings.unknown_span().map(|(from, to)| {
            line(texts.unknown_span.fill([&from, &to, &settings.range.read().word]))
        }))}
        <UnknownRefresh />
    }
}
