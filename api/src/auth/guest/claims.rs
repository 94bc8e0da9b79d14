//! What a guest token says, and whether it may be believed.

use std::time::Duration;

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use metering::Timestamp;
use metering::guest::{Guest, LONGEST_LIFETIME};
use serde::{Deserialize, Serialize};

use super::broker_limit::Limit;
use super::keys::Keys;

/// The issuer of these tokens.
const ISSUER: &str = "warren";
/// What they are for.
const AUDIENCE: &str = "warren-embed";
/// So far may the clocks of two servers that share a store be apart.
const LEEWAY: Duration = Duration::from_secs(30);
/// A token is not longer, in bytes: proxies and servers take no longer headers.
const LONGEST: usize = 6 << 10;

/// What a guest token says. The names of the first fields are those of RFC 7519.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Claims {
    pub(crate) iss: String,
    pub(crate) aud: String,
    /// Seconds since the epoch.
    pub(crate) iat: i64,
    /// Seconds since the epoch.
    pub(crate) exp: i64,
    /// Its id.
    pub(crate) jti: String,
    /// The portal's name; empty for a share link.
    pub(crate) portal: String,
    /// Whose pages may use it; empty for a share link, which no other page uses.
    pub(crate) origin: String,
    pub(crate) panels: Vec<String>,
    pub(crate) brokers: Vec<String>,
    pub(crate) vhosts: Vec<String>,
    /// What the account sees whose token it was got with: no more is opened. None where a portal
    /// got it with its key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) limits: Option<Vec<Limit>>,
    /// How often its portal had been revoked.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) generation: u64,
    /// The share link that it was got with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) share: Option<String>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature is serde's"
)]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// A token that is too long to travel.
#[derive(Debug)]
pub(super) struct TooLong;

impl Claims {
    /// Those of a token for so many seconds from now.
    pub(super) fn new(now: Timestamp, lifetime: u32) -> Self {
        let iat = now.as_millis().div_euclid(1000);
        Self {
            iss: ISSUER.into(),
            aud: AUDIENCE.into(),
            iat,
            exp: iat + i64::from(lifetime),
            jti: crate::ids::random_id(),
            portal: String::new(),
            origin: String::new(),
            panels: Vec::new(),
            brokers: Vec::new(),
            vhosts: Vec::new(),
            limits: None,
            generation: 0,
            share: None,
        }
    }

    /// The token that says this.
    pub(super) fn sign(&self, keys: &Keys) -> Result<String, TooLong> {
        let key = keys.youngest();
        let header = Header {
            kid: Some(key.kid.clone()),
            ..Header::new(Algorithm::HS256)
        };
        let secret = EncodingKey::from_secret(key.bytes());
        // Texts and numbers always serialize, and the algorithm is the one that is there.
        let token = jsonwebtoken::encode(&header, self, &secret).map_err(|_| TooLong)?;
        if token.len() > LONGEST {
            return Err(TooLong);
        }
        Ok(token)
    }

    /// What a token says, where one of the keys signed it and its time is not over.
    ///
    /// Neither the algorithm nor the key that it names is believed: the one is ours or none, the
    /// other one of two.
    pub(super) fn read(token: &str, keys: &Keys, now: Timestamp) -> Option<Self> {
        if token.len() > LONGEST {
            return None;
        }
        let kid = jsonwebtoken::decode_header(token).ok()?.kid?;
        let key = DecodingKey::from_secret(keys.find(&kid)?.bytes());
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_audience(&[AUDIENCE]);
        validation.set_issuer(&[ISSUER]);
        validation.set_required_spec_claims(&["exp", "iss", "aud"]);
        // By our own clock, below.
        validation.validate_exp = false;
        let claims: Self = jsonwebtoken::decode(token, &key, &validation).ok()?.claims;
        claims.is_valid_at(now).then_some(claims)
    }

    fn is_valid_at(&self, now: Timestamp) -> bool {
        let leeway = LEEWAY.as_secs() as i64;
        let now = now.as_millis().div_euclid(1000);
        now < self.exp.saturating_add(leeway)
            && self.iat <= now.saturating_add(leeway)
            && self.exp.saturating_sub(self.iat) <= i64::from(LONGEST_LIFETIME)
    }

