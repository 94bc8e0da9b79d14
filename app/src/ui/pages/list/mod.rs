//! A list of a broker, whatever is in it: queues, connections, users.
//!
//! The server makes the rows ([`ListView`]); what the address asks for goes to it as it stands. So
//! the page knows nothing of columns and formats, and is the same for every list.

mod form;
mod keys;
mod pager;
mod state;
mod table;

use std::rc::Rc;

use futures_util::future::LocalBoxFuture;
use leptos::prelude::*;
use leptos_meta::Title;
use metering::BrokerState;
use metering::lists::Section;

use crate::error::AppError;
use crate::i18n::{Catalog, catalog, durations};
use crate::polling::{PollStatus, Settings, age, start_polling};
use crate::reactive::{flag, on_change, part, text};
use crate::resource::fetched;
use crate::routes::{self, href};
use crate::server_fns::lists::fetch_list;
use crate::ui::components::age::Age;
use crate::ui::components::broker_notice::BrokerNotice;
use crate::ui::components::choices::Refreshes;
use crate::ui::components::error_page::{ErrorPage, error_page};
use crate::ui::components::polling::{FixedRangeNotice, Polling, UnknownRefresh};
use crate::ui::components::redirect::Redirect;
use crate::ui::components::skeleton::Skeleton;
use crate::view_models::lists::ListView;
use state::ListState;

/// Long lists are read this seldom, in milliseconds.
const LIST_INTERVAL: i64 = 20_000;

