//! A bar over every page: the nodes that are in alarm, down or partitioned, and since when.

use leptos::prelude::*;

use super::time::Clock;
use super::viewer::Viewers;
use crate::i18n::{Catalog, catalog};
use crate::reactive::{part, text};
use crate::routes::{BROKERS, href};
use crate::view_models::level::Level;
use crate::view_models::viewer::{NodeAlarm, Viewer};

/// More nodes than this are counted, not named.
const NAMED: usize = 3;

/// The bar; empty while no node is in alarm. Screen readers announce new entries.
#[component]
pub fn AlarmBar(
    /// The viewer as rendered by the server.
    viewer: Viewer,
) -> impl IntoView {
    let texts = catalog();
    let clock = expect_context::<Clock>();
    let viewers = expect_context::<Viewers>();
    let has_several = viewer.brokers.len() > 1;
    // The bar is drawn again only when an alarm is raised or cleared.
    let alarms = Memo::new(move |_| viewers.latest(&viewer, |viewer| viewer.alarms.clone()));
    let lines = part(move || {
        let alarms = alarms.get();
        let more = alarms.len().saturating_sub(NAMED);
        let lines: Vec<_> = alarms
            .iter()
            .take(NAMED)
            .map(|alarm| line(alarm, has_several, clock, texts))
            .collect();
        let more = (more > 0).then(|| {
            view! { <p class="alarm"><a href=href(BROKERS)>{texts.more_alarms.fill(more)}</a></p> }
        });
        view! { {lines} {more} }
    });
    view! { <div class="alarm-bar" role="status">{lines}</div> }.into_any()
}

fn line(
    alarm: &NodeAlarm,
    has_several: bool,
    clock: Clock,
    texts: &'static Catalog,
) -> impl IntoView + use<> {
    let broker = has_several.then(|| format!(" ({})", alarm.broker));
    let since = alarm.since;
    let since = text(move || {
        since.map_or_else(String::new, |since| {
            let since = clock.date_and_time(since, texts);
            format!(" {}", texts.since.fill([&since]))
        })
    });
    let meaning = alarm.blocks.then_some(texts.publishers_blocked);
    view! {
        <p class="alarm">
            <span aria-hidden="true">{Level::Bad.shape()}" "</span>
            <a href=alarm.href.clone()>{alarm.node.clone()}</a>
            <span>{broker}": "<b>{alarm.word.clone()}</b>{since}{texts.full_stop}{meaning}</span>
        </p>
    }
}
