//! Queues notifications, and delivers them in order.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::StatusCode;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use metering::Timestamp;
use reqwest::{Client, redirect};
use sha2::{Digest, Sha256};
use store::{AlertWrite, Notification};
use tokio::sync::mpsc;

use crate::config::{AlertConfig, ApiError, Webhook};
use crate::context::Context;

/// Notifications that wait for one receiver; beyond, the oldest are dropped.
const MAX_WAITING: usize = 1000;
/// A notification that no receiver took for this many milliseconds is dropped.
const MAX_AGE: i64 = 24 * 3_600_000;
/// The longest pause before another attempt.
const MAX_PAUSE: Duration = Duration::from_mins(5);
/// The longest pause that a receiver may ask for.
const MAX_RETRY_AFTER: Duration = Duration::from_hours(1);

/// Where notifications go.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outbox {
    channels: Vec<(String, mpsc::UnboundedSender<Notification>)>,
}

impl Outbox {
    /// The outbox, and for each receiver what delivers to it.
    ///
    /// # Errors
    /// If no HTTP client can be made.
    pub(crate) fn open(config: &AlertConfig) -> Result<(Self, Vec<Delivery>), ApiError> {
        let mut outbox = Self::default();
        let mut deliveries = Vec::new();
        for webhook in &config.webhooks {
            let client = Client::builder()
                .timeout(config.webhook_timeout)
                .connect_timeout(config.webhook_timeout)
                // A receiver that is asked elsewhere was not chosen by the operator.
                .redirect(redirect::Policy::none())
                .user_agent(concat!("Warren/", env!("CARGO_PKG_VERSION")))
                .build()
                .map_err(ApiError::HttpClient)?;
            let (sender, queued) = mpsc::unbounded_channel();
            let id = channel_id(webhook);
            outbox.channels.push((id.clone(), sender));
            deliveries.push(Delivery {
                id,
                webhook: webhook.clone(),
                client,
                retry: config.webhook_retry,
                queued,
                waiting: VecDeque::new(),
            });
        }
        Ok((outbox, deliveries))
    }

    /// Whether there is any receiver.
    pub(crate) fn has_receivers(&self) -> bool {
        !self.channels.is_empty()
    }

    /// A message for each receiver, to be stored.
    pub(crate) fn notifications(
        &self,
        key: &str,
        time: Timestamp,
        body: &str,
    ) -> Vec<Notification> {
        let channels = self.channels.iter();
        let notification = |(channel, _): &(String, _)| Notification {
            channel: channel.clone(),
            key: key.to_owned(),
            time,
            body: body.to_owned(),
        };
        channels.map(notification).collect()
    }

    /// Sends what was stored.
    pub(crate) fn send(&self, notifications: Vec<Notification>) {
        for notification in notifications {
            let channel = self
                .channels
                .iter()
                .find(|(id, _)| *id == notification.channel);
            if let Some((_, sender)) = channel {
                // While the service ends nobody takes it: it is in the store.
                let _ = sender.send(notification);
            }
        }
    }
}

/// The id of a receiver in the store: no part of its address can be read from it.
fn channel_id(webhook: &Webhook) -> String {
    let hash = Sha256::digest(webhook.url.as_str());
    let id = hash.iter().take(8).map(|byte| format!("{byte:02x}"));
    id.collect()
}

/// Delivers to one receiver.
#[derive(Debug)]
pub(crate) struct Delivery {
    id: String,
    webhook: Webhook,
    client: Client,
    retry: Duration,
    queued: mpsc::UnboundedReceiver<Notification>,
    waiting: VecDeque<Notification>,
}

/// How an attempt ended.
#[derive(Debug, PartialEq, Eq)]
enum Attempt {
    Delivered,
    /// It is of no use to try again.
    Refused(String),
    /// Try again, after this long if the receiver says so.
    Failed(String, Option<Duration>),
}

