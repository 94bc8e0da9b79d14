//! How old the values of a page are, beside its title.

use leptos::prelude::*;
use metering::Timestamp;

use super::time::Clock;
use crate::i18n::{catalog, durations};
use crate::polling::{PollStatus, Settings, Updates, age};
use crate::reactive::{flag, maybe, text};

/// After this many poll intervals without an answer, values count as old.
const MISSED: i64 = 3;
/// A shorter interval than the broker's own default counts as that one, in milliseconds.
const SHORTEST: i64 = 5_000;
/// The interval that counts while updates are paused, in milliseconds.
const PAUSED: i64 = 10_000;

/// The age of a page's values, with a mark: green while they are fresh, red and square when they are
/// old, when polls fail, and when the broker does not answer.
#[component]
pub fn Age(
    /// When the broker reported the values.
    #[prop(into)]
    observed: Signal<Option<Timestamp>>,
    /// The server's time of the last answer.
    #[prop(into)]
    server_time: Signal<Option<Timestamp>>,
    /// Whether the broker answers.
    #[prop(into, default = Signal::stored(true))]
    answers: Signal<bool>,
    /// The shortest interval in which the broker reports such values, in milliseconds.
    #[prop(default = SHORTEST)]
    interval: i64,
) -> impl IntoView {
    let poll_status = expect_context::<PollStatus>();
    let settings = expect_context::<Settings>();
    let clock = expect_context::<Clock>();
    let texts = catalog();
    let age = move || age(observed.get(), server_time.get(), poll_status);
    let is_old = Memo::new(move |_| {
        if !answers.get()
            || poll_status
                .updates
                .with(|updates| *updates != Updates::Fine)
        {
            return true;
        }
        // A fixed time range is not polled.
        let polled = settings.interval().map_or(PAUSED, i64::from);
        !settings.is_fixed() && age().is_some_and(|age| age > MISSED * polled.max(interval))
    });
    // A memo, so that a tick of the clock changes the page only if the text changes.
    let words = Memo::new(move |_| match age() {
        Some(age) => texts.ago.fill([&durations::rough_age(age, texts)]),
        None => texts.no_value.to_owned(),
    });
    let exact = maybe(move || Some(clock.time_of_day(observed.get()?, texts)));
    view! {
        <span class="age" class:old=flag(move || is_old.get()) title=exact>
            <span class="visually-hidden">{texts.updated}": "</span>
            <span class="needs-script">{text(move || words.get())}</span>
            <span class="without-script">{exact}</span>
        </span>
    }
    .into_any()
}
