//! A notice that the broker does not answer: since when, why, and the time of the values.

use leptos::prelude::*;
use metering::{Broker, BrokerState};

use super::time::Clock;
use crate::i18n::catalog;
use crate::reactive::part;

/// The notice; empty while the broker answers.
#[component]
pub fn BrokerNotice(
    /// The last known state of the broker.
    broker: Signal<Option<Broker>>,
) -> impl IntoView {
    let clock = expect_context::<Clock>();
    let texts = catalog();
    part(move || {
        broker.with(|broker| {
            let broker = broker.as_ref()?;
            let (class, word) = match broker.state {
                BrokerState::Ok => return None,
                BrokerState::Stale => ("notice warning", texts.state_stale),
                BrokerState::Down => ("notice bad", texts.state_down),
            };
            let since = texts.since.fill([&clock.time_of_day(broker.since, texts)]);
            let what = texts.broker_notice.fill([&broker.name, &word, &since]);
            let reason = broker.reason.clone().unwrap_or_default();
            let values = match broker.last_seen {
                Some(seen) => texts
                    .last_values_from
                    .fill([&clock.time_of_day(seen, texts)]),
                None => texts.never_answered.to_owned(),
            };
            Some(view! { <p class=class><b>{what}</b>" "{reason}" "{values}</p> })
        })
    })
}
