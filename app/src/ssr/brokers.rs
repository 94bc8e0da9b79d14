//! All brokers at a glance: each one's state, totals and the last hour, asked for beside each other.

use client::{SeriesColumn, SeriesQuery, Session};
use futures_util::future::join_all;
use metering::{Broker, Node, Overview, Series, Timestamp};

use super::session::metering_session;
use super::{app_error, now};
use crate::cells::Cell;
use crate::chart::line_of;
use crate::components::status::Level;
use crate::embed::alarms_of;
use crate::error::AppError;
use crate::format::{self, Unit};
use crate::i18n::{Catalog, catalog};
use crate::live::SPAN;
use crate::server_fns::brokers::{BrokerRow, BrokersPage, Figure};

/// The lines are narrow: a point a minute.
const STEP: i64 = 60_000;

/// A figure: its head, its unit, the number in an overview, and the meter of its line.
struct Kind {
    head: fn(&Catalog) -> &'static str,
    unit: Unit,
    number: fn(&Overview) -> Option<f64>,
    meter: Option<&'static str>,
}

const KINDS: &[Kind] = &[
    Kind {
        head: |texts| texts.queued_messages,
        unit: Unit::Count,
        number: |overview| Some(overview.queue_totals.as_ref()?.messages? as f64),
        meter: Some("rabbit.messages"),
    },
    Kind {
        head: |texts| texts.publish,
        unit: Unit::PerSecond,
        number: |overview| {
            let stats = overview.message_stats.as_ref()?;
            stats.publish_details.as_ref()?.rate
        },
        meter: Some("rabbit.publish.rate"),
    },
    Kind {
        head: |texts| texts.deliver,
        unit: Unit::PerSecond,
        number: |overview| {
            let stats = overview.message_stats.as_ref()?;
            stats.deliver_get_details.as_ref()?.rate
        },
        meter: Some("rabbit.deliver_get.rate"),
    },
    Kind {
        head: |texts| texts.connections,
        unit: Unit::Count,
        number: |overview| Some(overview.object_totals.as_ref()?.connections? as f64),
        meter: None,
    },
    Kind {
        head: |texts| texts.queues,
        unit: Unit::Count,
        number: |overview| Some(overview.object_totals.as_ref()?.queues? as f64),
        meter: None,
    },
];

/// What the lines are drawn of. Up to the minute: all viewers who come within one ask the same.
fn query(broker: &str, now: Timestamp) -> SeriesQuery {
    let from = (now.as_millis() - SPAN).div_euclid(STEP) * STEP;
    let meters = KINDS.iter().filter_map(|kind| kind.meter);
    SeriesQuery {
        broker: broker.to_owned(),
        meters: meters.map(str::to_owned).collect(),
        from: Some(Timestamp::from_millis(from)),
        points: u32::try_from(SPAN / STEP + 1).ok(),
        columns: vec![SeriesColumn::Avg],
        ..SeriesQuery::default()
    }
}

fn figure(
    kind: &Kind,
    overview: Option<&Overview>,
    series: Option<&Series>,
    broker: &str,
) -> Figure {
    let number = overview.and_then(kind.number);
    let line = || {
        let series = series?;
        let column = series.column(kind.meter?, broker)?;
        Some(line_of(&series.timestamps, &column.avg.0))
    };
    Figure {
        text: number
            .map(|number| format::value(number, kind.unit))
            .unwrap_or_default(),
        line: line().unwrap_or_default(),
    }
}

/// What is raised on each node, with the node's name where there are several.
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
    // What one broker does not tell is left out, for the sake of the others.
    let (overview, series, nodes) = tokio::join!(
        session.overview(&broker.name),
        session.series(&query),
        session.nodes(&broker.name)
    );
    let (overview, series) = (overview.ok(), series.ok());
    let figures = KINDS.iter();
    let figures = figures
        .map(|kind| figure(kind, overview.as_deref(), series.as_deref(), &broker.name))
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
        heads: KINDS
            .iter()
            .map(|kind| (kind.head)(texts).to_owned())
            .collect(),
        rows: join_all(rows).await.into(),
        server_time,
    })
}
