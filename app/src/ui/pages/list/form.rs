//! Which rows and columns: a form whose fields stand in the address. It works without scripting;
//! with it whatever is changed holds at once.

use std::sync::Arc;

use gloo_timers::callback::Timeout;
use leptos::ev;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use send_wrapper::SendWrapper;
use wasm_bindgen::JsCast;

use super::state::{Choice, ListState};
use crate::i18n::catalog;
use crate::percent::encode;
use crate::query::{Query, use_query};
use crate::reactive::{effect, flag, maybe, part, text};
use crate::routes::{BasePath, href};
use crate::ui::components::menu::close_as_menus_do;
use crate::ui::components::theme::keep_cookie;
use crate::view_models::lists::{COLUMNS, COOKIE_OF_DENSITY, DENSITY, cookie_of_columns};
use crate::view_models::table::Column;

/// After the last key it takes so many milliseconds until the filter holds: the answer comes within
/// some more, and a hundred are felt.
const PAUSE: u32 = 60;

/// Numbers of rows to choose from; the first is what holds without a choice.
const SIZES: [&str; 5] = ["100", "20", "50", "200", "500"];

/// Parameters that have no field here and stay; the page is not among them.
const KEPT: [&str; 4] = ["sort", "sort_reverse", "range", "refresh"];

/// Filter, rows, density, columns, and the rows as a file.
#[component]
pub(super) fn Form() -> impl IntoView {
    let texts = catalog();
    let shown = expect_context::<ListState>();
    let query = use_query();
    let change = changes(shown);
    let typed = change.clone();
    let kept = part(move || {
        let field = |name: &'static str| {
            let value = query.with(|query| query.get(name).map(str::to_owned))?;
            Some(view! { <input type="hidden" name=name value=value /> })
        };
        KEPT.into_iter().filter_map(field).collect_view()
    });
    let value = text(move || query.with(|query| query.get("name").unwrap_or_default().to_owned()));
    let field = NodeRef::<leptos::html::Input>::new();
    // Where the address changes by other ways than this field, which is not to be written to while
    // somebody types.
    effect(move || {
        let value = value.get();
        if let Some(field) = field.get()
            && document().active_element().as_ref() != Some(field.as_ref())
        {
            field.set_value(&value);
        }
    });
    let is_regex =
        Signal::derive(move || query.with(|query| query.get("use_regex") == Some("true")));
    let csv = text(move || {
        let search = query.with(Query::to_search);
        let (broker, kind) = (shown.broker.get_value(), shown.kind.get_value());
        let path = format!(
            "/fn/csv?broker={}&kind={kind}&search={}",
            encode(&broker),
            encode(&search)
        );
        href(&path)
    });
    let wrong = move || shown.bad_filter.get();
    let invalid = maybe(move || wrong().map(|_| "true".to_owned()));
    view! {
        <form
            class="filters list-form"
            method="get"
            role="search"
            aria-label=texts.filter
            on:submit=move |event: ev::SubmitEvent| {
                event.prevent_default();
                change(&event, 0);
            }
            on:input=move |event: ev::Event| typed(&event, PAUSE)
        >
            {kept}
            <label class="by-name">
                <span>{texts.lists.filter_by_name}</span>
                <input
                    type="search"
                    name="name"
                    value=value.get_untracked()
                    node_ref=field
                    autocomplete="off"
                    spellcheck="false"
                    maxlength="1024"
                    aria-invalid=invalid
                    aria-describedby="filter-error"
                />
            </label>
            <label class="tick">
                <input type="checkbox" name="use_regex" value="true" checked=is_regex prop:checked=is_regex />
                <span>{texts.lists.regex}</span>
            </label>
            <p id="filter-error" class="field-error" role="status">{maybe(wrong)}</p>
            <Vhosts />
            <Sizes />
            <Density />
            <Columns />
            <a class="button csv" href=csv rel="external" download="">{texts.lists.csv}</a>
            <button type="submit" class="button without-script">{texts.apply}</button>
        </form>
    }
    .into_any()
}

