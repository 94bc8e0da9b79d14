//! Alarms: rules that are evaluated, and messages about what they found.
//!
//! | module | what |
//! |---|---|
//! | `public_address` | which addresses are public |
//! | `http_action` | calls addresses that users name |
//! | `outbox` | messages that are sent at least once |
//! | `ceilometer` | alarms of Ceilometer's protocol: definitions, queries, evaluation |

pub(crate) mod ceilometer;
pub(crate) mod http_action;
pub(crate) mod outbox;
mod public_address;
