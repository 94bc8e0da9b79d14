//! Object totals: how many of each there are, how that changed, and the last hour.

use leptos::prelude::*;
use metering::series::Column;
use metering::{Series, meter};

use super::links::to_objects;
use crate::format;
use crate::i18n::{Catalog, catalog, durations};
use crate::polling::{Live, Settings, TimeRange};
use crate::reactive::text;
use crate::ui::charts::{ChartGroup, Sparkline};
use crate::view_models::charts::Colour;

fn label(field: &str, texts: &Catalog) -> &'static str {
    match field {
        "connections" => texts.connections,
        "channels" => texts.channels,
        "exchanges" => texts.exchanges,
        "queues" => texts.queues,
        _ => texts.consumers,
    }
}

/// The colour of an object, the same in tiles and charts.
pub(super) fn colour(field: &str) -> Colour {
    match field {
        "connections" => Colour::Blue,
        "channels" => Colour::Orange,
        "queues" => Colour::Green,
        "consumers" => Colour::Purple,
        _ => Colour::Grey,
    }
}

/// The first and the last known value of a meter in some time, each with when it was measured.
#[derive(Clone, Copy, Debug, PartialEq)]
struct FirstAndLast {
    first: (i64, f64),
    last: (i64, f64),
    /// The time between two values, in milliseconds.
    step: i64,
}

impl FirstAndLast {
    /// The first and the last value of a column in a window.
    fn find(column: &Column, series: &Series, window: TimeRange) -> Option<Self> {
        let times = &series.timestamps;
        let index_of = |end: i64| times.partition_point(|&time| time < end);
        let shown = index_of(window.from)..index_of(window.to + 1);
        let mut known = shown.filter_map(|index| Some((times[index], column.avg.get(index)?)));
        let first = known.next()?;
        Some(Self {
            first,
            last: known.next_back().unwrap_or(first),
            step: series.step.into(),
        })
    }

    /// Whether its steps are too long to say how much time lies between its first value and `end`:
    /// a step holds the mean of all that was measured in it.
    fn is_coarse(self, end: i64) -> bool {
        self.step > SHORT_STEP && end - self.first.0 < 2 * self.step
    }

    /// How long a time it covers, in milliseconds; `None` where that is all of `length`, but for what
    /// falls between two polls.
    fn covered(self, length: i64) -> Option<i64> {
        let covered = self.last.0 - self.first.0;
        (covered + 3 * self.step < length).then_some(covered)
    }
}

/// Up to this a step is as good as an instant, in milliseconds.
const SHORT_STEP: i64 = 10_000;

/// A tile an object.
#[component]
pub(crate) fn Tiles() -> impl IntoView {
    let tiles = meter::OBJECT_TOTALS
        .iter()
        .map(|definition| view! { <Tile field=definition.field meter=definition.name /> })
        .collect_view();
    view! { <ul class="tiles">{tiles}</ul> }
}

#[component]
fn Tile(field: &'static str, meter: &'static str) -> impl IntoView {
    let live = expect_context::<Live>();
    let settings = expect_context::<Settings>();
    let chart_group = expect_context::<ChartGroup>();
    let texts = catalog();
    let total = move || {
        live.read(|page| {
            let totals = page.overview.as_ref()?.object_totals.as_ref()?;
            totals.iter().find(|(name, _)| *name == field)?.1
        })
    };
    // What is known of it in the time that the charts show; where that is less than two of their
    // steps, in the last hour, whose steps are short.
    let known = Memo::new(move |_| {
        let window = chart_group.window.get();
        let known = |series: &Series, window: TimeRange| {
            live.broker.with_value(|broker| {
                FirstAndLast::find(series.column(meter, broker)?, series, window)
            })
        };
        let charted = chart_group.with_series(|series| known(series, window));
        match charted {
            Some(charted) if charted.is_coarse(window.to) => {
                let window = TimeRange {
                    from: i64::MIN,
                    to: i64::MAX - 1,
                };
                let is_now = !settings.is_fixed();
                is_now.then(|| live.hour.with(|series| known(series, window)))?
            }
            charted => charted,
        }
    });
    // The number is of now; where the charts stand still, of the end of what they show.
    let shown = move || {
        if settings.is_fixed() {
            known.get().map(|known| known.last.1)
        } else {
            total().map(|total| total as f64)
        }
    };
    let number = text(move || match shown() {
        Some(shown) => format::count(shown),
        None => texts.no_value.to_owned(),
    });
    let change = move || {
        let (shown, known) = (shown()?, known.get()?);
        let change = (shown - known.first.1).round();
        let covered = known.covered(chart_group.window.get().length());
        if covered == Some(0) {
            // A single value has not changed yet.
            return None;
        }
        Some(match (change == 0.0, covered) {
            (true, None) => texts.unchanged.to_owned(),
            (true, Some(covered)) => {
                let span = durations::age(covered, texts);
                texts.change_in.fill([&texts.unchanged, &span])
            }
            (false, covered) => {
                let span = covered.map_or_else(
                    || durations::span(chart_group.window.get().length(), texts),
                    |covered| durations::age(covered, texts),
                );
                texts.change_in.fill([&format::change(change), &span])
            }
        })
    };
    // Before the first answer nothing is known; after it, what is absent is not for this account.
    let absence = move || {
        (total().is_none() && live.read(|page| page.overview.clone()).is_some()).then_some(
            if live.read(|page| page.nodes.clone()).is_some() {
                texts.not_reported
            } else {
                texts.not_for_this_account
            },
        )
    };
    // Always a text, if an empty one: of a long range the page does not carry the last hour, so that
    // server and browser may differ in what they know of a short history.
    let note = text(move || {
        let note = absence().map(str::to_owned).or_else(change);
        note.unwrap_or_default()
    });
    let content = view! {
        <span class="tile-label">{label(field, texts)}</span>
        <b class="tile-value">{number}</b>
        <span class="tile-change">{note}</span>
        <Sparkline meter=meter colour=colour(field) />
    };
    match to_objects(field) {
        Some(href) => {
            view! { <li class="panel linked"><a class="tile" href=href>{content}</a></li> }
                .into_any()
        }
        None => view! { <li class="panel tile">{content}</li> }.into_any(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const MINUTE: i64 = 60_000;

    #[test]
    fn change_names_the_time_that_it_covers() {
        let known = |from: i64, to: i64, step| FirstAndLast {
            first: (from, 1.0),
            last: (to, 2.0),
            step,
        };
        let of_27_minutes = known(0, 27 * MINUTE, 5_000);
        assert_eq!(of_27_minutes.covered(60 * MINUTE), Some(27 * MINUTE));
        let whole = known(0, 10 * MINUTE - 5_000, 5_000);
        assert_eq!(whole.covered(10 * MINUTE), None);
        let hour = 60 * MINUTE;
        let year = known(0, 365 * 24 * hour - 15 * hour, 15 * hour);
        assert_eq!(year.covered(365 * 24 * hour), None);
        assert!(!year.is_coarse(365 * 24 * hour));
    }

    #[test]
    fn step_of_hours_is_not_the_length_of_a_short_history() {
        let hour = 60 * MINUTE;
        let known = FirstAndLast {
            first: (0, 1.0),
            last: (0, 1.0),
            step: 15 * hour,
        };
        assert!(known.is_coarse(9 * hour));
    }
}
