//! Evaluates composite rules.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use metering::alarm::{AlarmState, CompositePart, CompositeRule};
use serde_json::{Map, Value as Json, json};

use super::threshold::{self, Finding};
use super::verdict::Verdict;
use crate::auth::access_scope::AccessScope;
use crate::context::Context;
use crate::http::error::Error;

/// A rule as it was found: each threshold has a name and a state.
enum Found {
    Or(Vec<Found>),
    And(Vec<Found>),
    Threshold(Part),
}

struct Part {
    name: String,
    rule: Json,
    /// `None` if the periods disagree.
    state: Option<AlarmState>,
    trend: AlarmState,
}

/// Evaluates the thresholds of a rule, and what they do to an alarm.
pub(super) async fn evaluate(
    context: &Context,
    rule: &CompositeRule,
    scope: &AccessScope,
    previous: AlarmState,
    repeats: bool,
) -> Result<Option<Verdict>, Error> {
    let found = find(context, rule, scope, &mut 0).await?;
    Ok(judge(found, previous, repeats))
}

fn find<'a>(
    context: &'a Context,
    rule: &'a CompositeRule,
    scope: &'a AccessScope,
    count: &'a mut usize,
) -> BoxFuture<'a, Result<Found, Error>> {
    async move {
        let (rules, is_or) = match rule {
            CompositeRule::Or { or } => (or, true),
            CompositeRule::And { and } => (and, false),
            CompositeRule::Threshold(part) => {
                *count += 1;
                let finding = threshold::find(context, &part.rule, scope).await?;
                return Ok(Found::Threshold(Part::new(*count, part, &finding)));
            }
        };
        let mut found = Vec::with_capacity(rules.len());
        for rule in rules {
            found.push(find(context, rule, scope, count).await?);
        }
        Ok(if is_or {
            Found::Or(found)
        } else {
            Found::And(found)
        })
    }
    .boxed()
}

impl Part {
    fn new(number: usize, part: &CompositePart, finding: &Finding) -> Self {
        Self {
            name: format!("rule{number}"),
            // A rule always serializes.
            rule: serde_json::to_value(part).unwrap_or_default(),
            state: finding.state,
            trend: finding.trend,
        }
    }
}

impl Found {
    fn parts(&mut self) -> Vec<&mut Part> {
        match self {
            Self::Or(all) | Self::And(all) => all.iter_mut().flat_map(Self::parts).collect(),
            Self::Threshold(part) => vec![part],
        }
    }

    /// Whether the rule is decided: some or all of its parts are in a state.
    fn is(&self, state: AlarmState) -> bool {
        // What `or` needs of one part for an alarm, it needs of all for `ok`.
        let one_is_enough = match self {
            Self::Or(_) => state == AlarmState::Alarm,
            Self::And(_) => state == AlarmState::Ok,
            Self::Threshold(part) => return part.state == Some(state),
        };
        let (Self::Or(all) | Self::And(all)) = self else {
            return false;
        };
        if one_is_enough {
            all.iter().any(|one| one.is(state))
        } else {
            all.iter().all(|one| one.is(state))
        }
    }

    /// Such as `(rule1 and (rule2 or rule3))`.
    fn form(&self) -> String {
        let join = |all: &[Self], between: &str| {
            let all: Vec<_> = all.iter().map(Self::form).collect();
            format!("({})", all.join(between))
        };
        match self {
            Self::Or(all) => join(all, " or "),
            Self::And(all) => join(all, " and "),
            Self::Threshold(part) => part.name.clone(),
        }
    }
}

/// What the states of the thresholds do to an alarm.
fn judge(mut found: Found, previous: AlarmState, repeats: bool) -> Option<Verdict> {
    for part in found.parts() {
        // As of a threshold alone: periods that disagree change nothing, unless nothing is known.
        if part.state.is_none() {
            let is_unknown = previous == AlarmState::InsufficientData;
            part.state = Some(if is_unknown { part.trend } else { previous });
        }
    }
    let state = [AlarmState::Alarm, AlarmState::Ok]
        .into_iter()
        .find(|state| found.is(*state))
        .unwrap_or(AlarmState::InsufficientData);
    let may_repeat = repeats && state != AlarmState::InsufficientData;
    if state == previous && !may_repeat {
        return None;
    }
    let form = found.form();
    let mut causes = Map::new();
    for part in found.parts() {
        if part.state == Some(state) {
            causes.insert(part.name.clone(), part.rule.take());
        }
    }
    let mut names: Vec<_> = causes.keys().map(String::as_str).collect();
    names.sort_unstable();
    let what = if state == previous {
        "remaining as"
    } else {
        "transition to"
    };
    let why = match state {
        AlarmState::Alarm => "outside their threshold.",
        AlarmState::Ok => "inside their threshold.",
        AlarmState::InsufficientData => "state evaluated to unknown.",
    };
    let reason = format!(
        "Composite rule alarm with composition form: {form} {what} {state}, due to rules: {} {why}",
        names.join(", ")
    );
    Some(Verdict {
        state,
        reason,
        reason_data: json!({"type": "composite", "composition_form": form, "causative_rules": causes}),
    })
}

#[cfg(test)]
mod tests {
    use AlarmState::{Alarm, InsufficientData, Ok};

    use super::*;

    fn part(number: usize, state: Option<AlarmState>) -> Found {
        Found::Threshold(Part {
            name: format!("rule{number}"),
            rule: json!({"n": number}),
            state,
            trend: Alarm,
        })
    }

    fn verdict(states: [Option<AlarmState>; 3], previous: AlarmState) -> Option<Verdict> {
        let [first, second, third] = states;
        let either = Found::Or(vec![part(2, second), part(3, third)]);
        judge(Found::And(vec![part(1, first), either]), previous, false)
    }

    #[test]
    fn states_and_reasons_are_aodhs() {
        let start = "Composite rule alarm with composition form: (rule1 and (rule2 or rule3))";
        for (states, previous, expected) in [
            (
                [Some(Alarm), Some(Ok), Some(Alarm)],
                Ok,
                Some("transition to alarm, due to rules: rule1, rule3 outside their threshold."),
            ),
            (
                [Some(Ok), Some(InsufficientData), Some(Alarm)],
                Alarm,
                Some("transition to ok, due to rules: rule1 inside their threshold."),
            ),
            (
                [Some(Alarm), Some(InsufficientData), Some(Ok)],
                Alarm,
                Some(
                    "transition to insufficient data, due to rules: rule2 state evaluated to unknown.",
                ),
            ),
            ([Some(Alarm), Some(Alarm), Some(Ok)], Alarm, None),
            // The periods of a rule disagree.
            ([None, Some(Ok), Some(Ok)], Ok, None),
            (
                [None, Some(Alarm), Some(Ok)],
                InsufficientData,
                Some("transition to alarm, due to rules: rule1, rule2 outside their threshold."),
            ),
        ] {
            let found = verdict(states, previous).map(|verdict| verdict.reason);
            let expected = expected.map(|end| format!("{start} {end}"));
            assert_eq!(found, expected, "{states:?} {previous}");
        }
        let data = verdict([Some(Alarm), Some(Alarm), Some(Ok)], Ok)
            .expect("a verdict")
            .reason_data;
        assert_eq!(
            data,
            json!({"type": "composite", "composition_form": "(rule1 and (rule2 or rule3))",
                "causative_rules": {"rule1": {"n": 1}, "rule2": {"n": 2}}})
        );
    }
}
