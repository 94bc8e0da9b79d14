//! Reads rules of alarms.

use metering::alarm::{
    AlarmStatistic, CombinationOperator, CombinationRule, Comparison, RuleCondition, ThresholdRule,
};
use metering::requests::{Condition, Operator};
use serde_json::Value as Json;

use super::fields::{Fields, missing, text};
use crate::auth::access_scope::AccessScope;
use crate::http::error::{Error, shortened};
use crate::telemetry::invalid;
use crate::telemetry::simple::{self, Subject};
use crate::telemetry::terms::{read_operator, read_type};

/// The field that the service adds to queries.
pub(super) const PROJECT: &str = "project_id";
/// More conditions than any client sends.
const MOST_CONDITIONS: usize = 100;
/// More alarms than a combination needs.
const MOST_ALARMS: usize = 1000;
/// The longest window of a threshold: ten years, in seconds.
const LONGEST_WINDOW: u64 = 10 * 366 * 86_400;
/// Rows that an evaluation reads at most.
const MOST_PERIODS: u64 = 10_000;

/// Reads a threshold; `scope` is that of who saves it.
pub(super) fn threshold(
    mut fields: Fields,
    argument: &str,
    scope: &AccessScope,
) -> Result<ThresholdRule, Error> {
    let meter_name = fields.needed_text("meter_name")?;
    let conditions = fields.list("query")?.unwrap_or_default();
    let rule = ThresholdRule {
        meter_name,
        query: conditions
            .into_iter()
            .map(condition)
            .collect::<Result<_, _>>()?,
        period: fields.whole("period", 1)?.unwrap_or(60),
        comparison_operator: fields
            .word("comparison_operator", Comparison::ALL, Comparison::as_str)?
            .unwrap_or(Comparison::Eq),
        threshold: fields.needed_number("threshold")?,
        statistic: fields
            .word("statistic", AlarmStatistic::ALL, AlarmStatistic::as_str)?
            .unwrap_or(AlarmStatistic::Avg),
        evaluation_periods: fields.whole("evaluation_periods", 1)?.unwrap_or(1),
        exclude_outliers: fields.truth("exclude_outliers")?.unwrap_or(false),
    };
    fields.finish(argument)?;
    if rule.query.len() > MOST_CONDITIONS {
        return Err(Error::BadArgument(format!(
            "The query has {} terms; accepted are at most {MOST_CONDITIONS}",
            rule.query.len()
        )));
    }
    if rule.evaluation_periods > MOST_PERIODS {
        let why = format!("Value should be lower or equal to {MOST_PERIODS}");
        let value = rule.evaluation_periods.to_string();
        return Err(invalid("evaluation_periods", &value, &why));
    }
    let periods = rule.evaluation_periods.saturating_mul(2);
    if rule.period.saturating_mul(periods) > LONGEST_WINDOW {
        let why = format!("Twice all periods should be at most {LONGEST_WINDOW} seconds");
        return Err(invalid("period", &rule.period.to_string(), &why));
    }
    let conditions = conditions_of(&rule.query)?;
    let has_time = |condition: &&Condition| condition.field == "timestamp";
    if conditions.iter().any(|condition| has_time(&condition)) {
        return Err(Error::BadArgument(
            "Unknown argument: \"timestamp\": not valid for this resource".into(),
        ));
    }
    simple::read(&conditions, Subject::Samples, scope)?;
    Ok(rule)
}

fn condition(value: Json) -> Result<RuleCondition, Error> {
    let mut fields = Fields::of("query", value)?;
    let op = fields.text("op")?.filter(|op| !op.is_empty());
    let condition = RuleCondition {
        field: fields.needed_text("field")?,
        op: op.unwrap_or_else(|| "eq".to_owned()),
        value: fields.needed_text("value")?,
        value_type: fields.text("type")?,
    };
    fields.finish("query")?;
    Ok(condition)
}

/// Conditions of a rule, as those of `/v2/samples`.
pub(super) fn conditions_of(query: &[RuleCondition]) -> Result<Vec<Condition>, Error> {
    query
        .iter()
        .map(|condition| {
            Ok(Condition {
                field: condition.field.clone().into(),
                operator: read_operator(&condition.op)?,
                value_type: read_type(condition.value_type.as_deref().unwrap_or_default())?,
                value: condition.value.clone(),
            })
        })
        .collect()
}

/// Limits a rule to samples of a project.
///
/// # Errors
/// `401` for a rule that names another project.
pub(super) fn limit_to_project(rule: &mut ThresholdRule, project: &str) -> Result<(), Error> {
    let mut named = rule
        .query
        .iter()
        .filter(|known| known.field == PROJECT)
        .peekable();
    if named.peek().is_none() {
        rule.query.push(RuleCondition {
            field: PROJECT.to_owned(),
            op: Operator::Eq.name().to_owned(),
            value: project.to_owned(),
            value_type: None,
        });
        return Ok(());
    }
    match named.find(|known| known.value != project) {
        Some(other) => Err(Error::ProjectNotAuthorized(shortened(&other.value))),
        None => Ok(()),
    }
}

/// Reads a combination.
pub(super) fn combination(mut fields: Fields) -> Result<CombinationRule, Error> {
    let operator = fields.word(
        "operator",
        CombinationOperator::ALL,
        CombinationOperator::as_str,
    )?;
    let named = fields
        .list("alarm_ids")?
        .ok_or_else(|| missing("alarm_ids"))?;
    let mut alarm_ids: Vec<String> = Vec::new();
    for id in named {
        let id = text("alarm_ids", id)?;
        if !alarm_ids.contains(&id) {
            alarm_ids.push(id);
        }
        if alarm_ids.len() > MOST_ALARMS {
            let why = format!("accepted are at most {MOST_ALARMS} alarms");
            return Err(invalid("alarm_ids", "…", &why));
        }
    }
    fields.finish("combination_rule")?;
    if alarm_ids.len() < 2 {
        return Err(Error::BadArgument(
            "Alarm combination rule should contain at least two different alarm ids.".into(),
        ));
    }
    Ok(CombinationRule {
        operator: operator.unwrap_or(CombinationOperator::And),
        alarm_ids,
    })
}
