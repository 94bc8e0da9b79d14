//! What is wrong with a broker and what to do.

use metering::Timestamp;
use serde::{Deserialize, Serialize};

use super::level::Level;

/// A broker's health, in the viewer's language.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HealthPage {
    /// The state of the worst check.
    pub state: StateLabel,
    /// The checks, the worst first.
    pub checks: Vec<CheckView>,
    /// When the broker reported it.
    #[serde(default)]
    pub observed_at: Option<Timestamp>,
    /// Whether the broker answers.
    #[serde(default)]
    pub answers: bool,
    /// The server's time of the answer.
    pub server_time: Timestamp,
}

/// A state with its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateLabel {
    /// The severity.
    pub level: Level,
    /// The state's name.
    pub word: String,
}

/// A check and its result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckView {
    /// The check's name.
    pub title: String,
    /// The result.
    pub state: StateLabel,
    /// The findings.
    #[serde(default)]
    pub findings: Vec<FindingView>,
    /// Why it could not be checked.
    #[serde(default)]
    pub note: String,
    /// What to do; empty if nothing is wrong.
    #[serde(default)]
    pub advice: String,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FindingView {
    /// The finding in a sentence.
    pub text: String,
    /// When it began, if the log has it.
    #[serde(default)]
    pub since: Option<Timestamp>,
}
