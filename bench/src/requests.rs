//! What viewers cost the broker.

use serde_json::{Value, json};
use xtask::Error;

use super::{
    browser::number, counter::Counter, dashboard_bench::DashboardBench, report::Figure, row::Row,
};

/// Requests of one tick, which may fall on either side of a window's edge.
const TICK: usize = 2;
/// Polls that a viewer makes in a minute, at least.
const POLLS: f64 = 11.0;

/// From when viewers looked, and what was counted meanwhile.
pub(super) fn figure(raw: &Value, dashboard: &DashboardBench) -> Result<Figure, Error> {
    for who in ["one", "many"] {
        let (polls, viewers) = (number(&raw[who]["polls"])?, number(&raw[who]["viewers"])?);
        if polls < POLLS * viewers {
            return Err(Error::Wrong(format!(
                "{viewers} viewers polled {polls} times only, so nothing was measured"
            )));
        }
    }
    let one = counted(&dashboard.collector, &raw["one"])?;
    let many = counted(&dashboard.collector, &raw["many"])?;
    let ui = counted(&dashboard.viewer, &raw["ui"])?;
    Ok(Figure {
        row: Row::Requests,
        warren: format!("{} and {}", one.len(), many.len()),
        beside: Some(format!("{} with 1, as many for each further one", ui.len())),
        ratio: None,
        met: !one.is_empty() && many.len() <= one.len() + TICK,
        notes: vec![format!(
            "requests: in a minute, after everybody had signed in, without that; a tick at the window's edge makes a \
             difference of {TICK}; the viewers made {} and {} polls, each with a session and a connection of its own",
            raw["one"]["polls"], raw["many"]["polls"]
        )],
        raw: json!({ "viewers": raw, "one": one, "many": many, "ui": ui }),
    })
}

fn counted(counter: &Counter, window: &Value) -> Result<Vec<String>, Error> {
    let time = |key: &str| {
        let time = window[key].as_u64();
        time.ok_or_else(|| Error::Wrong(format!("no {key} in {window}")))
    };
    Ok(counter.between(time("from")?, time("to")?))
}
