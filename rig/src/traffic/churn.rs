use std::time::Duration;

use lapin::{
    BasicProperties,
    options::{BasicGetOptions, BasicPublishOptions, QueueDeclareOptions},
    types::FieldTable,
    uri::AMQPUri,
};
use rand::random_range;
use tokio::time::sleep;

use super::connect;

/// Visits the broker every few seconds: a connection, a channel and a queue that come and go.
pub(super) async fn run(uris: Vec<AMQPUri>) -> lapin::Result<()> {
    for uri in uris.iter().cycle() {
        sleep(Duration::from_secs(random_range(4..10))).await;
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
        sleep(Duration::from_secs(1)).await;
        let options = BasicGetOptions { no_ack: true };
        while channel
            .basic_get(queue.name().clone(), options)
            .await?
            .is_some()
        {}
        connection.close(200, "OK".into()).await?;
    }
    Ok(())
}
