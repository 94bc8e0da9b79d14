//! Instants in a page: on the viewer's clock once the browser has told its zone, in UTC before.

use leptos::prelude::*;
use metering::Timestamp;

use crate::chart::scale::time_label;
use crate::i18n::Catalog;
use crate::live::local_offset;

/// A time of day: `14:03:05`, or `12:03:05 UTC` where the zone is not known.
pub fn time_of_day(instant: Timestamp, zone: Option<i64>, texts: &Catalog) -> String {
    let millis = instant.as_millis();
    match zone {
        Some(_) => time_label(millis, local_offset(millis), 1000),
        None => format!("{} {}", time_label(millis, 0, 1000), texts.utc),
    }
}

/// Tells a signal the viewer's zone, after hydration: what the server drew was UTC.
pub fn tell_zone(zone: RwSignal<Option<i64>>) {
    Effect::new(move |_| zone.set(Some(local_offset(crate::live::now() as i64))));
}
