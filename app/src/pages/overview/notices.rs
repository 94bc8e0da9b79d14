//! What ails the page, where nobody can miss it and nothing is pushed aside.

use leptos::prelude::*;
use metering::BrokerState;

use crate::components::time::time_of_day;
use crate::format;
use crate::i18n::catalog;
use crate::live::{Live, PAUSED, RANGE, REFRESH, Settings, Updates};
use crate::reactive::{maybe, part, text};
use crate::routes::{self, href};

/// The notices, in a region that screen readers follow.
#[component]
pub(super) fn Notices() -> impl IntoView {
    view! {
        <div class="notices" role="status">
            <Broker />
            <Polling />
            <Address />
            <WithoutScripts />
        </div>
    }
    .into_any()
}

/// The broker does not answer: since when, why, and from when the values are.
#[component]
fn Broker() -> impl IntoView {
    let live = expect_context::<Live>();
    let texts = catalog();
    let notice = move || {
        let zone = live.zone.get();
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
            let since = (texts.since)(&time_of_day(page.broker.since, zone, texts));
            let reason = page.broker.reason.clone().unwrap_or_default();
            let values = match page.broker.last_seen {
                Some(seen) => (texts.last_values_from)(&time_of_day(seen, zone, texts)),
                None => texts.never_answered.to_owned(),
            };
            Some((
                class,
                format!("{}: {word} {since}.", page.broker.name),
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

/// Our own polls: paused, failing, or not signed in any more.
#[component]
fn Polling() -> impl IntoView {
    let live = expect_context::<Live>();
    let settings = expect_context::<Settings>();
    let texts = catalog();
    let again = text(move || href(&routes::sign_in(Some(&routes::here()), None)));
    part(move || match live.updates.get() {
        Updates::SignedOut => view! {
            <p class="notice bad">
                <b>{texts.session_ended}". "</b>{texts.session_ended_lead}" "
                <a class="button primary" rel="external" href=again>{texts.sign_in_again}</a>
            </p>
        }
        .into_any(),
        Updates::Failing { error, next } => {
            let left = text(move || {
                let left = (next - live.clock.get()).max(0.0) as i64;
                (texts.updates_resume)(&format::age(left + 999, texts))
            });
            view! {
                <p class="notice warning">
                    <b>{(texts.updates_failing)(error.text(texts))}</b>" "
                    <span aria-live="off">{left}</span>" "
                    <button
                        type="button"
                        class="button needs-script"
                        on:click=move |_| live.nudges.update(|nudges| *nudges += 1)
                    >
                        {texts.try_now}
                    </button>
                </p>
            }
            .into_any()
        }
        Updates::Fine if settings.refresh.read().word == PAUSED => {
            view! { <p class="notice needs-script">{texts.updates_paused}</p> }.into_any()
        }
        Updates::Fine => ().into_any(),
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
            line((texts.unknown_range)(given, &RANGE.accepted(), RANGE.default))
        }))}
        {part(move || settings.refresh.read().unknown.as_ref().map(|given| {
            line((texts.unknown_refresh)(given, &REFRESH.accepted(), REFRESH.default))
        }))}
    }
}

/// Without scripting the page stands still, and says so.
#[component]
fn WithoutScripts() -> impl IntoView {
    let live = expect_context::<Live>();
    let texts = catalog();
    let text = maybe(move || {
        live.read(|page| {
            let time = time_of_day(page.server_time, None, texts);
            Some((texts.no_updates_without_scripts)(&time))
        })
    });
    view! { <p class="notice without-script">{text}</p> }
}
