//! Plain types that server functions return and pages show. No signals, no I/O.

pub mod brokers;
pub mod charts;
pub mod health;
pub mod level;
pub mod lists;
pub mod log;
pub mod meters;
pub mod node_alarms;
pub mod node_charts;
pub mod panels;
pub mod projects;
pub mod search;
pub mod sharing;
pub mod sparkline;
pub mod svg_path;
pub mod table;
pub mod time_range;
pub mod viewer;
