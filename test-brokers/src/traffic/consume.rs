use std::time::Duration;

use futures_util::{TryStreamExt, future::try_join_all};
use lapin::{
    Channel, Connection,
    message::Delivery,
    options::{BasicAckOptions, BasicConsumeOptions, BasicNackOptions, BasicQosOptions},
    types::FieldTable,
    uri::AMQPUri,
};
use rand::{random_bool, random_range};
use tokio::time::sleep;

use super::{
    connect,
    topology::{QueueSpec, Reader, declare},
    wave::MEAN,
};

/// One message in so many is given back once and delivered again.
const REQUEUED: f64 = 1.0 / 60.0;

/// Consumes from some queues over one connection, a channel each.
pub(super) async fn run(uri: AMQPUri, queues: Vec<&'static QueueSpec>) -> lapin::Result<()> {
    let connection = connect(&uri, "demo consumer").await?;
    try_join_all(queues.iter().map(|queue| consume(&connection, queue))).await?;
    Ok(())
}

async fn consume(connection: &Connection, queue: &QueueSpec) -> lapin::Result<()> {
    let channel = connection.create_channel().await?;
    declare(&channel, &[queue]).await?;
    match queue.reader {
        Reader::Acks { prefetch, headroom } => {
            channel
                .basic_qos(prefetch, BasicQosOptions::default())
                .await?;
            // So many at once, each held so long, makes the wanted messages a second.
            let hold = f64::from(prefetch) / (MEAN * queue.share * headroom);
            deliveries(&channel, queue, false, |delivery| answer(delivery, hold)).await
        }
        Reader::NoAck | Reader::Polls => deliveries(&channel, queue, true, async |_| Ok(())).await,
    }
}

async fn deliveries<F: Future<Output = lapin::Result<()>>>(
    channel: &Channel,
    queue: &QueueSpec,
    no_ack: bool,
    handle: impl FnMut(Delivery) -> F,
) -> lapin::Result<()> {
    let options = BasicConsumeOptions {
        no_ack,
        ..Default::default()
    };
    let consumer = channel
        .basic_consume(
            queue.name.into(),
            "demo".into(),
            options,
            FieldTable::default(),
        )
        .await?;
    // The prefetch count bounds how many are in hand.
    consumer.try_for_each_concurrent(None, handle).await
}

/// Works on a message for about `hold` seconds.
async fn answer(delivery: Delivery, hold: f64) -> lapin::Result<()> {
    sleep(Duration::from_secs_f64(hold * random_range(0.6..1.4))).await;
    if !delivery.redelivered && random_bool(REQUEUED) {
        delivery
            .nack(BasicNackOptions {
                requeue: true,
                ..Default::default()
            })
            .await?;
    } else {
        delivery.ack(BasicAckOptions::default()).await?;
    }
    Ok(())
}
