//! How good a state is, with its shape and its CSS classes.

use metering::{BrokerState, LogLevel};
use serde::{Deserialize, Serialize};

/// The severity of a state. A worse one is greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Level {
    /// Good: ●
    Good,
    /// Idle or unknown: ○
    Quiet,
    /// Needs attention: ▲
    Warning,
    /// Failed: ■
    Bad,
}

impl Level {
    /// The CSS classes of the pill.
    pub fn class(self) -> &'static str {
        match self {
            Self::Good => "pill good",
            Self::Quiet => "pill quiet",
            Self::Warning => "pill warning",
            Self::Bad => "pill bad",
        }
    }

    /// The CSS class of a row in this state.
    pub fn row_class(self) -> &'static str {
        match self {
            Self::Good => "",
            Self::Quiet => "quiet",
            Self::Warning => "warning",
            Self::Bad => "bad",
        }
    }

    /// The shape beside the text.
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
