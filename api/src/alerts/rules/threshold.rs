//! Compares values with thresholds.

use super::verdict::{Finding, Verdict};

/// What a value is compared with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Threshold {
    /// Values beyond this start an alert.
    pub(crate) fire: f64,
    /// Values that are not beyond this end it.
    pub(crate) clear: f64,
    /// Whether values below are beyond, in place of those above.
    pub(crate) is_lower: bool,
}

impl Threshold {
    /// For conditions without a threshold.
    pub(crate) const NONE: Self = Self::above(0.0);

    /// Values above fire.
    pub(super) const fn above(fire: f64) -> Self {
        Self {
            fire,
            clear: fire,
            is_lower: false,
        }
    }

    /// Values below fire.
    pub(super) const fn below(fire: f64) -> Self {
        Self {
            fire,
            clear: fire,
            is_lower: true,
        }
    }

    /// The alert ends at this value.
    pub(super) const fn clear(self, clear: f64) -> Self {
        Self { clear, ..self }
    }

    /// With another value that fires. The distance to the value that ends the alert keeps its proportion.
    pub(crate) fn with(self, fire: f64) -> Self {
        let clear = if self.fire == 0.0 {
            fire
        } else {
            fire * self.clear / self.fire
        };
        Self {
            fire,
            clear,
            ..self
        }
    }

    pub(super) fn verdict(self, value: f64) -> Verdict {
        let beyond = |limit: f64| {
            if self.is_lower {
                value < limit
            } else {
                value > limit
            }
        };
        if beyond(self.fire) {
            Verdict::Violated
        } else if beyond(self.clear) {
            Verdict::Between
        } else {
            Verdict::Ok
        }
    }
}

/// Compares a value of the broker or a node.
pub(super) fn compare(
    node: Option<&str>,
    value: f64,
    threshold: Threshold,
    summary: String,
) -> Finding {
    Finding {
        node: node.map(str::to_owned),
        verdict: threshold.verdict(value),
        value: Some(value),
        summary,
    }
}

/// A condition of the broker or a node that is true or false.
pub(super) fn holds(node: Option<&str>, violated: bool, summary: String) -> Finding {
    Finding {
        node: node.map(str::to_owned),
        verdict: if violated {
            Verdict::Violated
        } else {
            Verdict::Ok
        },
        value: None,
        summary,
    }
}

/// The condition cannot be checked for the broker.
pub(super) fn unknown(reason: impl Into<String>) -> Vec<Finding> {
    let reason = reason.into();
    vec![Finding {
        node: None,
        summary: reason.clone(),
        verdict: Verdict::Unknown(reason),
        value: None,
    }]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_between_both_thresholds_neither_start_nor_end_an_alert() {
        let high = Threshold::above(0.9).clear(0.85);
        let verdicts = [0.91, 0.9, 0.86, 0.85].map(|value| high.verdict(value));
        assert_eq!(
            verdicts,
            [
                Verdict::Violated,
                Verdict::Between,
                Verdict::Between,
                Verdict::Ok
            ]
        );
        let low = Threshold::below(1.5);
        let verdicts = [1.4, 1.5, 1.6].map(|value| low.verdict(value));
        assert_eq!(verdicts, [Verdict::Violated, Verdict::Ok, Verdict::Ok]);
    }

    #[test]
    fn another_threshold_moves_the_clear_threshold_with_it() {
        let moved = Threshold::above(0.8).clear(0.6).with(0.4);
        assert!((moved.clear - 0.3).abs() < 1e-9 && (moved.fire - 0.4).abs() < 1e-9);
        assert_eq!(Threshold::above(0.0).with(2.0), Threshold::above(2.0));
    }
}
