use std::time::Duration;

use futures_util::future::try_join_all;
use lapin::{
    BasicProperties,
    options::{BasicGetOptions, BasicPublishOptions, QueueDeclareOptions},
    types::FieldTable,
    uri::AMQPUri,
};
use rand::random_range;
use tokio::time::sleep;

use super::connect;

/// So many visitors come and go.
const VISITORS: usize = 6;

/// Visitors: connections, channels and queues that come and go, now many and now few.
pub(super) async fn run(uris: Vec<AMQPUri>) -> lapin::Result<()> {
    let visitors = (0..VISITORS).map(|n| {
        let uri = uris[n % uris.len()].clone();
        async move {
            loop {
                sleep(Duration::from_millis(random_range(1_000..20_000))).await;
                visit(&uri).await?;
            }
        }
    });
    try_join_all(visitors).await.map(|_: Vec<()>| ())
}

/// One visit: declares a queue, publishes, stays a while, gets its message and leaves.
async fn visit(uri: &AMQPUri) -> lapin::Result<()> {
    let connection = connect(uri, "demo visitor").await?;
    let channel = connection.create_channel().await?;
    let options = QueueDeclareOptions {
        exclusive: true,
        ..Default::default()
    };
    // The broker gives it a name.
    let queue = channel
        .queue_declare("".into(), options, FieldTable::default())
        .await?;
    channel
        .basic_publish(
            "".into(),
            queue.name().clone(),
            BasicPublishOptions::default(),
            b"ping",
            BasicProperties::default(),
        )
        .await?;
    sleep(Duration::from_millis(random_range(500..12_000))).await;
    let options = BasicGetOptions { no_ack: true };
    while channel
        .basic_get(queue.name().clone(), options)
        .await?
        .is_some()
    {}
    connection.close(200, "OK".into()).await
}
