use super::*;

const TICK: Duration = Duration::from_secs(5);

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(seconds * 1000)
}

fn timing(hold: u64, keep: u64) -> Timing {
    Timing {
        hold: Duration::from_secs(hold),
        keep: Duration::from_secs(keep),
    }
}

fn unknown() -> Verdict {
    Verdict::Unknown("No answer.".into())
}

/// The states after each verdict, 5 s apart.
fn states(timing: Timing, verdicts: &[Verdict]) -> Vec<AlertState> {
    let mut machine = Machine::new(at(0));
    let step = |(n, verdict): (usize, &Verdict)| {
        machine.step(verdict, at(n as i64 * 5), TICK, timing);
        machine.state()
    };
    verdicts.iter().enumerate().map(step).collect()
}

use AlertState::{Firing, Inactive, Pending, Recovering, Resolved, Unknown};
use Verdict::{Between, Ok as Fine, Violated};

#[test]
fn rule_without_for_fires_at_the_first_violation() {
    assert_eq!(
        states(timing(0, 0), &[Fine, Violated, Fine]),
        [Inactive, Firing, Resolved]
    );
}

#[test]
fn pending_lasts_as_long_as_for() {
    let verdicts = [Violated, Violated, Violated, Violated];
    assert_eq!(
        states(timing(15, 0), &verdicts),
        [Pending, Pending, Pending, Firing]
    );
}

#[test]
fn one_miss_ends_pending() {
    let verdicts = [Violated, Violated, Fine, Violated, Between];
    assert_eq!(
        states(timing(15, 0), &verdicts),
        [Pending, Pending, Inactive, Pending, Inactive]
    );
}

#[test]
fn firing_ends_after_keep_firing_for_without_violation() {
    let verdicts = [Violated, Fine, Violated, Fine, Fine, Fine, Violated];
    assert_eq!(
        states(timing(0, 10), &verdicts),
        [
            Firing, Recovering, Firing, Recovering, Recovering, Resolved, Firing
        ]
    );
}

#[test]
fn value_above_the_clear_threshold_keeps_firing() {
    let verdicts = [Between, Violated, Between, Between, Fine];
    assert_eq!(
        states(timing(0, 0), &verdicts),
        [Inactive, Firing, Firing, Firing, Resolved]
    );
}

#[test]
fn unknown_is_never_inactive_and_keeps_what_was_known() {
    let verdicts = [unknown(), Violated, unknown(), Violated, unknown(), Fine];
    assert_eq!(
        states(timing(0, 0), &verdicts),
        [Unknown, Firing, Unknown, Firing, Unknown, Resolved]
    );
}

#[test]
fn unknown_time_does_not_advance_pending() {
    let mut machine = Machine::new(at(0));
    let timing = timing(15, 0);
    for (second, verdict, state) in [
        (0, Violated, Pending),
        (5, Violated, Pending),
        (60, unknown(), Unknown),
        (3600, Violated, Pending),
        (3605, Violated, Pending),
        (3610, Violated, Firing),
    ] {
        machine.step(&verdict, at(second), TICK, timing);
        assert_eq!(machine.state(), state, "after {second} s");
    }
}

#[test]
fn gap_of_more_than_three_intervals_does_not_count() {
    for (gap, state) in [(15, Firing), (16, Pending)] {
        let mut machine = Machine::new(at(0));
        machine.step(&Violated, at(0), TICK, timing(15, 0));
        machine.step(&Violated, at(gap), TICK, timing(15, 0));
        assert_eq!(machine.state(), state, "after {gap} s");
    }
}

#[test]
fn changes_name_the_state_before_and_after() {
    let mut machine = Machine::new(at(0));
    let mut step =
        |verdict: &Verdict, second| machine.step(verdict, at(second), TICK, timing(5, 0));
    assert_eq!(step(&Fine, 0), None);
    let change = |from, to| Some(Change { from, to });
    assert_eq!(step(&Violated, 5), change(Inactive, Pending));
    assert_eq!(step(&Violated, 10), change(Pending, Firing));
    assert_eq!(step(&Violated, 15), None);
    assert_eq!(step(&unknown(), 20), change(Firing, Unknown));
    assert_eq!(step(&unknown(), 25), None);
    assert_eq!(step(&Violated, 30), change(Unknown, Firing));
}

#[test]
fn start_and_begin_of_the_state_are_kept() {
    let mut machine = Machine::new(at(0));
    for second in [10, 15, 20] {
        machine.step(&Violated, at(second), TICK, timing(0, 60));
    }
    assert_eq!(
        (machine.since(), machine.started_at),
        (at(10), Some(at(10)))
    );
    machine.step(&Fine, at(25), TICK, timing(0, 60));
    machine.step(&Violated, at(30), TICK, timing(0, 60));
    assert_eq!(
        (machine.since(), machine.started_at),
        (at(30), Some(at(10)))
    );
}

#[test]
fn alert_that_starts_and_ends_often_flaps_until_it_is_steady() {
    let mut machine = Machine::new(at(0));
    let mut now = 0;
    let mut step = |machine: &mut Machine, verdict: &Verdict| {
        now += 5;
        machine.step(verdict, at(now), TICK, timing(0, 0));
        now
    };
    for turn in 1..=4 {
        step(&mut machine, if turn % 2 == 1 { &Violated } else { &Fine });
        assert!(!machine.flapping, "{turn} turns");
    }
    let last = step(&mut machine, &Violated);
    assert!(machine.flapping, "the fifth turn within 30 min");
    let mut steady = last;
    while machine.flapping {
        steady = step(&mut machine, &Violated);
    }
    assert_eq!(steady - last, 15 * 60);
}

#[test]
fn state_survives_being_stored() {
    let mut machine = Machine::new(at(0));
    machine.step(&Violated, at(0), TICK, timing(15, 0));
    machine.step(&Violated, at(10), TICK, timing(15, 0));
    let text = serde_json::to_string(&machine).expect("JSON");
    let mut read: Machine = serde_json::from_str(&text).expect("the same");
    assert_eq!(read, machine);
    // A restart took 20 min: the 10 s of before still count.
    for (second, state) in [(1210, Pending), (1215, Firing)] {
        read.step(&Violated, at(second), TICK, timing(15, 0));
        assert_eq!(read.state(), state, "after {second} s");
    }
}
