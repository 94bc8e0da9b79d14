//! Warnings of a listener. A flood of connections must not become a flood of lines: each kind is
//! written once, and then at most every ten minutes.

use std::io;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::connections::Full;
use super::limits::ConnectionLimits;

/// The shortest time between two warnings of a kind.
const PERIOD: Duration = Duration::from_mins(10);

/// The warnings of one listener.
#[derive(Debug, Default)]
pub(super) struct Warnings {
    accept: Repeated,
    address: Repeated,
    all: Repeated,
}

impl Warnings {
    /// A connection could not be accepted.
    pub(super) fn accept_failed(&self, error: &io::Error, open: usize) {
        if let Some(suppressed) = self.accept.due() {
            tracing::warn!(
                %error, open, suppressed,
                "a connection was not accepted; if the system is out of descriptors, raise the \
                 limit of open files (LimitNOFILE, ulimit -n) or lower --max-connections"
            );
        }
    }

    /// A cap was reached by a connection from `address`.
    pub(super) fn full(
        &self,
        full: Full,
        address: IpAddr,
        limits: &ConnectionLimits,
        refused: bool,
    ) {
        let address = address.to_canonical();
        let outcome = if refused {
            "the new connection was refused, since all others are being answered"
        } else {
            "the oldest connection without a whole request was closed"
        };
        match full {
            Full::Address => {
                if let Some(suppressed) = self.address.due() {
                    tracing::warn!(
                        %address, max = limits.max_per_address, suppressed,
                        "too many connections from one address: {outcome}; if it is a reverse \
                         proxy, name it with --trusted-proxy, else raise \
                         --max-connections-per-address"
                    );
                }
            }
            Full::All => {
                if let Some(suppressed) = self.all.due() {
                    tracing::warn!(
                        %address, max = limits.max, suppressed,
                        "too many connections: {outcome}; see --max-connections"
                    );
                }
            }
        }
    }
}

/// One kind of warning.
#[derive(Debug, Default)]
struct Repeated(Mutex<Option<Written>>);

#[derive(Debug)]
struct Written {
    at: Instant,
    suppressed: u64,
}

impl Repeated {
    /// Whether to write it now: how many were left out since the last one.
    fn due(&self) -> Option<u64> {
        self.due_at(Instant::now())
    }

    fn due_at(&self, now: Instant) -> Option<u64> {
        // Nothing under the lock panics halfway.
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match last.as_mut() {
            Some(written) if now.duration_since(written.at) < PERIOD => {
                written.suppressed += 1;
                None
            }
            _ => {
                let suppressed = last.take().map_or(0, |written| written.suppressed);
                *last = Some(Written {
                    at: now,
                    suppressed: 0,
                });
                Some(suppressed)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_is_written_once_and_again_after_ten_minutes() {
        let warning = Repeated::default();
        let start = Instant::now();
        assert_eq!(warning.due_at(start), Some(0));
        assert_eq!(warning.due_at(start + PERIOD / 2), None);
        assert_eq!(warning.due_at(start + PERIOD / 2), None);
        assert_eq!(warning.due_at(start + PERIOD), Some(2));
        assert_eq!(warning.due_at(start + PERIOD), None);
    }
}
