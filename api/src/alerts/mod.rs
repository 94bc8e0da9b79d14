//! Alerts: built-in rules that watch the brokers.
//!
//! | module | what |
//! |---|---|
//! | [`rules`] | the rules: what each checks in the answer of a poll |
//! | [`notify`] | notifies receivers |
//! | `machine` | the states of one alert, without any I/O |
//! | `instance` | an alert: a rule that watches one broker or node |
//! | `broker_alerts` | all alerts of a broker: what a poll changes in them |
//! | `evaluator` | the task of a broker that checks the rules after each poll |
//!
//! Rules are checked when a poll has brought new values, never on values that were checked before. While a broker does
//! not answer, its alerts become `unknown` after three poll intervals; only `broker-unreachable` goes on.

mod broker_alerts;
pub(crate) mod evaluator;
mod instance;
mod machine;
pub(crate) mod notify;
pub(crate) mod rules;
