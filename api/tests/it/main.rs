//! The service from the outside, against brokers that do what a test wants: one file a resource.

mod support;

mod brokers;
mod capabilities;
mod collector;
mod dashboard;
mod faults;
mod grammar;
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
mod projects;
mod protocol;
mod query;
mod queue_history;
mod resources;
mod root;
mod samples;
mod search;
mod series;
mod statistics;
mod users;
