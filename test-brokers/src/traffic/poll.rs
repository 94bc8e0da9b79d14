use std::time::Duration;

use lapin::{
    options::{BasicAckOptions, BasicGetOptions},
    uri::AMQPUri,
};
use rand::random_range;
use tokio::time::sleep;

use super::{
    connect,
    topology::{QueueSpec, declare},
};

/// Empties some queues every now and then, message by message.
pub(super) async fn run(uri: AMQPUri, queues: Vec<&'static QueueSpec>) -> lapin::Result<()> {
    let connection = connect(&uri, "demo poller").await?;
    let channel = connection.create_channel().await?;
    declare(&channel, &queues).await?;
    loop {
        sleep(Duration::from_secs(random_range(30..60))).await;
        for queue in &queues {
            while let Some(message) = channel
                .basic_get(queue.name.into(), BasicGetOptions::default())
                .await?
            {
                message.ack(BasicAckOptions::default()).await?;
                sleep(Duration::from_millis(40)).await;
            }
        }
    }
}
