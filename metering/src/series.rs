//! Columns of numbers for charts: `GET /v2/rabbit/series`.
//!
//! Times stand on a regular grid of `step` milliseconds, so that every poll of
//! every viewer falls on the same columns, and a viewer who has some can ask
//! for the rest alone and [`Series::merge`] it.

use std::fmt;

use serde::de::{Deserializer, SeqAccess, Visitor};
use serde::ser::{SerializeSeq, Serializer};
use serde::{Deserialize, Serialize};

/// The largest whole number that a double, and so JavaScript, holds exactly.
const MAX_SAFE_INTEGER: f64 = 9_007_199_254_740_991.0;

/// One time column, and one column of values a meter and resource.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Series {
    /// Milliseconds from one time to the next.
    pub step: u32,
    /// The starts of the steps, in milliseconds since the epoch, oldest first, none left out.
    pub timestamps: Vec<i64>,
    /// The values, as many in each column as there are times.
    pub columns: Vec<Column>,
}

/// The values of one meter of one resource.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Column {
    /// The meter's name.
    pub meter: String,
    /// The resource: `{broker}`, `{broker}/{node}`, or that of [`queue_resource`].
    pub resource_id: String,
    /// The unit of the values.
    pub unit: String,
    /// The least sample of each step; absent where it was not asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<Values>,
    /// The mean of each step's samples.
    pub avg: Values,
    /// The greatest sample of each step; absent where it was not asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<Values>,
}

/// Numbers with gaps. In memory a gap is NaN, on the wire null.
#[derive(Clone, Debug, Default)]
pub struct Values(pub Vec<f64>);

impl Values {
    /// How many steps, gaps too.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no step.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value at a step; `None` for a gap or beyond the end.
    pub fn get(&self, index: usize) -> Option<f64> {
        self.0.get(index).copied().filter(|value| !value.is_nan())
    }

    /// The last value that is no gap.
    pub fn last(&self) -> Option<f64> {
        self.0.iter().rev().copied().find(|value| !value.is_nan())
    }

    /// The values without the gaps.
    pub fn known(&self) -> impl Iterator<Item = f64> {
        self.0.iter().copied().filter(|value| !value.is_nan())
    }
}

impl PartialEq for Values {
    /// Gaps equal gaps.
    fn eq(&self, other: &Self) -> bool {
        let same = |(a, b): (&f64, &f64)| a == b || (a.is_nan() && b.is_nan());
        self.len() == other.len() && self.0.iter().zip(&other.0).all(same)
    }
}

impl FromIterator<Option<f64>> for Values {
    fn from_iter<I: IntoIterator<Item = Option<f64>>>(values: I) -> Self {
        Self(
            values
                .into_iter()
                .map(|value| value.unwrap_or(f64::NAN))
                .collect(),
        )
    }
}

impl Serialize for Values {
    /// Whole numbers without a decimal point: half the bytes of a poll.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut seq = serializer.serialize_seq(Some(self.len()))?;
        for &value in &self.0 {
            if value.is_nan() {
                seq.serialize_element(&None::<f64>)?;
            } else if value.fract() == 0.0 && value.abs() <= MAX_SAFE_INTEGER {
                seq.serialize_element(&(value as i64))?;
            } else {
                seq.serialize_element(&value)?;
            }
        }
        seq.end()
    }
}

impl<'de> Deserialize<'de> for Values {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Numbers;

