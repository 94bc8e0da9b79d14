//! The pages, one module an address.

pub mod brokers;
pub mod detail;
pub mod embedding;
pub mod health;
pub mod list;
pub mod log;
pub mod meters;
pub mod not_found;
pub mod overview;
pub mod projects;
pub mod shared;
pub mod sharing;
pub mod sign_in;
pub mod start;
pub mod users;
