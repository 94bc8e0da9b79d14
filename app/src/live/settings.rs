//! What the address says of range and refresh.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// How far back the charts reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Range {
    /// `1m`.
    Minute,
    /// `10m`.
    TenMinutes,
    /// `1h`, the default.
    Hour,
}

/// How often the page polls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refresh {
    /// `5s`, the default.
    FiveSeconds,
    /// `10s`.
    TenSeconds,
    /// `30s`.
    ThirtySeconds,
    /// `off`.
    Paused,
}

/// A choice that stands in the address as a word.
pub trait Choice: Copy + PartialEq + Send + Sync + 'static {
    /// The parameter's name.
    const PARAMETER: &'static str;
    /// Every choice, in the order shown.
    const ALL: &'static [Self];
    /// What an address without the parameter means.
    const DEFAULT: Self;

    /// The word.
    fn word(self) -> &'static str;
}

impl Choice for Range {
    const PARAMETER: &'static str = "range";
    const ALL: &'static [Self] = &[Self::Minute, Self::TenMinutes, Self::Hour];
    const DEFAULT: Self = Self::Hour;

    fn word(self) -> &'static str {
        match self {
            Self::Minute => "1m",
            Self::TenMinutes => "10m",
            Self::Hour => "1h",
        }
    }
}

impl Range {
    /// Milliseconds.
    pub fn span(self) -> i64 {
        match self {
            Self::Minute => 60_000,
            Self::TenMinutes => 600_000,
            Self::Hour => 3_600_000,
        }
    }
}

impl Choice for Refresh {
    const PARAMETER: &'static str = "refresh";
    const ALL: &'static [Self] = &[
        Self::FiveSeconds,
        Self::TenSeconds,
        Self::ThirtySeconds,
        Self::Paused,
    ];
    const DEFAULT: Self = Self::FiveSeconds;

    fn word(self) -> &'static str {
        match self {
            Self::FiveSeconds => "5s",
            Self::TenSeconds => "10s",
            Self::ThirtySeconds => "30s",
            Self::Paused => "off",
        }
    }
}

impl Refresh {
    /// Milliseconds between two polls; `None`: no polls.
    pub fn interval(self) -> Option<u32> {
        match self {
            Self::FiveSeconds => Some(5_000),
            Self::TenSeconds => Some(10_000),
            Self::ThirtySeconds => Some(30_000),
            Self::Paused => None,
        }
    }
}

/// A choice as the address has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Chosen<C> {
    /// What holds.
    pub choice: C,
    /// What the address says instead, where that is not known.
    pub unknown: Option<String>,
}

/// Reads a choice; a word that is not known gives the default and is kept for the message.
pub fn choose<C: Choice>(word: Option<String>) -> Chosen<C> {
    let Some(word) = word else {
        return Chosen {
            choice: C::DEFAULT,
            unknown: None,
        };
    };
    match C::ALL.iter().find(|choice| choice.word() == word) {
        Some(&choice) => Chosen {
            choice,
            unknown: None,
        },
        None => Chosen {
            choice: C::DEFAULT,
            unknown: Some(word),
        },
    }
}

/// Every accepted word, for messages.
pub fn accepted<C: Choice>() -> String {
    C::ALL
        .iter()
        .map(|choice| choice.word())
        .collect::<Vec<_>>()
        .join(", ")
}

/// Range and refresh, as the address has them. A Leptos context.
#[derive(Clone, Copy)]
pub struct Settings {
    /// How far back the charts reach.
    pub range: Memo<Chosen<Range>>,
    /// How often the page polls.
    pub refresh: Memo<Chosen<Refresh>>,
}

impl Settings {
    /// From the router's query.
    pub fn from_query() -> Self {
        let query = use_query_map();
        Self {
            range: Memo::new(move |_| choose(query.read().get(Range::PARAMETER))),
            refresh: Memo::new(move |_| choose(query.read().get(Refresh::PARAMETER))),
        }
    }

    /// The query that keeps everything but one choice: `?range=10m&refresh=5s`. Defaults are left out.
    pub fn query(&self, range: Option<Range>, refresh: Option<Refresh>) -> String {
        let range = range.unwrap_or_else(|| self.range.read().choice);
        let refresh = refresh.unwrap_or_else(|| self.refresh.read().choice);
        let mut pairs = Vec::new();
        if range != Range::DEFAULT {
            pairs.push(format!("{}={}", Range::PARAMETER, range.word()));
        }
        if refresh != Refresh::DEFAULT {
            pairs.push(format!("{}={}", Refresh::PARAMETER, refresh.word()));
        }
        format!("?{}", pairs.join("&"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn every_word_is_read_back() {
        for &range in Range::ALL {
            let read = choose(Some(range.word().to_owned()));
            assert_eq!(
                read,
                Chosen {
                    choice: range,
                    unknown: None
                }
            );
        }
        for &refresh in Refresh::ALL {
            let read = choose(Some(refresh.word().to_owned()));
            assert_eq!(
                read,
                Chosen {
                    choice: refresh,
                    unknown: None
                }
            );
        }
    }

    #[test]
    fn what_is_not_known_gives_the_default_and_is_named() {
        let read: Chosen<Range> = choose(Some("5d".to_owned()));
        assert_eq!(
            read,
            Chosen {
                choice: Range::Hour,
                unknown: Some("5d".to_owned())
            }
        );
        assert_eq!(choose::<Refresh>(None).choice, Refresh::FiveSeconds);
        assert_eq!(accepted::<Refresh>(), "5s, 10s, 30s, off");
    }
}
