//! What callers ask: the client writes these types, the API reads them.
//!
//! | module | what |
//! |---|---|
//! | [`operator`], [`value`], [`field`] | a comparison of a sample's field with a value |
//! | [`filter`] | a tree of comparisons, and an order |
//! | [`condition`] | one comparison of a simple query (`q.field`, `q.op`, `q.type`, `q.value`) |
//! | [`aggregate`] | functions and groups of statistics |

pub mod aggregate;
pub mod condition;
pub mod field;
pub mod filter;
pub mod operator;
pub mod value;

pub use aggregate::{AggregateFunction, GroupBy};
pub use condition::Condition;
pub use field::Field;
pub use filter::{Filter, Order};
pub use operator::Operator;
pub use value::{Value, ValueType};
