//! The tokens that are valid, and what each opens.
//!
//! A token is 256 random bits. Only its SHA-256 is kept: what is read out of this process's memory
//! or a core dump opens nothing.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use http::HeaderMap;
use metering::Timestamp;
use metering::identity::{AUTH_TOKEN, ROLE_ADMIN, ROLE_MEMBER};
use sha2::{Digest, Sha256};

use crate::auth::guest::shown::ShownParts;
use crate::ids::hex;
use crate::vhost_set::{BrokerScope, VhostSet};

/// Most tokens at once; a further one replaces the oldest.
const MAX_TOKENS: usize = 20_000;
/// Most tokens of one account; a further one replaces the account's oldest.
const MAX_TOKENS_A_USER: usize = MAX_TOKENS / 4;

pub(super) type Fingerprint = [u8; 32];

/// What a token stands for.
#[derive(Debug)]
pub(crate) struct TokenData {
    /// The account's name.
    pub(crate) user: String,
    /// The account's id.
    pub(crate) user_id: String,
    /// The brokers that the caller sees. Of the embedded identity's tokens each has one at least.
    pub(crate) grants: Vec<Grant>,
    /// The name of the project that it is for.
    pub(crate) project: String,
    /// The project's id.
    pub(crate) project_id: String,
    /// Whether the caller sees every project.
    pub(crate) admin: bool,
    /// How it was got.
    pub(crate) methods: Vec<String>,
    pub(crate) issued_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    /// For the log: says nothing about the token.
    pub(crate) audit_id: String,
}

/// A broker that accepted an account.
#[derive(Clone, Debug)]
pub(crate) struct Grant {
    /// Its place in the configuration.
    pub(crate) broker: usize,
    /// The caller's account there; none for a caller whom another system knows, a Keystone or a
    /// portal: a name of theirs is no account's, even where the two are spelt alike.
    pub(crate) account: Option<String>,
    /// The account's tags there.
    pub(crate) tags: Vec<String>,
    /// What the account sees there.
    pub(crate) scope: BrokerScope,
    /// The vhosts that it has a permission in; none for an administrator, who needs none.
    pub(crate) own: Option<VhostSet>,
    /// Of a guest: what alone it is shown of that. Accounts have none.
    pub(crate) shown: Option<Arc<ShownParts>>,
}

impl Grant {
    /// Whether the account has a tag there.
    pub(crate) fn has_tag(&self, tag: &str) -> bool {
        self.tags.iter().any(|held| held == tag)
    }

    /// The vhosts that the broker lists to the account; none: every one.
    pub(crate) fn listed_vhosts(&self) -> Option<&VhostSet> {
        match &self.scope {
            BrokerScope::All => None,
            BrokerScope::Only(vhost_set) => Some(vhost_set),
        }
    }

    /// The vhosts whose queues, exchanges and so on the broker lists to the account; none: every
    /// one. The tag `monitoring` opens no queue of a vhost that the account has no permission in.
    pub(crate) fn permitted_vhosts(&self) -> Option<&VhostSet> {
        match &self.scope {
            BrokerScope::All => self.own.as_ref(),
            BrokerScope::Only(vhost_set) => Some(vhost_set),
        }
    }
}

/// Whether the account is an administrator of every configured broker: what gives it the role
/// `admin`. A broker that was not asked, or did not answer, counts as no.
pub(crate) fn is_administrator_everywhere(grants: &[Grant], brokers: usize) -> bool {
    let administered = grants.iter().filter(|grant| grant.has_tag("administrator"));
    administered.count() == brokers
}

impl TokenData {
    /// [`ROLE_ADMIN`] for who sees every project, else [`ROLE_MEMBER`].
    pub(crate) fn role(&self) -> &'static str {
        if self.admin { ROLE_ADMIN } else { ROLE_MEMBER }
    }

    /// Whether the caller has the role `admin`: it sees every project's samples, and may end what
    /// others made.
    pub(crate) fn is_admin(&self) -> bool {
        self.admin
    }

    /// The id of the project that the token is for: what its samples are posted to.
    pub(crate) fn project_id(&self) -> String {
        self.project_id.clone()
    }

    /// The id of the caller.
    pub(crate) fn user_id(&self) -> String {
        self.user_id.clone()
    }

    /// Whether a broker accepted the caller under this name.
    pub(crate) fn has_account_at(&self, broker: usize, name: &str) -> bool {
        let at = |grant: &&Grant| grant.broker == broker;
        let mut grants = self.grants.iter().filter(at);
        grants.any(|grant| grant.account.as_deref() == Some(name))
    }

    /// Whether two tokens are of one person: some broker accepted both under the same name. Accounts
    /// of one name at different brokers may be different people's.
    pub(crate) fn is_same_person(&self, other: &Self) -> bool {
        other.grants.iter().any(|grant| match &grant.account {
            Some(name) => self.has_account_at(grant.broker, name),
            None => false,
        })
    }
}

