//! Notices about polling: paused, failing, session ended.

use leptos::prelude::*;
use metering::Timestamp;

use super::shared_page::SharedPage;
use super::time::Clock;
use crate::i18n::{catalog, durations};
use crate::polling::{PAUSED, PollStatus, REFRESH, Settings, Updates};
use crate::reactive::{maybe, part, text};
use crate::routes::{self, href};

/// The state of the page's polls, if they fail or are paused.
#[component]
pub fn Polling() -> impl IntoView {
    let poll_status = expect_context::<PollStatus>();
    let settings = expect_context::<Settings>();
    let texts = catalog();
    let again = text(move || href(&routes::sign_in(Some(&routes::here()), None)));
    // A viewer with a share link has no session that could have ended.
    let is_shared = use_context::<SharedPage>().is_some();
    part(move || match poll_status.updates.get() {
        Updates::SignedOut if is_shared => view! {
            <p class="notice bad">
                <b>{texts.sharing.ended}{texts.full_stop}</b>{texts.sharing.ended_lead}
            </p>
        }
        .into_any(),
        Updates::SignedOut => view! {
            <p class="notice bad">
                <b>{texts.session_ended}{texts.full_stop}</b>{texts.session_ended_lead}" "
                <a class="button primary" rel="external" href=again>{texts.sign_in_again}</a>
            </p>
        }
        .into_any(),
        Updates::Failing { error, next } => {
            let left = text(move || {
                let left = (next - poll_status.clock.get()).max(0.0) as i64;
                texts
                    .updates_resume
                    .fill([&durations::age(left + 999, texts)])
            });
            view! {
                <p class="notice warning">
                    <b>{texts.updates_failing.fill([&error.text(texts)])}</b>" "
                    <span aria-live="off">{left}</span>" "
                    <button type="button" class="button needs-script" on:click=move |_| poll_status.refresh_now()>
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

/// A notice about an unknown refresh interval in the address.
#[component]
pub fn UnknownRefresh() -> impl IntoView {
    let settings = expect_context::<Settings>();
    let texts = catalog();
    part(move || {
        settings.refresh.read().unknown.as_ref().map(|given| {
            let text = texts
                .unknown_refresh
                .fill([&given, &REFRESH.accepted(), &REFRESH.default]);
            view! { <p class="notice warning">{text}</p> }
        })
    })
}

/// A notice that the page does not update without scripting, with the time of its values.
#[component]
pub fn FixedRangeNotice(
    /// The server's time when the page was rendered.
    #[prop(into)]
    time: Signal<Option<Timestamp>>,
) -> impl IntoView {
    let clock = expect_context::<Clock>();
    let texts = catalog();
    let text = maybe(move || {
        let time = clock.time_of_day(time.get()?, texts);
        Some(texts.no_updates_without_scripts.fill([&time]))
    });
    view! { <p class="notice without-script">{text}</p> }
}
