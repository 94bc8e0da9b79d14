//! Many queues at once: what lists are measured with.

use std::ops::Range;

use lapin::{
    BasicProperties,
    options::{BasicPublishOptions, QueueDeclareOptions},
    types::FieldTable,
    uri::AMQPUri,
};
use tokio::task::JoinSet;

use super::connect;

/// So many are being declared at any time: a broker takes as many at once as it has cores, and no
/// channel waits for another's answer.
const CONNECTIONS: u32 = 4;
const CHANNELS: u32 = 16;
/// Every so manieth queue holds messages, up to so many.
const FILLED: u32 = 10;
const MOST: u32 = 20;

/// A queue's name.
pub(super) fn name(number: u32) -> String {
    format!("bench.{:02}.q{number:06}", number % 37)
}

/// How many messages a queue holds.
fn messages(number: u32) -> u32 {
    if number.is_multiple_of(FILLED) {
        number / FILLED % (MOST + 1)
    } else {
        0
    }
}

/// Declares the queues of these numbers, and fills some.
pub(super) async fn declare(uri: &AMQPUri, numbers: Range<u32>) -> lapin::Result<()> {
    let lanes = CONNECTIONS * CHANNELS;
    let mut tasks = JoinSet::new();
    let mut connections = Vec::new();
    for connection in 0..CONNECTIONS {
        let opened = connect(uri, "bench declarer").await?;
        for channel in 0..CHANNELS {
            let lane = connection * CHANNELS + channel;
            let channel = opened.create_channel().await?;
            let numbers = numbers.clone().skip(lane as usize).step_by(lanes as usize);
            tasks.spawn(async move {
                for number in numbers {
                    let options = QueueDeclareOptions {
                        durable: false,
                        ..QueueDeclareOptions::default()
                    };
                    let name = name(number);
                    channel
                        .queue_declare(name.as_str().into(), options, FieldTable::default())
                        .await?;
                    for _ in 0..messages(number) {
                        channel
                            .basic_publish(
                                "".into(),
                                name.as_str().into(),
                                BasicPublishOptions::default(),
                                b"x",
                                BasicProperties::default(),
                            )
                            .await?;
                    }
                }
                channel.close(200, "OK".into()).await
            });
        }
        connections.push(opened);
    }
    while let Some(done) = tasks.join_next().await {
        // A panic over there has been printed over there.
        done.unwrap_or(Ok(()))?;
    }
    for connection in connections {
        connection.close(200, "OK".into()).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_differ_and_depths_too() {
        assert_ne!(name(1), name(38));
        let depths: Vec<_> = [0, 5, 10, 200, 210].map(messages).into();
        assert_eq!(depths, [0, 0, 1, 20, 0]);
    }
}
