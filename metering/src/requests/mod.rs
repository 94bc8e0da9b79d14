//! What callers ask: the client writes these types, the API reads them.
//!
//! | module | what |
//! |---|---|
//! | [`operator`], [`value`], [`field`] | a comparison of a sample's field with a value |
//! | [`filter`] | a tree of comparisons, and an order |
//! | [`condition`] | one comparison of a simple query (`q.field`, `q.op`, `q.type`, `q.value`) |
//! | [`aggregate`] | functions and groups of statistics |
//! | [`lists`], [`series`], [`dashboard`], [`panels`], [`logs`], [`alerts`] | queries of these resources |

pub mod aggregate;
pub mod alerts;
pub mod condition;
pub mod dashboard;
pub mod field;
pub mod filter;
pub mod lists;
pub mod logs;
pub mod operator;
pub mod panels;
pub mod series;
pub mod value;

pub use aggregate::{AggregateFunction, GroupBy};
pub use alerts::{AlertHistoryQuery, AlertQuery};
pub use condition::{Condition, ConditionParams};
pub use dashboard::DashboardQuery;
pub use field::Field;
pub use filter::{Filter, Order};
pub use lists::{BrokerQuery, ListQuery};
pub use logs::LogQuery;
pub use operator::Operator;
pub use panels::PanelRequest;
pub use series::{SeriesColumn, SeriesQuery};
pub use value::{Value, ValueType};

use serde::{Serialize, Serializer};

use crate::Timestamp;

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes fields by reference"
)]
fn is_false(flag: &bool) -> bool {
    !flag
}

/// Times in query strings: milliseconds since the epoch.
#[expect(clippy::ref_option, reason = "serde passes fields by reference")]
fn millis<S: Serializer>(time: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    time.map(Timestamp::as_millis).serialize(serializer)
}
