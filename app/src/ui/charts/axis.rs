//! What both axes have: labels, and where they stand.

use crate::format::decimal;

/// The labels of an axis: where they stand, in percent of the plot's size, and what they say.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Labels {
    pub(super) places: Vec<String>,
    pub(super) words: Vec<String>,
}

impl FromIterator<(String, String)> for Labels {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(labels: I) -> Self {
        let (places, words) = labels.into_iter().unzip();
        Self { places, words }
    }
}

impl Labels {
    /// Where a label stands; anywhere where there are fewer, since it says nothing then.
    pub(super) fn place(&self, index: usize) -> String {
        self.places
            .get(index)
            .cloned()
            .unwrap_or_else(|| "0".to_owned())
    }

    /// What a label says; nothing where there are fewer.
    pub(super) fn word(&self, index: usize) -> String {
        self.words.get(index).cloned().unwrap_or_default()
    }
}

/// A coordinate in percent of the whole.
pub(super) fn percent(coordinate: i64, whole: i64) -> String {
    format!(
        "{}%",
        decimal((coordinate * 10_000 / whole) as f64 / 100.0, 2)
    )
}
