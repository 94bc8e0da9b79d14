//! Panels in other people's pages: choose one, see it live, take the snippet.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::i18n::catalog;
use crate::polling::{RANGE, REFRESH};
use crate::query::{Query, use_query};
use crate::reactive::{effect, maybe, text};
use crate::routes::{BasePath, href};
use crate::ui::components::copy::Copied;
use crate::ui::components::filters::{Filters, Search, Select};
use crate::ui::components::viewer::Viewers;
use crate::ui::embed::{Kind, Subject, height};

/// The attributes that the form has fields for, in the order of the snippets.
const CHOSEN: [&str; 11] = [
    "panel",
    "broker",
    "vhost",
    "queue",
    "node",
    "range",
    "refresh",
    "theme",
    "lang",
    "height",
    "transparent",
];
/// Heights to choose from, in pixels.
const HEIGHTS: [&str; 4] = ["200", "340", "480", "640"];
/// Warren's address in snippets, until the browser has given its own.
const EXAMPLE: &str = "https://warren.example";

/// `/embedding?panel=…&broker=…&range=…`
#[component]
pub fn Embedding() -> impl IntoView {
    let texts = &catalog().embedding;
    view! {
        <Title text=texts.title />
        <header class="page-head">
            <div class="title"><h1>{texts.title}</h1><span class="versions">{texts.lead}</span></div>
        </header>
        <div class="page">
            <section class="panel"><Options /></section>
            {expect_context::<Viewers>().show(|viewer| {
                let first = viewer.brokers.first().map(|broker| broker.name.clone());
                view! { <Shown first=first.unwrap_or_default() /> }
            })}
        </div>
    }
    .into_any()
}

/// The form.
#[component]
fn Options() -> impl IntoView {
    let all = catalog();
    let texts = &all.embedding;
    let query = use_query();
    let field = move |name: &'static str, label: &'static str, options: Vec<(String, String)>| {
        let chosen =
            text(move || query.with(|query| query.get(name).unwrap_or_default().to_owned()));
        view! { <Select name label chosen options=Signal::stored(options) /> }
    };
    let pair = |value: &str, name: &str| (value.to_owned(), name.to_owned());
    let words = |words: &[&str], default: &str| -> Vec<(String, String)> {
        let value = |word: &str| if word == default { "" } else { word }.to_owned();
        words
            .iter()
            .map(|word| (value(word), (*word).to_owned()))
            .collect()
    };
    let panels = Kind::ALL.map(Kind::word);
    let own = [pair("", texts.height_own), pair("auto", texts.height_auto)];
    let pixels = HEIGHTS.map(|height| (height.to_owned(), format!("{height} px")));
    view! {
        <Filters label=texts.choose button=all.show>
            {field("panel", texts.panel, words(&panels, DEFAULT.word()))}
            {expect_context::<Viewers>().show(move |viewer| {
                let brokers = viewer.brokers.iter().enumerate().map(|(place, broker)| {
                    let value = if place == 0 { String::new() } else { broker.name.clone() };
                    (value, broker.name.clone())
                });
                field("broker", all.broker, brokers.collect())
            })}
            <Search name="vhost" label=all.lists.vhost />
            <Search name="queue" label=all.search.queue />
            <Search name="node" label=all.node />
            {field("range", all.range, words(RANGE.words, RANGE.default))}
            {field("refresh", all.refresh, words(REFRESH.words, REFRESH.default))}
            {field("theme", all.theme, vec![
                pair("", texts.theme_auto),
                pair("light", all.theme_light),
                pair("dark", all.theme_dark),
            ])}
            {field("lang", texts.language, vec![
                pair("", texts.language_auto),
                pair("en", "English"),
                pair("zh-CN", "简体中文"),
            ])}
            {field("height", texts.height, own.into_iter().chain(pixels).collect())}
            {field("transparent", texts.background, vec![
                pair("", texts.background_own),
                pair("true", texts.background_none),
            ])}
        </Filters>
    }
    .into_any()
}

/// The panel of an address that names none.
const DEFAULT: Kind = Kind::QueuedMessages;

/// Whether an attribute is one of that panel.
fn is_of(kind: Kind, name: &str) -> bool {
    match name {
        "vhost" | "queue" => kind.subject() == Subject::Queue,
        "node" => kind.subject() == Subject::Node,
        _ => true,
    }
}

