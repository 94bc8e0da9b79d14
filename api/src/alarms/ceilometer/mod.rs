//! Alarms of Ceilometer's v2 protocol, as Aodh 4.0.3 has them.
//!
//! | module | what |
//! |---|---|
//! | `fields` | reads fields of a JSON body, with the old service's errors |
//! | `rules` | reads rules |
//! | `definition` | reads an alarm, and what is wrong with it |
//! | `history` | changes of an alarm, for its history |
//! | `changes` | creates, changes and deletes alarms |
//! | `list_query` | which alarms and changes a simple query selects |
//! | `complex_query` | which ones a complex query selects, and in which order |

pub(crate) mod changes;
pub(crate) mod complex_query;
mod definition;
mod fields;
mod history;
pub(crate) mod list_query;
mod rules;
