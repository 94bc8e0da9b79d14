//! Conditions of a broker's traffic, by the rates in its overview.
//!
//! These count AMQP 0-9-1 alone. A kind of message that the broker has never seen has no field: its rate is 0.

use metering::overview::{ChurnRates, MessageStats};
use metering::{Details, Overview};

use super::Answer;
use super::threshold::{Threshold, compare, unknown};
use super::verdict::{Finding, Verdict};

/// Churn of fewer connections or channels than this says nothing.
const MIN_OBJECTS: i64 = 100;
/// Fewer redelivered messages a second than this are no fault.
const MIN_REDELIVERED: f64 = 20.0;

fn rate(details: Option<&Details>) -> f64 {
    details.and_then(|details| details.rate).unwrap_or(0.0)
}

fn message_stats(overview: &Overview) -> Result<&MessageStats, Vec<Finding>> {
    static NONE: std::sync::LazyLock<MessageStats> =
        std::sync::LazyLock::new(MessageStats::default);
    if overview.disable_stats == Some(true) {
        return Err(unknown("The statistics of the broker are off."));
    }
    Ok(overview.message_stats.as_ref().unwrap_or(&NONE))
}

fn churn_rates(overview: &Overview) -> Result<&ChurnRates, Vec<Finding>> {
    let reported = overview.churn_rates.as_ref();
    reported.ok_or_else(|| {
        unknown(
            "The broker does not report churn: it is older than 3.7.9, or its statistics are off.",
        )
    })
}

/// Objects that come and go in a second, as a share of those that are there.
fn churn(come_and_gone: f64, there: Option<i64>, what: &str, threshold: Threshold) -> Vec<Finding> {
    let Some(there) = there else {
        return unknown(format!("The broker does not report its number of {what}."));
    };
    let share = come_and_gone / there.max(1) as f64;
    let summary = format!("{come_and_gone:.1} {what} open or close each second; {there} are open.");
    let mut finding = compare(None, share, threshold, summary);
    if there < MIN_OBJECTS {
        finding.verdict = Verdict::Ok;
    }
    vec![finding]
}

pub(super) fn connection_churn(answer: Answer<'_>, threshold: Threshold) -> Vec<Finding> {
    let rates = match churn_rates(answer.overview) {
        Ok(rates) => rates,
        Err(unknown) => return unknown,
    };
    let sum = rate(rates.connection_created_details.as_ref())
        + rate(rates.connection_closed_details.as_ref());
    let there = answer
        .overview
        .object_totals
        .as_ref()
        .and_then(|totals| totals.connections);
    churn(sum, there, "connections", threshold)
}

pub(super) fn channel_churn(answer: Answer<'_>, threshold: Threshold) -> Vec<Finding> {
    let rates = match churn_rates(answer.overview) {
        Ok(rates) => rates,
        Err(unknown) => return unknown,
    };
    let sum =
        rate(rates.channel_created_details.as_ref()) + rate(rates.channel_closed_details.as_ref());
    let there = answer
        .overview
        .object_totals
        .as_ref()
        .and_then(|totals| totals.channels);
    churn(sum, there, "channels", threshold)
}

/// Queues that are created and deleted; declarations of queues that exist are no churn.
pub(super) fn queue_churn(answer: Answer<'_>, threshold: Threshold) -> Vec<Finding> {
    let rates = match churn_rates(answer.overview) {
        Ok(rates) => rates,
        Err(unknown) => return unknown,
    };
    let sum =
        rate(rates.queue_created_details.as_ref()) + rate(rates.queue_deleted_details.as_ref());
    let summary = format!("{sum:.1} queues are created or deleted each second.");
    vec![compare(None, sum, threshold, summary)]
}

/// The rate is above 0 in each poll that finds more unroutable messages than the one before.
pub(super) fn unroutable(answer: Answer<'_>, threshold: Threshold) -> Vec<Finding> {
    let stats = match message_stats(answer.overview) {
        Ok(stats) => stats,
        Err(unknown) => return unknown,
    };
    let sum = rate(stats.drop_unroutable_details.as_ref())
        + rate(stats.return_unroutable_details.as_ref());
    let summary = format!(
        "{sum:.1} published messages a second reach no queue: they are dropped or returned."
    );
    vec![compare(None, sum, threshold, summary)]
}

pub(super) fn redelivery_high(answer: Answer<'_>, threshold: Threshold) -> Vec<Finding> {
    let stats = match message_stats(answer.overview) {
        Ok(stats) => stats,
        Err(unknown) => return unknown,
    };
    let (redelivered, delivered) = (
        rate(stats.redeliver_details.as_ref()),
        rate(stats.deliver_get_details.as_ref()),
    );
    let share = if delivered > 0.0 {
        redelivered / delivered
    } else {
        0.0
    };
    let summary = format!(
        "{redelivered:.0} of {delivered:.0} messages delivered each second were delivered before ({:.0} %).",
        share * 100.0
    );
    let mut finding = compare(None, share, threshold, summary);
    if redelivered <= MIN_REDELIVERED {
        finding.verdict = Verdict::Ok;
    }
    vec![finding]
}

pub(super) fn basic_get(answer: Answer<'_>, threshold: Threshold) -> Vec<Finding> {
    let stats = match message_stats(answer.overview) {
        Ok(stats) => stats,
        Err(unknown) => return unknown,
    };
    let rates = [
        &stats.get_details,
        &stats.get_no_ack_details,
        &stats.get_empty_details,
    ];
    let sum: f64 = rates
        .into_iter()
        .map(|details| rate(details.as_ref()))
        .sum();
    let summary = format!("Clients poll queues with basic.get, {sum:.1} times a second.");
    vec![compare(None, sum, threshold, summary)]
}
