//! One poll of all panels of a page: what each shows, and nothing else.

use std::sync::Arc;

use client::{ClientError, Session};
use futures_util::future::join_all;
use metering::dashboard::Dashboard;
use metering::panel::{Panel as Kind, Subject, overview_of};
use metering::requests::SeriesQuery;
use metering::{Broker, Overview, Series, Timestamp};

use super::lists::details;
use super::recent_events::recent_events;
use crate::error::AppError;
use crate::server::clock::now;
use crate::server::errors::app_error;
use crate::server::session::panel_session;
use crate::view_models::lists::Group;
use crate::view_models::panels::{MAX_PANEL_REQUESTS, PanelAnswer, PanelPage, PanelRequest};
use crate::view_models::time_range::{LONGEST, SHORTEST};

/// A value, or `None` if the broker never answered or the account may not see it.
fn known<T>(answer: Result<T, ClientError>) -> Result<Option<T>, AppError> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(ClientError::Forbidden { .. } | ClientError::Unavailable { .. }) => Ok(None),
        Err(error) => Err(app_error(&error)),
    }
}

pub(crate) async fn answers(requests: Vec<PanelRequest>) -> Result<Vec<PanelAnswer>, AppError> {
    if requests.len() > MAX_PANEL_REQUESTS {
        return Err(AppError::TooManyRequests { retry_after: None });
    }
    let (session, is_guest) = panel_session().await?;
    // The token names panels. The metering API authorizes each request of them.
    let refused = if is_guest {
        let panels = requests.iter().map(|request| request.panel.as_str());
        let guest = session.guest(panels).await;
        guest.map_err(|error| app_error(&error))?.refused
    } else {
        Vec::new()
    };
    // Fetched once for all panels: this also checks the token.
    let brokers = session.brokers().await.map_err(|error| app_error(&error))?;
    let (session, brokers, refused) = (&session, &brokers, &refused);
    let answers = requests.iter().map(|request| async move {
        if refused.contains(&request.panel) {
            return Err(AppError::Forbidden);
        }
        answer(session, brokers, request).await
    });
    let answers = join_all(answers).await;
    // If the token ended meanwhile, the whole page needs a new one.
    if answers.contains(&Err(AppError::SignedOut)) {
        return Err(AppError::SignedOut);
    }
    Ok(answers)
}

async fn answer(session: &Session, brokers: &[Broker], request: &PanelRequest) -> PanelAnswer {
    let kind = Kind::find(&request.panel).ok_or(AppError::Forbidden)?;
    let broker = brokers.iter().find(|broker| broker.name == request.broker);
    let broker = broker.cloned().ok_or(AppError::UnknownBroker)?;
    let server_time = now();
    let series = async {
        match request.depth.filter(|_| kind.needs_series()) {
            Some(depth) => {
                let since = request.since.map(Timestamp::from_millis);
                let query = SeriesQuery {
                    broker: Some(request.broker.clone()),
                    ..SeriesQuery::recent(depth, since, server_time)
                };
                session.series(&query).await
            }
            None => Ok(Arc::default()),
        }
    };
    let charts = async {
        match request.length.filter(|_| kind.is_charted()) {
            Some(length) if kind.is_of_object() => {
                of_object(session, &broker, kind, request, length).await
            }
            Some(length) => {
                let length = length.clamp(SHORTEST, LONGEST);
                let end = request.end.map(Timestamp::from_millis);
                let query = SeriesQuery {
                    broker: Some(request.broker.clone()),
                    ..SeriesQuery::span(length, end, server_time)
                };
                session.series(&query).await.map(Some)
            }
            None => Ok(None),
        }
    };
    let nodes = async {
        if kind.needs_nodes() {
            session.nodes(&request.broker).await.map(Some)
        } else {
            Ok(None)
        }
    };
    let overview = session.overview(&request.broker);
    let events = async {
        match request
            .length
            .or(request.depth)
            .filter(|_| kind.is_charted())
        {
            Some(length) => {
                let end = request.end.filter(|_| request.length.is_some());
                recent_events(session, &request.broker, length, end, server_time).await
            }
            None => Arc::default(),
        }
    };
    let groups = async {
        if kind.is_facts() {
            facts(session, &broker, kind, request).await
        } else {
            Ok(Vec::new())
        }
    };
    let (overview, nodes, series, charts, events, groups) =
        tokio::join!(overview, nodes, series, charts, events, groups);
    let shown = |series: Arc<Series>| only_drawn(kind, series);
    // A panel about an object needs its series; a panel about a broker does not.
    if kind.is_of_object()
        && let Err(error) = &charts
    {
        return Err(app_error(error));
    }
    let groups = groups.map_err(|error| app_error(&error))?;
    let dashboard = Dashboard {
        broker: broker.clone(),
        overview: known(overview)?.map(|overview| only_shown(kind, &overview)),
        nodes: known(nodes)?.flatten(),
        series: known(series)?.map(shown).unwrap_or_default(),
        charts: known(charts)?.flatten().map(shown),
        events,
        server_time,
    };
    Ok(PanelPage { dashboard, groups })
}

