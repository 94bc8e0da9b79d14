//! The collector: one task a broker polls it once a tick, whoever is watching.
//!
//! A tick costs a broker one `/api/overview` and one `/api/nodes`, one after the other: with the
//! collector's account there is never more than one request in flight. While a viewer watches who
//! may see only some vhosts, the poll also reads `/api/vhosts`. [`poll_interval`] holds the budget:
//! at most a fifth of all time is spent waiting for a broker's answers.
//!
//! | module | what |
//! |---|---|
//! | [`task`] | when the broker is polled |
//! | [`accept`] | what becomes of an answer |
//! | [`poll`] | the requests of one tick |
//! | [`poll_interval`] | the budget |
//! | [`backoff`] | the pause after polls that failed |
//! | [`clock_jump`] | whether the machine's clock jumped |
//! | [`changes`] | what is worth a line in the system log |
//! | [`rates`] | rates from counters |
//! | [`backfill`], [`sample_points`] | the hour before the first contact |
//! | [`record`] | from the answers to the recent history |
//! | [`persist`] | from the recent history to the store, and back after a restart |
//! | [`vhosts`] | sums over vhosts, for accounts that see only some of them |
//! | [`prometheus`] | figures of the Prometheus plugins, for brokers without statistics |
//! | [`list_fetcher`] | when which list is fetched |
//! | [`queue_fetcher`] | the list of queues: depths first, the rest page by page |
//! | [`list_publisher`] | what becomes of a list that was read |
//! | [`list_budget`] | how often a list is fetched |
//! | [`queue_history`] | which queues and vhosts get a history |

pub(crate) mod accept;
pub(crate) mod backfill;
pub(crate) mod backoff;
pub(crate) mod changes;
pub(crate) mod clock_jump;
pub(crate) mod list_budget;
pub(crate) mod list_fetcher;
mod list_publisher;
pub(crate) mod persist;
pub(crate) mod poll;
pub(crate) mod poll_interval;
pub(crate) mod prometheus;
mod queue_fetcher;
pub(crate) mod queue_history;
pub(crate) mod rates;
pub(crate) mod record;
mod sample_points;
pub(crate) mod task;
pub(crate) mod vhosts;
