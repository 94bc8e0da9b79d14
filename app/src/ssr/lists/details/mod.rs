//! The page of one object, one file a kind.

mod channel;
mod connection;
mod exchange;
mod node;
mod permissions;
mod policy;
mod queue;
mod sessions;
mod user;
mod vhost;

use std::sync::Arc;

use client::{ClientError, SeriesColumn, SeriesQuery, Session};
use metering::{Broker, Series, Stat, Timestamp, meter};

use super::links::Scene;
use super::value::{Value, rate};
use super::{find, forbidden, title};
use crate::cells::Cell;
use crate::error::AppError;
use crate::server_fns::lists::{ChartView, DetailTable, DetailView, Group, Tab};
use crate::ssr::happened::happened;
use crate::ssr::session::metering_session;
use crate::ssr::{app_error, now};

/// A span of which little is asked, for who draws none.
const LATELY: (i64, Option<i64>) = (60_000, None);

/// What is asked for, and for whom.
struct Want<'a> {
    session: Session,
    scene: Scene<'a>,
    /// How long a time the charts are to show, in milliseconds.
    length: i64,
    /// Its end, in milliseconds since the epoch; none: now.
    end: Option<i64>,
}

impl<'a> Want<'a> {
    /// Of a broker, for so many milliseconds up to an end, or up to now.
    fn of(session: &Session, broker: &'a Broker, (length, end): (i64, Option<i64>)) -> Self {
        Self {
            session: session.clone(),
            scene: Scene::new(broker),
            length,
            end,
        }
    }

    fn broker(&self) -> &str {
        &self.scene.broker.name
    }
}

/// What a page shows of one object.
#[derive(Default)]
struct Made {
    marks: Vec<Cell>,
    groups: Vec<Group>,
    tables: Vec<DetailTable>,
    charts: Vec<ChartView>,
    resource: String,
    series: Series,
    no_series: String,
    notices: Vec<String>,
}

/// One object in full.
pub(crate) async fn page(
    broker: &str,
    kind: &str,
    names: &[String],
    length: i64,
    end: Option<i64>,
) -> Result<DetailView, AppError> {
    let (session, _) = metering_session().await?;
    let broker = find(&session, broker).await?;
    let want = Want::of(&session, &broker, (length, end));
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let made = match (kind, names.as_slice()) {
        ("queues", &[vhost, name]) => queue::make(&want, vhost, name).await,
        ("exchanges", &[vhost, name]) => exchange::make(&want, vhost, name).await,
        ("policies", &[vhost, name]) => policy::make(&want, vhost, name, false).await,
        ("operator-policies", &[vhost, name]) => policy::make(&want, vhost, name, true).await,
        ("connections", &[name]) => connection::make(&want, name).await,
        ("channels", &[name]) => channel::make(&want, name).await,
        ("nodes", &[name]) => node::make(&want, name).await,
        (node::INTERNALS, &[name]) => node::internals(&want, name).await,
        ("vhosts", &[name]) => vhost::make(&want, name).await,
        ("users", &[name]) => user::make(&want, name).await,
        _ => return Err(AppError::NotFound),
    };
    let scene = &want.scene;
    let server_time = now();
    let events = if made.as_ref().is_ok_and(|made| !made.charts.is_empty()) {
        let broker = &broker.name;
        happened(&want.session, broker, want.length, want.end, server_time).await
    } else {
        Arc::default()
    };
    let made = match made {
        Ok(made) => made,
        Err(ClientError::NotFound { .. }) => return Err(AppError::NotFound),
        // The page stands, and says why there is nothing on it.
        Err(ClientError::Forbidden { .. }) => bare(forbidden(kind, scene.views)),
        Err(ClientError::Unavailable { .. }) if broker.state != metering::BrokerState::Ok => {
            Made::default()
        }
        Err(error) => return Err(app_error(&error)),
    };
    let vhost = (names.len() > 1).then(|| names.first().copied()).flatten();
    let name = names.last().copied().unwrap_or_default();
    Ok(DetailView {
        title: if kind == "exchanges" && name == super::links::DEFAULT_EXCHANGE {
            scene.views.default_exchange.to_owned()
        } else {
            name.to_owned()
        },
        list: above(kind, name, scene),
        vhost: vhost.map(|vhost| Tab {
            label: vhost.to_owned(),
            href: scene.object("vhosts", &[vhost]),
            current: false,
        }),
        marks: made.marks,
        groups: made.groups,
        tables: made.tables,
        charts: made.charts,
        resource: made.resource,
        series: made.series.into(),
        no_series: made.no_series,
        events,
        notices: made.notices,
        server_time,
        broker: broker.clone(),
    })
}

/// How a queue went in so many milliseconds up to an end, or up to now.
pub(crate) async fn series_of_queue(
    session: &Session,
    broker: &Broker,
    vhost: &str,
    name: &str,
    span: (i64, Option<i64>),
) -> Result<Series, ClientError> {
    queue::series(&Want::of(session, broker, span), vhost, name).await
}

