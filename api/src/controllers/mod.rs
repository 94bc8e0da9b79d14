//! The resources, one file each. Every file exports its `router()`.

pub(crate) mod brokers;
pub(crate) mod capabilities;
pub(crate) mod dashboard;
pub(crate) mod detail_request;
pub(crate) mod details;
pub(crate) mod guest_tokens;
pub(crate) mod health;
pub(crate) mod listed_object;
pub(crate) mod lists;
pub(crate) mod logs;
pub(crate) mod meters;
pub(crate) mod nodes;
pub(crate) mod overview;
mod policy_matches;
pub(crate) mod portals;
pub(crate) mod query;
pub(crate) mod resources;
pub(crate) mod root;
pub(crate) mod samples;
pub(crate) mod search;
pub(crate) mod series;
pub(crate) mod share_links;
pub(crate) mod statistics;
