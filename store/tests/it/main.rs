//! The store in a file, from outside.

mod alike;
mod durable;
mod file;
mod levels;
mod list_pages;
mod notes;
mod pages;
mod resource_bound;
mod support;
