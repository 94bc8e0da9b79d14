//! The table.

use std::fmt::Write;

use serde_json::{Value, json};

use super::row::Row;

/// What was measured for a row.
#[derive(Debug)]
pub(super) struct Figure {
    pub(super) row: Row,
    pub(super) warren: String,
    /// Of the broker's own UI or API, or of Ceilometer, where there is something to compare.
    pub(super) beside: Option<String>,
    /// Warren's to that, or whatever the bar is about.
    pub(super) ratio: Option<String>,
    pub(super) met: bool,
    /// What one should know to judge it.
    pub(super) notes: Vec<String>,
    /// Everything that was measured.
    pub(super) raw: Value,
}

const NOTHING: &str = "–";

/// In Markdown.
pub(super) fn table(figures: &[Figure]) -> String {
    let mut text = "\
| row | what | bar | Warren | beside it | ratio | met |
|---|---|---|---|---|---|---|
"
    .to_owned();
    for figure in figures {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} | {} |",
            figure.row.name(),
            figure.row.what(),
            figure.row.bar(),
            figure.warren,
            figure.beside.as_deref().unwrap_or(NOTHING),
            figure.ratio.as_deref().unwrap_or(NOTHING),
            if figure.met { "yes" } else { "**no**" },
        );
    }
    let notes = figures.iter().flat_map(|figure| &figure.notes);
    for (index, note) in notes.enumerate() {
        let before = if index == 0 { "\n" } else { "" };
        // As above.
        let _ = writeln!(text, "{before}- {note}");
    }
    text
}

pub(super) fn json(figures: &[Figure]) -> Value {
    let rows = figures.iter().map(|figure| {
        json!({
            "row": figure.row.name(),
            "what": figure.row.what(),
            "bar": figure.row.bar(),
            "warren": figure.warren,
            "beside": figure.beside,
            "ratio": figure.ratio,
            "met": figure.met,
            "notes": figure.notes,
            "measured": figure.raw,
        })
    });
    rows.collect()
}

/// The median; of an even count the mean of the two in the middle.
pub(super) fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    match values.get(half) {
        None => f64::NAN,
        Some(&upper) if values.len() % 2 == 1 => upper,
        Some(&upper) => f64::midpoint(values[half - 1], upper),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(met: bool) -> Figure {
        Figure {
            row: Row::Paint,
            warren: "1 ms".to_owned(),
            beside: None,
            ratio: None,
            met,
            notes: vec!["paint: so and so".to_owned()],
            raw: Value::Null,
        }
    }

    #[test]
    fn a_missed_bar_stands_out() {
        assert!(table(&[figure(false)]).contains("| **no** |"));
        assert!(!table(&[figure(true)]).contains("**no**"));
    }

    #[test]
    fn notes_follow_the_table() {
        assert!(table(&[figure(true)]).ends_with("|\n\n- paint: so and so\n"));
    }

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(median(&[3.0, 1.0, 2.0]).to_bits(), 2.0_f64.to_bits());
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]).to_bits(), 2.5_f64.to_bits());
        assert!(median(&[]).is_nan());
    }
}
