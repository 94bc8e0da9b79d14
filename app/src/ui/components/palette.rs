//! The search dialog: a field, and the server's results.
//!
//! The server finds results and their addresses. The dialog shows them as a list, used by keyboard (the
//! field keeps the focus and names the active option) and by pointer.

use futures_util::future::{AbortHandle, Abortable};
use gloo_timers::future::TimeoutFuture;
use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;

use super::dialog::Dialog;
use super::links::{carry_choices, spare_percent_signs};
use crate::i18n::catalog;
use crate::reactive::{effect, maybe, part, text};
use crate::server_fns::search::fetch_search;
use crate::view_models::search::{Hit, Hits};

/// Debounce in milliseconds: from the last letter to the request.
const DEBOUNCE: u32 = 120;
/// Milliseconds until an unfinished search is repeated.
const AGAIN: u32 = 700;

/// The dialog.
#[component]
pub fn Palette(
    /// Whether it is open.
    is_open: RwSignal<bool>,
    /// The current page's broker.
    broker: Signal<String>,
) -> impl IntoView {
    let content = Box::new(move || view! { <Search broker is_open /> }.into_any());
    view! { <Dialog class="palette" label=catalog().search.search is_open content /> }
}

#[component]
fn Search(broker: Signal<String>, is_open: RwSignal<bool>) -> impl IntoView {
    let texts = &catalog().search;
    let asked = RwSignal::new(String::new());
    let found = RwSignal::new(Hits::default());
    let at = RwSignal::new(0_usize);
    // Enter before the results of the text are complete: the first of them opens as soon as they are.
    let opens_first = RwSignal::new(false);
    let is_answered = RwSignal::new(false);
    // A text instead of the list.
    let word = RwSignal::new(texts.searching);
    effect(move || {
        let q = asked.get();
        is_answered.set(false);
        opens_first.set(false);
        let (handle, registration) = AbortHandle::new_pair();
        // The next letter cancels this call.
        on_cleanup(move || handle.abort());
        spawn_local(async move {
            let search = async move {
                TimeoutFuture::new(if q.is_empty() { 0 } else { DEBOUNCE }).await;
                let mut is_repeated = false;
                loop {
                    match fetch_search(q.clone(), broker.get_untracked()).await {
                        Ok(hits) => {
                            let again = hits.unfinished;
                            word.set(if again {
                                texts.searching
                            } else {
                                texts.nothing
                            });
                            // A repeated answer leaves selected what the viewer has selected meanwhile.
                            let selected = found.with_untracked(|found| {
                                let hit = found.hits.get(at.get_untracked());
                                hit.filter(|_| is_repeated).map(|hit| hit.href.clone())
                            });
                            let place = selected
                                .and_then(|href| hits.hits.iter().position(|hit| hit.href == href));
                            at.set(place.unwrap_or_default());
                            found.set(hits);
                            is_repeated = true;
                            if !again {
                                is_answered.set(true);
                                if opens_first.get_untracked() {
                                    // The list is drawn first.
                                    TimeoutFuture::new(0).await;
                                    open(at.get_untracked());
                                }
                                return;
                            }
                        }
                        Err(error) => {
                            found.set(Hits::default());
                            word.set(error.text(catalog()));
                            is_answered.set(true);
                            return;
                        }
                    }
                    TimeoutFuture::new(AGAIN).await;
                }
            };
            // Ended by the cleanup: nothing is left to do.
            let _ = Abortable::new(search, registration).await;
        });
    });

    let key = move |event: ev::KeyboardEvent| {
        let count = found.with_untracked(|found| found.hits.len());
        let here = at.get_untracked();
        let next = match &*event.key() {
            "ArrowDown" => here + 1,
            "ArrowUp" => here + count.max(1) - 1,
            "Enter" => {
                event.prevent_default();
                if is_answered.get_untracked() || here > 0 {
                    open(here);
                } else {
                    opens_first.set(true);
                }
                return;
            }
            _ => return,
        };
        event.prevent_default();
        at.set(next % count.max(1));
        if let Some(option) = option(at.get_untracked()) {
            option.scroll_into_view_with_bool(false);
        }
    };
    let carry = carry_choices();
    let chosen = move |event: ev::MouseEvent| {
        spare_percent_signs(&event);
        carry(&event);
        is_open.set(false);
    };
    let has_some = move || found.with(|found| !found.hits.is_empty());
    let meant = maybe(move || has_some().then(|| id(at.get())));
    let options = part(move || {
        found.with(|found| {
            let hits = found.hits.iter().enumerate();
            hits.map(|(index, hit)| view! { <Option hit=hit.clone() index at /> })
                .collect_view()
        })
    });
    view! {
        <div class="palette-head">
            <input
                type="text"
                role="combobox"
                aria-label=texts.placeholder
                placeholder=texts.placeholder
                aria-autocomplete="list"
                aria-controls="found"
                aria-expanded=text(move || has_some().to_string())
                aria-activedescendant=meant
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                autofocus
                on:input=move |event| asked.set(event_target_value(&event))
                on:keydown=key
            />
            <button type="button" class="button" on:click=move |_| is_open.set(false)>{texts.close}</button>
        </div>
        <div class="found" id="found" translate="no" role="listbox" aria-label=texts.results on:click=chosen>
            {options}
        </div>
        <p class="empty" role="status" translate="no">
            {maybe(move || (!has_some() || found.with(|found| found.unfinished)).then(|| word.get().to_owned()))}
        </p>
    }
    .into_any()
}

fn id(index: usize) -> String {
    format!("found-{index}")
}

/// The link of an option. Browser only.
fn option(index: usize) -> Option<web_sys::HtmlElement> {
    document().get_element_by_id(&id(index))?.dyn_into().ok()
}

/// Follows the link of an option. Browser only.
fn open(index: usize) {
    if let Some(option) = option(index) {
        option.click();
    }
}

#[component]
fn Option(hit: Hit, index: usize, at: RwSignal<usize>) -> impl IntoView {
    view! {
        <a
            role="option"
            id=id(index)
            href=hit.href
            tabindex="-1"
            aria-selected=text(move || (at.get() == index).to_string())
        >
            <span class="kind">{hit.kind}</span>
            <bdi class="name">{hit.name}</bdi>
            <bdi class="place">{hit.place}</bdi>
        </a>
    }
    .into_any()
}
