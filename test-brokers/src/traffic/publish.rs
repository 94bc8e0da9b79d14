use std::time::Duration;

use futures_util::future::try_join_all;
use lapin::{
    BasicProperties, Channel, PublisherConfirm,
    options::{BasicPublishOptions, ConfirmSelectOptions},
    uri::AMQPUri,
};
use rand::{random_bool, random_range};
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::{
    connect,
    topology::{EXCHANGE, QueueSpec, declare},
    wave::rate,
};

const TICK: Duration = Duration::from_millis(100);
/// One message in so many goes to nobody and comes back.
const UNROUTABLE: f64 = 1.0 / 150.0;

/// Publishes this virtual host's part of the wave, with confirms, on two channels in turn.
pub(super) async fn run(uri: AMQPUri, queues: Vec<&'static QueueSpec>) -> lapin::Result<()> {
    let connection = connect(&uri, "demo publisher").await?;
    let channels = [
        connection.create_channel().await?,
        connection.create_channel().await?,
    ];
    for channel in &channels {
        channel
            .confirm_select(ConfirmSelectOptions::default())
            .await?;
    }
    declare(&channels[0], &queues).await?;

    let start = Instant::now();
    let mut tick = interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut owed = vec![0.0; queues.len()];
    for channel in channels.iter().cycle() {
        tick.tick().await;
        let messages = rate(start.elapsed()) * TICK.as_secs_f64() * random_range(0.85..1.15);
        let mut confirms = Vec::new();
        for (queue, owed) in queues.iter().zip(&mut owed) {
            *owed += messages * queue.share;
            while *owed >= 1.0 {
                *owed -= 1.0;
                confirms.push(publish(channel, queue).await?);
            }
        }
        try_join_all(confirms).await?;
    }
    Ok(())
}

async fn publish(channel: &Channel, queue: &QueueSpec) -> lapin::Result<PublisherConfirm> {
    let key = if random_bool(UNROUTABLE) {
        "nobody"
    } else {
        queue.name
    };
    // 2 is persistent, 1 is not (AMQP 0-9-1, basic.delivery-mode).
    let properties =
        BasicProperties::default().with_delivery_mode(if queue.durable { 2 } else { 1 });
    let body = vec![b'.'; random_range(80..1_500)];
    let options = BasicPublishOptions {
        mandatory: true,
        ..Default::default()
    };
    channel
        .basic_publish(EXCHANGE.into(), key.into(), options, &body, properties)
        .await
}