/// Of which vhost, where there are several.
#[component]
fn Vhosts() -> impl IntoView {
    let texts = catalog();
    let shown = expect_context::<ListState>();
    let query = use_query();
    let vhosts = Memo::new(move |_| shown.read(|view| view.vhosts.clone()).unwrap_or_default());
    part(move || {
        let chosen = query.with(|query| query.get("vhost").unwrap_or_default().to_owned());
        let mut vhosts = vhosts.get();
        if !chosen.is_empty() && !vhosts.contains(&chosen) {
            // What the address asks for stays chosen, whether it is there or not.
            vhosts.push(chosen.clone());
        }
        (vhosts.len() > 1 || !chosen.is_empty()).then(|| {
            let option = |vhost: String| {
                let selected = vhost == chosen;
                let value = vhost.clone();
                view! { <option value=value selected=selected>{vhost}</option> }
            };
            view! {
                <label>
                    <span>{texts.lists.vhost}</span>
                    <select name="vhost">
                        <option value="">{texts.lists.all_vhosts}</option>
                        {vhosts.into_iter().map(option).collect_view()}
                    </select>
                </label>
            }
        })
    })
}

/// How many rows a page.
#[component]
fn Sizes() -> impl IntoView {
    let texts = catalog();
    let query = use_query();
    let options = part(move || {
        let chosen = query.with(|query| query.get("page_size").unwrap_or(SIZES[0]).to_owned());
        let option = |size: &'static str| {
            // The first is left out of the address.
            let value = if size == SIZES[0] { "" } else { size };
            view! { <option value=value selected=chosen == size>{size}</option> }
        };
        let mut sizes = SIZES;
        sizes.sort_by_key(|size| size.parse::<u32>().unwrap_or_default());
        sizes.into_iter().map(option).collect_view()
    });
    view! {
        <label>
            <span>{texts.lists.rows}</span>
            <select name="page_size">{options}</select>
        </label>
    }
    .into_any()
}

/// How close rows stand.
#[component]
fn Density() -> impl IntoView {
    let texts = catalog();
    let shown = expect_context::<ListState>();
    let is_compact = flag(move || shown.choice().is_some_and(|choice| choice.is_compact));
    let is_comfortable = flag(move || !is_compact.get());
    view! {
        <label>
            <span>{texts.lists.density}</span>
            <select name=DENSITY>
                <option value="comfortable" selected=is_comfortable prop:selected=is_comfortable>
                    {texts.lists.comfortable}
                </option>
                <option value="compact" selected=is_compact prop:selected=is_compact>
                    {texts.lists.compact}
                </option>
            </select>
        </label>
    }
    .into_any()
}

/// The columns to choose from, behind a button that opens them.
#[component]
fn Columns() -> impl IntoView {
    let texts = catalog();
    let shown = expect_context::<ListState>();
    let menu = NodeRef::new();
    close_as_menus_do(menu);
    // The fields stay while answers arrive: a click on one that is replaced would be lost.
    let names = Memo::new(move |_| {
        let name = |column: &Column| (column.key.clone(), column.label.clone());
        shown
            .read(|view| view.columns.iter().map(name).collect::<Vec<_>>())
            .unwrap_or_default()
    });
    let choice = Memo::new(move |_| shown.choice().unwrap_or_default().columns);
    let boxes = part(move || {
        let tick = |(place, (key, label)): (usize, (String, String))| {
            let value = key.clone();
            let is_shown =
                flag(move || place == 0 || choice.with(|columns| columns.contains(&key)));
            view! {
                <label class="tick">
                    <input
                        type="checkbox"
                        name=COLUMNS
                        value=value
                        checked=is_shown
                        prop:checked=is_shown
                        disabled=place == 0
                    />
                    <span>{label}</span>
                </label>
            }
        };
        names.get().into_iter().enumerate().map(tick).collect_view()
    });
    view! {
        <details node_ref=menu class="columns">
            <summary class="button">{texts.lists.columns}</summary>
            <fieldset><legend class="visually-hidden">{texts.lists.columns}</legend>{boxes}</fieldset>
        </details>
    }
    .into_any()
}

