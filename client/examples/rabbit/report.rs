//! What is known of a broker, in lines for a reader. What it does not report is left out.

use std::fmt::{Display, Write};

use metering::{Broker, BrokerState, Overview, User};

/// Its name, its versions, and whether it answers.
pub(crate) fn broker(broker: &Broker) -> String {
    let state = match broker.state {
        BrokerState::Ok => "answers",
        BrokerState::Stale => "does not answer; these are its last values",
        BrokerState::Down => "does not answer",
    };
    let mut text = broker.name.clone();
    if let Some(version) = &broker.rabbitmq_version {
        // Writing to a String cannot fail, here as below.
        let _ = write!(text, ", RabbitMQ {version}");
    }
    if let Some(cluster) = &broker.cluster_name {
        let _ = write!(text, ", cluster {cluster}");
    }
    let _ = writeln!(text, ": {state} since {} UTC", broker.since);
    text
}

/// How many there are of what, and how fast messages move.
pub(crate) fn overview(overview: &Overview) -> String {
    let mut text = String::new();
    if let Some(totals) = &overview.object_totals {
        line(&mut text, "objects", totals.iter());
    }
    if let Some(totals) = &overview.queue_totals {
        line(
            &mut text,
            "messages",
            totals.iter().map(|stat| (stat.name, stat.value)),
        );
    }
    if let Some(stats) = &overview.message_stats {
        let rates = stats.iter().map(|stat| {
            let rate = stat.rate().filter(|rate| *rate > 0.0);
            (stat.name, rate.map(|rate| format!("{rate:.1}/s")))
        });
        line(&mut text, "rates", rates);
    }
    text
}

/// The accounts and their tags.
pub(crate) fn users(users: &[User]) -> String {
    let tags = |user: &User| match user.tags.join(", ") {
        tags if tags.is_empty() => None,
        tags => Some(format!("({tags})")),
    };
    let mut text = String::from("  users:");
    for user in users {
        let _ = match tags(user) {
            Some(tags) => write!(text, "\n    {} {tags}", user.name),
            None => write!(text, "\n    {}", user.name),
        };
    }
    text.push('\n');
    text
}

fn line<V: Display>(
    text: &mut String,
    label: &str,
    values: impl Iterator<Item = (&'static str, Option<V>)>,
) {
    let known: Vec<_> = values
        .filter_map(|(name, value)| Some(format!("{name} {}", value?)))
        .collect();
    if !known.is_empty() {
        let _ = writeln!(text, "  {label}: {}", known.join(", "));
    }
}
