//! The navigation beside every page: one broker's pages, and pages about all brokers.

use leptos::ev;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use metering::lists;
use wasm_bindgen::JsCast;

use super::icons::{Icon, IconName};
use super::links::with_choices;
use super::status::Pill;
use super::viewer::Viewers;
use crate::i18n::{Catalog, Text, catalog};
use crate::percent::encode;
use crate::query::use_query;
use crate::reactive::{maybe, part, text};
use crate::routes::{self, BROKERS, BasePath, href, of_path};
use crate::view_models::level::Level;
use crate::view_models::viewer::Viewer;

/// A page that every broker has: `/brokers/{broker}/{word}`.
struct Section {
    /// The word in the address; empty for the overview.
    word: &'static str,
    icon: IconName,
    name: fn(&Catalog) -> Text,
    /// The letter behind `g`.
    go: &'static str,
}

/// A broker's pages, in the order of the navigation.
const SECTIONS: &[Section] = &[
    section("", IconName::Overview, |texts| texts.overview, "o"),
    section(HEALTH, IconName::Health, |texts| texts.health, "h"),
    section(
        "connections",
        IconName::Connections,
        |texts| texts.connections,
        "c",
    ),
    section("channels", IconName::Channels, |texts| texts.channels, "k"),
    section(
        "exchanges",
        IconName::Exchanges,
        |texts| texts.exchanges,
        "e",
    ),
    section("queues", IconName::Queues, |texts| texts.queues, "q"),
    section("nodes", IconName::Nodes, |texts| texts.nodes, "n"),
    section("users", IconName::Users, |texts| texts.lists.admin, "a"),
];

/// The word of the page that health marks link to.
const HEALTH: &str = "health";

const fn section(
    word: &'static str,
    icon: IconName,
    name: fn(&Catalog) -> Text,
    go: &'static str,
) -> Section {
    Section {
        word,
        icon,
        name,
        go,
    }
}

/// The navigation entry of a page: lists of one section share the first one's.
fn entry(word: &str) -> &str {
    let lists = lists::Section::from_list(word).map(lists::Section::lists);
    lists.map_or(word, |lists| lists[0])
}

/// The address of a broker's page by its word. The broker is encoded as in addresses.
fn address(broker: &str, word: &str) -> String {
    let slash = if word.is_empty() { "" } else { "/" };
    format!("{BROKERS}/{broker}{slash}{word}")
}

/// The broker of the navigation's links, encoded as in addresses: the current page's, else the last
/// one; empty before the first.
pub fn shown_broker() -> Signal<String> {
    let path = use_location().pathname;
    let base = use_context::<BasePath>().unwrap_or_default();
    let shown = Memo::new(move |before: Option<&String>| {
        path.with(|path| of_path(path, &base.0).map(|(broker, _)| broker.to_owned()))
            .or_else(|| before.cloned())
            .unwrap_or_default()
    });
    shown.into()
}

/// The word of the current page, if it is a broker's.
fn shown_word() -> Signal<Option<String>> {
    let path = use_location().pathname;
    let base = use_context::<BasePath>().unwrap_or_default();
    maybe(move || path.with(|path| Some(of_path(path, &base.0)?.1.to_owned())))
}

/// All links.
#[component]
pub fn Navigation(
    /// The broker of the links, encoded as in addresses.
    broker: Signal<String>,
) -> impl IntoView {
    let texts = catalog();
    let viewer = expect_context::<Viewers>();
    let path = use_location().pathname;
    let link = move |address: &'static str, icon, name, go| {
        let address = href(address);
        let mine = address.clone();
        let is_here = maybe(move || {
            let is_here = path.with(|path| path.trim_end_matches('/') == mine);
            is_here.then(|| "page".to_owned())
        });
        view! { <Link address=Signal::stored(address) icon name go is_here /> }
    };
    // The browser closes a popover on a click outside of it, not inside.
    let close = move |event: ev::MouseEvent| {
        let menu = document().get_element_by_id("menu");
        let is_link = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
            .is_some_and(|target| matches!(target.closest("a"), Ok(Some(_))));
        if let (true, Some(Ok(menu))) =
            (is_link, menu.map(JsCast::dyn_into::<web_sys::HtmlElement>))
        {
            // Fails if it is not open.
            let _ = menu.hide_popover();
        }
    };
    view! {
        <nav aria-label=texts.navigation on:click=close>
            <ul>
                {link(BROKERS, IconName::Brokers, texts.brokers, "b")}
                {viewer.show(move |viewer| view! { <Sections viewer broker /> })}
            </ul>
            <ul class="apart">
                {link(routes::METERS, IconName::Meters, texts.meters, "m")}
                {link(routes::LOG, IconName::Log, texts.system_log, "l")}
                {link(routes::EMBEDDING, IconName::Embedding, texts.embedding.title, "p")}
                {link(routes::SHARING, IconName::Share, texts.sharing.title, "s")}
                {viewer.show(|viewer| viewer.project.map(|name| view! { <Project name /> }))}
            </ul>
        </nav>
    }
    .into_any()
}

/// The Keystone project, and a link to switch it.
#[component]
fn Project(name: String) -> impl IntoView {
    let texts = catalog();
    let path = use_location().pathname;
    let page = href(routes::PROJECTS);
    let is_here = maybe(move || {
        let is_here = path.with(|path| path.trim_end_matches('/') == page);
        is_here.then(|| "page".to_owned())
    });
    // Returns to the current page.
    let address = text(move || {
        let next = routes::here();
        let is_projects = next.starts_with(routes::PROJECTS);
        href(&routes::projects(
            if is_projects { "/" } else { &next },
            None,
        ))
    });
    let title = format!("{}: {name}", texts.keystone.project);
    view! {
        <li>
            <a href=address aria-current=is_here title=title.clone() aria-label=title>
                <Icon name=IconName::Project />
                <span class="name">{name}</span>
            </a>
        </li>
    }
    .into_any()
}

