//! Publishers and consumers of RabbitMQ's stream protocol.

use client::Session;
use metering::consumer::QueueName;
use metering::lists::{StreamConsumers, StreamPublishers};
use metering::plugin::StreamConnection;
use metering::requests::ListQuery;
use metering::{StreamConsumer, StreamPublisher};

use super::column::{
    ColumnDef, List, count_field, hidden, list, text_column, text_field, unsorted,
};
use super::facts;
use super::render_context::RenderContext;
use super::value::{Value, flag, table};
use crate::view_models::level::Level;
use crate::view_models::lists::DetailTable;

list!(StreamPublishers, stream_publishers, PUBLISHERS, level of_publisher);
list!(StreamConsumers, stream_consumers, CONSUMERS);

/// A column that publishers and consumers share.
macro_rules! stream {
    () => {
        unsorted(text_column(
            "queue.name",
            |v| v.stream,
            |row, context| match &row.queue {
                Some(queue) => context.link_in("queues", &queue.vhost, &queue.name),
                None => Value::Nothing,
            },
        ))
    };
}

macro_rules! vhost {
    () => {
        text_column(
            "queue.vhost",
            |v| v.vhost,
            |row, context| {
                context.maybe_link("vhosts", row.queue.as_ref().map(|queue| &queue.vhost))
            },
        )
    };
}

macro_rules! connection {
    () => {
        text_column(
            "connection_details.name",
            |v| v.connection,
            |row, context| connection(row.connection_details.as_ref(), context),
        )
    };
}

macro_rules! user {
    () => {
        text_column(
            "connection_details.user",
            |v| v.user,
            |row, context| {
                let connection = row.connection_details.as_ref();
                context.maybe_link(
                    "users",
                    connection.and_then(|connection| connection.user.as_ref()),
                )
            },
        )
    };
}

const PUBLISHERS: &[ColumnDef<StreamPublisher>] = &[
    stream!(),
    vhost!(),
    text_field!(reference, publisher_reference),
    connection!(),
    user!(),
    count_field!(publisher_id, number),
    count_field!(published, published),
    count_field!(confirmed, confirmed),
    count_field!(errored, refused),
];

const CONSUMERS: &[ColumnDef<StreamConsumer>] = &[
    stream!(),
    vhost!(),
    connection!(),
    user!(),
    count_field!(subscription_id, number),
    count_field!(offset, offset),
    count_field!(offset_lag, offset_lag),
    count_field!(consumed, consumed),
    count_field!(credits, credit),
    hidden(text_column(
        "active",
        |v| v.active,
        |consumer, _| flag(consumer.active),
    )),
    hidden(text_field!(activity_status, state)),
    unsorted(hidden(text_column(
        "properties",
        |v| v.properties,
        |consumer, _| table(consumer.properties.as_ref()),
    ))),
];

/// Messages that a stream refused are lost unless published again.
fn of_publisher(publisher: &StreamPublisher) -> Option<Level> {
    publisher
        .errored
        .is_some_and(|errored| errored > 0)
        .then_some(Level::Warning)
}

fn connection(connection: Option<&StreamConnection>, context: &RenderContext<'_>) -> Value {
    context.maybe_link("connections", connection.map(|connection| &connection.name))
}

/// The stream or connection whose publishers and consumers are shown.
#[derive(Clone, Copy)]
pub(super) enum StreamOwner<'a> {
    /// A stream, by vhost and name.
    Stream(&'a str, &'a str),
    /// A connection, by name.
    Connection(&'a str),
}

impl StreamOwner<'_> {
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

/// The stream and the connection of a publisher or consumer.
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

/// The tables of a stream's or a connection's page; none if the plugin
/// is not enabled or the list has not been read yet.
pub(super) async fn tables(
    session: &Session,
    owner: StreamOwner<'_>,
    context: &RenderContext<'_>,
) -> Vec<DetailTable> {
    let list_texts = context.list_texts;
    let publishers =
        table_of::<StreamPublishers>(session, owner, list_texts.no_publishers, context).await;
    let consumers =
        table_of::<StreamConsumers>(session, owner, list_texts.no_consumers, context).await;
    publishers.into_iter().chain(consumers).collect()
}

/// The rows of an owner, without the columns that repeat it.
async fn table_of<L: List<Row: OfStream>>(
    session: &Session,
    owner: StreamOwner<'_>,
    none: &str,
    context: &RenderContext<'_>,
) -> Option<DetailTable> {
    let query = ListQuery {
        name: Some(owner.name().to_owned()),
        page_size: Some(500),
        ..ListQuery::default()
    };
    let page = L::fetch(session, &context.broker.name, &query).await.ok()?;
    let own = page
        .items
        .iter()
        .filter(|row| owner.has(row.queue(), row.connection()));
    let rows: Vec<_> = own.cloned().collect();
    let redundant_prefix = match owner {
        StreamOwner::Stream(..) => "queue.",
        StreamOwner::Connection(_) => "connection_details.",
    };
    let keys = L::columns().iter().map(|column| column.key);
    let keys: Vec<_> = keys
        .filter(|key| !key.starts_with(redundant_prefix))
        .collect();
    let heading = (L::NAME, L::title(context.list_texts));
    Some(facts::table(
        heading,
        L::columns(),
        &keys,
        &rows,
        none,
        context,
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
        let has = |owner: StreamOwner<'_>| owner.has(Some(&queue), Some(&connection));
        assert!(has(StreamOwner::Stream("/", "events")) && has(StreamOwner::Connection("a -> b")));
        assert!(
            !has(StreamOwner::Stream("other", "events")) && !has(StreamOwner::Stream("/", "event"))
        );
        assert!(!has(StreamOwner::Connection("a -> bc")));
    }
}
