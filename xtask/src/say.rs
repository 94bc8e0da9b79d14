//! Progress, on standard error.

use std::{
    env,
    io::{IsTerminal, stderr},
};

/// Announces what is being done now.
pub fn doing(text: &str) {
    line("1;34", "==>", text);
}

/// Prints what is done.
pub fn done(text: &str) {
    line("1;32", " ok", text);
}

/// Prints what is worth knowing.
pub fn note(text: &str) {
    line("1;33", "  !", text);
}

/// Prints what went wrong.
pub fn failure(text: &str) {
    line("1;31", "error:", text);
}

fn line(colour: &str, mark: &str, text: &str) {
    if stderr().is_terminal() && env::var_os("NO_COLOR").is_none() {
        eprintln!("\x1b[{colour}m{mark}\x1b[0m {text}");
    } else {
        eprintln!("{mark} {text}");
    }
}
