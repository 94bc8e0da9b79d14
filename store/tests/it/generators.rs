//! Random samples, polls, filters and queries for the comparison of stores.

use std::collections::BTreeMap;
use std::sync::Arc;

use metering::meter::{self, MeterType};
use proptest::prelude::*;
use store::collected_scope::Vhosts;
use store::{
    AggregateFunction, BrokerSamples, Collected, CollectedScope, Field, Filter, GroupBy, Operator,
    Order, Posted, StatisticsQuery, Value,
};

use crate::support::{HOUR, MINUTE, at, this_hour};

/// When all of it begins: nothing is too old to be kept.
pub(crate) fn begin() -> i64 {
    this_hour() - 2 * HOUR
}

/// Times are of one hour, half a minute apart, so that many meet, and on bounds of periods.
fn time() -> impl Strategy<Value = i64> {
    (0..120i64).prop_map(|n| begin() + n * MINUTE / 2)
}

fn pick(values: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::sample::select(values).prop_map(str::to_owned)
}

fn volume() -> impl Strategy<Value = f64> {
    prop_oneof![
        (-4..8i32).prop_map(f64::from),
        (0..4000i32).prop_map(|n| f64::from(n) / 1000.0)
    ]
}

/// Finite volumes of all magnitudes and both signs, many of them near the ends of the range.
fn any_volume() -> impl Strategy<Value = f64> {
    use prop::num::f64::{NEGATIVE, NORMAL, POSITIVE, SUBNORMAL, ZERO};
    let ends = prop::sample::select(&[f64::MAX, 1e308, 1e200, 1e-200, f64::MIN_POSITIVE][..]);
    prop_oneof![
        (ends, prop::sample::select(&[1.0, -1.0, 0.5, -0.25][..])).prop_map(|(a, b)| a * b),
        POSITIVE | NEGATIVE | NORMAL | SUBNORMAL | ZERO,
    ]
}

/// What is put in, with some few volumes of any magnitude.
pub(crate) fn puts_of_any_volume() -> impl Strategy<Value = Vec<Put>> {
    let volumes = prop::collection::vec(any_volume(), 1..8);
    (puts(), volumes).prop_map(|(mut puts, volumes)| {
        let mut next = volumes.iter().copied().cycle();
        for (volume, next) in puts.iter_mut().flat_map(Put::volumes_mut).zip(&mut next) {
            *volume = next;
        }
        puts
    })
}

fn metadata() -> impl Strategy<Value = BTreeMap<String, String>> {
    let value = pick(&["a", "b", "5"]);
    prop::collection::btree_map(pick(&["flavor", "zone"]), value, 0..3)
}

prop_compose! {
    pub(crate) fn posted()(
        meter in pick(&["cpu", "disk", "rabbit.queues"]),
        kind in prop::sample::select(&[MeterType::Gauge, MeterType::Delta][..]),
        unit in pick(&["%", "B"]),
        volume in volume(),
        resource_id in pick(&["vm/1", "vm/2", "prod", "prod/a/q"]),
        project_id in prop::option::of(pick(&["p", "q"])),
        user_id in prop::option::of(pick(&["u", "v"])),
        source in prop::option::of(pick(&["s"])),
        time in time(),
        late in 0..3i64,
        metadata in metadata(),
    ) -> Posted {
        Posted {
            meter, meter_type: kind, unit, volume, resource_id, project_id, user_id, source,
            timestamp: at(time), recorded_at: at(time + late * MINUTE), metadata,
        }
    }
}

prop_compose! {
    pub(crate) fn poll()(
        resource in pick(&["prod", "prod/rabbit@a", "prod/a/", "prod/a/q", "prod/%2F/q", "test"]),
        project in prop::option::of(pick(&["p"])),
        time in time(),
        values in prop::collection::vec(volume(), 5),
        first in 0..3usize,
    ) -> Collected {
        Collected {
            resource_id: Arc::from(resource),
            project_id: project.map(Arc::from),
            timestamp: at(time),
            values: meter::all().skip(first).zip(values).collect(),
        }
    }
}

