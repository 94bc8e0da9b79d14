//! Evaluates thresholds.

use metering::Timestamp;
use metering::alarm::{AlarmState, AlarmStatistic, Comparison, ThresholdRule};
use metering::requests::{Field, Operator, Value};
use metering::telemetry::Statistics;
use serde_json::json;
use store::{Filter, StatisticsQuery};

use super::rules::{PROJECT, conditions_of};
use super::verdict::{Verdict, python_number};
use crate::auth::access_scope::AccessScope;
use crate::context::Context;
use crate::http::error::Error;
use crate::telemetry::simple::{self, Subject};

/// What the last periods say of a threshold.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Finding {
    /// The state; `None` if the periods disagree.
    pub(super) state: Option<AlarmState>,
    /// The state that the last period alone gives.
    pub(super) trend: AlarmState,
    /// Values of the last periods, the oldest first.
    values: Vec<f64>,
    /// How many of them the comparison holds for.
    outside: usize,
}

/// Reads the statistics of a rule, as its owner may see them, and compares them.
pub(super) async fn find(
    context: &Context,
    rule: &ThresholdRule,
    scope: &AccessScope,
) -> Result<Finding, Error> {
    let now = context.config.clock.now();
    let rows = context.store.statistics(query(rule, scope, now)?).await?;
    Ok(compare(rule, rows))
}

/// The window is one period longer than it must be: samples come late. With `exclude_outliers` it is twice as long.
fn query(
    rule: &ThresholdRule,
    scope: &AccessScope,
    now: Timestamp,
) -> Result<StatisticsQuery, Error> {
    let more = if rule.exclude_outliers {
        rule.evaluation_periods
    } else {
        1
    };
    let window = rule.period.saturating_mul(rule.evaluation_periods + more);
    let window = i64::try_from(window.saturating_mul(1_000_000)).unwrap_or(i64::MAX);
    let from = Timestamp::from_micros(now.as_micros().saturating_sub(window));
    let mut conditions = conditions_of(&rule.query)?;
    // The scope limits to the project, and admits collected samples, which have no project.
    if let AccessScope::Own { project, .. } = scope {
        conditions.retain(|known| !(known.field == PROJECT && known.value == *project));
    }
    let selection = simple::read(&conditions, Subject::Samples, scope)?;
    let is = |field, operator, value| Filter::Is(field, operator, value);
    let meter = Value::Text(rule.meter_name.clone());
    Ok(StatisticsQuery {
        filter: selection
            .filter
            .and(is(Field::Meter, Operator::Eq, meter))
            .and(is(Field::Timestamp, Operator::Ge, Value::Time(from)))
            .and(is(Field::Timestamp, Operator::Le, Value::Time(now))),
        period: rule.period,
        from: Some(from),
        ..StatisticsQuery::default()
    })
}

fn compare(rule: &ThresholdRule, mut rows: Vec<Statistics>) -> Finding {
    if rule.exclude_outliers {
        exclude_outliers(&mut rows);
    }
    let count = usize::try_from(rule.evaluation_periods).unwrap_or(usize::MAX);
    let rows = &rows[rows.len().saturating_sub(count)..];
    let values: Vec<f64> = rows
        .iter()
        .filter_map(|row| value(row, rule.statistic))
        .collect();
    let holds: Vec<bool> = values
        .iter()
        .map(|value| is_outside(*value, rule.comparison_operator, rule.threshold))
        .collect();
    let outside = holds.iter().filter(|holds| **holds).count();
    let of = |is_alarm| {
        if is_alarm {
            AlarmState::Alarm
        } else {
            AlarmState::Ok
        }
    };
    let state = if values.len() < count {
        Some(AlarmState::InsufficientData)
    } else if outside == 0 || outside == values.len() {
        Some(of(outside > 0))
    } else {
        None
    };
    Finding {
        state,
        trend: of(holds.last().copied().unwrap_or(false)),
        values,
        outside,
    }
}

