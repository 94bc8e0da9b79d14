//! The brokers that the account may see, at a glance and alive: one poll fetches all.

use std::rc::Rc;
use std::sync::Arc;

use futures_util::future::LocalBoxFuture;
use leptos::prelude::*;
use leptos_meta::Title;
use metering::BrokerState;

use crate::error::AppError;
use crate::i18n::catalog;
use crate::polling::{PollStatus, Settings, start_polling};
use crate::reactive::{maybe, part, text};
use crate::resource::fetched;
use crate::routes::{self, href};
use crate::server_fns::brokers::fetch_brokers;
use crate::ui::components::age::Age;
use crate::ui::components::choices::Refreshes;
use crate::ui::components::error_page::error_page;
use crate::ui::components::polling::{FixedRangeNotice, Polling, UnknownRefresh};
use crate::ui::components::redirect::Redirect;
use crate::ui::components::skeleton::Skeleton;
use crate::ui::components::status::Pill;
use crate::ui::components::table::cell;
use crate::ui::components::time::Clock;
use crate::view_models::brokers::{BrokerRow, BrokersPage};
use crate::view_models::level::Level;
use crate::view_models::svg_path::{HEIGHT, WIDTH};

/// The columns beside the figures: broker, state, alarms, version.
const OTHER_COLUMNS: usize = 4;

