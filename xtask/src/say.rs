//! Progress, on standard error.

use std::{
    env,
    io::{IsTerminal, stderr},
};

/// Announces what is being done now.
pub(crate) fn doing(text: &str) {
    line("1;34", "==>", text);
}

/// Tells what has come of it.
pub(crate) fn done(text: &str) {
    line("1;32", " ok", text);
}

/// Tells what is worth knowing.
pub(crate) fn note(text: &str) {
    line("1;33", "  !", text);
}

/// Tells what went wrong.
pub(crate) fn failure(text: &str) {
    line("1;31", "error:", text);
}

fn line(colour: &str, mark: &str, text: &str) {
    if stderr().is_terminal() && env::var_os("NO_COLOR").is_none() {
        eprintln!("\x1b[{colour}m{mark}\x1b[0m {text}");
    } else {
        eprintln!("{mark} {text}");
    }
}
