//! Alarms: rules that are evaluated, and messages about what they found.
//!
//! | module | what |
//! |---|---|
//! | `ceilometer` | alarms of Ceilometer's protocol: definitions, queries, evaluation |

pub(crate) mod ceilometer;
