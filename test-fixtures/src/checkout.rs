//! Where the files of the repository are.

use std::env;
use std::path::PathBuf;

/// The root of the checkout that the running test belongs to. The path at compile time may be that of
/// another one: several can share a target folder.
///
/// # Panics
///
/// If cargo did not start the test and the current folder is in no checkout.
#[must_use]
pub fn checkout() -> PathBuf {
    let start = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let start = start.unwrap_or_else(|| env::current_dir().expect("a current folder"));
    let root = start
        .ancestors()
        .find(|dir| dir.join("Cargo.lock").is_file());
    root.unwrap_or_else(|| panic!("no Cargo.lock in {} or above", start.display()))
        .to_owned()
}