/// `/brokers?refresh=…`
#[component]
pub fn Brokers() -> impl IntoView {
    let texts = catalog();
    provide_context(Settings::from_query());
    let first = fetched(|| (), |()| fetch_brokers());
    view! {
        <Title text=texts.brokers />
        <Suspense fallback=move || view! { <Skeleton title=Signal::stored(texts.brokers.to_owned()) /> }>
            {move || Suspend::new(async move {
                match first.await {
                    Ok(page) => view! { <Shown page /> }.into_any(),
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
fn Shown(page: BrokersPage) -> impl IntoView {
    let texts = catalog();
    let settings = expect_context::<Settings>();
    let poll_status = PollStatus::new();
    poll_status.answered();
    provide_context(poll_status);
    poll_status.start();
    let heads = page.heads.clone();
    let time = RwSignal::new(Some(page.server_time));
    let rows = RwSignal::new(page.rows);
    let poll = move || -> LocalBoxFuture<'static, _> {
        Box::pin(async move {
            let page = fetch_brokers().await?;
            time.set(Some(page.server_time));
            rows.set(page.rows);
            Ok(())
        })
    };
    start_polling(poll_status, settings, Rc::new(poll));
    view! {
        <header class="page-head">
            <h1>{texts.brokers}</h1>
            <div class="controls"><Age observed=time server_time=time /><Refreshes /></div>
        </header>
        <section class="panel"><Table heads rows /></section>
        <div class="notices" role="status">
            <Polling />
            <UnknownRefresh />
            <FixedRangeNotice time />
        </div>
    }
    .into_any()
}

#[component]
fn Table(heads: Vec<String>, rows: RwSignal<Arc<Vec<BrokerRow>>>) -> impl IntoView {
    let texts = catalog();
    let count = heads.len();
    let heads = heads
        .into_iter()
        .map(|head| view! { <th scope="col" class="number">{head}</th> })
        .collect_view();
    // A row stands as long as its broker does, so that what has the focus keeps it.
    let names = Memo::new(move |_| {
        rows.with(|rows| rows.iter().map(|row| row.name.clone()).collect::<Vec<_>>())
    });
    let body = part(move || {
        let names = names.get();
        if names.is_empty() {
            let colspan = count + OTHER_COLUMNS;
            return view! { <tr><td class="empty" colspan=colspan>{texts.no_brokers}</td></tr> }
                .into_any();
        }
        let names = names.into_iter().enumerate();
        names
            .map(|(index, name)| view! { <Row name rows index count /> })
            .collect_view()
            .into_any()
    });
    view! {
        <div class="scroll" tabindex="0" role="group" aria-label=texts.brokers>
            <table class="list brokers">
                <thead>
                    <tr>
                        <th scope="col">{texts.broker}</th>
                        <th scope="col">{texts.state}</th>
                        <th scope="col">{texts.embed.alarms}</th>
                        {heads}
                        <th scope="col">{texts.version}</th>
                    </tr>
                </thead>
                <tbody>{body}</tbody>
            </table>
        </div>
    }
    .into_any()
}

#[component]
fn Row(
    name: String,
    rows: RwSignal<Arc<Vec<BrokerRow>>>,
    index: usize,
    count: usize,
) -> impl IntoView {
    let texts = catalog();
    let clock = expect_context::<Clock>();
    let read = move |read: &dyn Fn(&BrokerRow) -> Option<String>| {
        rows.with(|rows| rows.get(index).and_then(read))
    };
    let state =
        move || rows.with(|rows| rows.get(index).map_or(BrokerState::Down, |row| row.state));
    let raised = Memo::new(move |_| rows.with(|rows| rows.get(index)?.alarms.clone()));
    // The worst of whether it answers and what is raised on its nodes.
    let is_alarmed = move || {
        let alarms = raised.get().unwrap_or_default();
        state() == BrokerState::Ok && alarms.iter().any(|alarm| alarm.level == Some(Level::Bad))
    };
    let level = move || {
        if is_alarmed() {
            Level::Bad
        } else {
            state().into()
        }
    };
    let word = move || match state() {
        BrokerState::Ok if is_alarmed() => texts.level_error,
        BrokerState::Ok => texts.state_ok,
        BrokerState::Stale => texts.state_stale,
        BrokerState::Down => texts.state_down,
    };
    let since =
        move |row: &BrokerRow| Some(texts.since.fill([&clock.time_of_day(row.since, texts)]));
    let figure = |place: usize| {
        let number = text(move || {
            let number = read(&|row| Some(row.figures.get(place)?.text.clone()));
            number
                .filter(|text| !text.is_empty())
                .unwrap_or_else(|| texts.no_value.to_owned())
        });
        let line = maybe(move || {
            read(&|row| Some(row.figures.get(place)?.line.clone())).filter(|line| !line.is_empty())
        });
        view! {
            <td class="number">
                {number}
                {part(move || line.get().is_some().then(|| view! {
                    <svg class="sparkline" viewBox=format!("0 0 {WIDTH} {HEIGHT}") preserveAspectRatio="none" aria-hidden="true">
                        <path class="line blue solid" d=line />
                    </svg>
                }))}
            </td>
        }
    };
    let alarms = move || {
        match raised.get() {
        None => view! { <span class="soft">{texts.no_value}</span> }.into_any(),
        Some(none) if none.is_empty() => view! {
            <Pill level=Signal::stored(Level::Good) text=Signal::stored(texts.embed.none.to_owned()) />
        }
        .into_any(),
        Some(alarms) => alarms
            .iter()
            .map(|alarm| view! { <p>{cell(alarm, clock)}</p> })
            .collect_view()
            .into_any(),
    }
    };
    let address = href(&routes::overview(&name));
    view! {
        <tr>
            <th scope="row">
                <a href=address>{name}</a>
                <p class="reason">{maybe(move || read(&|row| row.description.clone()))}</p>
            </th>
            <td>
                <Pill
                    level=Signal::derive(level)
                    text=text(move || word().to_owned())
                />
                {" "}
                <span class="soft">{maybe(move || if is_alarmed() { None } else { read(&since) })}</span>
                <p class="reason">{maybe(move || read(&|row| row.reason.clone()))}</p>
            </td>
            <td class="alarms">{part(alarms)}</td>
            {(0..count).map(figure).collect_view()}
            <td>{maybe(move || read(&|row| Some(row.version.clone())))}</td>
        </tr>
    }
    .into_any()
}
