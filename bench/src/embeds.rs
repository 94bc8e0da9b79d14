//! What is measured of panels in other people's pages.

use serde_json::Value;
use xtask::Error;

use super::{browser::number, held, report::Figure, row::Row};

const FIRST_BYTES: f64 = 220_000.0;
const SECOND_BYTES: f64 = 5_000.0;
const TICK: f64 = 5_000.0;
const CORE: f64 = 0.25;
const HEAP_RATIO: f64 = 1.05;
/// Twelve ticks of five hundred embeds; less, and something was not measured.
const POLLS: f64 = 12.0 * 500.0;

/// The figure of a row from what its script reports.
pub(super) fn figure(row: Row, raw: Value) -> Result<Figure, Error> {
    let (warren, ratio, met, note) = match row {
        Row::Embed => {
            let (first, second) = (
                number(&raw["first"]["bytes"])?,
                number(&raw["second"]["bytes"])?,
            );
            let text = format!("{:.1} KB, {:.1} KB", first / 1000.0, second / 1000.0);
            let note =
                "embed: encoded, with headers, and with the poll that brings the first numbers";
            (
                text,
                None,
                first <= FIRST_BYTES && second <= SECOND_BYTES,
                note.to_owned(),
            )
        }
        Row::EmbedTick => {
            let (requests, ticks) = (number(&raw["requests"])?, number(&raw["ticks"])?);
            let text = format!("{:.2}", requests / ticks);
            let note = format!(
                "embed-tick: {requests} requests in {ticks} ticks of 5 s, for {} panels",
                raw["panels"]
            );
            // The wait begins with an answer, so that there may be one less.
            (
                text,
                None,
                requests > ticks / 2.0 && requests <= ticks,
                note,
            )
        }
        Row::Embeds => {
            let (slowest, core) = (number(&raw["slowest"])?, number(&raw["core"])?);
            let polls = number(&raw["polls"])?;
            if polls < POLLS {
                return Err(Error::Wrong(format!(
                    "only {polls} polls were answered of {POLLS}"
                )));
            }
            let text = format!("{slowest:.1} ms, {:.1} % of a core", core * 100.0);
            let note = format!(
                "embeds: {polls} polls in a minute, each embed with a token and a connection of its own; p99 {:.1} ms",
                number(&raw["p99"])?
            );
            (text, None, slowest <= TICK && core <= CORE, note)
        }
        Row::EmbedMounts => {
            let done = "each panel stood until its lines were drawn";
            return held::figure(row, HEAP_RATIO, raw, done);
        }
        Row::EmbedShift => {
            let sum = number(&raw["sum"])?;
            let note = "embed-shift: the sum of the page's layout shifts until the third tick of four panels";
            (format!("{sum:.4}"), None, sum == 0.0, note.to_owned())
        }
        other => {
            let name = other.name();
            return Err(Error::Wrong(format!(
                "{name} is not about panels in other pages"
            )));
        }
    };
    Ok(Figure {
        row,
        warren,
        beside: None,
        ratio,
        met,
        notes: vec![note],
        raw,
    })
}