#[derive(Debug, Default)]
struct Store {
    tokens: HashMap<Fingerprint, Arc<TokenData>>,
    /// By age: tokens live equally long, so the first to end is the oldest.
    by_expiry: BTreeMap<(Timestamp, u64), Fingerprint>,
    /// Where in `by_expiry` each stands.
    places: HashMap<Fingerprint, (Timestamp, u64)>,
    issued: u64,
}

impl Store {
    fn remove(&mut self, fingerprint: &Fingerprint) -> bool {
        if let Some(place) = self.places.remove(fingerprint) {
            self.by_expiry.remove(&place);
        }
        self.tokens.remove(fingerprint).is_some()
    }

    fn sweep(&mut self, now: Timestamp) {
        while let Some((&(expires_at, _), &fingerprint)) = self.by_expiry.first_key_value() {
            if expires_at > now {
                break;
            }
            self.remove(&fingerprint);
        }
    }
}

/// The tokens that are valid.
#[derive(Debug, Default)]
pub(crate) struct Tokens(RwLock<Store>);

/// What stands for a token where the token itself must not.
pub(super) fn fingerprint(token: &str) -> Fingerprint {
    Sha256::digest(token.as_bytes()).into()
}

impl Tokens {
    /// A new token for these rights.
    pub(crate) fn issue(&self, data: TokenData, now: Timestamp) -> (String, Arc<TokenData>) {
        self.issue_within(data, now, MAX_TOKENS, MAX_TOKENS_A_USER)
    }

    fn issue_within(
        &self,
        data: TokenData,
        now: Timestamp,
        most: usize,
        most_a_user: usize,
    ) -> (String, Arc<TokenData>) {
        let token = hex(&rand::random::<[u8; 32]>());
        let fingerprint = fingerprint(&token);
        let data = Arc::new(data);
        let mut store = self.0.write().unwrap_or_else(PoisonError::into_inner);
        store.sweep(now);
        if store.tokens.len() >= most_a_user {
            let is_theirs = |fingerprint: &&Fingerprint| {
                store
                    .tokens
                    .get(*fingerprint)
                    .is_some_and(|other| other.is_same_person(&data))
            };
            let mut theirs = store.by_expiry.values().filter(is_theirs).copied();
            let oldest = theirs.next();
            let count = usize::from(oldest.is_some()) + theirs.count();
            let victim = if count >= most_a_user { oldest } else { None };
            let full = store.tokens.len() >= most;
            let victim =
                victim.or_else(|| store.by_expiry.values().next().copied().filter(|_| full));
            if let Some(victim) = victim {
                store.remove(&victim);
            }
        }
        let place = (data.expires_at, store.issued);
        store.issued += 1;
        store.by_expiry.insert(place, fingerprint);
        store.places.insert(fingerprint, place);
        store.tokens.insert(fingerprint, Arc::clone(&data));
        (token, data)
    }

    /// What a token stands for, while it is valid.
    pub(crate) fn find(&self, token: &str, now: Timestamp) -> Option<Arc<TokenData>> {
        let store = self.0.read().unwrap_or_else(PoisonError::into_inner);
        store
            .tokens
            .get(&fingerprint(token))
            .filter(|data| now < data.expires_at)
            .cloned()
    }

    /// What the token of a request stands for.
    pub(crate) fn of_request(&self, headers: &HeaderMap, now: Timestamp) -> Option<Arc<TokenData>> {
        let token = headers.get(AUTH_TOKEN)?.to_str().ok()?;
        self.find(token, now)
    }

    /// Ends a token.
    pub(crate) fn revoke(&self, token: &str) -> bool {
        self.0
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&fingerprint(token))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{id_of, random_id};

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    fn grant(broker: usize, account: &str) -> Grant {
        Grant {
            shown: None,
            broker,
            account: Some(account.into()),
            tags: vec!["monitoring".into()],
            scope: BrokerScope::All,
            own: None,
        }
    }

    fn data(user: &str, from: i64) -> TokenData {
        TokenData {
            user: user.into(),
            user_id: id_of("user", user),
            grants: vec![grant(0, user)],
            project: "warren".into(),
            project_id: id_of("project", "warren"),
            admin: false,
            methods: vec!["password".into()],
            issued_at: at(from),
            expires_at: at(from + 100),
            audit_id: random_id(),
        }
    }

