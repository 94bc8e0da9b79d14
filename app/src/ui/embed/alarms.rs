//! The alarms in effect, a line each.

use leptos::prelude::*;

use crate::i18n::catalog;
use crate::polling::Live;
use crate::reactive::{flag, part};
use crate::ui::components::status::Pill;
use crate::view_models::level::Level;
use crate::view_models::node_alarms::alarms_of;

/// The alarms of every node, or a text: no alarms, or not for this account.
#[component]
pub(super) fn Alarms() -> impl IntoView {
    let live = expect_context::<Live>();
    let texts = catalog();
    let is_known = flag(move || live.page.with(Option::is_none));
    let raised = Memo::new(move |_| {
        let nodes = live.read(|page| page.nodes.clone())?;
        let each = nodes.iter().flat_map(|node| {
            let alarms = alarms_of(node, texts).into_iter();
            alarms.map(|(level, word)| (node.name.clone(), level, word))
        });
        Some(each.collect::<Vec<_>>())
    });
    let list = part(move || {
        match raised.get() {
        None => view! { <p class="empty">{texts.not_for_this_account}</p> }.into_any(),
        Some(none) if none.is_empty() => view! {
            <p><Pill level=Signal::stored(Level::Good) text=Signal::stored(texts.embed.no_alarms.to_owned()) /></p>
        }
        .into_any(),
        Some(alarms) => {
            let lines = alarms
                .into_iter()
                .map(|(node, level, word)| view! {
                    <li>
                        <Pill level=Signal::stored(level) text=Signal::stored(word.to_owned()) />
                        " "<b>{node}</b>
                    </li>
                })
                .collect_view();
            view! { <ul class="alarms">{lines}</ul> }.into_any()
        }
    }
    });
    view! {
        <section class="panel" id="alarms" aria-labelledby="alarms-title">
            <h2 id="alarms-title">{texts.embed.alarms}</h2>
            <div class:invisible=is_known role="status">{list}</div>
        </section>
    }
    .into_any()
}
