//! Share links and portals.

use metering::Timestamp;
use serde::{Deserialize, Serialize};

/// A table of texts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextTable {
    /// The columns' heads.
    pub heads: Vec<String>,
    /// The rows.
    pub rows: Vec<TextRow>,
}

/// A row of a [`TextTable`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextRow {
    /// The id for the row's button.
    pub id: String,
    /// The cells; each may have several lines.
    pub cells: Vec<Vec<TextLine>>,
    /// Whether it is revoked.
    pub is_revoked: bool,
}

/// A line of a cell. Its time is written in the viewer's time zone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextLine {
    /// The text before the time.
    pub text: String,
    /// The time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<Timestamp>,
    /// The text after the time.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub rest: String,
}

impl From<String> for TextLine {
    fn from(text: String) -> Self {
        Self {
            text,
            ..Self::default()
        }
    }
}

/// The share links and portals of the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharingPage {
    /// The viewer's share links; for an administrator, all.
    pub links: TextTable,
    /// The registered portals; `None` if the viewer may not see them.
    pub portals: Option<TextTable>,
    /// The address of the newest link of this session.
    pub fresh: Option<String>,
}

/// An opened share link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenedLink {
    /// The account that made it.
    pub made_by: String,
    /// When it expires.
    pub until: Timestamp,
}
