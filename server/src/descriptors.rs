//! Descriptors: each connection needs one, and many systems allow 1,024 unless a program asks for
//! more.

use rustix::process::{Resource, getrlimit, setrlimit};

/// Descriptors that no connection of a listener gets: the store's, the brokers', the log's.
const RESERVED: u64 = 256;

/// Raises the limit of open descriptors to what the system allows. Returns the limit in force;
/// none where there is none.
pub(crate) fn raise_limit() -> Option<u64> {
    let mut limit = getrlimit(Resource::Nofile);
    let (before, allowed) = (limit.current, limit.maximum);
    if before != allowed {
        limit.current = allowed;
        match setrlimit(Resource::Nofile, limit) {
            Ok(()) => tracing::debug!(?before, now = ?allowed, "limit of open descriptors"),
            Err(error) => {
                tracing::warn!(%error, ?before, "the limit of open descriptors was not raised");
            }
        }
    }
    getrlimit(Resource::Nofile).current
}

/// How many connections each of some listeners may hold under a limit of descriptors: what is left
/// when the rest of the program has its share, a quarter at most.
pub(crate) fn connections(limit: u64, listeners: u64) -> usize {
    let rest = RESERVED.min(limit / 4);
    let each = (limit - rest) / listeners.max(1);
    usize::try_from(each).unwrap_or(usize::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_fit_into_the_descriptors() {
        assert_eq!(connections(1024, 2), 384);
        assert_eq!(connections(1024, 1), 768);
        assert_eq!(connections(64, 2), 24);
        assert_eq!(connections(0, 2), 1);
    }

    #[test]
    fn limit_is_raised_to_what_the_system_allows() {
        raise_limit();
        let limit = getrlimit(Resource::Nofile);
        assert_eq!(limit.current, limit.maximum);
    }
}