/// Leads to the address that the form's fields say, after so many milliseconds without a further
/// change. The address is replaced: the way back does not lead through every letter.
fn changes(shown: ListState) -> impl Fn(&web_sys::Event, u32) + Clone + Send + Sync + 'static {
    let path = use_location().pathname;
    let navigate = use_navigate();
    let query = use_query();
    let base = use_context::<BasePath>().unwrap_or_default();
    let pending = StoredValue::new(None::<SendWrapper<Timeout>>);
    let go: Arc<dyn Fn(&Query) + Send + Sync> = Arc::new(move |asked: &Query| {
        let options = NavigateOptions {
            // The path has its base already.
            resolve: false,
            scroll: false,
            replace: true,
            ..NavigateOptions::default()
        };
        navigate(
            &format!("{}{}", path.get_untracked(), asked.to_search()),
            options,
        );
    });
    move |event, pause| {
        let Some(form) = form_of(event) else { return };
        // Read now: an answer that arrives during the pause may change the fields.
        let Some(asked) = asked(&form, shown, &base) else {
            return;
        };
        let go = Arc::clone(&go);
        shown.is_waiting.set_value(true);
        let change = move || {
            shown.is_waiting.set_value(false);
            if query.with_untracked(|query| *query != asked) {
                go(&asked);
            }
        };
        // Dropped by the next one, it does not run.
        pending.set_value(Some(SendWrapper::new(Timeout::new(pause, change))));
    }
}

/// The form that an event is of. Browser only.
fn form_of(event: &web_sys::Event) -> Option<web_sys::HtmlFormElement> {
    let target = event.target()?.dyn_into::<web_sys::Element>().ok()?;
    target.closest("form").ok()??.dyn_into().ok()
}

/// What the fields of the form ask for, without what holds anyway; choices of columns and density
/// are kept for other visits. Browser only.
fn asked(form: &web_sys::HtmlFormElement, shown: ListState, base: &BasePath) -> Option<Query> {
    let data = web_sys::FormData::new_with_form(form).ok()?;
    let search = web_sys::UrlSearchParams::new_with_str_sequence_sequence(&data).ok()?;
    let fields = Query::parse(&search.to_string().as_string()?);
    let before = untrack(|| shown.choice())?;
    let columns = untrack(|| shown.read(|view| view.columns.clone()))?;
    let density = fields.get(DENSITY).unwrap_or_default();
    let choice = Choice {
        columns: fields.all(COLUMNS).map(str::to_owned).collect(),
        is_compact: density == "compact",
    };
    let is_ticked = |column: &Column| choice.columns.contains(&column.key);
    let mut others = columns.iter().skip(1);
    let keys = if others.all(|column| column.default == is_ticked(column)) {
        String::new()
    } else {
        let keys = columns
            .iter()
            .enumerate()
            .filter(|(place, column)| *place == 0 || is_ticked(column));
        keys.map(|(_, column)| column.key.as_str())
            .collect::<Vec<_>>()
            .join(",")
    };
    if choice.columns != before.columns {
        let cookie = cookie_of_columns(&shown.kind.get_value());
        keep_cookie(&cookie, &encode(&keys), base);
    }
    if choice.is_compact != before.is_compact {
        keep_cookie(COOKIE_OF_DENSITY, density, base);
    }
    let density = if choice.is_compact { density } else { "" };
    let asked = fields.with(COLUMNS, &keys).with(DENSITY, density);
    if choice != before {
        shown.choice.set(Some(choice));
    }
    Some(asked)
}
