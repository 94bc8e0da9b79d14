//! Publishers and consumers of RabbitMQ's stream protocol.

use client::{ListQuery, Session};
use metering::plugin::StreamConnection;
use metering::{StreamConsumer, StreamPublisher};

use super::column::{Col, col, counted, extra, list, unsorted, worded};
use super::facts;
use super::links::Scene;
use super::value::{Value, flag, table};
use crate::components::status::Level;
use crate::server_fns::lists::DetailTable;

list!(StreamPublishers = "stream-publishers", stream_publishers: StreamPublisher, PUBLISHERS, level of_publisher);
list!(StreamConsumers = "stream-consumers", stream_consumers: StreamConsumer, CONSUMERS);

/// Columns that publishers and consumers have alike.
macro_rules! stream {
    () => {
        unsorted(col(
            "queue.name",
            |v| v.stream,
            |row, scene| match &row.queue {
                Some(queue) => scene.link_in("queues", &queue.vhost, &queue.name),
                None => Value::Nothing,
            },
        ))
    };
}

macro_rules! vhost {
    () => {
        col(
            "queue.vhost",
            |v| v.vhost,
            |row, scene| scene.maybe_link("vhosts", row.queue.as_ref().map(|queue| &queue.vhost)),
        )
    };
}

macro_rules! connection {
    () => {
        col(
            "connection_details.name",
            |v| v.connection,
            |row, scene| connection(row.connection_details.as_ref(), scene),
        )
    };
}

macro_rules! user {
    () => {
        col(
            "connection_details.user",
            |v| v.user,
            |row, scene| {
                let connection = row.connection_details.as_ref();
                scene.maybe_link(
                    "users",
                    connection.and_then(|connection| connection.user.as_ref()),
                )
            },
        )
    };
}

const PUBLISHERS: &[Col<StreamPublisher>] = &[
    stream!(),
    vhost!(),
    worded!(reference, publisher_reference),
    connection!(),
    user!(),
    counted!(publisher_id, number),
    counted!(published, published),
    counted!(confirmed, confirmed),
    counted!(errored, refused),
];

const CONSUMERS: &[Col<StreamConsumer>] = &[
    stream!(),
    vhost!(),
    connection!(),
    user!(),
    counted!(subscription_id, number),
    counted!(offset, offset),
    counted!(offset_lag, offset_lag),
    counted!(consumed, consumed),
    counted!(credits, credit),
    extra(col(
        "active",
        |v| v.active,
        |consumer, _| flag(consumer.active),
    )),
    extra(worded!(activity_status, state)),
    unsorted(extra(col(
        "properties",
        |v| v.properties,
        |consumer, _| table(consumer.properties.as_ref()),
    ))),
];

/// What a stream refused is lost unless it is published again.
fn of_publisher(publisher: &StreamPublisher) -> Option<Level> {
    publisher
        .errored
        .is_some_and(|errored| errored > 0)
        .then_some(Level::Warning)
}

fn connection(connection: Option<&StreamConnection>, scene: &Scene<'_>) -> Value {
    scene.maybe_link("connections", connection.map(|connection| &connection.name))
}

/// Whose publishers and consumers a page shows.
#[derive(Clone, Copy)]
pub(super) enum Of<'a> {
    /// Those of a stream, by vhost and name.
    Stream(&'a str, &'a str),
    /// Those on a connection.
    Connection(&'a str),
}

impl Of<'_> {
    fn name(&self) -> &str {
        match self {
            Self::Stream(_, name) | Self::Connection(name) => name,
        }
    }

    fn has(
        &self,
        queue: Option<&metering::consumer::QueueName>,
        connection: Option<&StreamConnection>,
    ) -> bool {
        match self {
            Self::Stream(vhost, name) => {
                queue.is_some_and(|queue| queue.name == *name && queue.vhost == *vhost)
            }
            Self::Connection(name) => connection.is_some_and(|connection| connection.name == *name),
        }
    }
}

/// The tables of a stream's or a connection's page; none where the broker does not tell, since the
/// plugin is not enabled or the list has not been read yet.
pub(super) async fn tables(session: &Session, of: Of<'_>, scene: &Scene<'_>) -> Vec<DetailTable> {
    let query = ListQuery {
        name: Some(of.name().to_owned()),
        page_size: Some(500),
        ..ListQuery::default()
    };
    let broker = scene.broker.name.as_str();
    let own = |key: &&str| match of {
        Of::Stream(..) => !key.starts_with("queue."),
        Of::Connection(_) => !key.starts_with("connection_details."),
    };
    let mut tables = Vec::new();
    if let Ok(page) = session.stream_publishers(broker, &query).await {
        let rows = page
            .items
            .iter()
            .filter(|row| of.has(row.queue.as_ref(), row.connection_details.as_ref()));
        let rows: Vec<_> = rows.cloned().collect();
        let keys: Vec<_> = PUBLISHERS.iter().map(|col| col.key).filter(own).collect();
        let views = scene.views;
        let heading = ("stream-publishers", views.stream_publishers);
        tables.push(facts::table(
            heading,
            PUBLISHERS,
            &keys,
            &rows,
            views.no_publishers,
            scene,
        ));
    }
    if let Ok(page) = session.stream_consumers(broker, &query).await {
        let rows = page
            .items
            .iter()
            .filter(|row| of.has(row.queue.as_ref(), row.connection_details.as_ref()));
        let rows: Vec<_> = rows.cloned().collect();
        let keys: Vec<_> = CONSUMERS.iter().map(|col| col.key).filter(own).collect();
        let views = scene.views;
        let heading = ("stream-consumers", views.stream_consumers);
        tables.push(facts::table(
            heading,
            CONSUMERS,
            &keys,
            &rows,
            views.no_consumers,
            scene,
        ));
    }
    tables
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_its_own_alone() {
        let queue = metering::consumer::QueueName {
            name: "events".into(),
            vhost: "/".into(),
        };
        let connection = StreamConnection {
            name: "a -> b".into(),
            ..StreamConnection::default()
        };
        let has = |of: Of<'_>| of.has(Some(&queue), Some(&connection));
        assert!(has(Of::Stream("/", "events")) && has(Of::Connection("a -> b")));
        assert!(!has(Of::Stream("other", "events")) && !has(Of::Stream("/", "event")));
        assert!(!has(Of::Connection("a -> bc")));
    }
}
