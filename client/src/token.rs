//! A token that does not show itself.

use std::fmt;

use http::HeaderValue;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A token of the identity service.
///
/// `Debug` does not show it, and the header it travels in is marked sensitive.
/// It can be serialised, for a session store that is itself a secret place.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(HeaderValue);

/// A text that cannot be a token, because no header could carry it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a token: it is empty, or holds other characters than visible ASCII")]
pub struct InvalidToken;

impl Token {
    /// Takes a token as the identity service gave it.
    ///
    /// # Errors
    /// When it is empty, or holds what a header cannot carry.
    pub fn new(token: &str) -> Result<Self, InvalidToken> {
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(InvalidToken);
        }
        let mut value = HeaderValue::from_str(token).map_err(|_| InvalidToken)?;
        value.set_sensitive(true);
        Ok(Self(value))
    }

    /// The token itself. Never for a log.
    pub fn expose(&self) -> &str {
        // Visible ASCII by construction, so never the default.
        self.0.to_str().unwrap_or_default()
    }

    /// The value of a header, marked sensitive.
    pub(crate) fn header(&self) -> HeaderValue {
        self.0.clone()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

impl Serialize for Token {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.expose())
    }
}

impl<'de> Deserialize<'de> for Token {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_not_shown() {
        let token = Token::new("gAAAAA-secret").expect("a token");
        assert_eq!(format!("{token:?}"), "Token(…)");
        assert!(token.header().is_sensitive());
        assert!(!format!("{:?}", token.header()).contains("secret"));
    }

    #[test]
    fn survives_a_store() {
        let token = Token::new("abc").expect("a token");
        let stored = serde_json::to_string(&token).expect("a text");
        assert_eq!(
            serde_json::from_str::<Token>(&stored).expect("a token"),
            token
        );
    }

    #[test]
    fn text_that_no_header_can_carry_is_no_token() {
        for text in ["", "a b", "a\nb", "ключ"] {
            assert_eq!(Token::new(text), Err(InvalidToken), "{text:?}");
        }
    }
}
