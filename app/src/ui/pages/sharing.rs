//! What is shown to others: share links, and portals with what they embed.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::error::AppError;
use crate::i18n::catalog;
use crate::query::use_query;
use crate::reactive::{effect, text};
use crate::resource::fetched;
use crate::routes::{self, href};
use crate::server_fns::sharing::fetch_sharing;
use crate::ui::components::copy::CopyButton;
use crate::ui::components::error_page::error_page;
use crate::ui::components::redirect::Redirect;
use crate::ui::components::skeleton::Skeleton;
use crate::ui::components::time::Clock;
use crate::view_models::sharing::{SharingPage, TextLine, TextRow, TextTable};

/// `/sharing?view=…&page=…&broker=…`: with a view, the form for a link to it.
#[component]
pub fn Sharing() -> impl IntoView {
    let texts = catalog();
    let page = fetched(|| (), |()| fetch_sharing());
    view! {
        <Title text=texts.sharing.title />
        <Suspense fallback=move || view! { <Skeleton title=Signal::stored(texts.sharing.title.to_owned()) /> }>
            {move || Suspend::new(async move {
                match page.await {
                    Ok(page) => view! { <Shown page /> }.into_any(),
                    Err(AppError::SignedOut) => {
                        let back = routes::sign_in(Some(&routes::here()), None);
                        view! { <Redirect path=href(&back) /> }.into_any()
                    }
                    Err(error) => error_page(&error).into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}

#[component]
fn Shown(page: SharingPage) -> impl IntoView {
    let texts = &catalog().sharing;
    let portals = page.portals.map(|portals| {
        view! {
            <section class="panel" aria-labelledby="portals">
                <h2 id="portals">{texts.portals}</h2>
                <p class="soft">{texts.portals_lead}</p>
                {table(portals, "/fn/revoke_portal", texts.portals, texts.no_portals)}
            </section>
        }
    });
    view! {
        <header class="page-head">
            <div class="title">
                <h1>{texts.title}</h1>
                <span class="versions">{texts.lead}</span>
            </div>
        </header>
        <div class="page sharing">
            <NewLink fresh=page.fresh />
            <section class="panel" aria-labelledby="links">
                <h2 id="links">{texts.links}</h2>
                {table(page.links, "/fn/end_share_link", texts.links, texts.no_links)}
            </section>
            {portals}
        </div>
    }
    .into_any()
}

/// The form for a link to the view that the address names, and the link that was made last.
#[component]
fn NewLink(fresh: Option<String>) -> impl IntoView {
    let texts = &catalog().sharing;
    let query = use_query();
    let asked = query.with_untracked(|query| {
        let part = |name: &str| query.get(name).map(str::to_owned);
        Some((part("view")?, part("page")?, part("broker")?))
    });
    let form = asked.map(|(view, page, broker)| {
        view! {
            <form class="filters" method="post" action=href("/fn/share")>
                <input type="hidden" name="page" value=page />
                <input type="hidden" name="broker" value=broker />
                <label>{texts.view}<input name="view" value=view readonly=true /></label>
                <label>{texts.note}<input name="note" maxlength="200" placeholder=texts.note_hint /></label>
                <label>
                    {texts.valid_for}
                    <select name="days">
                        <option value="1">{texts.one_day}</option>
                        <option value="7" selected=true>{texts.week}</option>
                        <option value="30">{texts.month}</option>
                        <option value="365">{texts.year}</option>
                    </select>
                </label>
                <button type="submit" class="button primary">{texts.make}</button>
            </form>
        }
    });
    let fresh = fresh.map(|fresh| {
        let address = href(&fresh);
        let link = NodeRef::<leptos::html::A>::new();
        let shown = RwSignal::new(address.clone());
        // The server does not know under which name it is reached.
        let whole = address.clone();
        effect(move || {
            let origin = window().location().origin().unwrap_or_default();
            shown.set(origin + &whole);
        });
        view! {
            <p role="status">{texts.fresh}</p>
            <p class="fresh">
                <a node_ref=link class="fresh-link" href=address rel="external">{text(move || shown.get())}</a>
                <CopyButton of=link />
            </p>
        }
    });
    (form.is_some() || fresh.is_some()).then(|| {
        view! {
            <section class="panel" aria-labelledby="new-link">
                <h2 id="new-link">{texts.new_link}</h2>
                {fresh}
                {form}
            </section>
        }
    })
}

/// A table with a button a row.
fn table(
    table: TextTable,
    action: &'static str,
    label: &'static str,
    empty: &'static str,
) -> AnyView {
    let texts = &catalog().sharing;
    let clock = expect_context::<Clock>();
    if table.rows.is_empty() {
        return view! { <p class="empty">{empty}</p> }.into_any();
    }
    let heads = table
        .heads
        .into_iter()
        .map(|head| view! { <th scope="col">{head}</th> });
    let row = |row: TextRow| {
        let word = if row.is_revoked {
            texts.readmit
        } else {
            texts.revoke
        };
        let name = row.cells.first().and_then(|lines| lines.first());
        let name = name.map(|line| line.text.clone());
        let which = texts.which.fill([&name.unwrap_or_default()]);
        let cells = row.cells.into_iter().map(|lines| {
            let lines = lines.into_iter().map(|line| {
                let TextLine {
                    text: before,
                    time,
                    rest,
                } = line;
                let time = time.map(|time| text(move || clock.date_and_time(time, catalog())));
                view! { <div>{before}{time}{rest}</div> }
            });
            view! { <td>{lines.collect_view()}</td> }
        });
        view! {
            <tr>
                {cells.collect_view()}
                <td>
                    {row.is_revoked.then(|| view! { <span class="tag">{texts.revoked}</span> })}
                    <form method="post" action=href(action)>
                        <input type="hidden" name="id" value=row.id />
                        <input type="hidden" name="revoked" value=(!row.is_revoked).to_string() />
                        <button type="submit" class="button">
                            {word}<span class="visually-hidden">{which}</span>
                        </button>
                    </form>
                </td>
            </tr>
        }
    };
    let rows = table.rows.into_iter().map(row).collect_view();
    view! {
        <div class="scroll" tabindex="0" role="group" aria-label=label>
            <table class="list">
                <thead><tr>{heads.collect_view()}<th scope="col">{texts.actions}</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}
