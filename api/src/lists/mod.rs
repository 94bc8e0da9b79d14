//! A broker's lists: its queues, connections, exchanges and so on.
//!
//! Viewers never cause a request. They note in the [`registry`] that they need a list, and the
//! collector fetches what was requested within the last minute. An answer becomes an immutable
//! [`Table`](table::Table) that serves all requests: rows as JSON in one block of memory, with
//! orders and filters computed once a table ([`select`]).
//!
//! Which lists there are is declared in [`metering::lists`].
//!
//! | module | what |
//! |---|---|
//! | [`rows`] | many rows in little memory |
//! | [`mod@column`] | the value that a row is sorted by |
//! | [`select`] | filter and order |
//! | [`table`] | a list at one instant |
//! | [`queues`] | the list of queues: depths now, the rest later |
//! | [`registry`] | which lists are needed, and their tables |

pub(crate) mod column;
pub(crate) mod queues;
pub(crate) mod registry;
pub(crate) mod rows;
pub(crate) mod select;
pub(crate) mod table;
