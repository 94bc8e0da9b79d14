//! The projects that a Keystone has for the account, and the way from one to another: plain forms,
//! which work without scripting.

use leptos::prelude::*;
use leptos_meta::Title;

use super::sign_in::reason_text;
use crate::error::AppError;
use crate::i18n::catalog;
use crate::query::use_query;
use crate::reactive::{part, text};
use crate::resource::fetched;
use crate::routes::{self, SignInReason, href};
use crate::server_fns::projects::fetch_projects;
use crate::ui::components::error_page::error_page;
use crate::ui::components::redirect::Redirect;
use crate::ui::components::status::Pill;
use crate::view_models::level::Level;
use crate::view_models::projects::Project;

/// `/projects?next=…&error=…`
#[component]
pub fn Projects() -> impl IntoView {
    let texts = &catalog().keystone;
    let query = use_query();
    let first = fetched(|| (), |()| fetch_projects());
    let message = move || {
        let reason = query.with(|query| SignInReason::from_query(query.get("error")?));
        reason.map(
            |reason| view! { <p class="form-error" role="alert">{reason_text(reason, true)}</p> },
        )
    };
    view! {
        <Title text=texts.projects />
        <header class="page-head"><div class="title"><h1>{texts.projects}</h1></div></header>
        <div class="page">
            {part(message)}
            <Transition>
                {move || Suspend::new(async move {
                    match first.await {
                        Ok(projects) => view! { <List projects /> }.into_any(),
                        Err(AppError::SignedOut) => {
                            let back = routes::sign_in(Some(&routes::here()), None);
                            view! { <Redirect path=href(&back) /> }.into_any()
                        }
                        Err(error) => error_page(&error).into_any(),
                    }
                })}
            </Transition>
        </div>
    }
    .into_any()
}

#[component]
fn List(projects: Vec<Project>) -> impl IntoView {
    let texts = &catalog().keystone;
    let query = use_query();
    if projects.is_empty() {
        return view! { <p class="empty">{texts.without_keystone}</p> }.into_any();
    }
    let next = text(move || query.with(|query| routes::checked_next(query.get("next")).to_owned()));
    let row = |project: Project| {
        let way = if project.current {
            view! {
                <Pill
                    level=Signal::stored(Level::Good)
                    text=Signal::stored(texts.current.to_owned())
                />
            }
            .into_any()
        } else {
            let label = format!("{}: {}", texts.switch, project.name);
            view! {
                <form method="post" action=href("/fn/switch_project")>
                    <input type="hidden" name="project" value=project.id />
                    <input type="hidden" name="next" value=next />
                    <button type="submit" class="button" aria-label=label>{texts.switch}</button>
                </form>
            }
            .into_any()
        };
        let domain = project.domain;
        view! {
            <tr>
                <th scope="row">
                    {project.name}
                    {domain.map(|domain| view! { " "<span class="soft">{texts.domain}" "{domain}</span> })}
                </th>
                <td>{way}</td>
            </tr>
        }
    };
    let rows = projects.into_iter().map(row).collect_view();
    view! {
        <section class="panel" aria-label=texts.projects>
            <p class="soft">{texts.projects_lead}</p>
            <table class="list projects"><tbody>{rows}</tbody></table>
        </section>
    }
    .into_any()
}
