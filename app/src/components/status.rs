//! States: a shape, a word and a colour together.

use leptos::prelude::*;
use metering::{BrokerState, LogLevel};
use serde::{Deserialize, Serialize};

use crate::reactive::text as text_of;

/// How good a state is. A worse one is greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Level {
    /// All is well: ●
    Good,
    /// Nothing is going on: ○
    Quiet,
    /// Something to look at: ▲
    Warning,
    /// Broken: ■
    Bad,
}

impl Level {
    /// The classes of its pill.
    pub fn class(self) -> &'static str {
        match self {
            Self::Good => "pill good",
            Self::Quiet => "pill quiet",
            Self::Warning => "pill warning",
            Self::Bad => "pill bad",
        }
    }

    /// The class of a row that is in this state.
    pub fn row_class(self) -> &'static str {
        match self {
            Self::Good => "",
            Self::Quiet => "quiet",
            Self::Warning => "warning",
            Self::Bad => "bad",
        }
    }

    /// Its shape.
    pub fn shape(self) -> &'static str {
        match self {
            Self::Good => "●",
            Self::Quiet => "○",
            Self::Warning => "▲",
            Self::Bad => "■",
        }
    }
}

impl From<BrokerState> for Level {
    fn from(state: BrokerState) -> Self {
        match state {
            BrokerState::Ok => Self::Good,
            BrokerState::Stale => Self::Warning,
            BrokerState::Down => Self::Bad,
        }
    }
}

impl From<LogLevel> for Level {
    fn from(level: LogLevel) -> Self {
        match level {
            LogLevel::Info => Self::Good,
            LogLevel::Warning => Self::Warning,
            LogLevel::Error => Self::Bad,
        }
    }
}

/// A state: shape, word and colour.
#[component]
pub fn Pill(
    /// How good it is.
    #[prop(into)]
    level: Signal<Level>,
    /// The word.
    #[prop(into)]
    text: Signal<String>,
) -> impl IntoView {
    view! {
        <span class=text_of(move || level.get().class().to_owned())>
            <span aria-hidden="true">{text_of(move || level.get().shape().to_owned())}</span>
            {" "}
            {text}
        </span>
    }
}
