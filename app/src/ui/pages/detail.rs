//! One object of a broker in full, whatever it is: a queue, a connection, a node.
//!
//! The server makes its facts, tables and charts ([`DetailView`]); this page draws them.

use std::rc::Rc;
use std::sync::Arc;

use futures_util::future::LocalBoxFuture;
use leptos::prelude::*;
use leptos_meta::Title;
use metering::Series;

use super::list::Missing;
use crate::error::AppError;
use crate::i18n::catalog;
use crate::polling::{PollStatus, Settings, Span, start_polling};
use crate::reactive::{flag, maybe, on_change, part, text};
use crate::resource::fetched;
use crate::routes::{self, href};
use crate::server_fns::lists::fetch_detail;
use crate::ui::charts::{Chart, ChartGroup, ChartPreferences, SpanBar};
use crate::ui::components::age::Age;
use crate::ui::components::broker_notice::BrokerNotice;
use crate::ui::components::choices::{Ranges, Refreshes};
use crate::ui::components::copy::copy_text_before;
use crate::ui::components::error_page::error_page;
use crate::ui::components::icons::{Icon, IconName};
use crate::ui::components::polling::{FixedRangeNotice, Polling, UnknownRefresh};
use crate::ui::components::redirect::Redirect;
use crate::ui::components::skeleton::Skeleton;
use crate::ui::components::table::{cell, facts, rows};
use crate::ui::components::time::Clock;
use crate::view_models::charts::{Base, Definition, Line};
use crate::view_models::lists::{ChartView, DetailTable, DetailView};

/// What the address names: the broker, the list, the vhost and the name.
type Names = (String, String, Vec<String>);

async fn fetch((broker, kind, names): Names, span: Span) -> Result<DetailView, AppError> {
    let end = match span {
        Span::Last(_) => None,
        Span::Fixed(range) => Some(range.to),
    };
    fetch_detail(broker, kind, names, span.length(), end).await
}

