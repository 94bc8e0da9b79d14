//! What the address says of range and refresh.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// A choice that stands in the address as a word.
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
    words: &["1m", "10m", "1h"],
    default: "10m",
};

/// How often the page polls.
pub const REFRESH: Choices = Choices {
    parameter: "refresh",
    words: &["5s", "10s", "30s", PAUSED],
    default: "5s",
};

/// The word for no polls at all.
pub const PAUSED: &str = "off";

/// A choice as the address has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Chosen {
    /// What holds.
    pub word: &'static str,
    /// What the address says instead, where that is not known.
    pub unknown: Option<String>,
}

impl Choices {
    /// Reads a choice; a word that is not known gives the default and is kept for the message.
    fn read(&self, word: Option<String>) -> Chosen {
        let known = word
            .as_ref()
            .and_then(|word| self.words.iter().find(|known| *known == word));
        match known {
            Some(word) => Chosen {
                word,
                unknown: None,
            },
            None => Chosen {
                word: self.default,
                unknown: word,
            },
        }
    }

    /// Every accepted word, for messages.
    pub fn accepted(&self) -> String {
        self.words.join(", ")
    }
}

/// Milliseconds of a word such as `10m`; `None` for one that is no duration.
fn millis(word: &str) -> Option<u32> {
    let (amount, unit) = word.split_at(word.len().checked_sub(1)?);
    let unit = match unit {
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    Some(amount.parse::<u32>().ok()? * unit)
}

/// Range and refresh, as the address has them. A Leptos context.
#[derive(Clone, Copy)]
pub struct Settings {
    /// How far back the charts reach: one of [`RANGE`].
    pub range: Memo<Chosen>,
    /// How often the page polls: one of [`REFRESH`].
    pub refresh: Memo<Chosen>,
}

impl Settings {
    /// From the router's query.
    pub fn from_query() -> Self {
        let query = use_query_map();
        let chosen = |choices: &'static Choices| {
            Memo::new(move |_| choices.read(query.read().get(choices.parameter)))
        };
        Self {
            range: chosen(&RANGE),
            refresh: chosen(&REFRESH),
        }
    }

    /// How far back the charts reach, in milliseconds.
    pub fn span(&self) -> i64 {
        millis(self.range.read().word).map_or(super::SPAN, i64::from)
    }

    /// Milliseconds between two polls; `None`: no polls.
    pub fn interval(&self) -> Option<u32> {
        millis(self.refresh.read().word)
    }

    /// The query with one choice changed: `?range=1m&refresh=10s`. Defaults are left out.
    pub fn query_with(&self, choices: &Choices, word: &str) -> String {
        let chosen = [
            (&RANGE, self.range.read().word),
            (&REFRESH, self.refresh.read().word),
        ];
        let pairs = chosen.into_iter().filter_map(|(of, held)| {
            let word = if of.parameter == choices.parameter {
                word
            } else {
                held
            };
            (word != of.default).then(|| format!("{}={word}", of.parameter))
        });
        format!("?{}", pairs.collect::<Vec<_>>().join("&"))
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
                let read = choices.read(Some(word.to_owned()));
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
    fn what_is_not_known_gives_the_default_and_is_named() {
        let read = RANGE.read(Some("5d".to_owned()));
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
        let spans: Vec<_> = RANGE.words.iter().map(|word| millis(word)).collect();
        assert_eq!(spans, [Some(60_000), Some(600_000), Some(3_600_000)]);
        let intervals: Vec<_> = REFRESH.words.iter().map(|word| millis(word)).collect();
        assert_eq!(intervals, [Some(5_000), Some(10_000), Some(30_000), None]);
    }
}