/// What is known of a queue, group by group.
pub(crate) async fn facts_of_queue(
    session: &Session,
    broker: &Broker,
    vhost: &str,
    name: &str,
) -> Result<Vec<Group>, ClientError> {
    queue::facts(&Want::of(session, broker, LATELY), vhost, name).await
}

/// What is known of a node, group by group.
pub(crate) async fn facts_of_node(
    session: &Session,
    broker: &Broker,
    name: &str,
) -> Result<Vec<Group>, ClientError> {
    node::facts(&Want::of(session, broker, LATELY), name).await
}

/// How a node went.
pub(crate) async fn series_of_node(
    session: &Session,
    broker: &Broker,
    name: &str,
    span: (i64, Option<i64>),
) -> Result<Series, ClientError> {
    node::series(&Want::of(session, broker, span), name).await
}

/// Where a page belongs: its list, and of a page about a node that node's.
fn above(kind: &str, name: &str, scene: &Scene<'_>) -> Tab {
    let (label, href) = if kind == node::INTERNALS {
        (name, scene.object("nodes", &[name]))
    } else {
        (title(kind, scene.views), scene.list(kind))
    };
    Tab {
        label: label.to_owned(),
        href,
        current: false,
    }
}

fn bare(notice: &str) -> Made {
    Made {
        notices: vec![notice.to_owned()],
        ..Made::default()
    }
}

/// The names of message statistics, in the viewer's language.
fn stat_name(name: &str, scene: &Scene<'_>) -> Option<&'static str> {
    let views = scene.views;
    Some(match name {
        "publish" => views.publish,
        "publish_in" => views.publish_in,
        "publish_out" => views.publish_out,
        "confirm" => views.confirm,
        "deliver" => views.deliver,
        "deliver_no_ack" => views.deliver_no_ack,
        "get" => views.get,
        "get_no_ack" => views.get_no_ack,
        "get_empty" => views.get_empty,
        "deliver_get" => views.deliver_get,
        "redeliver" => views.redeliver,
        "ack" => views.ack,
        "return_unroutable" => views.return_unroutable,
        "drop_unroutable" => views.drop_unroutable,
        "disk_reads" => views.disk_reads,
        "disk_writes" => views.disk_writes,
        _ => return None,
    })
}

/// The rates of all statistics that are told, and their totals.
fn stats_groups(stats: Option<&metering::overview::MessageStats>, scene: &Scene<'_>) -> Vec<Group> {
    let Some(stats) = stats else {
        return Vec::new();
    };
    let named =
        |stat: Stat<'_>| Some((stat_name(stat.name, scene)?, stat.value, rate(stat.details)));
    let told: Vec<_> = stats.iter().filter_map(named).collect();
    let rates = told.iter().map(|(name, _, rate)| (*name, rate.clone()));
    let totals = told
        .iter()
        .map(|(name, total, _)| (*name, total.map_or(Value::Nothing, Value::Count)));
    let views = scene.views;
    [
        super::facts::group(views.rates, rates, scene),
        super::facts::group(views.totals, totals, scene),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Puts the samples of message statistics into a recorder, by the meters of their rates.
fn record_stats(
    recorder: &mut super::history::Recorder,
    stats: Option<&metering::overview::MessageStats>,
) {
    for stat in stats
        .into_iter()
        .flat_map(metering::overview::MessageStats::iter)
    {
        if let Some(counter) = meter::MESSAGE_STATS
            .iter()
            .find(|counter| counter.total.field == stat.name)
        {
            recorder.rate(counter.rate.name, stat.details);
        }
    }
}

/// The depths and rates of a queue or a vhost: from the samples that the broker keeps, or, where the
/// span goes beyond these, from what Warren kept itself of those that it follows.
async fn series(
    want: &Want<'_>,
    longest: i64,
    resource: &str,
    sampled: super::history::Recorder,
) -> Result<Series, ClientError> {
    if want.end.is_none() && want.length <= longest {
        return Ok(sampled.series());
    }
    let depths = meter::QUEUE_TOTALS.iter().map(|definition| definition.name);
    let rates = meter::MESSAGE_STATS.iter().map(|counter| counter.rate.name);
    let meters = depths.chain(rates).map(str::to_owned).collect();
    recorded(want, resource, meters).await
}

/// From what Warren kept itself, which reaches further back than what a broker keeps.
async fn recorded(
    want: &Want<'_>,
    resource: &str,
    meters: Vec<String>,
) -> Result<Series, ClientError> {
    let end = want.end.unwrap_or_else(|| now().as_millis());
    let query = SeriesQuery {
        broker: want.broker().to_owned(),
        meters,
        resources: vec![resource.to_owned()],
        from: Some(Timestamp::from_millis(end - want.length)),
        to: Some(Timestamp::from_millis(end)),
        points: Some(600),
        columns: vec![SeriesColumn::Avg],
        ..SeriesQuery::default()
    };
    Ok(want.session.series(&query).await?.as_ref().clone())
}
