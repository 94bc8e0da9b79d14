//! The resources, one file each. Every file exports its `router()`.

pub(crate) mod brokers;
pub(crate) mod logs;
pub(crate) mod nodes;
pub(crate) mod overview;
pub(crate) mod root;
pub(crate) mod series;
pub(crate) mod users;