        impl<'de> Visitor<'de> for Numbers {
            type Value = Values;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of numbers and nulls")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Values, A::Error> {
                let mut values = Vec::with_capacity(seq.size_hint().unwrap_or(0));
                while let Some(value) = seq.next_element::<Option<f64>>()? {
                    values.push(value.unwrap_or(f64::NAN));
                }
                Ok(Values(values))
            }
        }

        deserializer.deserialize_seq(Numbers)
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Values {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        <Vec<Option<f64>> as utoipa::PartialSchema>::schema()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Values {}

/// The resource id of a queue's samples: `prod/%2F/orders`.
///
/// It is the broker's name, the vhost and the queue's name with a `/` between them. In the vhost `/`
/// is written `%2F`, and `%` itself `%25`: so it stays clear where the vhost ends.
pub fn queue_resource(broker: &str, vhost: &str, queue: &str) -> String {
    format!("{broker}/{}", queue_path(vhost, queue))
}

/// The resource id of a vhost's samples: `prod/%2F/`, that of a queue without a name.
pub fn vhost_resource(broker: &str, vhost: &str) -> String {
    queue_resource(broker, vhost, "")
}

/// What follows the broker's name in [`queue_resource`].
pub fn queue_path(vhost: &str, queue: &str) -> String {
    format!("{}/{queue}", vhost.replace('%', "%25").replace('/', "%2F"))
}

/// The vhost and the queue of a path that [`queue_path`] made; an empty queue is the vhost itself.
/// None of a node's name.
pub fn queue_of_path(path: &str) -> Option<(String, &str)> {
    let (vhost, queue) = path.split_once('/')?;
    Some((vhost.replace("%2F", "/").replace("%25", "%"), queue))
}

impl Series {
    /// The column of a meter of a resource.
    pub fn column(&self, meter: &str, resource_id: &str) -> Option<&Column> {
        self.columns
            .iter()
            .find(|column| column.meter == meter && column.resource_id == resource_id)
    }

    /// The steps from a time on.
    #[must_use]
    pub fn beginning(&self, from: i64) -> Series {
        let first = self.timestamps.partition_point(|&time| time < from);
        let rest = |values: &Values| Values(values.0.iter().skip(first).copied().collect());
        let columns = self.columns.iter().map(|column| Column {
            min: column.min.as_ref().map(rest),
            avg: rest(&column.avg),
            max: column.max.as_ref().map(rest),
            meter: column.meter.clone(),
            resource_id: column.resource_id.clone(),
            unit: column.unit.clone(),
        });
        Series {
            step: self.step,
            timestamps: self.timestamps[first..].to_vec(),
            columns: columns.collect(),
        }
    }

    /// Takes in what came later and forgets what is older than `span` milliseconds before its end.
    ///
    /// `newer` wins where both have a time: the last step is still filling when
    /// it is first fetched. A hole between the two becomes a gap. Another step
    /// than ours replaces everything.
    pub fn merge(&mut self, newer: Series, span: i64) {
        let Some((&first, &last)) = newer.timestamps.first().zip(newer.timestamps.last()) else {
            return;
        };
        if newer.step != self.step || self.timestamps.is_empty() {
            *self = newer;
            return;
        }
        let kept = self.timestamps.partition_point(|&time| time < first);
        self.timestamps.truncate(kept);
        if let Some(&end) = self.timestamps.last() {
            let step = i64::from(self.step);
            self.timestamps.extend(
                (1..)
                    .map(|n| end + n * step)
                    .take_while(|&time| time < first),
            );
        }
        let joint = self.timestamps.len();
        self.timestamps.extend(&newer.timestamps);
        let total = self.timestamps.len();
        let old = self.timestamps.partition_point(|&time| time <= last - span);
        self.timestamps.drain(..old);

        let join = |ours: &mut Values, theirs: Option<&Values>| {
            ours.0.truncate(kept);
            ours.0.resize(joint, f64::NAN);
            if let Some(theirs) = theirs {
                ours.0.extend(&theirs.0);
            }
            ours.0.resize(total, f64::NAN);
            ours.0.drain(..old);
        };
        let found = |columns: &[Column], column: &Column| {
            columns
                .iter()
                .position(|c| c.meter == column.meter && c.resource_id == column.resource_id)
        };
        for column in &newer.columns {
            if found(&self.columns, column).is_none() {
                self.columns.push(Column {
                    min: column.min.as_ref().map(|_| Values::default()),
                    avg: Values::default(),
                    max: column.max.as_ref().map(|_| Values::default()),
                    ..column.clone()
                });
            }
        }
        for column in &mut self.columns {
            let theirs = found(&newer.columns, column).map(|index| &newer.columns[index]);
            join(&mut column.avg, theirs.map(|column| &column.avg));
            for (ours, theirs) in [
                (
                    &mut column.min,
                    theirs.and_then(|column| column.min.as_ref()),
                ),
                (
                    &mut column.max,
                    theirs.and_then(|column| column.max.as_ref()),
                ),
            ] {
                if let Some(ours) = ours {
                    join(ours, theirs);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GAP: f64 = f64::NAN;

    fn series(step: u32, start: i64, columns: &[(&str, &[f64])]) -> Series {
        let count = columns.first().map_or(0, |(_, values)| values.len());
        Series {
            step,
            timestamps: (0..count)
                .map(|n| start + n as i64 * i64::from(step))
                .collect(),
            columns: columns
                .iter()
                .map(|(meter, values)| Column {
                    meter: (*meter).into(),
                    resource_id: "prod".into(),
                    unit: "message".into(),
                    avg: Values(values.to_vec()),
                    ..Column::default()
                })
                .collect(),
        }
    }

    #[test]
    fn newer_values_replace_and_extend() {
        let mut ours = series(5, 100, &[("m", &[1.0, 2.0, 3.0])]);
        ours.merge(series(5, 110, &[("m", &[30.0, 4.0])]), 1000);
        assert_eq!(ours, series(5, 100, &[("m", &[1.0, 2.0, 30.0, 4.0])]));
    }

    #[test]
    fn a_hole_becomes_a_gap() {
        let mut ours = series(5, 100, &[("m", &[1.0])]);
        ours.merge(series(5, 115, &[("m", &[4.0])]), 1000);
        assert_eq!(ours, series(5, 100, &[("m", &[1.0, GAP, GAP, 4.0])]));
    }

    #[test]
    fn values_older_than_the_span_are_dropped() {
        let mut ours = series(5, 100, &[("m", &[1.0, 2.0, 3.0])]);
        ours.merge(series(5, 115, &[("m", &[4.0])]), 10);
        assert_eq!(ours, series(5, 110, &[("m", &[3.0, 4.0])]));
    }

    #[test]
    fn columns_that_come_or_stay_away_have_gaps() {
        let mut ours = series(5, 100, &[("old", &[1.0])]);
        ours.merge(series(5, 105, &[("new", &[2.0])]), 1000);
        assert_eq!(
            ours,
            series(5, 100, &[("old", &[1.0, GAP]), ("new", &[GAP, 2.0])])
        );
    }

    #[test]
    fn another_step_replaces_all_and_nothing_changes_nothing() {
        let mut ours = series(5, 100, &[("m", &[1.0])]);
        ours.merge(Series::default(), 1000);
        assert_eq!(ours, series(5, 100, &[("m", &[1.0])]));
        ours.merge(series(10, 100, &[("m", &[7.0])]), 1000);
        assert_eq!(ours, series(10, 100, &[("m", &[7.0])]));
    }

    #[test]
    fn minimum_and_maximum_are_joined_too() {
        let with_bounds = |start, value: f64| {
            let mut series = series(5, start, &[("m", &[value])]);
            series.columns[0].min = Some(Values(vec![value - 1.0]));
            series.columns[0].max = Some(Values(vec![value + 1.0]));
            series
        };
        let mut ours = with_bounds(100, 5.0);
        ours.merge(with_bounds(105, 8.0), 1000);
        assert_eq!(ours.columns[0].min, Some(Values(vec![4.0, 7.0])));
        assert_eq!(ours.columns[0].max, Some(Values(vec![6.0, 9.0])));
    }

    #[test]
    fn a_queues_resource_says_where_its_vhost_ends() {
        for (vhost, queue, path) in [
            ("/", "orders", "%2F/orders"),
            ("a/b", "c", "a%2Fb/c"),
            ("a", "b/c", "a/b/c"),
            ("%2F", "%25", "%252F/%25"),
            ("/", "", "%2F/"),
        ] {
            assert_eq!(queue_path(vhost, queue), path);
            assert_eq!(queue_of_path(path), Some((vhost.to_owned(), queue)));
        }
        assert_eq!(queue_of_path("rabbit@host"), None);
        assert_eq!(queue_resource("prod", "/", "q"), "prod/%2F/q");
        assert_eq!(vhost_resource("prod", "a"), "prod/a/");
    }

    #[test]
    fn gaps_are_null_and_whole_numbers_have_no_point() {
        let values = Values(vec![1.0, GAP, 2.5, -0.0, 1e20]);
        let json = serde_json::to_string(&values).expect("numbers");
        assert_eq!(json, "[1,null,2.5,0,1e+20]");
        assert_eq!(
            serde_json::from_str::<Values>(&json).expect("numbers"),
            values
        );
    }
}
