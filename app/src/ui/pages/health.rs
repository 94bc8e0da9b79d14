//! What is wrong with a broker, since when, and what to do next.

use std::rc::Rc;

use futures_util::future::LocalBoxFuture;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use crate::error::AppError;
use crate::i18n::catalog;
use crate::polling::{PollStatus, Settings, start_polling};
use crate::reactive::{maybe, page_title, part};
use crate::resource::fetched;
use crate::routes::{self, href};
use crate::server_fns::health::fetch_health;
use crate::ui::components::age::Age;
use crate::ui::components::choices::Refreshes;
use crate::ui::components::error_page::{ErrorPage, error_page};
use crate::ui::components::polling::{FixedRangeNotice, Polling, UnknownRefresh};
use crate::ui::components::redirect::Redirect;
use crate::ui::components::skeleton::Skeleton;
use crate::ui::components::status::Pill;
use crate::ui::components::time::Clock;
use crate::view_models::health::{CheckView, HealthPage, StateLabel};
use crate::view_models::level::Level;

/// `/brokers/{broker}/health?refresh=…`
#[component]
pub fn Health() -> impl IntoView {
    let texts = catalog();
    let params = use_params_map();
    provide_context(Settings::from_query());
    let broker = Memo::new(move |_| params.read().get("broker").unwrap_or_default());
    let first = fetched(move || broker.get(), fetch_health);
    view! {
        <Title text=page_title(move || format!("{} · {}", texts.health, broker.get())) />
        <Suspense fallback=move || view! { <Skeleton title=Signal::stored(texts.health.to_owned()) /> }>
            {move || Suspend::new(async move {
                let broker = broker.get_untracked();
                match first.await {
                    Ok(page) => view! { <Shown broker page /> }.into_any(),
                    Err(AppError::UnknownBroker) => {
                        #[cfg(feature = "ssr")]
                        crate::server::errors::leave_with_status(AppError::UnknownBroker);
                        let lead = texts.unknown_broker.fill([&broker]);
                        view! { <ErrorPage title=texts.not_found lead=lead /> }.into_any()
                    }
                    Err(AppError::SignedOut) => {
                        let back = routes::sign_in(Some(&routes::here()), None);
                        view! { <Redirect path=href(&back) /> }.into_any()
                    }
                    Err(error) => error_page(&error).into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}

#[component]
fn Shown(broker: String, page: HealthPage) -> impl IntoView {
    let texts = catalog();
    let settings = expect_context::<Settings>();
    let poll_status = PollStatus::new();
    poll_status.answered();
    provide_context(poll_status);
    poll_status.start();
    let lead = texts.of_broker.fill([&broker]);
    let page = RwSignal::new(page);
    let poll = move || -> LocalBoxFuture<'static, _> {
        let broker = broker.clone();
        Box::pin(async move {
            page.set(fetch_health(broker).await?);
            Ok(())
        })
    };
    start_polling(poll_status, settings, Rc::new(poll));
    let state = Memo::new(move |_| page.with(|page| page.state.clone()));
    // Drawn again only where something has changed, so that a selection stays.
    let checks = Memo::new(move |_| page.with(|page| page.checks.clone()));
    let time = Signal::derive(move || page.with(|page| Some(page.server_time)));
    let observed =
        Signal::derive(move || page.with(|page| page.observed_at.or(Some(page.server_time))));
    let answers = Signal::derive(move || page.with(|page| page.answers));
    let is_fine = |check: &CheckView| matches!(check.state.level, Level::Good | Level::Quiet);
    let wrong = part(move || {
        checks.with(|checks| {
            let wrong = checks.iter().filter(|check| !is_fine(check));
            wrong
                .map(|check| view! { <Wrong check=check.clone() /> })
                .collect_view()
        })
    });
    let fine = part(move || {
        checks.with(|checks| {
            let fine = checks.iter().filter(|check| is_fine(check));
            fine.map(|check| view! { <Fine check=check.clone() /> })
                .collect_view()
        })
    });
    view! {
        <header class="page-head">
            <div class="title">
                <h1>{texts.health}</h1>
                {part(move || state.with(pill))}
                <span class="versions">{lead}</span>
            </div>
            <div class="controls"><Age observed server_time=time answers /><Refreshes /></div>
        </header>
        <div class="page">
            <ul class="checks">{wrong}</ul>
            <section class="panel">
                <h2>{texts.looked_at}</h2>
                <ul class="fine">{fine}</ul>
            </section>
        </div>
        <div class="notices" role="status">
            <Polling />
            <UnknownRefresh />
            <FixedRangeNotice time />
        </div>
    }
    .into_any()
}

fn pill(mark: &StateLabel) -> AnyView {
    view! { <Pill level=Signal::stored(mark.level) text=Signal::stored(mark.word.clone()) /> }
        .into_any()
}

/// Something that is wrong.
#[component]
fn Wrong(check: CheckView) -> impl IntoView {
    let texts = catalog();
    let clock = expect_context::<Clock>();
    let findings = check.findings.into_iter().map(|finding| {
        let since = finding.since;
        let since = maybe(move || {
            let since = clock.date_and_time(since?, texts);
            Some(texts.since.fill([&since]))
        });
        view! { <li><bdi>{finding.text}</bdi>" "<span class="soft">{since}</span></li> }
    });
    view! {
        <li class="panel">
            <h2>{check.title}" "{pill(&check.state)}</h2>
            <ul class="findings">{findings.collect_view()}</ul>
            <p><b>{texts.what_to_do}</b>" "{check.advice}</p>
        </li>
    }
    .into_any()
}

/// Something that is right, or could not be looked at.
#[component]
fn Fine(check: CheckView) -> impl IntoView {
    view! {
        <li>
            {pill(&check.state)}" "{check.title}
            {(!check.note.is_empty()).then(|| view! { <span class="soft">" "{check.note.clone()}</span> })}
        </li>
    }
    .into_any()
}
