//! The store in a file, from outside.

mod alarms;
mod alerts;
mod durable;
mod equal_results;
mod events;
mod file;
mod generators;
mod kv;
mod list_pages;
mod pages;
mod posted_series;
mod resolutions;
mod resource_bound;
mod support;
