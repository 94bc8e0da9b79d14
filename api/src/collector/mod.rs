//! The collector: one task a broker, which asks it once a tick, whoever is watching.
//!
//! A tick costs a broker one `/api/overview` and one `/api/nodes`, one after the
//! other: with the collector's account there is never more than one request in
//! flight. While somebody watches who may see some vhosts only, `/api/vhosts`
//! comes to them. The
//! budget stands in [`spacing`]: of all time at most a fifth is spent waiting
//! for a broker's answers.
//!
//! | module | what |
//! |---|---|
//! | [`task`] | when the broker is asked, and what becomes of its answers |
//! | [`gather`] | the requests of one tick |
//! | [`broker_client`] | one request, bounded in time and length |
//! | [`broker_error`] | why an answer could not be used |
//! | [`spacing`] | the budget |
//! | [`backoff`] | how long to leave a broker alone that does not answer |
//! | [`clock_jump`] | whether the machine's clock moved by itself |
//! | [`health`] | `ok`, `stale`, `down` |
//! | [`changes`] | what is worth a line in the system log |
//! | [`rates`] | rates that can be believed |
//! | [`backfill`] | the hour before the first contact |
//! | [`record`] | from the answers to the ring |
//! | [`keep`] | from the ring to the store, and back after a restart |
//! | [`log_limit`] | how often a lasting fault is logged |
//! | [`vhosts`] | sums for those who may not see all |
//! | [`prometheus`] | what brokers without statistics do not tell |
//! | [`details`] | one object in full, on demand |
//! | [`lists`] | queues, connections and so on, on demand |

pub(crate) mod backfill;
pub(crate) mod backoff;
pub(crate) mod broker_client;
pub(crate) mod broker_error;
pub(crate) mod changes;
pub(crate) mod clock_jump;
pub(crate) mod details;
pub(crate) mod gather;
pub(crate) mod health;
pub(crate) mod keep;
pub(crate) mod lists;
pub(crate) mod log_limit;
pub(crate) mod prometheus;
pub(crate) mod rates;
pub(crate) mod record;
pub(crate) mod spacing;
pub(crate) mod task;
pub(crate) mod token_file;
pub(crate) mod vhosts;