    /// From when on the token opens nothing.
    pub(super) fn expires_at(&self) -> Timestamp {
        Timestamp::from_millis(self.exp.saturating_mul(1000))
    }

    /// When it was given.
    pub(super) fn issued_at(&self) -> Timestamp {
        Timestamp::from_millis(self.iat.saturating_mul(1000))
    }

    /// Whether it is for a panel.
    pub(crate) fn admits_panel(&self, panel: &str) -> bool {
        let is_it = |known: &String| known == panel || known == metering::guest::EVERY;
        self.panels.iter().any(is_it)
    }

    /// The description for its holder; `brokers` are those that it opens, `refused` the panels that
    /// it does not.
    pub(crate) fn describe(
        &self,
        brokers: Vec<String>,
        refused: Vec<String>,
        now: Timestamp,
    ) -> Guest {
        Guest {
            id: self.jti.clone(),
            portal: self.portal.clone(),
            origin: self.origin.clone(),
            panels: self.panels.clone(),
            refused,
            brokers,
            vhosts: self.vhosts.clone(),
            issued_at: self.issued_at(),
            expires_at: self.expires_at(),
            server_time: now,
        }
    }
}

/// Whether a token says that it is one of these. Nothing else of it is believed.
pub(super) fn claims_to_be_one(token: &str) -> bool {
    #[derive(Deserialize)]
    struct Said {
        iss: String,
    }
    // Keystone's usual tokens have no dot, and cost nothing here.
    token.contains('.')
        && token.len() <= LONGEST
        && jsonwebtoken::dangerous::insecure_decode_claims::<Said>(token)
            .is_ok_and(|said| said.iss == ISSUER)
}