impl Delivery {
    /// Delivers what is in the store, and what is sent. Ends with the outbox.
    pub(crate) async fn run(mut self, context: Arc<Context>) {
        match context.store.notifications().await {
            Ok(stored) => {
                let ours = stored
                    .into_iter()
                    .filter(|notification| notification.channel == self.id);
                self.waiting.extend(ours);
            }
            Err(error) => tracing::warn!(%error, "waiting notifications could not be read"),
        }
        let mut failures = 0;
        loop {
            while let Ok(queued) = self.queued.try_recv() {
                self.push(queued);
            }
            let Some(next) = self.waiting.front().cloned() else {
                match self.queued.recv().await {
                    Some(queued) => self.push(queued),
                    None => return,
                }
                continue;
            };
            let age = context.config.clock.now().as_millis() - next.time.as_millis();
            let attempt = if self.waiting.len() > MAX_WAITING {
                Attempt::Refused(format!("{MAX_WAITING} newer notifications wait"))
            } else if age > MAX_AGE {
                Attempt::Refused("no attempt of the last day succeeded".into())
            } else {
                self.attempt(&next).await
            };
            match attempt {
                Attempt::Delivered => failures = 0,
                Attempt::Refused(reason) => {
                    tracing::warn!(webhook = %self.webhook, reason, "a notification is dropped");
                }
                Attempt::Failed(reason, retry_after) => {
                    if failures == 0 {
                        tracing::warn!(webhook = %self.webhook, reason, "a notification could not be delivered, and is tried again");
                    }
                    let pause = self
                        .retry
                        .saturating_mul(1 << failures.min(20))
                        .min(MAX_PAUSE);
                    failures += 1;
                    let pause = pause.mul_f64(rand::random_range(0.8..=1.2));
                    tokio::time::sleep(retry_after.unwrap_or(pause).min(MAX_RETRY_AFTER)).await;
                    continue;
                }
            }
            self.waiting.pop_front();
            self.forget(&context, next).await;
        }
    }

    fn push(&mut self, notification: Notification) {
        // It may have been read from the store already.
        if self
            .waiting
            .iter()
            .all(|waiting| waiting.key != notification.key)
        {
            self.waiting.push_back(notification);
        }
    }

    async fn forget(&self, context: &Context, notification: Notification) {
        let write = AlertWrite {
            delivered: vec![(notification.channel, notification.key)],
            ..AlertWrite::default()
        };
        if let Err(error) = context.store.write_alerts(write).await {
            tracing::warn!(%error, "a delivered notification may be sent again after a restart");
        }
    }

    async fn attempt(&self, notification: &Notification) -> Attempt {
        let request = self
            .client
            .post(self.webhook.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header("idempotency-key", &notification.key)
            .body(notification.body.clone());
        match request.send().await {
            // Its text names the address, which may hold secrets.
            Err(error) => Attempt::Failed(describe(&error.without_url()), None),
            Ok(answer) => {
                let retry_after = answer.headers().get(RETRY_AFTER);
                let retry_after = retry_after.and_then(|value| value.to_str().ok());
                outcome(answer.status(), retry_after)
            }
        }
    }
}

/// An error and its causes.
fn describe(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}

fn outcome(status: StatusCode, retry_after: Option<&str>) -> Attempt {
    let reason = format!("the receiver answers {status}");
    if status.is_success() {
        Attempt::Delivered
    } else if status.is_server_error()
        || matches!(
            status,
            StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT
        )
    {
        Attempt::Failed(reason, retry_after.and_then(pause_of))
    } else {
        Attempt::Refused(reason)
    }
}

/// `Retry-After`: seconds, or a date.
fn pause_of(text: &str) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let time = jiff::fmt::rfc2822::parse(text.trim()).ok()?;
    let time = SystemTime::from(time.timestamp());
    Some(
        time.duration_since(SystemTime::now())
            .unwrap_or(Duration::ZERO),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_answers_that_may_change_are_tried_again() {
        for (status, is_retried) in [
            (500, true),
            (503, true),
            (429, true),
            (408, true),
            (400, false),
            (404, false),
            (302, false),
        ] {
            let status = StatusCode::from_u16(status).expect("a status");
            let attempt = outcome(status, None);
            assert_eq!(
                matches!(attempt, Attempt::Failed(..)),
                is_retried,
                "{status}"
            );
            assert_eq!(
                matches!(attempt, Attempt::Refused(_)),
                !is_retried,
                "{status}"
            );
        }
        assert_eq!(outcome(StatusCode::ACCEPTED, None), Attempt::Delivered);
    }

    #[test]
    fn retry_after_is_read_in_both_forms() {
        assert_eq!(pause_of("7"), Some(Duration::from_secs(7)));
        assert_eq!(
            pause_of("Thu, 01 Jan 2015 12:00:00 GMT"),
            Some(Duration::ZERO)
        );
        let later = pause_of("Thu, 01 Jan 2099 12:00:00 GMT").expect("a date");
        assert!(later > Duration::from_hours(24));
        assert_eq!(pause_of("soon"), None);
    }

    #[test]
    fn channel_id_does_not_show_the_address() {
        let webhook = |url: &str| Webhook {
            url: url.parse().expect("an address"),
        };
        let id = channel_id(&webhook("https://hooks.example/secret"));
        assert_eq!(id.len(), 16);
        assert!(!id.contains("secret"));
        assert_ne!(id, channel_id(&webhook("https://hooks.example/other")));
    }
}