/// The attributes that an address asks for.
fn attributes(query: &Query, first_broker: &str) -> Vec<(&'static str, String)> {
    let kind = query.get("panel").and_then(Kind::find).unwrap_or(DEFAULT);
    let value = |name: &'static str| {
        let default = match name {
            "panel" => Some(DEFAULT.word()),
            "broker" => Some(first_broker),
            _ => None,
        };
        let value = query.get(name).or(default)?;
        let is_shown = !value.is_empty() && is_of(kind, name);
        is_shown.then(|| (name, value.to_owned()))
    };
    CHOSEN.into_iter().filter_map(value).collect()
}

/// The panel, and the snippets.
#[component]
fn Shown(
    /// The broker that an address without one means.
    first: String,
) -> impl IntoView {
    let texts = &catalog().embedding;
    let query = use_query();
    let shown = Memo::new(move |_| query.with(|query| attributes(query, &first)));
    let value = move |name: &'static str| {
        maybe(move || {
            shown.with(|shown| {
                let found = shown.iter().find(|(given, _)| *given == name);
                found.map(|(_, value)| value.clone())
            })
        })
    };
    let at = RwSignal::new(EXAMPLE.to_owned());
    let (script, base) = (href("/embed.js"), expect_context::<BasePath>().0);
    effect(move || {
        load(&script);
        if let Ok(origin) = window().location().origin() {
            at.set(format!("{origin}{base}"));
        }
    });
    let snippet = move |id: &'static str,
                        title: &'static str,
                        lead: &'static str,
                        rows: &'static str,
                        write: fn(&str, &[(&'static str, String)]) -> String| {
        let value = text(move || shown.with(|shown| write(&at.read(), shown)));
        view! {
            <section class="panel" aria-labelledby=id>
                <h2 id=id>{title}<span class="unit">{lead}</span></h2>
                <Copied labelled_by=id value rows />
            </section>
        }
    };
    view! {
        <section class="panel preview" aria-labelledby="preview-title">
            <h2 id="preview-title">{texts.preview}<span class="unit">{texts.preview_lead}</span></h2>
            <p class="without-script">{texts.without_scripts}</p>
            <warren-panel
                panel=value("panel")
                broker=value("broker")
                vhost=value("vhost")
                queue=value("queue")
                node=value("node")
                range=value("range")
                refresh=value("refresh")
                theme=value("theme")
                lang=value("lang")
                height=value("height")
                transparent=value("transparent")
            ></warren-panel>
        </section>
        <div class="charts">
            {snippet("html-title", texts.html, texts.html_lead, "6", html)}
            {snippet("frame-title", texts.frame, texts.frame_lead, "6", frame)}
            {snippet("react-title", texts.react, texts.react_lead, "12", react)}
            {snippet("horizon-title", texts.horizon, texts.horizon_lead, "12", horizon)}
        </div>
    }
    .into_any()
}

/// Loads the element's script, unless it is there. Browser only.
fn load(address: &str) {
    let known = document().query_selector("script[data-embed]");
    if known.ok().flatten().is_some() {
        return;
    }
    let Ok(script) = document().create_element("script") else {
        return;
    };
    let given = [("type", "module"), ("src", address), ("data-embed", "")];
    for (name, value) in given {
        // A name that is one cannot be refused.
        let _ = script.set_attribute(name, value);
    }
    if let Some(head) = document().head() {
        let _ = head.append_child(&script);
    }
}

/// `panel="queued-messages" broker="prod"`
fn written(attributes: &[(&'static str, String)]) -> String {
    let one = |(name, value): &(&'static str, String)| {
        let value = value.replace('&', "&amp;").replace('"', "&quot;");
        format!("{name}=\"{value}\"")
    };
    attributes.iter().map(one).collect::<Vec<_>>().join(" ")
}

fn height_of(attributes: &[(&'static str, String)]) -> u32 {
    let value = |name: &str| {
        let found = attributes.iter().find(|(given, _)| *given == name);
        found.map(|(_, value)| value.as_str())
    };
    let kept = || height(value("panel").and_then(Kind::find).unwrap_or(DEFAULT));
    value("height")
        .and_then(|height| height.parse().ok())
        .unwrap_or_else(kept)
}

fn html(at: &str, attributes: &[(&'static str, String)]) -> String {
    format!(
        "<script type=\"module\" src=\"{at}/embed.js\"></script>\n\
         <style>warren-panel {{ display: block; min-height: {}px }}</style>\n\n\
         <warren-panel {}\n  token-url=\"/warren-token\"></warren-panel>\n",
        height_of(attributes),
        written(attributes)
    )
}

fn react(at: &str, attributes: &[(&'static str, String)]) -> String {
    format!(
        "import {{ useEffect, useRef }} from 'react';\n\n\
         import(/* webpackIgnore: true */ /* @vite-ignore */ '{at}/embed.js');\n\
         const getToken = async () => (await (await fetch('/warren-token')).json()).token;\n\n\
         export function Panel() {{\n  const panel = useRef(null);\n  \
         useEffect(() => {{ panel.current.getToken = getToken; }}, []);\n  \
         return <warren-panel ref={{panel}} {} />;\n}}\n",
        written(attributes)
    )
}

fn frame(at: &str, attributes: &[(&'static str, String)]) -> String {
    let asked = attributes
        .iter()
        .filter(|(name, _)| !["panel", "height"].contains(name));
    let query = asked.fold(
        Query::default().with("portal", "…"),
        |query, (name, value)| query.with(name, value),
    );
    let panel = attributes.iter().find(|(name, _)| *name == "panel");
    let panel = panel.map_or(DEFAULT.word(), |(_, panel)| panel.as_str());
    let search = query
        .to_search()
        .replace("%E2%80%A6", "…")
        .replace('&', "&amp;");
    format!(
        "<iframe src=\"{at}/embed/{panel}{search}\"\n  title=\"RabbitMQ\" height=\"{}\"\n  \
         sandbox=\"allow-scripts allow-same-origin\"></iframe>\n\
         <script type=\"module\">\n  import {{ connect }} from '{at}/frame.js';\n  \
         connect(document.querySelector('iframe'), {{\n    \
         getToken: async () => (await (await fetch('/warren-token')).json()).token,\n  }});\n</script>\n",
        height_of(attributes)
    )
}

fn horizon(at: &str, attributes: &[(&'static str, String)]) -> String {
    let lines: Vec<_> = attributes
        .iter()
        .map(|(name, value)| format!("    {name:?}: {value:?},\n"))
        .collect();
    format!(
        "# local_settings.py\nWARREN_URL = {at:?}\nWARREN_PANEL = {{\n{}}}\n",
        lines.concat()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn given(search: &str) -> Vec<(&'static str, String)> {
        attributes(&Query::parse(search), "prod")
    }

    #[test]
    fn a_bare_address_means_a_chart_of_the_first_broker() {
        assert_eq!(
            written(&given("")),
            "panel=\"queued-messages\" broker=\"prod\""
        );
    }

    #[test]
    fn a_panel_has_its_own_attributes_alone() {
        let all = "vhost=%2F&queue=orders&node=rabbit%40a";
        assert_eq!(
            written(&given(&format!("panel=queue-depth&{all}"))),
            "panel=\"queue-depth\" broker=\"prod\" vhost=\"/\" queue=\"orders\""
        );
        assert_eq!(
            written(&given(&format!("panel=node-memory&{all}"))),
            "panel=\"node-memory\" broker=\"prod\" node=\"rabbit@a\""
        );
        assert_eq!(
            written(&given(&format!("panel=tiles&{all}"))),
            "panel=\"tiles\" broker=\"prod\""
        );
    }

    #[test]
    fn hostile_names_stay_within_their_quotes() {
        let snippet = html("https://w", &given("broker=%22%3E%3Cscript%3E"));
        assert!(snippet.contains("broker=\"&quot;><script>\""), "{snippet}");
    }

    #[test]
    fn a_frame_is_as_high_as_its_panel_and_names_no_token() {
        let snippet = frame("https://w", &given("panel=nodes&theme=dark"));
        assert!(
            snippet.contains("/embed/nodes?portal=…&amp;broker=prod&amp;theme=dark"),
            "{snippet}"
        );
        assert!(snippet.contains("height=\"200\""), "{snippet}");
    }
}