fn leaf() -> impl Strategy<Value = Filter> {
    let text = prop_oneof![
        Just(Field::Meter),
        Just(Field::Type),
        Just(Field::Unit),
        Just(Field::ResourceId),
        Just(Field::ProjectId),
        Just(Field::UserId),
        Just(Field::Source),
        Just(Field::Metadata("flavor".into())),
        Just(Field::Volume),
    ];
    let texts = pick(&[
        "cpu",
        "gauge",
        "%",
        "vm/1",
        "prod",
        "p",
        "u",
        "s",
        "a",
        "rabbit.queues",
    ]);
    let op = prop::sample::select(
        &[
            Operator::Lt,
            Operator::Le,
            Operator::Eq,
            Operator::Eq,
            Operator::Ne,
            Operator::Ge,
            Operator::Gt,
        ][..],
    );
    let time_field = prop_oneof![3 => Just(Field::Timestamp), 1 => Just(Field::RecordedAt)];
    let patterns = pick(&["^r", "d$", "[0-9]", "p", "nothing"]);
    prop_oneof![
        (text.clone(), op.clone(), texts).prop_map(|(f, op, v)| Filter::Is(f, op, Value::Text(v))),
        (text, patterns).prop_map(|(f, v)| Filter::Is(f, Operator::Matches, Value::Text(v))),
        (op.clone(), -2..6i64).prop_map(|(op, v)| Filter::Is(Field::Volume, op, Value::Integer(v))),
        (op.clone(), volume()).prop_map(|(op, v)| Filter::Is(Field::Volume, op, Value::Float(v))),
        (time_field, op, time()).prop_map(|(f, op, v)| Filter::Is(f, op, Value::Time(at(v)))),
        Just(Filter::Posted),
        scope().prop_map(|scope| Filter::Collected(Arc::new(scope))),
    ]
}

prop_compose! {
    /// What a reader may see of the brokers whose polls are put in.
    fn scope()(
        brokers in prop::sample::subsequence(vec!["prod", "test"], 0..3),
        whole in any::<bool>(),
        vhosts in vhosts(),
        queues in vhosts(),
    ) -> CollectedScope {
        let samples = BrokerSamples { whole, vhosts, queues };
        brokers.into_iter().map(|name| (name.to_owned(), samples.clone())).collect()
    }
}

fn vhosts() -> impl Strategy<Value = Vhosts> {
    let some = prop::sample::subsequence(vec!["a", "/"], 0..3);
    let names = some.prop_map(|names| names.into_iter().map(str::to_owned).collect());
    prop::option::of(names.prop_map(Arc::new))
}

pub(crate) fn filter() -> impl Strategy<Value = Filter> {
    let tree = leaf().prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Filter::All),
            prop::collection::vec(inner.clone(), 0..3).prop_map(Filter::Any),
            inner.prop_map(|one| Filter::Not(Box::new(one))),
        ]
    });
    prop_oneof![Just(Filter::default()), tree]
}

pub(crate) fn order() -> impl Strategy<Value = Vec<Order>> {
    let field = prop_oneof![
        Just(Field::Volume),
        Just(Field::Timestamp),
        Just(Field::Meter),
        Just(Field::UserId),
        Just(Field::RecordedAt),
        Just(Field::Metadata("zone".into())),
    ];
    let one = (field, any::<bool>()).prop_map(|(field, descending)| Order { field, descending });
    prop::collection::vec(one, 0..3)
}

pub(crate) fn statistics() -> impl Strategy<Value = StatisticsQuery> {
    let by = prop_oneof![
        Just(GroupBy::UserId),
        Just(GroupBy::ResourceId),
        Just(GroupBy::ProjectId),
        Just(GroupBy::Source),
        Just(GroupBy::Metadata("flavor".into())),
    ];
    let function = prop_oneof![
        Just(AggregateFunction::Min),
        Just(AggregateFunction::Max),
        Just(AggregateFunction::Avg),
        Just(AggregateFunction::Sum),
        Just(AggregateFunction::Count),
        Just(AggregateFunction::Stddev),
        Just(AggregateFunction::Users),
        Just(AggregateFunction::Resources),
    ];
    let period = prop::sample::select(&[0, 1, 60, 90, 600, 7200, u64::MAX][..]);
    let many = |function| prop::collection::vec(function, 0..3);
    (
        filter(),
        period,
        prop::option::of(time()),
        prop::collection::vec(by, 0..3),
        many(function),
    )
        .prop_map(
            |(filter, period, from, groupby, functions)| StatisticsQuery {
                filter,
                period,
                from: from.map(at),
                groupby,
                functions,
            },
        )
}

#[derive(Debug, Clone)]
pub(crate) enum Put {
    Post(Vec<Posted>),
    Poll(Collected),
}

impl Put {
    fn volumes_mut(&mut self) -> Vec<&mut f64> {
        match self {
            Self::Post(samples) => samples.iter_mut().map(|one| &mut one.volume).collect(),
            Self::Poll(poll) => poll.values.iter_mut().map(|(_, value)| value).collect(),
        }
    }
}

pub(crate) fn puts() -> impl Strategy<Value = Vec<Put>> {
    let post = prop::collection::vec(posted(), 1..12).prop_map(Put::Post);
    prop::collection::vec(prop_oneof![post, poll().prop_map(Put::Poll)], 0..12)
}
