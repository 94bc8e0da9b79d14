//! From when to when the charts show, and the ways to earlier, later, more and less.

use leptos::prelude::*;

use super::Stage;
use crate::components::icons::{Icon, IconName};
use crate::components::time::Clock;
use crate::i18n::catalog;
use crate::live::Stretch;
use crate::reactive::{flag, text};

/// The bar over the charts. Its buttons are links: they work without scripting, and the address can be shared.
#[component]
pub fn SpanBar() -> impl IntoView {
    let texts = catalog();
    let stage = expect_context::<Stage>();
    let clock = expect_context::<Clock>();
    let settings = stage.settings;
    let shown = text(move || {
        let Stretch { from, to } = stage.window.get();
        clock.stretch(from, to, texts)
    });
    let link = move |name, icon, lead: fn(Stretch, i64) -> Stretch| {
        let address = text(move || settings.query_of(lead(stage.window.get(), stage.latest.get())));
        view! {
            <a class="icon-button" href=address data-noscroll="true" title=name>
                <Icon name=icon />
                <span class="visually-hidden">{name}</span>
            </a>
        }
    };
    let is_moving = flag(move || !settings.is_fixed());
    view! {
        <div class="span-bar" role="group" aria-label=texts.span>
            <span class="shown">{shown}</span>
            <a
                class="button"
                class:invisible=is_moving
                href=text(move || settings.query_back())
                data-noscroll="true"
            >
                {texts.back_to_now}
            </a>
            {link(texts.earlier, IconName::Earlier, |window, latest| window.moved(-window.length() / 2, latest))}
            {link(texts.zoom_out, IconName::ZoomOut, Stretch::zoomed_out)}
            {link(texts.zoom_in, IconName::ZoomIn, |window, _| window.zoomed_in(window.middle()))}
            {link(texts.later, IconName::Later, |window, latest| window.moved(window.length() / 2, latest))}
        </div>
    }
    .into_any()
}
