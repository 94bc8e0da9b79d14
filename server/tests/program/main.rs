//! The real program: how it ends, and what it does with little.

#[path = "../common/mod.rs"]
mod common;
mod descriptors;
mod kill;
mod program;
