//! Registered portals: who may put panels into pages of its own, and which.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use metering::guest::EVERY;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use url::Url;

use super::ApiError;

/// A portal that may ask for guest tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortalConfig {
    /// Its name, in URLs and tokens: 1 to 64 of `a-z`, `0-9`, `.`, `_` and `-`.
    pub name: String,
    /// The origins of its pages, `https://portal.example`: at least one.
    pub origins: Vec<String>,
    /// What its back end shows as its key. None: it trades its viewers' own tokens alone.
    pub key: Option<KeyHash>,
    /// The panels that it may show.
    pub panels: Shown,
    /// The brokers that it may show.
    pub brokers: Shown,
    /// The vhosts that it may show.
    pub vhosts: Shown,
    /// Most guest tokens that it may request in a minute.
    pub rate_limit: u32,
}

/// Some names, or every one there is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Every one.
    All,
    /// These.
    Only(Vec<String>),
}

impl Shown {
    /// Of a list as it is configured and asked for: none, or `*` in it, is every one.
    pub fn from_names(names: Vec<String>) -> Self {
        if names.is_empty() || names.iter().any(|name| name == EVERY) {
            Self::All
        } else {
            Self::Only(names)
        }
    }

    /// Whether a name is among them.
    pub fn admits(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(names) => names.iter().any(|known| known == name),
        }
    }

    /// As a list, `["*"]` for every one.
    pub fn to_list(&self) -> Vec<String> {
        match self {
            Self::All => metering::guest::every(),
            Self::Only(names) => names.clone(),
        }
    }
}

/// The SHA-256 of a portal's key. Keys are long and random, so that this says nothing about them.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyHash([u8; 32]);

impl KeyHash {
    /// No key is shorter, in bytes: it would be guessed.
    pub const SHORTEST_KEY: usize = 24;

    /// Of a key.
    pub fn of_key(key: &str) -> Self {
        Self(Sha256::digest(key.as_bytes()).into())
    }

    /// Whether it is that of a key. Takes as long for every key that it is not.
    pub fn is_of(&self, key: &str) -> bool {
        let other: [u8; 32] = Sha256::digest(key.as_bytes()).into();
        self.0.ct_eq(&other).into()
    }
}

impl fmt::Debug for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyHash(…)")
    }
}

/// A text is no SHA-256.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a SHA-256: accepted are 64 hexadecimal digits")]
pub struct ParseKeyHashError;

impl FromStr for KeyHash {
    type Err = ParseKeyHashError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut hash = [0; 32];
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(ParseKeyHashError);
        }
        for (place, byte) in hash.iter_mut().enumerate() {
            let digits = &text[2 * place..2 * place + 2];
            *byte = u8::from_str_radix(digits, 16).map_err(|_| ParseKeyHashError)?;
        }
        Ok(Self(hash))
    }
}

impl PortalConfig {
    /// Guest tokens a minute where nothing is said: 500 pages that each ask twice.
    pub const RATE_LIMIT: u32 = 1000;

    /// Whether a name can stand in a URL and a token.
    pub fn is_name(name: &str) -> bool {
        let plain =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
        (1..=64).contains(&name.len()) && name.bytes().all(plain)
    }

    fn check(&self) -> Result<(), String> {
        if !Self::is_name(&self.name) {
            return Err("its name is 1 to 64 of a-z, 0-9, \".\", \"_\" and \"-\"".to_owned());
        }
        if self.origins.is_empty() {
            return Err("it needs an origin".to_owned());
        }
        for origin in &self.origins {
            let same =
                Url::parse(origin).is_ok_and(|url| url.origin().ascii_serialization() == *origin);
            if !same {
                return Err(format!(
                    "{origin:?} is no origin, such as https://portal.example"
                ));
            }
        }
        if self.rate_limit == 0 {
            return Err("its rate limit is at least 1".to_owned());
        }
        Ok(())
    }
}

/// The portals that are registered now. A clone is the same list: what one holder puts in its place
/// all see at once.
#[derive(Clone, Debug, Default)]
pub struct Portals(Arc<ArcSwap<Vec<PortalConfig>>>);

impl Portals {
    /// A list of them.
    pub fn new(portals: Vec<PortalConfig>) -> Self {
        Self(Arc::new(ArcSwap::from_pointee(portals)))
    }