fn value(row: &Statistics, statistic: AlarmStatistic) -> Option<f64> {
    match statistic {
        AlarmStatistic::Max => row.max,
        AlarmStatistic::Min => row.min,
        AlarmStatistic::Avg => row.avg,
        AlarmStatistic::Sum => row.sum,
        AlarmStatistic::Count => row.count.map(|count| count as f64),
    }
}

#[expect(clippy::float_cmp, reason = "eq and ne are the protocol's")]
fn is_outside(value: f64, comparison: Comparison, threshold: f64) -> bool {
    match comparison {
        Comparison::Lt => value < threshold,
        Comparison::Le => value <= threshold,
        Comparison::Eq => value == threshold,
        Comparison::Ne => value != threshold,
        Comparison::Ge => value >= threshold,
        Comparison::Gt => value > threshold,
    }
}

/// Leaves out periods whose number of samples is more than two standard deviations from the mean.
fn exclude_outliers(rows: &mut Vec<Statistics>) {
    let counts: Vec<f64> = rows
        .iter()
        .map(|row| row.count.unwrap_or_default() as f64)
        .collect();
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len().max(1) as f64;
    let middle = mean(&counts);
    let squares: Vec<f64> = counts
        .iter()
        .map(|count| (count - middle).powi(2))
        .collect();
    let most = 2.0 * mean(&squares).sqrt();
    rows.retain(|row| (row.count.unwrap_or_default() as f64 - middle).abs() <= most);
}

