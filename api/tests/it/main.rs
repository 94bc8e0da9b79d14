//! The service from the outside, against brokers that do what a test wants: one file a resource.

mod support;

mod brokers;
mod collector;
mod faults;
mod identity;
mod identity_v2;
mod isolation;
mod logs;
mod nodes;
mod openapi;
mod overview;
mod protocol;
mod root;
mod series;
mod users;
