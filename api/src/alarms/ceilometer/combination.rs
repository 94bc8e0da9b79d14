//! Evaluates combinations.

use metering::alarm::{AlarmState, CombinationOperator, CombinationRule};
use serde_json::{Value as Json, json};

use super::verdict::Verdict;

/// What the states of the named alarms do to a combination; the state of an alarm that is gone is `None`.
pub(super) fn judge(
    rule: &CombinationRule,
    states: &[(String, Option<AlarmState>)],
    previous: AlarmState,
    repeats: bool,
) -> Option<Verdict> {
    let ids = |has: &dyn Fn(Option<AlarmState>) -> bool| -> Vec<&str> {
        let found = states.iter().filter(|(_, state)| has(*state));
        found.map(|(id, _)| id.as_str()).collect()
    };
    let is_alarm = |state: Option<AlarmState>| state == Some(AlarmState::Alarm);
    let unknown = ids(&|state| matches!(state, None | Some(AlarmState::InsufficientData)));
    let alarms = ids(&is_alarm);
    let is_enough = rule.operator == CombinationOperator::Or && !alarms.is_empty();
    if !unknown.is_empty() && !is_enough {
        return (previous != AlarmState::InsufficientData).then(|| Verdict {
            state: AlarmState::InsufficientData,
            reason: format!("Alarms {} are in unknown state", unknown.join(",")),
            reason_data: data(&unknown),
        });
    }
    let holds = match rule.operator {
        CombinationOperator::Or => !alarms.is_empty(),
        CombinationOperator::And => alarms.len() == states.len(),
    };
    let state = if holds {
        AlarmState::Alarm
    } else {
        AlarmState::Ok
    };
    if state == previous && !repeats {
        return None;
    }
    let start = if state == previous {
        "Remaining as"
    } else {
        "Transition to"
    };
    let named = ids(&|found| found == Some(state));
    Some(Verdict {
        state,
        reason: format!(
            "{start} {state} due to alarms {} in state {state}",
            named.join(",")
        ),
        reason_data: data(&named),
    })
}

fn data(ids: &[&str]) -> Json {
    json!({"type": "combination", "alarm_ids": ids})
}

#[cfg(test)]
mod tests {
    use AlarmState::{Alarm, InsufficientData, Ok};

    use super::*;

    fn verdict(
        operator: CombinationOperator,
        states: [Option<AlarmState>; 2],
        previous: AlarmState,
        repeats: bool,
    ) -> Option<(AlarmState, String)> {
        let rule = CombinationRule {
            operator,
            alarm_ids: vec!["A".into(), "B".into()],
        };
        let states: Vec<_> = rule.alarm_ids.iter().cloned().zip(states).collect();
        judge(&rule, &states, previous, repeats).map(|verdict| (verdict.state, verdict.reason))
    }

    #[test]
    fn states_and_reasons_are_the_old_services() {
        use CombinationOperator::{And, Or};
        let alarm = "Transition to alarm due to alarms A,B in state alarm";
        for (operator, states, previous, repeats, expected) in [
            (And, [Some(Alarm); 2], Ok, false, Some((Alarm, alarm))),
            (And, [Some(Alarm); 2], Alarm, false, None),
            (
                And,
                [Some(Alarm); 2],
                Alarm,
                true,
                Some((Alarm, "Remaining as alarm due to alarms A,B in state alarm")),
            ),
            (
                And,
                [Some(Alarm), Some(Ok)],
                Alarm,
                false,
                Some((Ok, "Transition to ok due to alarms B in state ok")),
            ),
            (
                Or,
                [Some(Alarm), Some(InsufficientData)],
                Ok,
                false,
                Some((Alarm, "Transition to alarm due to alarms A in state alarm")),
            ),
            (
                Or,
                [Some(Ok), Some(InsufficientData)],
                Ok,
                false,
                Some((InsufficientData, "Alarms B are in unknown state")),
            ),
            (
                And,
                [None, Some(InsufficientData)],
                Alarm,
                true,
                Some((InsufficientData, "Alarms A,B are in unknown state")),
            ),
            (And, [None, Some(Alarm)], InsufficientData, true, None),
        ] {
            let expected = expected.map(|(state, reason)| (state, reason.to_owned()));
            assert_eq!(
                verdict(operator, states, previous, repeats),
                expected,
                "{operator} {states:?}"
            );
        }
    }
}