/// The panel's queue or node: its vhost, if any, and its name.
fn object(request: &PanelRequest, kind: Kind) -> (&str, &str) {
    let name = match kind.subject() {
        Subject::Node => &request.node,
        _ => &request.queue,
    };
    let vhost = request.vhost.as_deref().unwrap_or("/");
    (vhost, name.as_deref().unwrap_or_default())
}

/// What is known of a queue or a node, as its page has it, but without links: they lead to the
/// dashboard, which a panel's viewer may not be able to open.
async fn facts(
    session: &Session,
    broker: &Broker,
    kind: Kind,
    request: &PanelRequest,
) -> Result<Vec<Group>, ClientError> {
    let (vhost, name) = object(request, kind);
    let mut groups = if kind.subject() == Subject::Node {
        details::facts_of_node(session, broker, name).await?
    } else {
        details::facts_of_queue(session, broker, vhost, name).await?
    };
    for (_, cell) in groups.iter_mut().flat_map(|group| &mut group.facts) {
        cell.unlink();
    }
    Ok(groups)
}

/// The series of a queue or a node.
async fn of_object(
    session: &Session,
    broker: &Broker,
    kind: Kind,
    request: &PanelRequest,
    length: i64,
) -> Result<Option<Arc<Series>>, ClientError> {
    let span = (length.clamp(SHORTEST, LONGEST), request.end);
    let (vhost, name) = object(request, kind);
    let series = if kind.subject() == Subject::Node {
        details::series_of_node(session, broker, name, span).await
    } else {
        details::series_of_queue(session, broker, vhost, name, span).await
    };
    series.map(|series| Some(Arc::new(series)))
}

/// The columns that a panel draws.
fn only_drawn(kind: Kind, series: Arc<Series>) -> Arc<Series> {
    if series
        .columns
        .iter()
        .all(|column| kind.draws(&column.meter))
    {
        return series;
    }
    let drawn = series
        .columns
        .iter()
        .filter(|column| kind.draws(&column.meter));
    Arc::new(Series {
        step: series.step,
        timestamps: series.timestamps.clone(),
        columns: drawn.cloned().collect(),
    })
}

/// The part of the totals that a panel shows.
fn only_shown(kind: Kind, overview: &Arc<Overview>) -> Arc<Overview> {
    if kind == Kind::Overview {
        return Arc::clone(overview);
    }
    Arc::new(overview_of(&[kind], overview))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> Arc<Overview> {
        Arc::new(test_fixtures::broker_answer_as("4.0.5", "overview"))
    }

    /// The keys of the JSON that a panel gets.
    fn keys(kind: Kind) -> Vec<String> {
        let shown = only_shown(kind, &full());
        let shown = serde_json::to_value(&*shown).expect("JSON");
        let shown = shown.as_object().expect("an object");
        shown.keys().cloned().collect()
    }

    #[test]
    fn a_panel_gets_what_it_shows_and_nothing_else() {
        assert_eq!(keys(Kind::Tiles), ["object_totals"]);
        assert_eq!(keys(Kind::Listeners), ["listeners"]);
        assert_eq!(keys(Kind::ChurnTotals), ["churn_rates"]);
        for chart in [Kind::QueuedMessages, Kind::Nodes, Kind::Alarms] {
            assert!(keys(chart).is_empty(), "{chart:?}");
        }
        assert!(!keys(Kind::About).contains(&"listeners".to_owned()));
        assert!(keys(Kind::Overview).len() > 8);
    }

    #[test]
    fn a_chart_gets_its_own_columns_alone() {
        let column = |meter: &str| metering::series::Column {
            meter: meter.to_owned(),
            ..Default::default()
        };
        let series = Arc::new(Series {
            step: 5_000,
            timestamps: vec![],
            columns: [
                "rabbit.messages",
                "rabbit.connections",
                "rabbit.publish.rate",
            ]
            .map(column)
            .into(),
        });
        let drawn = |kind| -> Vec<String> {
            let drawn = only_drawn(kind, Arc::clone(&series));
            drawn
                .columns
                .iter()
                .map(|column| column.meter.clone())
                .collect()
        };
        assert_eq!(drawn(Kind::QueuedMessages), ["rabbit.messages"]);
        assert_eq!(drawn(Kind::MessageRates), ["rabbit.publish.rate"]);
        assert_eq!(drawn(Kind::Tiles), ["rabbit.connections"]);
        assert_eq!(drawn(Kind::Overview).len(), 3);
    }
}
