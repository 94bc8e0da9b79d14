//! The head of the page: name, state, versions, age, range, refresh.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use leptos_router::location::Location;

use crate::components::choices::{Ranges, Refreshes};
use crate::components::status::BrokerPill;
use crate::components::time::Clock;
use crate::format;
use crate::i18n::catalog;
use crate::live::{Live, Settings};
use crate::reactive::{flag, maybe, part, text};
use crate::routes::{self, href};

/// Where a link to what is shown is made. A Leptos context of the dashboard's own page.
#[derive(Clone, Copy)]
pub(crate) struct Sharing(Signal<String>);

impl Sharing {
    /// Of the page at the present address, which shows a broker.
    pub(crate) fn of(broker: Memo<String>) -> Self {
        let Location {
            pathname, search, ..
        } = use_location();
        let base = StoredValue::new(href(""));
        Self(Signal::derive(move || {
            let base = base.get_value();
            let (path, query) = (pathname.get(), search.get());
            let path = path.strip_prefix(&base).unwrap_or(&path);
            let view = if query.is_empty() {
                path.to_owned()
            } else {
                format!("{path}?{query}")
            };
            base + &routes::share(&view, "overview", &broker.get())
        }))
    }
}

/// The head of the page.
#[component]
pub(crate) fn Toolbar(
    /// The broker's name.
    broker: String,
) -> impl IntoView {
    let live = expect_context::<Live>();
    let texts = catalog();
    let versions = maybe(move || {
        live.read(|page| {
            let overview = page.overview.as_ref()?;
            let rabbitmq = overview.rabbitmq_version.as_deref()?;
            let mut text = texts.versions.fill([
                &rabbitmq,
                &overview.erlang_version.as_deref().unwrap_or("?"),
            ]);
            if let Some(nodes) = &page.nodes {
                text.push_str(" · ");
                text.push_str(&texts.node_count.fill(nodes.len()));
            }
            Some(text)
        })
    });
    let description = move || live.read(|page| page.broker.description.clone());
    let share = use_context::<Sharing>().map(|Sharing(address)| {
        view! { <a class="button" href=text(move || address.get())>{texts.sharing.share}</a> }
    });
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
                {share}
            </div>
        </header>
    }
    .into_any()
}

/// How old the values are. Goes on between two polls.
#[component]
fn Age() -> impl IntoView {
    let live = expect_context::<Live>();
    let clock = expect_context::<Clock>();
    let texts = catalog();
    let settings = expect_context::<Settings>();
    // Three intervals without news is too long, whatever the reason. Who looks at an earlier time expects none.
    let is_old = Memo::new(move |_| {
        if settings.is_fixed() {
            return false;
        }
        let interval = i64::from(settings.interval().unwrap_or(10_000));
        live.age().is_some_and(|age| age > 3 * interval.max(5_000))
    });
    // Memos: of the clock's beats only those that change something reach the page.
    let age = Memo::new(move |_| match live.age() {
        Some(age) => texts.ago.fill([&format::rough_age(age, texts)]),
        None => texts.no_value.to_owned(),
    });
    let exact = maybe(move || {
        live.read(|page| {
            let observed = page.overview.as_ref()?.observed_at?;
            Some(clock.time_of_day(observed, texts))
        })
    });
    view! {
        <span class="age" class:old=flag(move || is_old.get()) title=exact>
            <span class="visually-hidden">{texts.updated}": "</span>
            <span class="needs-script">{text(move || age.get())}</span>
            <span class="without-script">{exact}</span>
        </span>
    }
}
