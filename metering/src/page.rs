//! A page of a list, as RabbitMQ lays it out.

use serde::{Deserialize, Serialize};

use crate::timestamp::Timestamp;

/// A page of a list.
///
/// Depths of many queues are cheap to read; the rest, above all rates, is expensive and is read less
/// often: `observed_at` is the age of the depths, `stats_observed_at` that of
/// the rest.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page<T> {
    /// The rows of this page.
    pub items: Vec<T>,
    /// Which page it is, from 1 on.
    pub page: u64,
    /// Rows a page.
    pub page_size: u64,
    /// How many pages there are; one where there is no row.
    pub page_count: u64,
    /// How many rows this page has.
    pub item_count: u64,
    /// How many rows the filter leaves.
    pub filtered_count: u64,
    /// How many rows there are.
    pub total_count: u64,
    /// When the broker said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed_at: Option<Timestamp>,
    /// When it gave the rates and all else that is not a depth; absent before it did, and where
    /// both are of the same instant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stats_observed_at: Option<Timestamp>,
    /// Fields that no row has since the broker's statistics are off; empty where they are on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// How many rows of the list could not be read and are left out. Absent where there are none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unreadable: u64,
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference; 64 bits are trivial to copy on 64-bit machines alone"
)]
fn is_zero(count: &u64) -> bool {
    *count == 0
}
