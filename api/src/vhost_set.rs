//! What an account may see of a broker: all of it, or some vhosts and their sums.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use sha2::{Digest, Sha256};

/// A set of vhosts by a digest of their names: two accounts with the same set share what is
/// computed for it, two with different ones never do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct VhostSetId([u8; 16]);

impl fmt::Display for VhostSetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The vhosts that an account may see.
#[derive(Clone, Debug)]
pub(crate) struct VhostSet {
    /// The digest of the set.
    pub(crate) id: VhostSetId,
    pub(crate) vhosts: Arc<BTreeSet<String>>,
}

impl VhostSet {
    /// The set of these vhosts.
    pub(crate) fn new(vhosts: BTreeSet<String>) -> Self {
        let mut digest = Sha256::new();
        for name in &vhosts {
            // The length in front keeps ["ab"] and ["a", "b"] apart.
            digest.update((name.len() as u64).to_be_bytes());
            digest.update(name);
        }
        let digest: [u8; 32] = digest.finalize().into();
        let mut id = [0; 16];
        id.copy_from_slice(&digest[..16]);
        Self {
            id: VhostSetId(id),
            vhosts: Arc::new(vhosts),
        }
    }
}

/// What a token may see of one broker.
#[derive(Clone, Debug)]
pub(crate) enum BrokerScope {
    /// All of it: the account has the tag `administrator` or `monitoring`.
    All,
    /// Only some vhosts.
    Only(VhostSet),
}

impl BrokerScope {
    /// The scope's part of an `ETag`.
    pub(crate) fn id(&self) -> String {
        match self {
            Self::All => "all".into(),
            Self::Only(vhost_set) => vhost_set.id.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(names: &[&str]) -> VhostSetId {
        VhostSet::new(names.iter().map(|&name| name.to_owned()).collect()).id
    }

    #[test]
    fn the_same_vhosts_are_the_same_class() {
        assert_eq!(id(&["a", "b"]), id(&["b", "a"]));
    }

    #[test]
    fn other_vhosts_are_another_class() {
        let all = [id(&[]), id(&[""]), id(&["a"]), id(&["ab"]), id(&["a", "b"])];
        let distinct: BTreeSet<_> = all.into_iter().collect();
        assert_eq!(distinct.len(), all.len());
    }
}
