//! All brokers at a glance: state, totals and the last hour of each, fetched concurrently.

use client::Session;
use futures_util::future::join_all;
use metering::requests::{SeriesColumn, SeriesQuery};
use metering::{Broker, Node, Overview, Series, Timestamp};

use crate::error::AppError;
use crate::format::{self, Unit};
use crate::i18n::{Catalog, catalog};
use crate::server::clock::now;
use crate::server::errors::app_error;
use crate::server::session::metering_session;
use crate::view_models::brokers::{BrokerRow, BrokersPage, Figure};
use crate::view_models::level::Level;
use crate::view_models::node_alarms::alarms_of;
use crate::view_models::sparkline::line_of;
use crate::view_models::table::Cell;
use crate::view_models::time_range::RECENT_HISTORY;

/// The step of the narrow lines: a minute.
const STEP: i64 = 60_000;

/// A figure: heading, unit, the number in an overview, and the meter of its line.
struct FigureDef {
    head: fn(&Catalog) -> &'static str,
    unit: Unit,
    number: fn(&Overview) -> Option<f64>,
    meter: Option<&'static str>,
}

const FIGURES: &[FigureDef] = &[
    FigureDef {
        head: |texts| texts.queued_messages,
        unit: Unit::Count,
        number: |overview| Some(overview.queue_totals.as_ref()?.messages? as f64),
        meter: Some("rabbit.messages"),
    },
    FigureDef {
        head: |texts| texts.publish,
        unit: Unit::PerSecond,
        number: |overview| {
            let stats = overview.message_stats.as_ref()?;
            stats.publish_details.as_ref()?.rate
        },
        meter: Some("rabbit.publish.rate"),
    },
    FigureDef {
        head: |texts| texts.deliver,
        unit: Unit::PerSecond,
        number: |overview| {
            let stats = overview.message_stats.as_ref()?;
            stats.deliver_get_details.as_ref()?.rate
        },
        meter: Some("rabbit.deliver_get.rate"),
    },
    FigureDef {
        head: |texts| texts.connections,
        unit: Unit::Count,
        number: |overview| Some(overview.object_totals.as_ref()?.connections? as f64),
        meter: None,
    },
    FigureDef {
        head: |texts| texts.queues,
        unit: Unit::Count,
        number: |overview| Some(overview.object_totals.as_ref()?.queues? as f64),
        meter: None,
    },
];

/// The query of the lines. It starts at a whole minute, so that viewers within a minute send the same
/// request.
fn query(broker: &str, now: Timestamp) -> SeriesQuery {
    let from = (now.as_millis() - RECENT_HISTORY).div_euclid(STEP) * STEP;
    let meters = FIGURES.iter().filter_map(|figure_def| figure_def.meter);
    SeriesQuery {
        broker: Some(broker.to_owned()),
        meters: meters.map(str::to_owned).collect(),
        from: Some(Timestamp::from_millis(from)),
        points: u32::try_from(RECENT_HISTORY / STEP + 1).ok(),
        columns: vec![SeriesColumn::Avg],
        ..SeriesQuery::default()
    }
}

fn figure(
    figure_def: &FigureDef,
    overview: Option<&Overview>,
    series: Option<&Series>,
    broker: &str,
) -> Figure {
    let number = overview.and_then(figure_def.number);
    let line = || {
        let series = series?;
        let column = series.column(figure_def.meter?, broker)?;
        Some(line_of(&series.timestamps, &column.avg.0))
    };
    Figure {
        text: number
            .map(|number| format::value(number, figure_def.unit))
            .unwrap_or_default(),
        line: line().unwrap_or_default(),
    }
}

/// The alarms of all nodes, with the node's name if there are several.
fn alarms(nodes: &[Node]) -> Vec<Cell> {
    let texts = catalog();
    let of_node = |node: &Node| {
        let raised = alarms_of(node, texts).into_iter();
        let name = (nodes.len() > 1).then(|| node.name.clone());
        let cell = move |(level, word): (Level, &str)| Cell {
            text: name
                .as_ref()
                .map_or_else(|| word.to_owned(), |name| format!("{word} · {name}")),
            level: Some(level),
            ..Cell::default()
        };
        raised.map(cell).collect::<Vec<_>>()
    };
    nodes.iter().flat_map(of_node).collect()
}

async fn row(session: &Session, broker: &Broker, now: Timestamp) -> BrokerRow {
    let query = query(&broker.name, now);
    // What one broker does not report is left out, so that the others are shown.
    let (overview, series, nodes) = tokio::join!(
        session.overview(&broker.name),
        session.series(&query),
        session.nodes(&broker.name)
    );
    let (overview, series) = (overview.ok(), series.ok());
    let figures = FIGURES.iter();
    let figures = figures
        .map(|figure_def| {
            figure(
                figure_def,
                overview.as_deref(),
                series.as_deref(),
                &broker.name,
            )
        })
        .collect();
    let version = [&broker.rabbitmq_version, &broker.cluster_name];
    let version: Vec<_> = version.into_iter().flatten().map(String::as_str).collect();
    BrokerRow {
        name: broker.name.clone(),
        state: broker.state,
        since: broker.since,
        reason: broker.reason.clone(),
        description: broker.description.clone(),
        version: version.join(" · "),
        alarms: nodes.ok().map(|nodes| alarms(&nodes)),
        figures,
    }
}

pub(crate) async fn page() -> Result<BrokersPage, AppError> {
    let texts = catalog();
    let (session, _) = metering_session().await?;
    let brokers = session.brokers().await.map_err(|error| app_error(&error))?;
    let server_time = now();
    let rows = brokers
        .iter()
        .map(|broker| row(&session, broker, server_time));
    Ok(BrokersPage {
        heads: FIGURES
            .iter()
            .map(|figure_def| (figure_def.head)(texts).to_owned())
            .collect(),
        rows: join_all(rows).await.into(),
        server_time,
    })
}
