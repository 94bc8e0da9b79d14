//! The state of the broker that a page shows, beside its name: the worst of whether it answers, of
//! its nodes and of its health.

use leptos::prelude::*;
use metering::BrokerState;

use super::nodes;
use crate::i18n::{catalog, durations};
use crate::polling::Live;
use crate::reactive::on_change;
use crate::ui::components::status::Pill;
use crate::ui::components::viewer::Viewers;
use crate::view_models::level::Level;
use crate::view_models::viewer::Viewer;

/// A state, and the word for it.
type State = (Level, String);

/// The worst state. Of equal ones the first, so the more important come first.
fn worst(states: impl IntoIterator<Item = State>) -> Option<State> {
    let mut states = states.into_iter();
    let first = states.next()?;
    Some(states.fold(
        first,
        |worst, state| {
            if state.0 > worst.0 { state } else { worst }
        },
    ))
}

/// `OK`, `stale`, `no answer for 40 s`, `memory alarm`, `warning`.
#[component]
pub(super) fn BrokerPill() -> impl IntoView {
    match use_context::<Viewers>() {
        Some(viewers) => viewers
            .show_or_none(move |viewer| state(viewer.map(|viewer| (viewers, viewer))))
            .into_any(),
        // A shared page has no viewer: its broker's health is not asked for.
        None => state(None).into_any(),
    }
}

fn state(viewer: Option<(Viewers, Viewer)>) -> impl IntoView + use<> {
    let live = expect_context::<Live>();
    let texts = catalog();
    let answers = move || match live.state() {
        Some(state @ BrokerState::Ok) => (state.into(), texts.state_ok.to_owned()),
        Some(state @ BrokerState::Stale) => (state.into(), texts.state_stale.to_owned()),
        Some(state @ BrokerState::Down) => {
            let word = match live.age() {
                Some(age) => texts.state_down_for.fill([&durations::age(age, texts)]),
                None => texts.state_never.to_owned(),
            };
            (state.into(), word)
        }
        None => (Level::Warning, texts.waiting_for_first.to_owned()),
    };
    let nodes = move || {
        live.read(|page| {
            let states = page.nodes.as_ref()?.iter();
            let states = states.map(|node| nodes::state(node, texts));
            worst(states.map(|(level, word)| (level, word.to_owned())))
        })
    };
    if let Some((viewers, _)) = &viewer {
        // The bar over the page, the navigation and the health here follow at once.
        let viewers = *viewers;
        on_change(move || (live.state(), nodes()), move |_| viewers.refresh());
    }
    let health = move || {
        let (viewers, first) = viewer.as_ref()?;
        // Of a broker that does not answer the health is no news.
        if live.state() != Some(BrokerState::Ok) {
            return None;
        }
        let broker = live.broker.get_value();
        let level = viewers.latest(first, |viewer| viewer.health_of(&broker))?;
        let word = match level {
            Level::Good | Level::Quiet => return None,
            Level::Warning => texts.level_warning,
            Level::Bad => texts.level_error,
        };
        Some((level, word.to_owned()))
    };
    let state = Memo::new(move |_| {
        let others = [nodes(), health()].into_iter().flatten();
        worst(std::iter::once(answers()).chain(others))
    });
    let level = move || state.with(|state| state.as_ref().map_or(Level::Warning, |state| state.0));
    let word = move || state.with(|state| state.as_ref().map(|state| state.1.clone()));
    view! {
        <Pill
            level=Signal::derive(level)
            text=Signal::derive(move || word().unwrap_or_default())
        />
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn worst_state_wins_and_of_equal_ones_the_first() {
        let state = |level, word: &str| (level, word.to_owned());
        let of = |states: &[State]| worst(states.to_vec()).map(|state| state.1);
        let alarm = state(Level::Bad, "memory alarm");
        assert_eq!(
            of(&[state(Level::Good, "OK"), alarm.clone()]).as_deref(),
            Some("memory alarm")
        );
        assert_eq!(
            of(&[state(Level::Bad, "no answer"), alarm]).as_deref(),
            Some("no answer")
        );
        assert_eq!(
            of(&[state(Level::Good, "OK"), state(Level::Quiet, "idle")]).as_deref(),
            Some("idle")
        );
        assert_eq!(of(&[]), None);
    }
}
