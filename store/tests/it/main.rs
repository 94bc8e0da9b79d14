//! The store in a file, from outside.

mod alike;
mod durable;
mod file;
mod kv;
mod list_pages;
mod pages;
mod resolutions;
mod resource_bound;
mod support;
