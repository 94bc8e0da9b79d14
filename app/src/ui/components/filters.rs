//! Forms whose fields are parameters of the address. They work without scripting; with scripting no
//! page is loaded.

use leptos::ev;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use wasm_bindgen::JsCast;

use crate::query::{Query, use_query};
use crate::reactive::{part, text};

/// A form whose fields are parameters of the address, sent by `GET` to its own page.
#[component]
pub fn Filters(
    /// The accessible name.
    label: &'static str,
    /// The button's label.
    button: &'static str,
    /// Parameters of the address without a field, which are kept.
    #[prop(default = &[])]
    keeps: &'static [&'static str],
    /// The fields.
    children: Children,
) -> impl IntoView {
    let query = use_query();
    let path = use_location().pathname;
    let navigate = use_navigate();
    let send = move |event: ev::SubmitEvent| {
        let Some(search) = fields(&event) else { return };
        event.prevent_default();
        let options = NavigateOptions {
            // The path has its base already.
            resolve: false,
            scroll: false,
            ..NavigateOptions::default()
        };
        let search = Query::parse(&search).to_search();
        navigate(&format!("{}{search}", path.get_untracked()), options);
    };
    let kept = part(move || {
        let field = |name: &&'static str| {
            let value = query.with(|query| query.get(name).map(str::to_owned))?;
            Some(view! { <input type="hidden" name=*name value=value /> })
        };
        keeps.iter().filter_map(field).collect_view()
    });
    view! {
        <form class="filters" method="get" role="search" aria-label=label on:submit=send>
            {kept}
            {children()}
            <button type="submit" class="button">{button}</button>
        </form>
    }
    .into_any()
}

/// The query that a form would set. Browser only.
fn fields(event: &ev::SubmitEvent) -> Option<String> {
    let form = event
        .target()?
        .dyn_into::<web_sys::HtmlFormElement>()
        .ok()?;
    let data = web_sys::FormData::new_with_form(&form).ok()?;
    let search = web_sys::UrlSearchParams::new_with_str_sequence_sequence(&data).ok()?;
    search.to_string().as_string()
}

/// A field to choose from a list.
#[component]
pub fn Select(
    /// The parameter's name.
    name: &'static str,
    /// The accessible name.
    label: &'static str,
    /// The chosen value.
    #[prop(into)]
    chosen: Signal<String>,
    /// Values and their names.
    #[prop(into)]
    options: Signal<Vec<(String, String)>>,
) -> impl IntoView {
    // Built again only if this choice changes: an option that is selected and not yet applied stays
    // selected while other parameters of the address change.
    let all = Memo::new(move |_| {
        let chosen = chosen.get();
        let mut all = options.get();
        if !all.iter().any(|(value, _)| *value == chosen) {
            // The address's value stays chosen, also if it is not in the list.
            all.push((chosen.clone(), chosen.clone()));
        }
        (chosen, all)
    });
    let options = part(move || {
        let (chosen, all) = all.get();
        let option = |(value, name): (String, String)| {
            let selected = value == chosen;
            view! { <option value=value selected=selected>{name}</option> }
        };
        all.into_iter().map(option).collect_view()
    });
    view! {
        <label>
            <span>{label}</span>
            <select name=name>{options}</select>
        </label>
    }
    .into_any()
}

/// A field for a text.
#[component]
pub fn Search(
    /// The parameter's name.
    name: &'static str,
    /// The accessible name.
    label: &'static str,
) -> impl IntoView {
    let query = use_query();
    let value = text(move || query.with(|query| query.get(name).unwrap_or_default().to_owned()));
    view! {
        <label>
            <span>{label}</span>
            <input type="search" name=name value=value prop:value=value autocomplete="off" />
        </label>
    }
    .into_any()
}
