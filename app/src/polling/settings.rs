//! Range, span and refresh of a page, read from its address.

use leptos::prelude::*;

use super::navigation::Navigation;
use crate::query::{Query, use_query};
use crate::view_models::time_range::{Span, TimeRange, word};

/// A parameter of the address with a fixed set of words.
#[derive(Debug)]
pub struct Choices {
    /// The parameter's name.
    pub parameter: &'static str,
    /// Every word, in the order shown.
    pub words: &'static [&'static str],
    /// The word that an address without the parameter means.
    pub default: &'static str,
}

/// How far back the charts reach.
pub const RANGE: Choices = Choices {
    parameter: "range",
    words: &["1m", "10m", "1h", "6h", "1d", "7d", "30d", "1y"],
    default: "10m",
};

/// How often the page polls.
pub const REFRESH: Choices = Choices {
    parameter: "refresh",
    words: &["5s", "10s", "30s", PAUSED],
    default: "5s",
};

/// The word for no polls.
pub const PAUSED: &str = "off";

/// The parameters of a fixed time range.
const FROM: &str = "from";
const TO: &str = "to";

/// The word that an address chooses.
#[derive(Clone, Debug, PartialEq)]
pub struct Chosen {
    /// The word in effect.
    pub word: &'static str,
    /// The address's word, if unknown.
    pub unknown: Option<String>,
}

impl Choices {
    /// Reads a word; an unknown one gives the default and is kept for the message.
    fn read(&self, word: Option<&str>) -> Chosen {
        let known = word.and_then(|word| self.words.iter().find(|known| **known == word));
        Chosen {
            word: known.copied().unwrap_or(self.default),
            unknown: word.filter(|_| known.is_none()).map(str::to_owned),
        }
    }

    /// Every accepted word, for messages.
    pub fn accepted(&self) -> String {
        self.words.join(", ")
    }
}

/// Milliseconds of a word such as `10m`; `None` for one that is no duration.
fn millis(word: &str) -> Option<i64> {
    const DAY: i64 = 86_400_000;
    let (amount, unit) = word.split_at(word.len().checked_sub(1)?);
    let unit = match unit {
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => DAY,
        "y" => 365 * DAY,
        _ => return None,
    };
    Some(amount.parse::<i64>().ok()? * unit)
}

/// Range, span and refresh. A Leptos context.
#[derive(Clone, Copy)]
pub struct Settings {
    /// The whole query.
    pub query: Memo<Query>,
    /// How far back the charts reach: one of [`RANGE`]. With a fixed time range: the range to return to.
    pub range: Memo<Chosen>,
    /// How often the page polls: one of [`REFRESH`].
    pub refresh: Memo<Chosen>,
    /// What the charts show.
    pub span: Memo<Span>,
    /// What choices change: the page's address, or a panel's own query.
    pub navigation: Navigation,
}

impl Settings {
    /// From the router's query.
    pub fn from_query() -> Self {
        Self::new(use_query(), Navigation::address())
    }

    /// From a panel's own query: the address belongs to the page around it.
    pub fn of_panel(query: RwSignal<Query>) -> Self {
        Self::new(Memo::new(move |_| query.get()), Navigation::OwnQuery(query))
    }

