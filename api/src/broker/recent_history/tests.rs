use super::*;

const QUEUES: Meter = Meter::object_total(3);
const READY: Meter = Meter::queue_total(1);
const PUBLISH: Meter = Meter::message_stat(0).rate();

/// Ten buckets of five seconds and the one that fills.
fn history() -> RecentHistory {
    RecentHistory::new(Duration::from_secs(5), Duration::from_secs(50))
}

fn filled(values: &[(i64, f64)]) -> RecentHistory {
    let mut history = history();
    for &(bucket, value) in values {
        history.open(bucket);
        history.set(Resource::Broker, QUEUES, bucket, value);
    }
    history
}

fn buckets(history: &RecentHistory, range: std::ops::Range<i64>) -> Vec<Option<f64>> {
    range
        .map(|bucket| history.value(Resource::Broker, QUEUES, bucket))
        .collect()
}

#[test]
fn a_bucket_left_out_is_a_gap() {
    let history = filled(&[(100, 1.0), (101, 2.0), (104, 5.0)]);
    assert_eq!(
        buckets(&history, 100..105),
        [Some(1.0), Some(2.0), None, None, Some(5.0)]
    );
}

#[test]
fn aged_out_values_are_not_read() {
    let values: Vec<_> = (100..125).map(|bucket| (bucket, bucket as f64)).collect();
    let history = filled(&values);
    assert_eq!(history.oldest(), Some(114));
    assert_eq!(
        buckets(&history, 112..116),
        [None, None, Some(114.0), Some(115.0)]
    );
}

#[test]
fn long_gap_drops_all_columns() {
    let mut history = filled(&[(100, 1.0), (101, 2.0)]);
    history.open(1000);
    let grid = TimeGrid {
        start: history.start(100),
        step: 5000,
        count: 1000,
    };
    assert_eq!(
        history.read(Resource::Broker, QUEUES, grid),
        None,
        "no column is left"
    );
}

#[test]
fn clock_that_went_back_clears_later_buckets() {
    let mut history = filled(&[(100, 1.0), (101, 2.0), (102, 3.0)]);
    history.open(101);
    history.set(Resource::Broker, QUEUES, 101, 20.0);
    assert_eq!(
        buckets(&history, 100..104),
        [Some(1.0), Some(20.0), None, None]
    );
    history.open(103);
    assert_eq!(
        buckets(&history, 100..104),
        [Some(1.0), Some(20.0), None, None]
    );
}

#[test]
fn clock_that_went_far_back_clears_everything() {
    let mut history = filled(&[(100, 1.0), (101, 2.0)]);
    history.open(3);
    history.set(Resource::Broker, QUEUES, 3, 7.0);
    assert_eq!(buckets(&history, 0..5), [None, None, None, Some(7.0), None]);
}

#[test]
fn nodes_without_values_are_dropped() {
    let mut history = history();
    history.open(100);
    history.set(Resource::Node("rabbit@a"), Meter::node(0), 100, 1.0);
    history.open(110);
    assert_eq!(history.nodes().collect::<Vec<_>>(), ["rabbit@a"]);
    history.open(111);
    assert_eq!(history.nodes().count(), 0);
}

#[test]
fn no_more_nodes_than_the_bound() {
    let mut history = history();
    history.open(100);
    for n in 0..2 * MAX_NODES {
        history.set(
            Resource::Node(&format!("rabbit@{n}")),
            Meter::node(0),
            100,
            1.0,
        );
    }
    assert_eq!(history.nodes().count(), MAX_NODES);
}

#[test]
fn steps_have_minimum_mean_and_maximum_of_their_samples() {
    let history = filled(&[(100, 1.0), (101, 2.0), (102, 7.0), (105, 4.0)]);
    let grid = TimeGrid {
        start: 500_000,
        step: 15_000,
        count: 3,
    };
    let read = history
        .read(Resource::Broker, QUEUES, grid)
        .expect("has samples");
    let gap = f64::NAN;
    assert_eq!(read.min, Values(vec![1.0, 4.0, gap]));
    assert_eq!(read.avg, Values(vec![3.333, 4.0, gap]));
    assert_eq!(read.max, Values(vec![7.0, 4.0, gap]));
}

#[test]
fn a_step_that_is_no_multiple_of_the_tick_has_the_buckets_that_begin_in_it() {
    // Buckets begin at 500, 505, 510, 515 and 520 s.
    let history = filled(&[(100, 1.0), (101, 2.0), (102, 4.0), (103, 8.0), (104, 16.0)]);
    let grid = TimeGrid {
        start: 497_000,
        step: 7000,
        count: 4,
    };
    let read = history
        .read(Resource::Broker, QUEUES, grid)
        .expect("has samples");
    assert_eq!(read.avg, Values(vec![1.0, 3.0, 8.0, 16.0]));
}

#[test]
fn a_row_is_what_is_known_in_a_bucket() {
    let mut history = filled(&[(100, 1.0), (102, 3.0)]);
    history.set(Resource::Broker, READY, 102, 9.0);
    assert_eq!(
        history.row(Resource::Broker, 102),
        [(QUEUES, 3.0), (READY, 9.0)]
    );
    assert_eq!(history.row(Resource::Broker, 101), []);
    assert_eq!(
        history.row(Resource::Broker, 102 - 11),
        [],
        "not kept any more"
    );
    assert_eq!(history.empty_buckets(103).len(), 9, "eleven, less two");
    assert!(!history.empty_buckets(103).contains(&100));
}

#[test]
fn a_meter_without_samples_has_no_column() {
    let history = filled(&[(100, 1.0)]);
    let grid = TimeGrid {
        start: 500_000,
        step: 5000,
        count: 1,
    };
    assert_eq!(history.read(Resource::Broker, READY, grid), None);
    assert_eq!(history.read(Resource::Node("rabbit@a"), QUEUES, grid), None);
}

#[test]
fn infinite_values_are_not_recorded() {
    let history = filled(&[(100, f64::INFINITY)]);
    let grid = TimeGrid {
        start: 500_000,
        step: 5000,
        count: 1,
    };
    assert_eq!(history.read(Resource::Broker, QUEUES, grid), None);
}

#[test]
fn gaps_between_polls_are_interpolated_unless_an_end_is_missing() {
    let mut history = filled(&[(100, 1.0), (104, 8.0)]);
    history.set(Resource::Broker, PUBLISH, 100, 0.5);
    history.set(Resource::Broker, PUBLISH, 104, 2.5);
    history.set(Resource::Broker, READY, 104, 9.0);
    history.interpolate(100, 104);
    let interpolated = [1.0, 3.0, 5.0, 6.0, 8.0].map(Some);
    assert_eq!(buckets(&history, 100..105), interpolated);
    assert_eq!(history.value(Resource::Broker, PUBLISH, 102), Some(2.5));
    assert_eq!(history.value(Resource::Broker, READY, 103), None);
}
