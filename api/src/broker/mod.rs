//! A configured broker: how to reach it, and what is known of it now and in the last hour.
//!
//! | module | what |
//! |---|---|
//! | [`broker_state`] | [`BrokerHandle`](broker_state::BrokerHandle): what the collector writes and controllers read |
//! | [`broker_lists`] | reading a list of a broker |
//! | [`object_details`] | reading one object of a broker in full |
//! | [`detail_cache`] | objects that were read of late |
//! | [`snapshot`] | the last poll |
//! | [`recent_history`] | the last hour in memory |
//! | [`meters`] | meters by number |
//! | [`recent_vhost_sets`] | vhost sets whose sums a viewer requested of late |
//! | [`charted_queues`] | queues and vhosts that have a history |
//! | [`health`] | `ok`, `stale`, `down` |
//! | [`request_gate`] | orders the requests with the collector's account |
//! | [`client`] | one request, bounded in time and length |
//! | [`prometheus_client`] | requests to the Prometheus plugins |
//! | [`error`] | why an answer could not be used |
//! | [`token_file`] | the collector's bearer token |
//! | [`log_limit`] | how often a lasting fault is logged |

pub(crate) mod broker_lists;
pub(crate) mod broker_state;
pub(crate) mod charted_queues;
pub(crate) mod client;
pub(crate) mod detail_cache;
pub(crate) mod error;
pub(crate) mod health;
pub(crate) mod log_limit;
pub(crate) mod meters;
pub(crate) mod object_details;
pub(crate) mod prometheus_client;
pub(crate) mod recent_history;
pub(crate) mod recent_vhost_sets;
pub(crate) mod request_gate;
pub(crate) mod snapshot;
pub(crate) mod token_file;
