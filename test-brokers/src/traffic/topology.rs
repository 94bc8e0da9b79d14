//! The queues, what reads them, and the exchange before them.

use lapin::{
    Channel, ExchangeKind,
    options::{
        ExchangeDeclareOptions, ExchangeDeleteOptions, QueueBindOptions, QueueDeclareOptions,
        QueueDeleteOptions,
    },
    types::FieldTable,
    uri::AMQPUri,
};

use super::connect;

/// All messages go through it, with the queue's name as routing key.
pub(super) const EXCHANGE: &str = "demo.events";

/// Bounds of every queue, whatever becomes of its reader.
const MAX_LENGTH: i32 = 5_000;
const EXPIRES_MS: i32 = 600_000;

/// What reads a queue.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Reader {
    /// A consumer that holds at most `prefetch` messages and is `headroom` times as fast as the
    /// mean rate demands: below the crest of a wave it lags behind, afterwards it catches up.
    Acks { prefetch: u16, headroom: f64 },
    /// A consumer that need not acknowledge.
    NoAck,
    /// Somebody who comes by now and then and takes all there is.
    Polls,
}

#[derive(Debug)]
pub(super) struct QueueSpec {
    pub(super) name: &'static str,
    /// Its part of all messages.
    pub(super) share: f64,
    pub(super) durable: bool,
    pub(super) reader: Reader,
}

const fn acks(
    name: &'static str,
    share: f64,
    durable: bool,
    prefetch: u16,
    headroom: f64,
) -> QueueSpec {
    QueueSpec {
        name,
        share,
        durable,
        reader: Reader::Acks { prefetch, headroom },
    }
}

/// With two virtual hosts, every other one goes to the second.
pub(super) const QUEUES: [QueueSpec; 10] = [
    acks("orders.new", 0.16, true, 30, 1.10),
    acks("metrics.hourly", 0.05, false, 8, 1.30),
    acks("orders.paid", 0.12, true, 20, 1.25),
    QueueSpec {
        name: "metrics.raw",
        share: 0.20,
        durable: false,
        reader: Reader::NoAck,
    },
    acks("mail.outgoing", 0.10, true, 40, 1.05),
    acks("webhooks", 0.09, false, 25, 1.15),
    acks("images.resize", 0.08, false, 10, 1.05),
    acks("search.index", 0.11, false, 16, 1.50),
    QueueSpec {
        name: "audit.log",
        share: 0.03,
        durable: true,
        reader: Reader::Polls,
    },
    acks("payments.retry", 0.06, true, 12, 1.20),
];

/// Declares exchange, queues and bindings; again does no harm.
pub(super) async fn declare(channel: &Channel, queues: &[&QueueSpec]) -> lapin::Result<()> {
    let options = ExchangeDeclareOptions {
        auto_delete: true,
        ..Default::default()
    };
    channel
        .exchange_declare(
            EXCHANGE.into(),
            ExchangeKind::Topic,
            options,
            FieldTable::default(),
        )
        .await?;
    for queue in queues {
        let mut arguments = FieldTable::default();
        arguments.insert("x-max-length".into(), MAX_LENGTH.into());
        arguments.insert("x-expires".into(), EXPIRES_MS.into());
        let options = QueueDeclareOptions {
            durable: queue.durable,
            ..Default::default()
        };
        channel
            .queue_declare(queue.name.into(), options, arguments)
            .await?;
        channel
            .queue_bind(
                queue.name.into(),
                EXCHANGE.into(),
                queue.name.into(),
                QueueBindOptions::default(),
                FieldTable::default(),
            )
            .await?;
    }
    Ok(())
}

/// Removes what [`declare`] made in this virtual host.
pub(super) async fn remove(uri: &AMQPUri) -> lapin::Result<()> {
    let connection = connect(uri, "demo cleaner").await?;
    let channel = connection.create_channel().await?;
    for queue in &QUEUES {
        channel
            .queue_delete(queue.name.into(), QueueDeleteOptions::default())
            .await?;
    }
    channel
        .exchange_delete(EXCHANGE.into(), ExchangeDeleteOptions::default())
        .await?;
    connection.close(200, "OK".into()).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shares_make_a_whole() {
        let sum: f64 = QUEUES.iter().map(|queue| queue.share).sum();
        assert!((sum - 1.0).abs() < 1e-9, "{sum}");
    }
}
