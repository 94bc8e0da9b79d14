//! The meters of `metering::meter` by number: what the recent history's tables are indexed by.

use std::collections::HashMap;
use std::sync::LazyLock;

use metering::meter::{
    self, CHURN_RATES, Definition, MESSAGE_STATS, MeterType, NODE, OBJECT_TOTALS, QUEUE_TOTALS,
};

/// A meter: its place in `metering::meter::all()`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Meter(usize);

/// What a meter's samples belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// How many objects a broker has.
    ObjectTotal,
    /// How many messages its queues hold.
    QueueTotal,
    /// What went through its channels: counters and their rates.
    MessageStat,
    /// How objects come and go: counters and their rates.
    Churn,
    /// One node's use of its limits.
    Node,
}

static DEFINITIONS: LazyLock<Vec<&'static Definition>> = LazyLock::new(|| meter::all().collect());
static BY_NAME: LazyLock<HashMap<&'static str, Meter>> = LazyLock::new(|| {
    DEFINITIONS
        .iter()
        .enumerate()
        .map(|(n, found)| (found.name, Meter(n)))
        .collect()
});

const QUEUES: usize = OBJECT_TOTALS.len();
const MESSAGES: usize = QUEUES + QUEUE_TOTALS.len();
const CHURN: usize = MESSAGES + 2 * MESSAGE_STATS.len();
const NODES: usize = CHURN + 2 * CHURN_RATES.len();

impl Meter {
    /// How many there are.
    pub(crate) const COUNT: usize = NODES + NODE.len();

    /// How many consumers there are.
    pub(crate) const CONSUMERS: Self = Self::object_total(4);

    /// The n-th of `OBJECT_TOTALS`.
    pub(crate) const fn object_total(n: usize) -> Self {
        Self(n)
    }

    /// The n-th of `QUEUE_TOTALS`.
    pub(crate) const fn queue_total(n: usize) -> Self {
        Self(QUEUES + n)
    }

    /// The counter of the n-th of `MESSAGE_STATS`; its rate is [`Meter::rate`] of it.
    pub(crate) const fn message_stat(n: usize) -> Self {
        Self(MESSAGES + 2 * n)
    }

    /// The counter of the n-th of `CHURN_RATES`; its rate is [`Meter::rate`] of it.
    pub(crate) const fn churn(n: usize) -> Self {
        Self(CHURN + 2 * n)
    }

    /// The n-th of `NODE`.
    pub(crate) const fn node(n: usize) -> Self {
        Self(NODES + n)
    }

    /// The rate of a counter.
    pub(crate) const fn rate(self) -> Self {
        Self(self.0 + 1)
    }

    /// Every one, in order.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        (0..Self::COUNT).map(Self)
    }

    /// Every gauge of a broker as a whole, the rates of its counters among them.
    pub(crate) fn broker_gauges() -> Vec<Self> {
        let is_gauge = |&meter: &Self| meter.definition().meter_type == MeterType::Gauge;
        (0..NODES).map(Self).filter(is_gauge).collect()
    }

    /// The meter of that name.
    pub(crate) fn find(name: &str) -> Option<Self> {
        BY_NAME.get(name).copied()
    }

    /// Its place in the tables, below [`Meter::COUNT`].
    pub(crate) const fn index(self) -> usize {
        self.0
    }

    /// Its name and unit.
    pub(crate) fn definition(self) -> &'static Definition {
        DEFINITIONS[self.0]
    }

    /// What its samples belong to.
    pub(crate) const fn kind(self) -> Kind {
        match self.0 {
            0..QUEUES => Kind::ObjectTotal,
            QUEUES..MESSAGES => Kind::QueueTotal,
            MESSAGES..CHURN => Kind::MessageStat,
            CHURN..NODES => Kind::Churn,
            _ => Kind::Node,
        }
    }

    /// Whether it is a counter, or the rate of one.
    pub(crate) const fn is_of_counter(self) -> bool {
        matches!(self.kind(), Kind::MessageStat | Kind::Churn)
    }

    /// Whether its samples are of a node, not of the broker as a whole.
    pub(crate) const fn is_of_node(self) -> bool {
        matches!(self.kind(), Kind::Node)
    }

    /// Whether the meter in that place is the rate of a counter.
    pub(crate) const fn is_rate_index(index: usize) -> bool {
        Self(index).is_rate()
    }

    /// Whether it is the rate of a counter.
    pub(crate) const fn is_rate(self) -> bool {
        matches!(self.kind(), Kind::MessageStat | Kind::Churn) && (self.0 - MESSAGES) % 2 == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_stands_for_the_meter_it_says() {
        assert_eq!(Meter::COUNT, meter::all().count());
        let name = |meter: Meter| meter.definition().name;
        assert_eq!(name(Meter::object_total(0)), OBJECT_TOTALS[0].name);
        assert_eq!(name(Meter::CONSUMERS), "rabbit.consumers");
        assert_eq!(name(Meter::queue_total(2)), QUEUE_TOTALS[2].name);
        assert_eq!(name(Meter::message_stat(3)), MESSAGE_STATS[3].total.name);
        assert_eq!(
            name(Meter::message_stat(3).rate()),
            MESSAGE_STATS[3].rate.name
        );
        assert_eq!(name(Meter::churn(1).rate()), CHURN_RATES[1].rate.name);
        assert_eq!(name(Meter::node(0)), NODE[0].name);
    }

    #[test]
    fn rates_are_those_whose_unit_is_per_second() {
        for found in meter::all() {
            let meter = Meter::find(found.name).expect(found.name);
            assert_eq!(
                meter.is_rate(),
                found.unit.ends_with("/s"),
                "{}",
                found.name
            );
        }
    }
}