/// `/brokers/{broker}/{list}/{vhost}/{name}`, or without a vhost where it is in none.
#[component]
pub fn DetailPage() -> impl IntoView {
    let path = routes::page_path();
    let settings = Settings::from_query();
    provide_context(settings);
    let names = Memo::new(move |_| {
        let mut parts = path.with(|path| routes::parts(path)).into_iter();
        let broker = parts.next().unwrap_or_default();
        let kind = parts.next().unwrap_or_default();
        (broker, kind, parts.collect::<Vec<_>>())
    });
    let first = fetched(
        move || names.get(),
        move |names| fetch(names, settings.span.get_untracked()),
    );
    let title = text(move || {
        names
            .with(|names| names.2.last().cloned())
            .unwrap_or_default()
    });
    view! {
        <Suspense fallback=move || view! { <Skeleton title /> }>
            {move || Suspend::new(async move {
                let answer = first.await;
                let names = names.get_untracked();
                match answer {
                    Err(error @ AppError::UnknownBroker) => {
                        view! { <Missing error name=names.0 /> }.into_any()
                    }
                    Err(error @ AppError::NotFound) => {
                        view! { <Missing error name=names.2.last().cloned().unwrap_or_default() /> }.into_any()
                    }
                    Err(AppError::SignedOut) => {
                        let back = routes::sign_in(Some(&routes::here()), None);
                        view! { <Redirect path=href(&back) /> }.into_any()
                    }
                    Err(error) => error_page(&error).into_any(),
                    Ok(first) => view! { <Detail names first /> }.into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}

/// The page, alive.
#[component]
fn Detail(names: Names, first: DetailView) -> impl IntoView {
    let texts = catalog();
    let settings = expect_context::<Settings>();
    let clock = expect_context::<Clock>();
    let poll_status = PollStatus::new();
    let title = first.title.clone();
    let charts = first.charts.clone();
    let resource = first.resource.clone();
    let view = RwSignal::new(None::<Arc<DetailView>>);
    let series = RwSignal::new(Series::default());
    let events = RwSignal::new(Arc::<Vec<metering::LogEntry>>::default());
    let is_gone = RwSignal::new(false);
    let loaded = RwSignal::new(settings.span.get_untracked());
    let take = move |mut answer: DetailView, span: Span| {
        loaded.set(span);
        series.set(Arc::unwrap_or_clone(std::mem::take(&mut answer.series)));
        if events.with_untracked(|events| *events != answer.events) {
            events.set(Arc::clone(&answer.events));
        }
        view.set(Some(Arc::new(answer)));
        is_gone.set(false);
    };
    take(first, settings.span.get_untracked());
    poll_status.answered();
    provide_context(poll_status);
    poll_status.start();
    let poll = move || -> LocalBoxFuture<'static, _> {
        let names = names.clone();
        Box::pin(async move {
            let span = settings.span.get_untracked();
            match fetch(names, span).await {
                Ok(answer) => take(answer, span),
                // It may come back: a connection with the same name, a queue that is declared again.
                Err(AppError::NotFound) => is_gone.set(true),
                Err(error) => return Err(error),
            }
            Ok(())
        })
    };
    start_polling(poll_status, settings, Rc::new(poll));
    on_change(
        move || settings.span.get(),
        move |_| poll_status.refresh_now(),
    );

    let time = Signal::derive(move || view.with(|view| Some(view.as_ref()?.server_time)));
    let latest = Signal::derive(move || time.get().map_or(0, metering::Timestamp::as_millis));
    let source = Signal::derive(move || series);
    let is_loaded = Signal::derive(move || loaded.get() == settings.span.get());
    let chart_group = ChartGroup::new(resource, source, events, latest).with_loaded(is_loaded);
    provide_context(chart_group);
    let broker = Signal::derive(move || view.with(|view| Some(view.as_ref()?.broker.clone())));
    let answers = Signal::derive(move || {
        broker
            .get()
            .is_none_or(|broker| broker.state == metering::BrokerState::Ok)
    });
    // What is shown of a broker that does not answer is from when it last did.
    let observed = Signal::derive(move || {
        if answers.get() {
            time.get()
        } else {
            broker.get().and_then(|broker| broker.last_seen)
        }
    });
    let is_dim = flag(move || is_gone.get() || !answers.get());
    let way = part(move || {
        let (list, vhost) = view.with(|view| {
            view.as_ref()
                .map(|view| (view.list.clone(), view.vhost.clone()))
        })?;
        Some(view! {
            <a href=list.href>{list.label}</a>
            {vhost.map(|vhost| view! { <span aria-hidden="true">" › "</span><a href=vhost.href><bdi>{vhost.label}</bdi></a> })}
        })
    });
    let marks = part(move || {
        let marks = view
            .with(|view| view.as_ref().map(|view| view.marks.clone()))
            .unwrap_or_default();
        marks.iter().map(|mark| cell(mark, clock)).collect_view()
    });
    let has_charts = !charts.is_empty();
    provide_context(ChartPreferences(use_context().unwrap_or_default()));
    let drawn = has_charts.then(|| {
        let charts = charts
            .into_iter()
            .map(|chart| view! { <Chart definition=definition(chart) /> });
        let why = maybe(move || {
            let why = view.with(|view| view.as_ref().map(|view| view.no_series.clone()))?;
            (!why.is_empty()).then_some(why)
        });
        view! {
            <SpanBar />
            {part(move || why.get().map(|why| view! { <p class="soft">{why}</p> }))}
            <div class="charts">{charts.collect_view()}</div>
        }
    });
    let groups = part(move || {
        let groups = view
            .with(|view| view.as_ref().map(|view| view.groups.clone()))
            .unwrap_or_default();
        groups
            .iter()
            .map(|group| facts(group, clock))
            .collect_view()
    });
    let tables = part(move || {
        let tables = view
            .with(|view| view.as_ref().map(|view| view.tables.clone()))
            .unwrap_or_default();
        tables
            .iter()
            .map(|table| self::table(table, clock))
            .collect_view()
    });
    let notices = part(move || {
        let line = |text: String| view! { <p class="notice warning">{text}</p> };
        view.with(|view| {
            Some(
                view.as_ref()?
                    .notices
                    .iter()
                    .cloned()
                    .map(line)
                    .collect_view(),
            )
        })
    });
    let gone = part(move || {
        is_gone
            .get()
            .then(|| view! { <p class="notice bad">{texts.lists.not_there_any_more}</p> })
    });
    view! {
        <Title text=title.clone() />
        <header class="page-head detail-head">
            <div class="title">
                <p class="way">{way}</p>
                <h1>
                    <bdi>{title}</bdi>
                    <button type="button" class="copy needs-script" title=texts.lists.copy_name on:click=copy_text_before>
                        <Icon name=IconName::Copy />
                        <span class="visually-hidden">{texts.lists.copy_name}</span>
                    </button>
                </h1>
                {marks}
            </div>
            <div class="controls">
                <Age observed server_time=time answers />
                {has_charts.then(|| view! { <Ranges /> })}
                <Refreshes />
            </div>
        </header>
        <div class="overview detail" class:dim=is_dim>
            {drawn}
            <div class="cards facts-cards">{groups}</div>
            {tables}
        </div>
        <div class="notices" role="status">
            {gone}
            <BrokerNotice broker />
            <Polling />
            <UnknownRefresh />
            {notices}
            <FixedRangeNotice time />
        </div>
    }
    .into_any()
}

fn definition(chart: ChartView) -> Definition {
    let line = |line: crate::view_models::lists::LineView| Line {
        meter: line.meter.into(),
        label: line.label.into(),
        colour: line.colour,
        dash: line.dash,
    };
    Definition {
        id: chart.id.into(),
        title: chart.title.into(),
        unit_label: chart.unit_label.into(),
        unit: chart.unit,
        base: Base::of_unit(chart.unit),
        lines: chart.lines.into_iter().map(line).collect(),
    }
}

/// A table of what belongs to the object.
fn table(table: &DetailTable, clock: Clock) -> AnyView {
    let heading = format!("{}-title", table.id);
    let head = |column: &crate::view_models::table::Column| {
        view! { <th scope="col" class=column.cell_class()>{column.label.clone()}</th> }
    };
    let body = (!table.rows.is_empty()).then(|| {
        view! {
            <div class="scroll" tabindex="0" role="group" aria-labelledby=heading.clone()>
                <table class="list">
                    <thead><tr>{table.columns.iter().map(head).collect_view()}</tr></thead>
                    <tbody>{rows(&table.columns, &table.rows, false, clock)}</tbody>
                </table>
            </div>
        }
    });
    let note =
        (!table.note.is_empty()).then(|| view! { <p class="empty">{table.note.clone()}</p> });
    view! {
        <section class="panel" id=table.id.clone() aria-labelledby=heading.clone()>
            <h2 id=heading.clone()>{table.title.clone()}</h2>
            {body}
            {note}
        </section>
    }
    .into_any()
}