/// The origin that a guest token claims to be for. Not verified: whoever lets a page of that origin
/// ask still has to have the token verified, by asking with it.
pub fn claimed_origin(token: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Said {
        origin: String,
    }
    if token.len() > LONGEST {
        return None;
    }
    let said = jsonwebtoken::dangerous::insecure_decode_claims::<Said>(token);
    said.ok().map(|said| said.origin)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use store::testing::NaiveStore;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    async fn keys() -> Keys {
        super::super::hs256::install();
        Keys::load(&NaiveStore::new(), at(0)).await.expect("made")
    }

    fn claims() -> Claims {
        Claims {
            portal: "shop".into(),
            origin: "https://shop.example".into(),
            panels: vec!["queued-messages".into()],
            brokers: vec!["*".into()],
            vhosts: vec!["*".into()],
            ..Claims::new(at(1000), 600)
        }
    }

    /// A token of any claims and head, signed with the right key.
    fn forged(keys: &Keys, change: impl FnOnce(&mut Value)) -> String {
        let mut said = serde_json::to_value(claims()).expect("JSON");
        change(&mut said);
        let key = keys.youngest();
        let header = Header {
            kid: Some(key.kid.clone()),
            ..Header::new(Algorithm::HS256)
        };
        let secret = EncodingKey::from_secret(key.bytes());
        jsonwebtoken::encode(&header, &said, &secret).expect("a token")
    }

    #[tokio::test]
    async fn signed_claims_are_read() {
        let keys = keys().await;
        let token = claims().sign(&keys).expect("short");
        let read = Claims::read(&token, &keys, at(1001)).expect("valid");
        assert_eq!((read.portal.as_str(), read.exp), ("shop", 1600));
        assert!(claims_to_be_one(&token));
        assert_eq!(
            claimed_origin(&token).as_deref(),
            Some("https://shop.example")
        );
    }

    #[tokio::test]
    async fn clocks_may_be_a_little_apart() {
        let keys = keys().await;
        let token = claims().sign(&keys).expect("short");
        let valid = |seconds| Claims::read(&token, &keys, at(seconds)).is_some();
        assert!(valid(1629) && !valid(1630), "the end");
        assert!(valid(970) && !valid(969), "the begin");
    }

    #[tokio::test]
    async fn the_key_of_another_start_is_not_believed() {
        let (ours, theirs) = (keys().await, keys().await);
        let token = claims().sign(&theirs).expect("short");
        assert_eq!(Claims::read(&token, &ours, at(1001)), None);
    }

    #[tokio::test]
    async fn another_key_under_our_name_is_not_believed() {
        let keys = keys().await;
        let header = Header {
            kid: Some(keys.youngest().kid.clone()),
            ..Header::new(Algorithm::HS256)
        };
        let wrong = EncodingKey::from_secret(b"a guess");
        let token = jsonwebtoken::encode(&header, &claims(), &wrong).expect("a token");
        assert_eq!(Claims::read(&token, &keys, at(1001)), None);
    }

    #[tokio::test]
    async fn an_altered_token_is_not_believed() {
        let keys = keys().await;
        let token = claims().sign(&keys).expect("short");
        let other = Claims {
            brokers: vec!["another".into()],
            ..claims()
        };
        let other = other.sign(&keys).expect("short");
        let parts: Vec<_> = token.split('.').collect();
        let body = other.split('.').nth(1).expect("a body");
        let mixed = [parts[0], body, parts[2]].join(".");
        assert_eq!(Claims::read(&mixed, &keys, at(1001)), None);
        for broken in [
            String::new(),
            "..".to_owned(),
            format!("{}.{}.", parts[0], parts[1]),
            format!("{token}x"),
            token[..token.len() - 1].to_owned(),
        ] {
            assert_eq!(Claims::read(&broken, &keys, at(1001)), None, "{broken:?}");
        }
    }

    #[tokio::test]
    async fn no_other_algorithm_is_believed() {
        let keys = keys().await;
        let token = claims().sign(&keys).expect("short");
        let body = token.split('.').nth(1).expect("a body");
        let signature = token.split('.').nth(2).expect("a signature");
        let kid = &keys.youngest().kid;
        for alg in ["none", "None", "HS384", "HS512", "RS256", "ES256"] {
            use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
            let head = json!({"typ": "JWT", "alg": alg, "kid": kid}).to_string();
            let head = BASE64_URL_SAFE_NO_PAD.encode(head);
            for signature in ["", signature] {
                let token = format!("{head}.{body}.{signature}");
                assert_eq!(Claims::read(&token, &keys, at(1001)), None, "{alg}");
            }
        }
    }

    #[tokio::test]
    async fn wrong_claims_are_refused() {
        let keys = keys().await;
        let read = |token: String| Claims::read(&token, &keys, at(1001));
        assert!(read(forged(&keys, |_| ())).is_some());
        for (claim, value) in [
            ("aud", json!("warren")),
            ("aud", json!(["another"])),
            ("iss", json!("another")),
            ("exp", json!("1600")),
            ("exp", json!(99_999)),
            ("iat", Value::Null),
            ("jti", Value::Null),
        ] {
            let token = forged(&keys, |said| said[claim] = value.clone());
            assert_eq!(read(token), None, "{claim}: {value}");
        }
        for claim in [
            "aud", "iss", "exp", "portal", "origin", "panels", "brokers", "vhosts",
        ] {
            let token = forged(&keys, |said| {
                said.as_object_mut().expect("an object").remove(claim);
            });
            assert_eq!(read(token), None, "without {claim}");
        }
    }

    #[tokio::test]
    async fn a_token_that_is_too_long_is_not_made() {
        let keys = keys().await;
        let vhosts = (0..1000).map(|n| format!("vhost-{n}")).collect();
        let long = Claims { vhosts, ..claims() };
        assert!(long.sign(&keys).is_err());
    }

    #[test]
    fn a_panel_is_named_or_all_are() {
        let of = |panels: &[&str]| Claims {
            panels: panels.iter().map(|&panel| panel.to_owned()).collect(),
            ..claims()
        };
        assert!(of(&["*"]).admits_panel("nodes") && of(&["nodes"]).admits_panel("nodes"));
        assert!(!of(&["nodes"]).admits_panel("node") && !of(&[]).admits_panel("nodes"));
    }
}