    fn user(tokens: &Tokens, token: &str, now: i64) -> Option<String> {
        tokens.find(token, at(now)).map(|data| data.user.clone())
    }

    #[test]
    fn a_token_is_valid_until_it_expires() {
        let tokens = Tokens::default();
        let (token, _) = tokens.issue(data("anna", 0), at(0));
        assert_eq!(token.len(), 64);
        assert_eq!(user(&tokens, &token, 99).as_deref(), Some("anna"));
        assert_eq!(user(&tokens, &token, 100), None);
        assert_eq!(user(&tokens, "", 1), None);
        assert_eq!(user(&tokens, &token.to_uppercase(), 1), None);
    }

    #[test]
    fn a_revoked_token_opens_nothing_and_others_still_do() {
        let tokens = Tokens::default();
        let (first, _) = tokens.issue(data("anna", 0), at(0));
        let (second, _) = tokens.issue(data("anna", 0), at(0));
        assert!(tokens.revoke(&first));
        assert!(!tokens.revoke(&first));
        assert_eq!(user(&tokens, &first, 1), None);
        assert!(user(&tokens, &second, 1).is_some());
    }

    #[test]
    fn expired_tokens_are_swept() {
        let tokens = Tokens::default();
        for n in 0..10 {
            tokens.issue(data("anna", n), at(n));
        }
        tokens.issue(data("anna", 200), at(200));
        let store = tokens.0.read().expect("no panic");
        assert_eq!(
            (
                store.tokens.len(),
                store.by_expiry.len(),
                store.places.len()
            ),
            (1, 1, 1)
        );
    }

    #[test]
    fn one_account_cannot_crowd_out_the_others() {
        let tokens = Tokens::default();
        let (bert, _) = tokens.issue_within(data("bert", 0), at(0), 10, 4);
        let annas: Vec<_> = (0..20)
            .map(|n| tokens.issue_within(data("anna", n), at(n), 10, 4).0)
            .collect();
        assert!(user(&tokens, &bert, 20).is_some());
        let valid = annas
            .iter()
            .filter(|token| user(&tokens, token, 20).is_some());
        assert_eq!(valid.count(), 4);
        assert!(user(&tokens, &annas[19], 20).is_some(), "the newest stays");
    }

    #[test]
    fn an_account_of_the_same_name_at_another_broker_is_another_person() {
        let of = |grants: Vec<Grant>| TokenData {
            grants,
            ..data("anna", 0)
        };
        let first = of(vec![grant(0, "anna")]);
        let second = of(vec![grant(1, "anna")]);
        let both = of(vec![grant(0, "anna"), grant(1, "anna")]);
        assert!(first.is_same_person(&first) && first.is_same_person(&both));
        assert!(both.is_same_person(&second));
        assert!(!first.is_same_person(&second) && !second.is_same_person(&first));
        let mut elsewhere = grant(0, "anna");
        elsewhere.account = None;
        assert!(!of(vec![elsewhere.clone()]).is_same_person(&first));
        assert!(!of(vec![elsewhere.clone()]).is_same_person(&of(vec![elsewhere])));
    }

    #[test]
    fn the_tokens_of_an_account_do_not_end_those_of_its_name_at_another_broker() {
        let tokens = Tokens::default();
        let elsewhere = TokenData {
            grants: vec![grant(1, "anna")],
            ..data("anna", 0)
        };
        let (theirs, _) = tokens.issue_within(elsewhere, at(0), 10, 4);
        for n in 0..8 {
            tokens.issue_within(data("anna", n), at(n), 10, 4);
        }
        assert!(user(&tokens, &theirs, 8).is_some());
    }

    #[test]
    fn an_administrator_of_all_brokers_but_one_has_not_the_role_admin() {
        let administrator = |broker| Grant {
            tags: vec!["administrator".into()],
            ..grant(broker, "anna")
        };
        let is_admin = is_administrator_everywhere;
        assert!(is_admin(&[administrator(0), administrator(1)], 2));
        assert!(!is_admin(&[administrator(0), grant(1, "anna")], 2));
        assert!(!is_admin(&[administrator(0)], 2));
        assert!(!is_admin(&[grant(0, "anna")], 1));
    }

    #[test]
    fn there_are_no_more_than_the_bound() {
        let tokens = Tokens::default();
        for n in 0..50 {
            tokens.issue_within(data(&n.to_string(), n), at(n), 10, 4);
        }
        assert_eq!(tokens.0.read().expect("no panic").tokens.len(), 10);
    }
}