/// `/brokers/{broker}/{list}?name=…&use_regex=…&sort=…&sort_reverse=…&page=…&page_size=…&columns=…`
#[component]
pub fn ListPage() -> impl IntoView {
    let texts = catalog();
    let (path, search) = (routes::page_path(), routes::page_search());
    let settings = Settings::from_query();
    provide_context(settings);
    let names = Memo::new(move |_| {
        let mut parts = path.with(|path| routes::parts(path)).into_iter();
        (
            parts.next().unwrap_or_default(),
            parts.next().unwrap_or_default(),
        )
    });
    let first = fetched(
        move || names.get(),
        move |(broker, kind)| fetch_list(broker, kind, search.get_untracked()),
    );
    let title = text(move || {
        names
            .with(|(_, kind)| section_title(kind, texts))
            .to_owned()
    });
    view! {
        <Suspense fallback=move || view! { <Skeleton title /> }>
            {move || Suspend::new(async move {
                let answer = first.await;
                let (broker, kind) = names.get_untracked();
                match answer {
                    Err(error @ (AppError::UnknownBroker | AppError::NotFound)) => {
                        let is_list = error == AppError::NotFound;
                        let name = if is_list { kind } else { broker };
                        view! { <Missing error name /> }.into_any()
                    }
                    Err(AppError::SignedOut) => {
                        let back = routes::sign_in(Some(&routes::here()), None);
                        view! { <Redirect path=href(&back) /> }.into_any()
                    }
                    Err(error) => error_page(&error).into_any(),
                    Ok(first) => view! { <List broker kind first /> }.into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}

/// What a list is called until the server has named it: by the section that it stands in.
fn section_title(kind: &str, texts: &Catalog) -> &'static str {
    match Section::from_list(kind) {
        Some(Section::Connections) => texts.connections,
        Some(Section::Channels) => texts.channels,
        Some(Section::Exchanges) => texts.exchanges,
        Some(Section::Queues) => texts.queues,
        Some(Section::Nodes) => texts.nodes,
        Some(Section::Admin) => texts.lists.admin,
        None => "",
    }
}

/// There is no such broker, no such list, or nothing of that name.
#[component]
pub fn Missing(
    /// Which of it.
    error: AppError,
    /// Its name, the list's or the broker's.
    name: String,
) -> impl IntoView {
    let texts = catalog();
    #[cfg(feature = "ssr")]
    crate::server::errors::leave_with_status(error.clone());
    let lead = if error == AppError::UnknownBroker {
        texts.unknown_broker.fill([&name])
    } else {
        texts.lists.not_there.fill([&name])
    };
    view! { <ErrorPage title=texts.not_found lead=lead /> }.into_any()
}

/// The list, alive.
#[component]
fn List(broker: String, kind: String, first: ListView) -> impl IntoView {
    let texts = catalog();
    let settings = expect_context::<Settings>();
    let poll_status = PollStatus::new();
    let title = first.title.clone();
    let shown = ListState::new(broker.clone(), kind, first);
    poll_status.answered();
    provide_context(poll_status);
    provide_context(shown);
    poll_status.start();
    let search = routes::page_search();
    let poll = move || -> LocalBoxFuture<'static, _> {
        Box::pin(async move {
            let (broker, kind) = (shown.broker.get_value(), shown.kind.get_value());
            shown.take(fetch_list(broker, kind, search.get_untracked()).await?);
            Ok(())
        })
    };
    start_polling(poll_status, settings, Rc::new(poll));
    follow(poll_status);

    let time = Signal::derive(move || shown.read(|view| view.server_time));
    let state = Signal::derive(move || shown.read(|view| view.broker.clone()));
    let is_dim = flag(move || {
        state.with(|broker| {
            broker
                .as_ref()
                .is_some_and(|broker| broker.state != BrokerState::Ok)
        })
    });
    let notices = part(move || {
        let line = |text: String| view! { <p class="notice warning">{text}</p> };
        shown.read(|view| view.notices.iter().cloned().map(line).collect_view())
    });
    view! {
        <Title text=format!("{title} · {broker}") />
        <header class="page-head">
            <div class="title">
                <h1>{title}</h1>
                <span class="versions">{texts.of_broker.fill([&broker])}</span>
            </div>
            <div class="controls"><ListAge /><Refreshes /></div>
        </header>
        <div class="page list-page" class:dim=is_dim>
            <Tabs />
            <section class="panel list-panel">
                <form::Form />
                <table::Table />
                <pager::Pager />
            </section>
        </div>
        <div class="notices" role="status">
            <BrokerNotice broker=state />
            <Polling />
            <UnknownRefresh />
            {notices}
            <FixedRangeNotice time />
        </div>
    }
    .into_any()
}

/// Fetches at once when the address asks for something else.
fn follow(poll_status: PollStatus) {
    let search = routes::page_search();
    on_change(move || search.get(), move |_| poll_status.refresh_now());
}

/// The lists of the same section, as links.
#[component]
fn Tabs() -> impl IntoView {
    let shown = expect_context::<ListState>();
    let texts = catalog();
    let tabs = shown
        .view
        .with_untracked(|view| view.as_ref().map(|view| view.tabs.clone()));
    let tabs = tabs.unwrap_or_default();
    (tabs.len() > 1)
        .then(|| {
            let link = |tab: crate::view_models::lists::Tab| {
                let current = tab.current.then_some("page");
                view! { <a href=tab.href aria-current=current>{tab.label}</a> }
            };
            view! {
                <nav class="tabs" aria-label=texts.lists.sections>
                    {tabs.into_iter().map(link).collect_view()}
                </nav>
            }
        })
        .into_any()
}

/// How old the rows are, and of many queues the rates, which come later than the depths.
#[component]
fn ListAge() -> impl IntoView {
    let texts = catalog();
    let shown = expect_context::<ListState>();
    let poll_status = expect_context::<PollStatus>();
    let server_time = Signal::derive(move || shown.read(|view| view.server_time));
    let observed = Signal::derive(move || {
        shown
            .read(|view| view.observed_at.or(view.broker.last_seen))
            .flatten()
    });
    let answers = Signal::derive(move || {
        let state = shown.read(|view| view.broker.state);
        state.is_none_or(|state| state == BrokerState::Ok)
    });
    let rates = Memo::new(move |_| {
        let observed = shown.read(|view| view.stats_observed_at).flatten();
        let age = age(observed, server_time.get(), poll_status)?;
        let words = durations::rough_age(age, texts);
        Some(texts.lists.rates_from.fill([&words]))
    });
    view! {
        <Age observed server_time answers interval=LIST_INTERVAL />
        {part(move || rates.get().map(|rates| view! { <span class="soft rates-age needs-script">{rates}</span> }))}
    }
    .into_any()
}
