//! What a narrower account may see of a broker: some of its vhosts, and their sums.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use sha2::{Digest, Sha256};

/// A set of vhosts by a digest of their names: two accounts with the same set share what is
/// computed for it, two with different ones never do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Class([u8; 16]);

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The vhosts that an account may see.
#[derive(Clone, Debug)]
pub(crate) struct Audience {
    /// What stands for the set.
    pub(crate) class: Class,
    /// Their names.
    pub(crate) vhosts: Arc<BTreeSet<String>>,
}

impl Audience {
    /// The audience of these vhosts.
    pub(crate) fn new(vhosts: BTreeSet<String>) -> Self {
        let mut digest = Sha256::new();
        for name in &vhosts {
            // The length in front keeps ["ab"] and ["a", "b"] apart.
            digest.update((name.len() as u64).to_be_bytes());
            digest.update(name);
        }
        let digest: [u8; 32] = digest.finalize().into();
        let mut class = [0; 16];
        class.copy_from_slice(&digest[..16]);
        Self {
            class: Class(class),
            vhosts: Arc::new(vhosts),
        }
    }
}

/// What a token opens of one broker.
#[derive(Clone, Debug)]
pub(crate) enum View {
    /// All of it: the account has the tag `administrator` or `monitoring`.
    All,
    /// Its vhosts alone.
    Only(Audience),
}

impl View {
    /// What stands for the view in an `ETag`.
    pub(crate) fn class(&self) -> String {
        match self {
            Self::All => "all".into(),
            Self::Only(audience) => audience.class.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(names: &[&str]) -> Class {
        Audience::new(names.iter().map(|&name| name.to_owned()).collect()).class
    }

    #[test]
    fn the_same_vhosts_are_the_same_class() {
        assert_eq!(class(&["a", "b"]), class(&["b", "a"]));
    }

    #[test]
    fn other_vhosts_are_another_class() {
        let all = [
            class(&[]),
            class(&[""]),
            class(&["a"]),
            class(&["ab"]),
            class(&["a", "b"]),
        ];
        let distinct: BTreeSet<_> = all.into_iter().collect();
        assert_eq!(distinct.len(), all.len());
    }
}
