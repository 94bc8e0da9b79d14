//! Notifies receivers of alerts.
//!
//! A notification is a row of the store before it is sent, and until a receiver has taken it. After a crash it may
//! arrive twice, with the same `Idempotency-Key`, but it is not lost.
//!
//! | module | what |
//! |---|---|
//! | [`message`] | what is sent: Alertmanager's webhook format, version 4 |
//! | [`outbox`] | queues notifications, and delivers them in order |

pub(crate) mod message;
pub(crate) mod outbox;
