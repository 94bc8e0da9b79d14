//! Counters and gauges as RabbitMQ lays them out: `publish` beside `publish_details`.

use serde::{Deserialize, Serialize};

use crate::field_table::field_table;

/// What stands under `…_details`: the rate, and the broker's own samples where they were asked for.
///
/// Source: the `rate`, `samples` members written by `rabbit_mgmt_stats` of the management plugin.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Details {
    /// Change per second over the broker's last closed interval.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<f64>,
    /// Newest first; only where the request named an age and an increment.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub samples: Vec<Sample>,
}

field_table!(Details: rate samples);

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

        crate::field_table::field_table!($name: $($value $details)*);

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
