//! The service from the outside, against brokers that do what a test wants: one file a resource.

mod support;

mod brokers;
mod capabilities;
mod collector;
mod contract;
mod dashboard;
mod faults;
mod grammar;
mod guest_doors;
mod guests;
mod health;
mod history;
mod identity;
mod identity_v2;
mod isolation;
mod lists;
mod logs;
mod meters;
mod nodes;
mod openapi;
mod overview;
mod portals;
mod projects;
mod protocol;
mod query;
mod queue_history;
mod resources;
mod root;
mod samples;
mod search;
mod series;
mod share_links;
mod statistics;
mod store_trouble;
mod users;