    /// Those that are registered now.
    pub fn now(&self) -> Arc<Vec<PortalConfig>> {
        self.0.load_full()
    }

    /// Registers these, and no others.
    ///
    /// # Errors
    /// Where they cannot work; then the others stay.
    pub fn replace(&self, portals: Vec<PortalConfig>) -> Result<(), ApiError> {
        check(&portals)?;
        self.0.store(Arc::new(portals));
        Ok(())
    }

    /// The portal of a name.
    pub fn named(&self, name: &str) -> Option<PortalConfig> {
        let portals = self.now();
        portals.iter().find(|portal| portal.name == name).cloned()
    }

    /// Whether an origin is one of a portal's.
    pub fn admits(&self, origin: &str) -> bool {
        let is_it = |portal: &PortalConfig| portal.origins.iter().any(|known| known == origin);
        self.now().iter().any(is_it)
    }
}

/// Refuses portals that cannot work.
pub(super) fn check(portals: &[PortalConfig]) -> Result<(), ApiError> {
    for (place, portal) in portals.iter().enumerate() {
        let refuse = |reason: String| ApiError::Portal {
            name: portal.name.clone(),
            reason,
        };
        portal.check().map_err(refuse)?;
        if portals[..place]
            .iter()
            .any(|other| other.name == portal.name)
        {
            return Err(refuse("it is given twice".to_owned()));
        }
    }
    Ok(())
}

/// For how long a key signs guest tokens before the next one does, by default.
pub(super) const KEY_ROTATION: Duration = Duration::from_hours(30 * 24);

#[cfg(test)]
mod tests {
    use super::*;

    fn portal(name: &str, origins: &[&str]) -> PortalConfig {
        PortalConfig {
            name: name.into(),
            origins: origins.iter().map(|&text| text.to_owned()).collect(),
            key: None,
            panels: Shown::All,
            brokers: Shown::All,
            vhosts: Shown::All,
            rate_limit: PortalConfig::RATE_LIMIT,
        }
    }

    #[test]
    fn a_key_is_known_by_its_hash_and_neither_is_shown() {
        let hash = KeyHash::of_key("correct-horse-battery-staple");
        assert!(hash.is_of("correct-horse-battery-staple"));
        assert!(!hash.is_of("correct-horse-battery-stapl"));
        assert!(!hash.is_of(""));
        assert_eq!(format!("{hash:?}"), "KeyHash(…)");
        for text in ["", "ebd2", &"g".repeat(64), &"é".repeat(32)] {
            assert_eq!(text.parse::<KeyHash>(), Err(ParseKeyHashError), "{text:?}");
        }
    }

    #[test]
    fn the_hash_is_that_of_sha256sum() {
        let of_abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert!(of_abc.parse::<KeyHash>().expect("a hash").is_of("abc"));
    }

    #[test]
    fn unusable_portals_are_refused_and_the_others_stay() {
        let portals = Portals::new(vec![portal("shop", &["https://shop.example"])]);
        for wrong in [
            vec![portal("Shop", &["https://shop.example"])],
            vec![portal("", &["https://shop.example"])],
            vec![portal("shop", &[])],
            vec![portal("shop", &["https://shop.example/"])],
            vec![portal("shop", &["*"])],
            vec![
                portal("shop", &["https://a.example"]),
                portal("shop", &["https://b.example"]),
            ],
        ] {
            assert!(portals.replace(wrong.clone()).is_err(), "{wrong:?}");
        }
        assert!(portals.admits("https://shop.example"));
        let same = portals.clone();
        let next = vec![portal("wiki", &["https://wiki.example"])];
        portals.replace(next).expect("accepted");
        assert!(!same.admits("https://shop.example") && same.admits("https://wiki.example"));
    }

    #[test]
    fn a_star_is_every_one() {
        let of =
            |names: &[&str]| Shown::from_names(names.iter().map(|&name| name.to_owned()).collect());
        assert_eq!(of(&[]), Shown::All);
        assert_eq!(of(&["a", "*"]), Shown::All);
        assert!(of(&["a"]).admits("a") && !of(&["a"]).admits("b"));
    }
}
