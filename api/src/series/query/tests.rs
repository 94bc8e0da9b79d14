use super::*;

const TICK: Duration = Duration::from_secs(5);

fn resolved(text: &str) -> Result<ResolvedQuery, Error> {
    read(&mut Arguments::parse(text)).and_then(ResolvedQuery::new)
}

fn query(text: &str) -> ResolvedQuery {
    resolved(text).expect(text)
}

fn refusal(text: &str) -> String {
    resolved(text).expect_err(text).to_string()
}

fn grid(text: &str, end: i64) -> TimeGrid {
    query(&format!("meter=rabbit.queues&{text}"))
        .grid(end, TICK)
        .expect(text)
}

#[test]
fn by_default_the_last_hour_in_at_most_600_steps() {
    assert_eq!(
        grid("", 7_200_000),
        TimeGrid {
            start: 3_600_000,
            step: 10_000,
            count: 360
        }
    );
    // The end of the last tick may lie within a step, the start too.
    assert_eq!(
        grid("", 7_205_000),
        TimeGrid {
            start: 3_600_000,
            step: 10_000,
            count: 361
        }
    );
}

#[test]
fn the_first_step_holds_from_and_the_grid_stands_on_multiples() {
    assert_eq!(
        grid("from=1000000007&to=1000060000", 2_000_000_000_000),
        TimeGrid {
            start: 1_000_000_000,
            step: 5000,
            count: 12
        }
    );
    assert_eq!(
        grid("from=1000000007&to=1000060000&points=7", 2_000_000_000_000),
        TimeGrid {
            start: 1_000_000_000,
            step: 10_000,
            count: 6
        }
    );
}

#[test]
fn a_least_step_keeps_a_short_span_on_the_grid_of_a_long_one() {
    let whole = grid(
        "from=1000000000&to=1003600000&step=12000",
        2_000_000_000_000,
    );
    let rest = grid(
        "from=1003590000&to=1003600000&step=12000",
        2_000_000_000_000,
    );
    assert_eq!((whole.step, rest.step), (15_000, 15_000));
    assert_eq!((rest.start - whole.start) % 15_000, 0);
}

#[test]
fn long_steps_are_multiples_of_those_that_the_store_keeps() {
    let step = |span: i64| {
        let text = format!("from=1000000000000&to={}", 1_000_000_000_000 + span);
        grid(&text, 2_000_000_000_000).step
    };
    let day = 24 * HOUR;
    assert_eq!(step(6 * HOUR), 40_000, "a multiple of the tick");
    assert_eq!(step(10 * HOUR), MINUTE);
    assert_eq!(step(day), 3 * MINUTE);
    assert_eq!(step(7 * day), 20 * MINUTE);
    assert_eq!(step(30 * day), 2 * HOUR);
    assert_eq!(step(366 * day), 15 * HOUR);
}

#[test]
fn a_step_is_no_shorter_than_the_tick() {
    assert_eq!(sensible(90_000, 300_000), 300_000);
    assert_eq!(sensible(1, 5000), 5000);
    assert_eq!(sensible(0, 5000), 5000);
    assert_eq!(sensible(360_000, 7000), 360_000);
}

#[test]
fn future_steps_are_left_out() {
    let grid = grid("from=1000000000&to=1000060000", 1_000_020_000);
    assert_eq!(grid.count, 4);
}

#[test]
fn from_after_what_is_known_has_no_steps() {
    assert_eq!(grid("from=1000000000", 999_000_000).count, 0);
}

#[test]
fn without_a_meter_all_gauges_of_the_broker_are_meant() {
    let names = query("").meters;
    let names: Vec<_> = names.iter().map(|meter| meter.definition().name).collect();
    assert!(names.contains(&"rabbit.queues") && names.contains(&"rabbit.publish.rate"));
    assert!(!names.contains(&"rabbit.publish"), "a counter, not a gauge");
    assert!(!names.contains(&"rabbit.node.memory"), "a node's");
}

#[test]
fn times_come_in_both_forms() {
    let of = |from: &str| {
        let query = query(&format!("meter=rabbit.queues&from={from}"));
        query.request.from.map(Timestamp::as_millis)
    };
    assert_eq!(of("2015-01-01T12:00:00"), Some(1_420_113_600_000));
    assert_eq!(of("2015-01-01T14:00:00%2B02:00"), Some(1_420_113_600_000));
    assert_eq!(of("1420113600000"), Some(1_420_113_600_000));
    assert_eq!(
        of("20150101"),
        Some(1_420_070_400_000),
        "a date, not 20,150 seconds"
    );
}

#[test]
fn refusals_name_the_accepted_values() {
    assert!(refusal("meter=rabbit.nothing").contains("\"rabbit.nothing\""));
    assert!(refusal("meter=rabbit.queues&points=0").contains("1 to 10000"));
    assert!(refusal("meter=rabbit.queues&points=10001").contains("1 to 10000"));
    assert!(refusal("meter=rabbit.queues&points=many").contains("1 to 10000"));
    assert!(refusal("meter=rabbit.queues&columns=sum").contains("min, avg and max"));
    assert!(refusal("meter=rabbit.queues&from=yesterday").contains("\"from\""));
    assert!(refusal("meter=rabbit.queues&to=99999999999999999999").contains("\"to\""));
}

#[test]
fn a_span_that_makes_no_steps_is_refused() {
    let refused = |text: &str| {
        query(&format!("meter=rabbit.queues&{text}"))
            .grid(2_000_000_000_000, TICK)
            .is_err()
    };
    assert!(refused("from=1000060000&to=1000000000"));
    assert!(refused("from=1000000000&to=1000000000"));
    assert!(refused("from=2015-01-01&to=2024-01-01&points=1"));
}

#[test]
fn resources_are_of_the_broker() {
    let named = |resources: &str| query(&format!("meter=rabbit.queues{resources}")).named("prod");
    let nodes = |resources: &str| named(resources).map(|named| named.nodes);
    let objects = named("&resource=prod/%252F/q&resource=prod/a/b/c").expect("queues");
    assert_eq!(objects.objects, ["%2F/q", "a/b/c"]);
    assert_eq!(nodes("").expect("none"), None);
    assert_eq!(nodes("&resource=prod").expect("broker"), Some(vec![]));
    assert_eq!(
        nodes("&resource=prod/rabbit@a&resource=prod").expect("node"),
        Some(vec!["rabbit@a".into()])
    );
    for other in [
        "&resource=other",
        "&resource=prod2/rabbit@a",
        "&resource=other/rabbit@a",
    ] {
        assert!(nodes(other).is_err(), "{other}");
    }
}

#[test]
fn columns_are_all_or_those_named_and_the_mean() {
    let columns = |text: &str| {
        let query = query(&format!("meter=rabbit.queues{text}"));
        (
            query.has(SeriesColumn::Min),
            query.has(SeriesColumn::Avg),
            query.has(SeriesColumn::Max),
        )
    };
    assert_eq!(columns(""), (true, true, true));
    assert_eq!(columns("&columns=avg"), (false, true, false));
    assert_eq!(columns("&columns=max"), (false, true, true));
}
