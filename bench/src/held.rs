//! What a page holds after it did something many times, against after a few.

use serde_json::Value;
use xtask::Error;

use super::{browser::number, report::Figure, row::Row};

/// Bytes that a page held at one time.
struct Held {
    javascript: f64,
    /// Of `javascript`: code that the engine compiled, which it does once more and better for what
    /// runs often.
    code: f64,
    wasm: f64,
}

impl Held {
    fn read(raw: &Value) -> Result<Self, Error> {
        Ok(Self {
            javascript: number(&raw["javascript"])?,
            code: number(&raw["code"])?,
            wasm: number(&raw["wasm"])?,
        })
    }

    fn objects(&self) -> f64 {
        self.javascript - self.code
    }

    fn summary(&self) -> String {
        format!("{:.2} + {:.2} MB", self.objects() / 1e6, self.wasm / 1e6)
    }
}

/// The figure of a row from the report of its script, with the most that it may have grown by, and
/// what was done.
pub(super) fn figure(row: Row, bar: f64, raw: Value, done: &str) -> Result<Figure, Error> {
    let (few, many) = (Held::read(&raw["few"])?, Held::read(&raw["many"])?);
    let (javascript, wasm) = (many.objects() / few.objects(), many.wasm / few.wasm);
    let note = format!(
        "{}: JavaScript but its compiled code + WebAssembly, after a collection; {done}; with compiled code {:.2} MB of \
         JavaScript after {:.2} ({:.3}); {} and then {} DOM nodes, {} and {} listeners",
        row.name(),
        many.javascript / 1e6,
        few.javascript / 1e6,
        many.javascript / few.javascript,
        raw["few"]["nodes"],
        raw["many"]["nodes"],
        raw["few"]["listeners"],
        raw["many"]["listeners"],
    );
    Ok(Figure {
        row,
        warren: format!("{} after {}", many.summary(), few.summary()),
        beside: None,
        ratio: Some(format!("{javascript:.3} and {wasm:.3}")),
        met: javascript <= bar && wasm <= bar,
        notes: vec![note],
        raw,
    })
}
