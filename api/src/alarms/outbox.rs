//! Messages that are sent at least once.
//!
//! A message is stored together with the change that it reports, and deleted when it was delivered. What a kill of the
//! process interrupts is sent again; the receiver recognizes it by `x-openstack-request-id`.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use metering::{EventType, Timestamp};
use store::{AlarmWrite, OutboxMessage};
use url::Url;

use super::http_action::{Attempt, HttpAction};
use crate::clock::after;
use crate::context::Context;
use crate::ids::uuid;

/// Messages that are sent at once.
const MOST: usize = 32;
/// Messages that are sent to one host at once: one that hangs must not delay all others.
const MOST_A_HOST: usize = 4;
/// Messages that are looked at.
const LOOKED_AT: usize = 1000;
/// How often messages are looked for that became due.
const PAUSE: Duration = Duration::from_secs(1);
/// The longest pause between two attempts.
const LONGEST_RETRY: Duration = Duration::from_mins(5);
/// A message is not sent later than this.
const GIVE_UP: Duration = Duration::from_hours(24);
/// The scheme of messages that are written to the system log.
const LOG: &str = "log:";

/// A message that is sent at once.
pub(crate) fn message(
    topic: String,
    address: String,
    body: String,
    is_repetition: bool,
    now: Timestamp,
) -> OutboxMessage {
    OutboxMessage {
        number: 0,
        topic,
        address,
        request_id: format!("req-{}", uuid()),
        body,
        is_repetition,
        created: now,
        due: now,
        attempts: 0,
    }
}

/// Sends messages. Runs until it is dropped.
pub(crate) async fn run(context: &Context, http: &HttpAction) {
    let mut sending = FuturesUnordered::new();
    // Numbers of the messages, and their hosts.
    let mut in_flight: HashMap<u64, String> = HashMap::new();
    loop {
        let now = context.config.clock.now();
        let due = context.store.outbox(now, LOOKED_AT).await;
        let due = due.inspect_err(|error| tracing::debug!(%error, "messages cannot be read"));
        for message in due.unwrap_or_default() {
            let host = host_of(&message.address);
            let of_host = in_flight.values().filter(|known| **known == host).count();
            if in_flight.contains_key(&message.number)
                || in_flight.len() >= MOST
                || of_host >= MOST_A_HOST
            {
                continue;
            }
            in_flight.insert(message.number, host);
            sending.push(async move {
                let attempt = send(context, http, &message).await;
                (message, attempt)
            });
        }
        tokio::select! {
            Some((message, attempt)) = sending.next() => {
                settle(context, &message, attempt).await;
                in_flight.remove(&message.number);
            }
            () = context.outbox_filled.notified() => {}
            () = tokio::time::sleep(PAUSE.min(context.config.alarm_retry)) => {}
        }
    }
}

fn host_of(address: &str) -> String {
    let url = Url::parse(address).ok();
    let host = url.as_ref().and_then(Url::host_str);
    host.unwrap_or_default().to_owned()
}

async fn send(context: &Context, http: &HttpAction, message: &OutboxMessage) -> Attempt {
    if message.address.to_ascii_lowercase().starts_with(LOG) {
        let text = format!("{}: {}", message.address, message.body);
        let source = "alarm".to_owned();
        context
            .system_log
            .write(EventType::AlarmNotified, source, None, text);
        return Attempt::Delivered;
    }
    http.call(&message.address, &message.request_id, &message.body)
        .await
}

/// Stores what became of an attempt. If that fails, the message is sent again.
async fn settle(context: &Context, message: &OutboxMessage, attempt: Attempt) {
    let mut write = AlarmWrite::default();
    let now = context.config.clock.now();
    match attempt {
        Attempt::Delivered => write.settled.push(message.number),
        Attempt::Failed { why, retry_after } if now < after(message.created, GIVE_UP) => {
            let doubled = context
                .config
                .alarm_retry
                .saturating_mul(1 << message.attempts.min(16));
            let pause = doubled
                .min(LONGEST_RETRY)
                .max(retry_after.unwrap_or_default());
            tracing::info!(
                address = shown(&message.address),
                why,
                "an action of an alarm is called again"
            );
            write
                .postponed
                .push((message.number, after(now, pause.min(GIVE_UP))));
        }
        Attempt::Failed { why, .. } | Attempt::Refused(why) => {
            let text = format!(
                "The action {} was not called: {why}.",
                shown(&message.address)
            );
            context
                .system_log
                .write(EventType::AlarmActionFailed, "alarm".to_owned(), None, text);
            write.settled.push(message.number);
        }
    }
    if let Err(error) = context.store.write_alarms(write).await {
        tracing::warn!(%error, "the delivery of a message cannot be stored");
    }
}

/// An address without what may be secret: its login, path and query.
fn shown(address: &str) -> String {
    let url = Url::parse(address).ok();
    url.map_or_else(String::new, |url| url.origin().ascii_serialization())
}
