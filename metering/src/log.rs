//! What Warren saw and did: `GET /v2/logs`.

use serde::{Deserialize, Serialize};

use crate::timestamp::Timestamp;

/// A line of the system log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogEntry {
    /// Its number, which grows.
    pub id: u64,
    /// What happened, in a sentence.
    pub desc: String,
    /// When, UTC, as `2015-01-01 12:00:00`.
    #[serde(with = "spaced")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "2015-01-01 12:00:00"))]
    pub time: Timestamp,
    /// How grave it is.
    pub level: LogLevel,
    /// What it is about: a broker's name, `{broker}/{node}`, `identity`, `portal`, `store` or `warren`.
    pub source: String,
}

/// How grave an event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// Things go their way: a token was issued, a configuration loaded.
    Info,
    /// Somebody should look: a sign-in was refused, a version changed, a node restarted.
    Warning,
    /// Something is broken: a broker is away, an alarm raised, a cluster partitioned.
    Error,
}

impl LogLevel {
    /// Every level, from the least grave on.
    pub const ALL: [Self; 3] = [Self::Info, Self::Warning, Self::Error];

    /// Its name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// The level of that name.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.as_str() == name)
    }
}

/// Times with a space between date and time, to the second.
mod spaced {
    use serde::{Deserialize, Deserializer, Serializer, de};

    use crate::timestamp::Timestamp;

    #[allow(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde hands a field over so; in the browser it is no lint at all"
    )]
    pub(super) fn serialize<S: Serializer>(
        time: &Timestamp,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let whole = time.as_micros().div_euclid(1_000_000) * 1_000_000;
        let text = Timestamp::from_micros(whole).to_string();
        serializer.serialize_str(&text.replace('T', " "))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Timestamp, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}
