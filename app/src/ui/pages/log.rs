//! The system log: what Warren saw and did, newest first.

use std::rc::Rc;
use std::sync::Arc;

use futures_util::future::LocalBoxFuture;
use leptos::prelude::*;
use leptos_meta::Title;
use metering::{LogEntry, LogLevel, Timestamp};

use crate::error::AppError;
use crate::i18n::catalog;
use crate::polling::{PollStatus, Settings, start_polling};
use crate::query::{Query, use_query};
use crate::reactive::{maybe, on_change, part, text};
use crate::resource::fetched;
use crate::routes::{self, href};
use crate::server_fns::log::fetch_log;
use crate::ui::components::age::Age;
use crate::ui::components::choices::Refreshes;
use crate::ui::components::filters::{Filters, Search, Select};
use crate::ui::components::polling::{FixedRangeNotice, Polling, UnknownRefresh};
use crate::ui::components::redirect::Redirect;
use crate::ui::components::skeleton::Skeleton;
use crate::ui::components::status::Pill;
use crate::ui::components::time::Clock;
use crate::ui::components::viewer::Viewers;
use crate::view_models::level::Level;
use crate::view_models::log::LogPage;

const PAGE: &str = "page";
const LEVEL: &str = "level";
const SOURCE: &str = "source";
const TEXT: &str = "text";

/// What the address asks for.
#[derive(Clone, Debug, Default, PartialEq)]
struct LogParams {
    page: u64,
    level: Option<String>,
    source: Option<String>,
    text: Option<String>,
}

impl LogParams {
    fn read(query: &Query) -> Self {
        let value = |name| query.get(name).map(str::to_owned);
        let page = query.get(PAGE).and_then(|page| page.parse().ok());
        Self {
            page: page.unwrap_or(1).max(1),
            level: value(LEVEL),
            source: value(SOURCE),
            text: value(TEXT),
        }
    }

    /// A level that is none: it counts as not given.
    fn unknown_level(&self) -> Option<&str> {
        let level = self.level.as_deref()?;
        LogLevel::find(level).is_none().then_some(level)
    }

    fn is_filtered(&self) -> bool {
        self.source.is_some() || self.text.is_some() || self.level.is_some()
    }

    async fn fetch(self) -> Result<LogPage, AppError> {
        fetch_log(self.page, self.level, self.source, self.text).await
    }
}

