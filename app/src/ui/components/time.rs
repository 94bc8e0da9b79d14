//! Instants in a page: in the browser's time zone once it is known; before that, and if the
//! viewer chooses so, in UTC.

use leptos::prelude::*;
use metering::Timestamp;

use crate::cookie::read_cookie;
use crate::i18n::{Catalog, catalog};
use crate::polling::local_offset;
use crate::reactive::{effect, text};
use crate::routes::BasePath;
use crate::ui::time_scale::{self, Offset, date, time_label, utc};

/// The cookie with the choice of UTC. Not secret: the page's script writes it.
const COOKIE: &str = "warren_zone";
/// Its value for UTC; other values mean the viewer's zone.
const UTC: &str = "utc";

/// The time zone that times are written in. A Leptos context.
#[derive(Clone, Copy)]
pub struct Clock {
    /// The viewer's zone: only after hydration, since the server does not know it.
    is_local: RwSignal<bool>,
    /// UTC, because the viewer chose it.
    is_utc_chosen: RwSignal<bool>,
}

impl Clock {
    /// UTC at first; after hydration the viewer's zone, unless UTC is chosen.
    pub fn start() -> Self {
        let clock = Self {
            is_local: RwSignal::new(false),
            is_utc_chosen: RwSignal::new(false),
        };
        effect(move || clock.choose(read_cookie(COOKIE).as_deref() == Some(UTC)));
        clock
    }

    /// Always the viewer's zone: panels do not read cookies of the page around them.
    pub fn of_viewer() -> Self {
        Self {
            is_local: RwSignal::new(true),
            is_utc_chosen: RwSignal::new(false),
        }
    }

    fn choose(self, utc: bool) {
        self.is_utc_chosen.set(utc);
        self.is_local.set(!utc);
    }

    /// The zone's offset from UTC.
    pub fn offset(self) -> Offset {
        if self.is_local.get() {
            local_offset
        } else {
            utc
        }
    }

    /// ` UTC` if a time could be mistaken for the viewer's own.
    pub fn suffix(self, texts: &Catalog) -> String {
        if self.is_local.get() {
            String::new()
        } else {
            format!(" {}", texts.utc)
        }
    }

    /// A time of day: `14:03:05`, or `12:03:05 UTC`.
    pub fn time_of_day(self, instant: Timestamp, texts: &Catalog) -> String {
        let millis = instant.as_millis();
        let time = time_label(millis, self.offset()(millis), 1000);
        time + &self.suffix(texts)
    }

    /// A day and time of day: `24 Nov 2026 14:03:05`, or with `UTC` behind it.
    pub fn date_and_time(self, instant: Timestamp, texts: &Catalog) -> String {
        let millis = instant.as_millis();
        let offset = self.offset()(millis);
        let time = time_label(millis, offset, 1000);
        format!(
            "{} {time}{}",
            date(millis, offset, true, texts),
            self.suffix(texts)
        )
    }

    /// A time range without the parts that both ends share: `24 Nov 10:05 – 10:15`.
    pub fn time_range(self, from: i64, to: i64, texts: &Catalog) -> String {
        time_scale::range_label(from, to, self.offset(), texts) + &self.suffix(texts)
    }
}

/// A switch between the viewer's zone and UTC.
#[component]
pub fn ZoneButton() -> impl IntoView {
    let texts = catalog();
    let clock = expect_context::<Clock>();
    let base = use_context::<BasePath>().unwrap_or_default();
    let switch = move |_| {
        let utc = !clock.is_utc_chosen.get_untracked();
        clock.choose(utc);
        super::theme::keep_cookie(COOKIE, if utc { UTC } else { "local" }, &base);
    };
    view! {
        <button
            type="button"
            class="icon-button word needs-script"
            aria-pressed=text(move || clock.is_utc_chosen.get().to_string())
            title=texts.times_in_utc
            on:click=switch
        >
            <span aria-hidden="true">{texts.utc}</span>
            <span class="visually-hidden">{texts.times_in_utc}</span>
        </button>
    }
}