/// What a finding does to an alarm.
pub(super) fn judge(
    rule: &ThresholdRule,
    finding: &Finding,
    previous: AlarmState,
    repeats: bool,
) -> Option<Verdict> {
    let is_unknown = previous == AlarmState::InsufficientData;
    let most_recent = finding.values.last().map(|value| match rule.statistic {
        AlarmStatistic::Count => json!(*value as u64),
        _ => json!(value),
    });
    let data = |disposition: &str, count: u64| {
        json!({
            "type": "threshold",
            "disposition": disposition,
            "count": count,
            "most_recent": most_recent,
        })
    };
    let state = match finding.state {
        Some(AlarmState::InsufficientData) => {
            return (!is_unknown).then(|| Verdict {
                state: AlarmState::InsufficientData,
                reason: format!("{} datapoints are unknown", rule.evaluation_periods),
                reason_data: data("unknown", rule.evaluation_periods),
            });
        }
        Some(state) => (state != previous || repeats).then_some(state),
        None if is_unknown => Some(finding.trend),
        None => repeats.then_some(previous),
    }?;
    let (disposition, count) = match state {
        AlarmState::Ok => ("inside", finding.values.len() - finding.outside),
        _ => ("outside", finding.outside),
    };
    let start = if state == previous {
        "Remaining as"
    } else {
        "Transition to"
    };
    let last = most_recent
        .as_ref()
        .map_or_else(|| "None".to_owned(), python_number);
    Some(Verdict {
        state,
        reason: format!(
            "{start} {state} due to {count} samples {disposition} threshold, most recent: {last}"
        ),
        reason_data: data(disposition, count as u64),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::Value as Json;

    use super::*;

    fn rule(more: &Json) -> ThresholdRule {
        let mut rule = json!({"meter_name": "m", "query": [], "period": 60, "comparison_operator": "gt",
            "threshold": 100.0, "statistic": "avg", "evaluation_periods": 3, "exclude_outliers": false});
        for (field, value) in more.as_object().into_iter().flatten() {
            rule[field] = value.clone();
        }
        serde_json::from_value(rule).expect("a rule")
    }

    fn rows(values: &[(f64, u64)]) -> Vec<Statistics> {
        let time = Timestamp::default();
        let row = |(avg, count): &(f64, u64)| Statistics {
            groupby: None,
            unit: None,
            min: None,
            max: None,
            avg: Some(*avg),
            sum: None,
            count: Some(*count),
            aggregate: None,
            duration: 0.0,
            duration_start: time,
            duration_end: time,
            period: 60,
            period_start: time,
            period_end: time,
        };
        values.iter().map(row).collect()
    }

    fn reason(values: &[f64], previous: AlarmState, repeats: bool) -> Option<(AlarmState, String)> {
        let rule = rule(&Json::Null);
        let values: Vec<_> = values.iter().map(|value| (*value, 1)).collect();
        let finding = compare(&rule, rows(&values));
        judge(&rule, &finding, previous, repeats).map(|verdict| (verdict.state, verdict.reason))
    }

    #[test]
    fn states_and_reasons_are_the_old_services() {
        use AlarmState::{Alarm, InsufficientData, Ok};
        let transition =
            "Transition to alarm due to 3 samples outside threshold, most recent: 101.0";
        for (values, previous, repeats, expected) in [
            (&[101.0; 3][..], Ok, false, Some((Alarm, transition))),
            (
                &[1.0, 101.0, 101.0, 101.0],
                Ok,
                false,
                Some((Alarm, transition)),
            ),
            (&[101.0; 3], Alarm, false, None),
            (
                &[101.0; 3],
                Alarm,
                true,
                Some((
                    Alarm,
                    "Remaining as alarm due to 3 samples outside threshold, most recent: 101.0",
                )),
            ),
            (
                &[1.0, 2.0, 3.5],
                Alarm,
                false,
                Some((
                    Ok,
                    "Transition to ok due to 3 samples inside threshold, most recent: 3.5",
                )),
            ),
            // The periods disagree.
            (&[1.0, 101.0, 101.0], Ok, false, None),
            (
                &[1.0, 101.0, 101.0],
                InsufficientData,
                false,
                Some((
                    Alarm,
                    "Transition to alarm due to 2 samples outside threshold, most recent: 101.0",
                )),
            ),
            (
                &[101.0, 101.0, 1.0],
                InsufficientData,
                false,
                Some((
                    Ok,
                    "Transition to ok due to 1 samples inside threshold, most recent: 1.0",
                )),
            ),
            // Too few.
            (
                &[101.0, 101.0],
                Alarm,
                true,
                Some((InsufficientData, "3 datapoints are unknown")),
            ),
            (&[], InsufficientData, true, None),
        ] {
            let expected = expected.map(|(state, reason)| (state, reason.to_owned()));
            assert_eq!(
                reason(values, previous, repeats),
                expected,
                "{values:?} {previous}"
            );
        }
    }

    #[test]
    fn reason_data_has_the_last_value_and_the_count() {
        let rule = rule(&json!({"statistic": "count", "evaluation_periods": 2, "threshold": 1}));
        let finding = compare(&rule, rows(&[(0.0, 2), (0.0, 3)]));
        let verdict = judge(&rule, &finding, AlarmState::Ok, false).expect("a verdict");
        assert_eq!(
            verdict.reason_data,
            json!({"type": "threshold", "disposition": "outside", "count": 2, "most_recent": 3})
        );
        assert!(
            verdict.reason.ends_with("most recent: 3"),
            "{}",
            verdict.reason
        );
        let none = compare(&rule, Vec::new());
        let verdict = judge(&rule, &none, AlarmState::Ok, false).expect("a verdict");
        assert_eq!(
            verdict.reason_data,
            json!({"type": "threshold", "disposition": "unknown", "count": 2, "most_recent": null})
        );
    }

    #[test]
    fn periods_with_an_unusual_number_of_samples_are_excluded() {
        let rule = |exclude| rule(&json!({"exclude_outliers": exclude, "evaluation_periods": 1}));
        let mut counted = vec![(101.0, 10); 9];
        counted.push((1.0, 1));
        let state = |exclude| compare(&rule(exclude), rows(&counted)).state;
        assert_eq!(state(false), Some(AlarmState::Ok));
        assert_eq!(state(true), Some(AlarmState::Alarm));
    }

    #[test]
    fn window_is_one_period_longer_and_twice_as_long_with_outliers_excluded() {
        let now = Timestamp::from_millis(1_000_000_000);
        let start = |exclude| {
            let query = query(
                &rule(&json!({"exclude_outliers": exclude})),
                &AccessScope::All,
                now,
            );
            let from = query.expect("a query").from.expect("a start");
            (now.as_millis() - from.as_millis()) / 1000
        };
        assert_eq!((start(false), start(true)), (240, 360));
    }
}
