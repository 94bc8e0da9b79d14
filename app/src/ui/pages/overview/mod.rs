//! The overview of a broker: totals, charts, nodes, churn, listeners.

pub(crate) mod about;
mod broker_state;
pub(crate) mod charts;
pub(crate) mod churn;
pub(crate) mod links;
pub(crate) mod nodes;
pub(crate) mod notices;
pub(crate) mod tiles;
pub(crate) mod toolbar;

use std::rc::Rc;

use futures_util::future::LocalBoxFuture;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use super::shared::signed_out;
use crate::error::AppError;
use crate::i18n::catalog;
use crate::polling::{InitialDashboard, Live, Settings, Span, start_polling};
use crate::reactive::{flag, page_title};
use crate::resource::fetched;
use crate::server_fns::overview::fetch_overview;
use crate::ui::charts::{ChartGroup, ChartPreferences};
use crate::ui::components::error_page::{ErrorPage, error_page};
use crate::ui::components::shared_page::SharedPage;
use crate::ui::components::skeleton::Skeleton;
use links::Links;
use toolbar::Sharing;

/// `/brokers/{broker}?range=…&from=…&to=…&refresh=…`
#[component]
pub fn OverviewPage() -> impl IntoView {
    let texts = catalog();
    let params = use_params_map();
    let settings = Settings::from_query();
    provide_context(settings);
    let broker = Memo::new(move |_| params.read().get("broker").unwrap_or_default());
    // Whoever looks with a link has no account to make another with.
    if use_context::<SharedPage>().is_none() {
        provide_context(Sharing::for_broker(broker));
        provide_context(Links(broker));
    }
    let first = fetched(
        move || broker.get(),
        move |broker| {
            let span = settings.span.get_untracked();
            let asked = SpanRequest::from_span(span);
            async move {
                let answer = fetch_overview(broker, None, asked.length, asked.end).await?;
                Ok(InitialDashboard::whole(answer.read()?, span))
            }
        },
    );
    view! {
        <Title text=page_title(move || broker.get()) />
        <Suspense fallback=move || view! { <Skeleton title=broker /> }>
            {move || Suspend::new(async move {
                let answer = first.await;
                let broker = broker.get_untracked();
                match answer {
                    Err(AppError::UnknownBroker) => {
                        #[cfg(feature = "ssr")]
                        crate::server::errors::leave_with_status(AppError::UnknownBroker);
                        let lead = texts.unknown_broker.fill([&broker]);
                        view! { <ErrorPage title=texts.not_found lead=lead /> }.into_any()
                    }
                    Err(AppError::SignedOut) => signed_out(),
                    // The page can say what ails it only once it stands: these come from the poll again.
                    Err(error @ (AppError::Forbidden | AppError::Internal)) => {
                        error_page(&error).into_any()
                    }
                    first => view! { <LiveOverview broker first /> }.into_any(),
                }
            })}
        </Suspense>
    }
}

/// The page, alive.
#[component]
fn LiveOverview(
    /// The broker's name.
    broker: String,
    /// The first answer.
    first: Result<InitialDashboard, AppError>,
) -> impl IntoView {
    let settings = expect_context::<Settings>();
    let live = Live::new(broker.clone(), first, settings.span.get_untracked());
    let source = Signal::derive(move || live.source(settings.span.get()));
    let latest = Signal::derive(move || live.latest());
    let is_loaded = Signal::derive(move || live.is_loaded(settings.span.get()));
    let chart_group =
        ChartGroup::new(broker.clone(), source, live.events, latest).with_loaded(is_loaded);
    provide_context(live);
    provide_context(live.poll_status);
    provide_context(chart_group);
    provide_context(ChartPreferences(use_context().unwrap_or_default()));

    links::provide_line_links();

    live.poll_status.start();
    live.follow(settings);
    let fetched = broker.clone();
    let poll = move || -> LocalBoxFuture<'static, _> {
        let broker = fetched.clone();
        Box::pin(async move {
            let span = settings.span.get_untracked();
            let asked = if live.is_due(span) {
                SpanRequest::from_span(span)
            } else {
                SpanRequest::default()
            };
            let answer = fetch_overview(broker, live.since(), asked.length, asked.end).await?;
            live.take(answer.read()?, span);
            Ok(())
        })
    };
    start_polling(live.poll_status, settings, Rc::new(poll));

    view! {
        <toolbar::Toolbar broker />
        <Whole />
        <notices::Notices />
    }
    .into_any()
}

/// All that the page shows of the broker, below its head.
#[component]
pub(crate) fn Whole() -> impl IntoView {
    let live = expect_context::<Live>();
    let is_dim = flag(move || {
        live.state()
            .is_some_and(|state| state != metering::BrokerState::Ok)
    });
    view! {
        <div class="overview" class:dim=is_dim>
            <tiles::Tiles />
            <charts::Charts />
            <nodes::Nodes />
            <div class="cards">
                <div>
                    <churn::Churn />
                    <about::Facts />
                </div>
                <div>
                    <about::Listeners />
                    <about::Contexts />
                    <about::ExchangeTypes />
                </div>
            </div>
        </div>
    }
    .into_any()
}

/// What is asked for beside the last hour.
#[derive(Clone, Copy, Default)]
pub(crate) struct SpanRequest {
    /// The length of a longer or earlier span, in milliseconds.
    pub(crate) length: Option<i64>,
    /// Its end, in milliseconds since the epoch; `None`: now.
    pub(crate) end: Option<i64>,
}

impl SpanRequest {
    pub(crate) fn from_span(span: Span) -> Self {
        if span.is_recent() {
            Self::default()
        } else {
            Self::whole(span)
        }
    }

    /// Of one that is asked for whole, however short.
    pub(crate) fn whole(span: Span) -> Self {
        match span {
            Span::Last(length) => Self {
                length: Some(length),
                end: None,
            },
            Span::Fixed(range) => Self {
                length: Some(range.length()),
                end: Some(range.to),
            },
        }
    }
}
