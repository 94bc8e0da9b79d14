//! Counters and gauges as RabbitMQ lays them out: `publish` beside `publish_details`.

use std::borrow::Cow;
use std::fmt;

use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

use crate::lenient;

/// What stands under `…_details`: the rate, and the broker's own samples where they were asked for.
///
/// Source: the `rate`, `samples` members written by `rabbit_mgmt_stats` of the management plugin.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Details {
    /// Change per second over the broker's last closed interval.
    #[serde(
        default,
        deserialize_with = "lenient::float",
        skip_serializing_if = "Option::is_none"
    )]
    pub rate: Option<f64>,
    /// Newest first; only where the request named an age and an increment.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub samples: Vec<Sample>,
}

/// One of the broker's own samples.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Sample {
    /// The counter's or gauge's value.
    pub sample: f64,
    /// When, in milliseconds since the epoch.
    pub timestamp: i64,
}

/// One named value of a group of statistics, with its details.
#[derive(Clone, Copy, Debug)]
pub struct Stat<'a> {
    /// RabbitMQ's own name of the field.
    pub name: &'static str,
    /// The counter or gauge.
    pub value: Option<i64>,
    /// Its rate and samples.
    pub details: Option<&'a Details>,
}

impl Stat<'_> {
    /// The rate that the broker reports, per second.
    pub fn rate(&self) -> Option<f64> {
        self.details.and_then(|details| details.rate)
    }
}

/// Where a field of a statistics struct is to go.
pub(crate) enum Slot<'a> {
    /// The counter or gauge.
    Value(&'a mut Option<i64>),
    /// Its details.
    Details(&'a mut Option<Details>),
}

/// A struct of statistics, by the names of its fields.
pub(crate) trait Slots {
    /// The field of that name.
    fn slot(&mut self, name: &str) -> Option<Slot<'_>>;
}

/// Reads any struct of statistics: one reader for all of them, where derived ones cost the
/// browser's bundle kilobytes each.
pub(crate) struct Reader<'a>(pub(crate) &'a mut dyn Slots);

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of statistics")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<Cow<'de, str>>()? {
            match self.0.slot(&name) {
                Some(Slot::Value(value)) => *value = map.next_value::<Integer>()?.0,
                Some(Slot::Details(details)) => *details = map.next_value()?,
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// A whole number, however it was written.
#[derive(Deserialize)]
struct Integer(#[serde(deserialize_with = "lenient::integer")] Option<i64>);

/// A struct of statistics: per row the value's field and the field of its details.
macro_rules! stats {
    (
        $(#[$outer:meta])*
        pub struct $name:ident {
            $( $(#[$inner:meta])* $value:ident, $details:ident; )*
        }
    ) => {
        $(#[$outer])*
        #[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub struct $name {
            $(
                $(#[$inner])*
                #[serde(skip_serializing_if = "Option::is_none")]
                pub $value: Option<i64>,
                #[doc = concat!("Rate of `", stringify!($value), "`, per second.")]
                #[serde(skip_serializing_if = "Option::is_none")]
                pub $details: Option<crate::stats::Details>,
            )*
        }

        impl crate::stats::Slots for $name {
            fn slot(&mut self, name: &str) -> Option<crate::stats::Slot<'_>> {
                use crate::stats::Slot;
                $(
                    if name == stringify!($value) {
                        return Some(Slot::Value(&mut self.$value));
                    }
                    if name == stringify!($details) {
                        return Some(Slot::Details(&mut self.$details));
                    }
                )*
                None
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let mut stats = Self::default();
                deserializer.deserialize_map(crate::stats::Reader(&mut stats))?;
                Ok(stats)
            }
        }

        impl $name {
            /// The names of all its values, in the order of [`Self::iter`].
            pub const NAMES: &'static [&'static str] = &[$(stringify!($value)),*];

            /// Every value that can be reported, reported or not.
            pub fn iter(&self) -> impl Iterator<Item = crate::stats::Stat<'_>> {
                [$(crate::stats::Stat {
                    name: stringify!($value),
                    value: self.$value,
                    details: self.$details.as_ref(),
                }),*]
                .into_iter()
            }

            /// Every value with its details, in the order of [`Self::NAMES`], to be changed.
            pub fn iter_mut(
                &mut self,
            ) -> impl Iterator<Item = (&mut Option<i64>, &mut Option<crate::stats::Details>)> {
                [$((&mut self.$value, &mut self.$details)),*].into_iter()
            }

            /// The samples of every detail taken out: they are for the collector, not for viewers.
            pub fn drop_samples(&mut self) {
                $(
                    if let Some(details) = &mut self.$details {
                        details.samples = Vec::new();
                    }
                )*
            }
        }
    };
}

pub(crate) use stats;