/// `/log?source=…&level=…&text=…&page=…&refresh=…`
#[component]
pub fn Log() -> impl IntoView {
    let texts = catalog();
    let query = use_query();
    provide_context(Settings::from_query());
    let params = Memo::new(move |_| query.with(LogParams::read));
    // Fetched once: later addresses are polled for at once. So nothing that is drawn loses its owner
    // while it is still in the page.
    let first = fetched(|| (), move |()| params.get_untracked().fetch());
    view! {
        <Title text=texts.system_log />
        <Suspense fallback=move || view! { <Skeleton title=Signal::stored(texts.system_log.to_owned()) /> }>
            {move || Suspend::new(async move {
                match first.await {
                    Err(AppError::SignedOut) => {
                        let back = routes::sign_in(Some(&routes::here()), None);
                        view! { <Redirect path=href(&back) /> }.into_any()
                    }
                    first => view! { <Lines params first /> }.into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}

/// Which lines: the form over them.
#[component]
fn Filter() -> impl IntoView {
    let texts = catalog();
    let query = use_query();
    let chosen = move |name: &'static str| {
        text(move || query.with(|query| query.get(name).unwrap_or_default().to_owned()))
    };
    let levels: Vec<_> = [(String::new(), texts.all_levels.to_owned())]
        .into_iter()
        .chain([LogLevel::Warning, LogLevel::Error].map(|level| {
            let name = texts.level_and_above.fill([&texts.level(level)]);
            (level.as_str().to_owned(), name)
        }))
        .collect();
    view! {
        <Filters label=texts.filter button=texts.apply keeps=&["range", "refresh"]>
            {expect_context::<Viewers>().show(move |viewer| {
                let brokers = viewer.brokers.iter().map(|broker| broker.name.clone());
                let own = ["identity", "store", "warren"].map(str::to_owned);
                let all = [(String::new(), texts.everything.to_owned())];
                let sources = brokers.chain(own).map(|source| (source.clone(), source));
                let options: Vec<_> = all.into_iter().chain(sources).collect();
                view! { <Select name=SOURCE label=texts.source chosen=chosen(SOURCE) options=Signal::stored(options) /> }
            })}
            <Select name=LEVEL label=texts.level_head chosen=chosen(LEVEL) options=Signal::stored(levels) />
            <Search name=TEXT label=texts.text />
        </Filters>
    }
}

/// A page of lines, alive.
#[component]
fn Lines(
    /// What the address asks for.
    params: Memo<LogParams>,
    /// The first answer.
    first: Result<LogPage, AppError>,
) -> impl IntoView {
    let texts = catalog();
    let poll_status = PollStatus::new();
    provide_context(poll_status);
    let settings = expect_context::<Settings>();
    let query = use_query();
    let page = RwSignal::new(None::<LogPage>);
    match first {
        Ok(answer) => {
            page.set(Some(answer));
            poll_status.answered();
        }
        Err(error) => poll_status.fail(error, 0.0),
    }
    poll_status.start();
    let poll = move || -> LocalBoxFuture<'static, _> {
        Box::pin(async move {
            page.set(Some(params.get_untracked().fetch().await?));
            Ok(())
        })
    };
    start_polling(poll_status, settings, Rc::new(poll));
    on_change(move || params.get(), move |_| poll_status.refresh_now());
    let time = Signal::derive(move || page.with(|page| page.as_ref().map(|page| page.server_time)));

    let entries = Memo::new(move |_| page.with(|page| Some(Arc::clone(&page.as_ref()?.entries))));
    let lines = part(move || entries.get().map(|entries| list(&entries, params, query)));
    let has_older = move || page.with(|page| page.as_ref().is_some_and(|page| page.has_older));
    let leaf = move |name: &'static str, page: u64| {
        let page = if page == 1 {
            String::new()
        } else {
            page.to_string()
        };
        let address = query.with(|query| query.with(PAGE, &page).to_search());
        view! { <a class="button" href=address>{name}</a> }
    };
    let unknown = maybe(move || {
        params.with(|params| Some(texts.unknown_level.fill([&params.unknown_level()?])))
    });
    view! {
        <header class="page-head">
            <div class="title"><h1>{texts.system_log}</h1></div>
            <div class="controls"><Age observed=time server_time=time /><Refreshes /></div>
        </header>
        <div class="page">
        <section class="panel"><Filter /></section>
        <section class="panel" aria-label=texts.system_log>
            {lines}
            <nav class="pages" aria-label=texts.pages>
                {part(move || {
                    let page = params.with(|params| params.page);
                    (page > 1).then(|| leaf(texts.newer, page - 1))
                })}
                <span class="soft">{text(move || texts.page.fill([&params.with(|params| params.page)]))}</span>
                {part(move || has_older().then(|| leaf(texts.older, params.with(|params| params.page) + 1)))}
            </nav>
        </section>
        </div>
        <div class="notices" role="status">
            <Polling />
            <UnknownRefresh />
            {part(move || unknown.get().map(|text| view! { <p class="notice warning">{text}</p> }))}
            <FixedRangeNotice time />
        </div>
    }
    .into_any()
}

/// The lines, or why there are none.
fn list(entries: &[LogEntry], params: Memo<LogParams>, query: Memo<Query>) -> AnyView {
    let texts = catalog();
    if entries.is_empty() {
        let is_filtered = params.with(|params| params.is_filtered() || params.page > 1);
        let why = if is_filtered {
            texts.no_such_lines
        } else {
            texts.nothing_happened
        };
        return view! { <p class="empty">{why}</p> }.into_any();
    }
    let lines = entries
        .iter()
        .map(|entry| line(entry, query))
        .collect_view();
    view! { <ol class="log">{lines}</ol> }.into_any()
}

fn line(entry: &LogEntry, query: Memo<Query>) -> AnyView {
    let texts = catalog();
    let level = Signal::stored(Level::from(entry.level));
    let word = Signal::stored(texts.level(entry.level).to_owned());
    let of_source = query.with(|query| {
        let first = query.with(PAGE, "");
        first.with(SOURCE, &entry.source).to_search()
    });
    view! {
        <li>
            <Time time=entry.time />
            <Pill level text=word />
            <a class="source" href=of_source>{entry.source.clone()}</a>
            <span class="what">{entry.desc.clone()}</span>
        </li>
    }
    .into_any()
}

#[component]
fn Time(time: Timestamp) -> impl IntoView {
    let texts = catalog();
    let clock = expect_context::<Clock>();
    let exact = format!("{time}Z");
    view! {
        <time class="soft" datetime=exact>{text(move || clock.date_and_time(time, texts))}</time>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn params(search: &str) -> LogParams {
        LogParams::read(&Query::parse(search))
    }

    #[test]
    fn pages_are_counted_from_one_whatever_the_address_says() {
        let pages = ["", "page=0", "page=-3", "page=x", "page=7"].map(|s| params(s).page);
        assert_eq!(pages, [1, 1, 1, 1, 7]);
    }

    #[test]
    fn a_level_that_is_none_is_named() {
        assert_eq!(params("level=loud").unknown_level(), Some("loud"));
        assert_eq!(params("level=error").unknown_level(), None);
        assert_eq!(params("").unknown_level(), None);
    }

    #[test]
    fn empty_fields_are_no_filters() {
        assert!(!params("level=&source=&text=&page=2").is_filtered());
        assert!(params("text=disk").is_filtered());
    }
}