    fn new(query: Memo<Query>, navigation: Navigation) -> Self {
        let chosen = |choices: &'static Choices| {
            Memo::new(move |_| query.with(|query| choices.read(query.get(choices.parameter))))
        };
        let range = chosen(&RANGE);
        let span = Memo::new(move |_| query.with(|query| span_of(query, range.read().word)));
        Self {
            query,
            range,
            refresh: chosen(&REFRESH),
            span,
            navigation,
        }
    }

    /// The length of the charted time in milliseconds.
    pub fn length(&self) -> i64 {
        self.span.get().length()
    }

    /// Whether the charts show a fixed time range.
    pub fn is_fixed(&self) -> bool {
        matches!(self.span.get(), Span::Fixed(_))
    }

    /// The requested start and end, if they cannot be shown.
    pub fn unknown_span(&self) -> Option<(String, String)> {
        let (from, to) = self.query.with(|query| {
            let end = |name| query.get(name).map(str::to_owned);
            (end(FROM), end(TO))
        });
        let is_asked = from.is_some() || to.is_some();
        (is_asked && !self.is_fixed()).then(|| (from.unwrap_or_default(), to.unwrap_or_default()))
    }

    /// Milliseconds between two polls; `None`: no polls. A fixed time range needs none.
    pub fn interval(&self) -> Option<u32> {
        let interval = millis(self.refresh.read().word)?;
        (!self.is_fixed()).then_some(interval as u32)
    }

    /// The query with one choice changed: `?range=1m&refresh=10s`. Defaults are left out.
    /// Choosing a range removes a fixed time range.
    pub fn query_with(&self, choices: &Choices, word: &str) -> String {
        let value = if word == choices.default { "" } else { word };
        let query = self
            .query
            .with(|query| query.with(choices.parameter, value));
        if choices.parameter == RANGE.parameter {
            without_time_range(&query).to_search()
        } else {
            query.to_search()
        }
    }

    /// The query that shows a fixed time range.
    pub fn query_of(&self, range: TimeRange) -> String {
        self.query.with(|query| {
            query
                .with(FROM, &word(range.from))
                .with(TO, &word(range.to))
                .to_search()
        })
    }

    /// The query that shows the range up to now again.
    pub fn query_up_to_now(&self) -> String {
        self.query.with(without_time_range).to_search()
    }
}

fn without_time_range(query: &Query) -> Query {
    query.with(FROM, "").with(TO, "")
}

/// The span that an address requests.
fn span_of(query: &Query, range: &str) -> Span {
    let ends = query.get(FROM).zip(query.get(TO));
    match ends.and_then(|(from, to)| TimeRange::read(from, to)) {
        Some(range) => Span::Fixed(range),
        None => Span::Last(millis(range).unwrap_or(crate::view_models::time_range::RECENT_HISTORY)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn every_word_is_read_back() {
        for choices in [RANGE, REFRESH] {
            for &word in choices.words {
                let read = choices.read(Some(word));
                assert_eq!(
                    read,
                    Chosen {
                        word,
                        unknown: None
                    }
                );
            }
        }
    }

    #[test]
    fn unknown_settings_give_the_default_and_are_named() {
        let read = RANGE.read(Some("5d"));
        assert_eq!(
            read,
            Chosen {
                word: "10m",
                unknown: Some("5d".to_owned())
            }
        );
        assert_eq!(
            REFRESH.read(None),
            Chosen {
                word: "5s",
                unknown: None
            }
        );
        assert_eq!(REFRESH.accepted(), "5s, 10s, 30s, off");
    }

    #[test]
    fn words_are_durations_but_for_the_pause() {
        let minutes: Vec<_> = RANGE
            .words
            .iter()
            .filter_map(|word| Some(millis(word)? / 60_000))
            .collect();
        assert_eq!(
            minutes,
            [1, 10, 60, 360, 1440, 7 * 1440, 30 * 1440, 365 * 1440]
        );
        let intervals: Vec<_> = REFRESH.words.iter().map(|word| millis(word)).collect();
        assert_eq!(intervals, [Some(5_000), Some(10_000), Some(30_000), None]);
    }

    #[test]
    fn a_stretch_that_can_be_shown_stands_before_the_range() {
        let span = |search: &str| span_of(&Query::parse(search), "1d");
        let fixed = TimeRange {
            from: 1_420_113_600_000,
            to: 1_420_113_660_000,
        };
        assert_eq!(
            span("from=20150101T120000Z&to=20150101T120100Z"),
            Span::Fixed(fixed)
        );
        assert_eq!(span("from=20150101T120000Z"), Span::Last(86_400_000));
        assert_eq!(span(""), Span::Last(86_400_000));
    }
}
