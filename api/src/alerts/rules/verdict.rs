//! What a rule finds.

/// What a rule finds about an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The condition holds.
    Violated,
    /// The value is between the threshold that starts an alert and the one that ends it.
    Between,
    /// The condition does not hold.
    Ok,
    /// The condition cannot be checked, for this reason.
    Unknown(String),
}

/// What a rule finds about one object.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Finding {
    /// The node; `None`: the broker.
    pub(crate) node: Option<String>,
    pub(crate) verdict: Verdict,
    /// The checked value.
    pub(crate) value: Option<f64>,
    /// What is wrong, in a sentence.
    pub(crate) summary: String,
}
