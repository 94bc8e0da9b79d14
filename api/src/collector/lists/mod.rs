//! A broker's lists: its queues, connections, exchanges and so on, fetched while somebody asks.
//!
//! Viewers never cause a request: they note that they ask, and [`task`] fetches what was asked for
//! within the last minute, at most a twentieth of all time in total ([`budget`]). What came is an
//! immutable [`Table`](table::Table) that all are answered from: rows as JSON, one after the other
//! in memory, with orders and filters computed once a table ([`select`]).
//!
//! Of many queues the depths come at the cheap form's price; rates and the rest come page by page,
//! so that the collector has its turn in between ([`queues`]).
//!
//! | module | what |
//! |---|---|
//! | [`kind`] | which lists there are, and who may see what of them |
//! | [`row`] | what of a row is needed beside its JSON |
//! | [`plugin_rows`] | the same of what plugins have |
//! | [`rows`] | many rows in little memory |
//! | [`mod@column`] | the value that a row is ordered by |
//! | [`select`] | filter and order |
//! | [`table`] | a list at one instant |
//! | [`budget`] | how often a list is asked for |
//! | [`queues`] | depths now, the rest when there is time |
//! | [`history`] | which queues get a history |
//! | [`shelf`] | what is asked for and what there is |
//! | [`task`] | when what is fetched |

pub(crate) mod budget;
pub(crate) mod column;
pub(crate) mod history;
pub(crate) mod kind;
mod plugin_rows;
pub(crate) mod queues;
pub(crate) mod row;
pub(crate) mod rows;
pub(crate) mod select;
pub(crate) mod shelf;
pub(crate) mod table;
pub(crate) mod task;
