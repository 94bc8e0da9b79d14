//! Publishers and consumers of RabbitMQ's stream protocol.

use client::{ListQuery, Session};
use metering::consumer::QueueName;
use metering::plugin::StreamConnection;
use metering::{StreamConsumer, StreamPublisher};

use super::column::{Col, List, col, counted, extra, list, unsorted, worded};
use super::facts;
use super::links::Scene;
use super::title;
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

    fn has(&self, queue: Option<&QueueName>, connection: Option<&StreamConnection>) -> bool {
        match self {
            Self::Stream(vhost, name) => {
                queue.is_some_and(|queue| queue.name == *name && queue.vhost == *vhost)
            }
            Self::Connection(name) => connection.is_some_and(|connection| connection.name == *name),
        }
    }
}

/// A publisher or consumer: of which stream, and on which connection.
trait OfStream: Clone {
    fn queue(&self) -> Option<&QueueName>;
    fn connection(&self) -> Option<&StreamConnection>;
}

macro_rules! of_stream {
    ($($row:ty),*) => {
        $(impl OfStream for $row {
            fn queue(&self) -> Option<&QueueName> {
                self.queue.as_ref()
            }

            fn connection(&self) -> Option<&StreamConnection> {
                self.connection_details.as_ref()
            }
        })*
    };
}

of_stream!(StreamPublisher, StreamConsumer);

/// The tables of a stream's or a connection's page; none where the broker does not tell, since the
/// plugin is not enabled or the list has not been read yet.
pub(super) async fn tables(session: &Session, of: Of<'_>, scene: &Scene<'_>) -> Vec<DetailTable> {
    let views = scene.views;
    let publishers = table_of::<StreamPublishers>(session, of, views.no_publishers, scene).await;
    let consumers = table_of::<StreamConsumers>(session, of, views.no_consumers, scene).await;
    publishers.into_iter().chain(consumers).collect()
}

/// The rows of a list that belong there, without the columns that say to what.
async fn table_of<L: List<Row: OfStream>>(
    session: &Session,
    of: Of<'_>,
    none: &str,
    scene: &Scene<'_>,
) -> Option<DetailTable> {
    let query = ListQuery {
        name: Some(of.name().to_owned()),
        page_size: Some(500),
        ..ListQuery::default()
    };
    let page = L::fetch(session, &scene.broker.name, &query).await.ok()?;
    let own = page
        .items
        .iter()
        .filter(|row| of.has(row.queue(), row.connection()));
    let rows: Vec<_> = own.cloned().collect();
    let told_by_page = match of {
        Of::Stream(..) => "queue.",
        Of::Connection(_) => "connection_details.",
    };
    let keys = L::columns().iter().map(|col| col.key);
    let keys: Vec<_> = keys.filter(|key| !key.starts_with(told_by_page)).collect();
    let heading = (L::NAME, title(L::NAME, scene.views));
    Some(facts::table(
        heading,
        L::columns(),
        &keys,
        &rows,
        none,
        scene,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_its_own_alone() {
        let queue = QueueName {
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
