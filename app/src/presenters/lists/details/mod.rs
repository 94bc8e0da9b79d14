//! The page of one object, one file a kind.

mod channel;
mod connection;
mod exchange;
mod node;
mod object_page;
mod permissions;
mod policy;
mod queue;
mod series;
mod sessions;
mod stats;
mod user;
mod vhost;

use std::sync::Arc;

use client::{ClientError, Session};
use metering::requests::LogQuery;
use metering::{Broker, Series, Timestamp};

use super::render_context::RenderContext;
use super::{find_broker, forbidden, title};
use crate::error::AppError;
use crate::server::clock::now;
use crate::server::errors::app_error;
use crate::server::session::metering_session;
use crate::view_models::lists::{DetailView, Group, Tab};
use object_page::{DetailRequest, ObjectPage};

/// The span of requests whose series are not drawn.
const LATELY: (i64, Option<i64>) = (60_000, None);

/// One object in full.
pub(crate) async fn page(
    broker: &str,
    kind: &str,
    names: &[String],
    length: i64,
    end: Option<i64>,
) -> Result<DetailView, AppError> {
    let (session, _) = metering_session().await?;
    let broker = find_broker(&session, broker).await?;
    let request = DetailRequest::new(&session, &broker, (length, end));
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let page = match (kind, names.as_slice()) {
        ("queues", &[vhost, name]) => queue::make(&request, vhost, name).await,
        ("exchanges", &[vhost, name]) => exchange::make(&request, vhost, name).await,
        ("policies", &[vhost, name]) => policy::make(&request, vhost, name, false).await,
        ("operator-policies", &[vhost, name]) => policy::make(&request, vhost, name, true).await,
        ("connections", &[name]) => connection::make(&request, name).await,
        ("channels", &[name]) => channel::make(&request, name).await,
        ("nodes", &[name]) => node::make(&request, name).await,
        (node::INTERNALS, &[name]) => node::internals(&request, name).await,
        ("vhosts", &[name]) => vhost::make(&request, name).await,
        ("users", &[name]) => user::make(&request, name).await,
        _ => return Err(AppError::NotFound),
    };
    let context = &request.context;
    let server_time = now();
    let events = if page.as_ref().is_ok_and(|page| !page.charts.is_empty()) {
        let end = request.end.map(Timestamp::from_millis);
        let events = LogQuery::events(&broker.name, request.length, end, server_time);
        // Charts do without, if the log cannot be read.
        request.session.logs(&events).await.unwrap_or_default()
    } else {
        Arc::default()
    };
    let page = match page {
        Ok(page) => page,
        Err(ClientError::NotFound { .. }) => return Err(AppError::NotFound),
        // The page is shown, and says why it is empty.
        Err(ClientError::Forbidden { .. }) => bare(forbidden(kind, context.list_texts)),
        Err(ClientError::Unavailable { .. }) if broker.state != metering::BrokerState::Ok => {
            ObjectPage::default()
        }
        Err(error) => return Err(app_error(&error)),
    };
    let vhost = (names.len() > 1).then(|| names.first().copied()).flatten();
    let name = names.last().copied().unwrap_or_default();
    Ok(DetailView {
        title: if kind == "exchanges" && name == super::links::DEFAULT_EXCHANGE {
            context.list_texts.default_exchange.to_owned()
        } else {
            name.to_owned()
        },
        list: above(kind, name, context),
        vhost: vhost.map(|vhost| Tab {
            label: vhost.to_owned(),
            href: context.object("vhosts", &[vhost]),
            current: false,
        }),
        marks: page.marks,
        groups: page.groups,
        tables: page.tables,
        charts: page.charts,
        resource: page.resource,
        series: page.series.into(),
        no_series: page.no_series,
        events,
        notices: page.notices,
        server_time,
        broker: broker.clone(),
    })
}

/// The series of a queue, of a length in milliseconds up to an end, or up to now.
pub(crate) async fn series_of_queue(
    session: &Session,
    broker: &Broker,
    vhost: &str,
    name: &str,
    span: (i64, Option<i64>),
) -> Result<Series, ClientError> {
    queue::series(&DetailRequest::new(session, broker, span), vhost, name).await
}

/// What is known of a queue, group by group.
pub(crate) async fn facts_of_queue(
    session: &Session,
    broker: &Broker,
    vhost: &str,
    name: &str,
) -> Result<Vec<Group>, ClientError> {
    queue::facts(&DetailRequest::new(session, broker, LATELY), vhost, name).await
}

/// What is known of a node, group by group.
pub(crate) async fn facts_of_node(
    session: &Session,
    broker: &Broker,
    name: &str,
) -> Result<Vec<Group>, ClientError> {
    node::facts(&DetailRequest::new(session, broker, LATELY), name).await
}

/// The series of a node.
pub(crate) async fn series_of_node(
    session: &Session,
    broker: &Broker,
    name: &str,
    span: (i64, Option<i64>),
) -> Result<Series, ClientError> {
    node::series(&DetailRequest::new(session, broker, span), name).await
}

/// Where a page belongs: its list, and of a page about a node that node's.
fn above(kind: &str, name: &str, context: &RenderContext<'_>) -> Tab {
    let (label, href) = if kind == node::INTERNALS {
        (name, context.object("nodes", &[name]))
    } else {
        (title(kind, context.list_texts), context.list(kind))
    };
    Tab {
        label: label.to_owned(),
        href,
        current: false,
    }
}

fn bare(notice: &str) -> ObjectPage {
    ObjectPage {
        notices: vec![notice.to_owned()],
        ..ObjectPage::default()
    }
}
