//! What an operator decides about the built-in rules and who is notified.

use std::fmt;
use std::time::Duration;

use url::Url;

/// The built-in rules, and who is notified of their alerts.
#[derive(Clone, Debug)]
pub struct AlertConfig {
    /// Changes of rules, in order: a later one wins, and one for a broker wins over one for all.
    pub overrides: Vec<RuleOverride>,
    /// Receivers of notifications.
    pub webhooks: Vec<Webhook>,
    /// The longest that a receiver may take.
    pub webhook_timeout: Duration,
    /// The pause after the first failed attempt; each further one waits twice as long, up to 5 min.
    pub webhook_retry: Duration,
}

impl Default for AlertConfig {
    fn default() -> Self {
        Self {
            overrides: Vec::new(),
            webhooks: Vec::new(),
            webhook_timeout: Duration::from_secs(10),
            webhook_retry: Duration::from_secs(1),
        }
    }
}

/// A change of a built-in rule.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleOverride {
    /// The rule's id.
    pub rule: String,
    /// The broker's name; `None`: all of them.
    pub broker: Option<String>,
    /// Whether the rule is on.
    pub enabled: Option<bool>,
    /// How long its condition must hold.
    pub hold: Option<Duration>,
    /// How long an alert fires on after its condition ended.
    pub keep: Option<Duration>,
    /// What its value is compared with.
    pub threshold: Option<f64>,
}

/// A receiver of notifications in Alertmanager's webhook format.
#[derive(Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Where it is. Path and query may hold secrets.
    pub url: Url,
}

impl fmt::Display for Webhook {
    /// Scheme, host and port alone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.url.origin().ascii_serialization())
    }
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Webhook({self})")
    }
}
