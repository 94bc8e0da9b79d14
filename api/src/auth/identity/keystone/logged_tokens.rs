//! The tokens that the system log has a line about: one line for each.

use std::collections::HashMap;

use metering::Timestamp;

use super::super::tokens::Fingerprint;

/// How many are remembered; beyond that some are logged twice.
const MOST: usize = 20_000;

/// Tokens that were let in, until they end.
#[derive(Debug, Default)]
pub(super) struct LoggedTokens(HashMap<Fingerprint, Timestamp>);

impl LoggedTokens {
    /// Whether a token that was let in is a new one.
    pub(super) fn is_new(
        &mut self,
        token: Fingerprint,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> bool {
        if self.0.len() >= MOST {
            self.0.retain(|_, end| *end > now);
        }
        if self.0.len() >= MOST {
            self.0.clear();
        }
        self.0.insert(token, expires_at).is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    #[test]
    fn a_token_is_new_once() {
        let mut seen = LoggedTokens::default();
        assert!(seen.is_new([1; 32], at(10), at(0)));
        assert!(!seen.is_new([1; 32], at(10), at(5)));
        assert!(seen.is_new([2; 32], at(10), at(5)));
    }

    #[test]
    fn remembered_tokens_are_bounded() {
        let mut seen = LoggedTokens::default();
        for n in 0..2 * MOST {
            let mut token = [0; 32];
            token[..8].copy_from_slice(&n.to_le_bytes());
            seen.is_new(token, at(10), at(0));
        }
        assert!(seen.0.len() <= MOST);
    }
}