#[component]
fn Link(
    address: Signal<String>,
    icon: IconName,
    name: Text,
    go: &'static str,
    is_here: Signal<Option<String>>,
    #[prop(optional)] mark: Option<AnyView>,
) -> impl IntoView {
    view! {
        <li>
            <a href=address aria-current=is_here data-go=go>
                <Icon name=icon />
                <span class="name">{name}</span>
                {mark}
            </a>
        </li>
    }
    .into_any()
}

/// The pages of the current broker, else of the first.
#[component]
fn Sections(viewer: Viewer, broker: Signal<String>) -> impl IntoView {
    let texts = catalog();
    let word = shown_word();
    let Some(first) = viewer.brokers.first().map(|broker| encode(&broker.name)) else {
        return ().into_any();
    };
    let viewers = expect_context::<Viewers>();
    let viewer = StoredValue::new(viewer);
    // Here without scripting too; of other links the frame takes care.
    let query = use_query();
    let shown = text(move || {
        Some(broker.get())
            .filter(|name| !name.is_empty())
            .unwrap_or_else(|| first.clone())
    });
    // How many problems the broker has, or that it has any.
    let mark = move || {
        part(move || {
            let shown = shown.get();
            let (level, problems) = viewer.with_value(|first| {
                viewers.latest(first, |viewer| {
                    let mut brokers = viewer.brokers.iter();
                    let index = brokers.position(|broker| encode(&broker.name) == shown)?;
                    let problems = viewer.problems.get(index).copied().unwrap_or(0);
                    Some((*viewer.health.get(index)?, problems))
                })
            })?;
            let text = match (level, problems) {
                (Level::Good | Level::Quiet, _) => return None,
                (Level::Warning, 0) => texts.level_warning.to_owned(),
                (Level::Bad, 0) => texts.level_error.to_owned(),
                (_, problems) => texts.problem_count.fill(problems),
            };
            Some(view! { <Pill level=Signal::stored(level) text=Signal::stored(text) /> })
        })
        .into_any()
    };
    SECTIONS
        .iter()
        .map(|section| {
            let address = text(move || {
                let address = address(&shown.get(), section.word);
                let carried = query.with(|query| with_choices(&address, query, ""));
                href(&carried.unwrap_or(address))
            });
            let is_here = maybe(move || {
                let is_here = word.with(|word| word.as_deref().map(entry) == Some(section.word));
                is_here.then(|| "page".to_owned())
            });
            let mark = (section.word == HEALTH).then(mark);
            view! {
                <Link address icon=section.icon name=(section.name)(texts) go=section.go is_here mark=mark.unwrap_or_else(|| ().into_any()) />
            }
        })
        .collect_view()
        .into_any()
}

/// A choice of the broker, if there are several. It opens the same page of another broker.
#[component]
pub fn Switcher(
    /// The signed-in account.
    viewer: Viewer,
    /// The current broker, encoded as in addresses.
    broker: Signal<String>,
) -> impl IntoView {
    let texts = catalog();
    if viewer.brokers.len() < 2 {
        return ().into_any();
    }
    let word = shown_word();
    let query = use_query();
    let navigate = use_navigate();
    let choose = move |event: ev::Event| {
        let chosen = event_target_value(&event);
        let word = word.get_untracked().unwrap_or_default();
        let path = if chosen.is_empty() {
            BROKERS.to_owned()
        } else {
            address(&encode(&chosen), &word)
        };
        let carried = query.with_untracked(|query| with_choices(&path, query, ""));
        navigate(&carried.unwrap_or(path), NavigateOptions::default());
    };
    let viewers = expect_context::<Viewers>();
    // Built again only if a broker or its state changes: the open list stays open at each poll.
    let choices = Memo::new(move |_| {
        let every = (String::new(), texts.all_brokers.to_owned());
        let names = viewers.latest(&viewer, |viewer| {
            let brokers = viewer.brokers.iter();
            let named = brokers.map(|broker| {
                let level = viewer.health_of(&broker.name);
                let mark = match level.unwrap_or(broker.state.into()) {
                    Level::Good | Level::Quiet => "",
                    level => level.shape(),
                };
                let label = format!("{} {mark}", broker.name).trim_end().to_owned();
                (broker.name.clone(), label)
            });
            named.collect::<Vec<_>>()
        });
        std::iter::once(every).chain(names).collect::<Vec<_>>()
    });
    let options = part(move || {
        let shown = broker.get();
        let option = |(name, label): (String, String)| {
            let selected = encode(&name) == shown;
            view! { <option value=name selected=selected>{label}</option> }
        };
        choices.get().into_iter().map(option).collect_view()
    });
    view! {
        <select class="switcher needs-script" translate="no" aria-label=texts.broker on:change=choose>{options}</select>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn every_letter_behind_g_leads_to_one_page() {
        let mut letters: Vec<_> = SECTIONS.iter().map(|section| section.go).collect();
        letters.extend(["b", "m", "l", "p"]);
        let all = letters.len();
        letters.sort_unstable();
        letters.dedup();
        assert_eq!(letters.len(), all);
    }
}
