//! Alarms of Ceilometer's v2 protocol, as Aodh 4.0.3 has them.
//!
//! | module | what |
//! |---|---|
//! | `fields` | reads fields of a JSON body, with the old service's errors |
//! | `rules`, `composite_rule` | reads rules |
//! | `definition` | reads an alarm, and what is wrong with it |
//! | `history` | changes of an alarm, for its history |
//! | `changes` | creates, changes and deletes alarms |
//! | `verdict`, `threshold`, `combination`, `composite` | what an evaluation decides |
//! | `time_constraints` | when an alarm is evaluated |
//! | `evaluator` | evaluates all alarms, again and again |
//! | `list_query` | which alarms and changes a simple query selects |
//! | `row_filter`, `complex_query` | which ones a complex query selects, and in which order |

pub(crate) mod changes;
mod combination;
pub(crate) mod complex_query;
mod composite;
mod composite_rule;
mod definition;
pub(crate) mod evaluator;
mod fields;
mod history;
pub(crate) mod list_query;
mod row_filter;
mod rules;
mod threshold;
mod time_constraints;
mod verdict;
