//! The accounts of a broker and their tags.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::Redirect;
use metering::User;

use crate::components::error_page::{ErrorPage, error_page};
use crate::components::filters::{Filters, Search, Select};
use crate::components::polling::StandsStill;
use crate::error::AppError;
use crate::i18n::catalog;
use crate::query::{Query, use_query};
use crate::reactive::{maybe, part, text};
use crate::resource::fetched;
use crate::routes::{self, href};
use crate::server_fns::users::{UsersPage, fetch_users};

const BROKER: &str = "broker";
const TEXT: &str = "text";
const SORT: &str = "sort";
/// The word for the order by tags; by name is the other.
const BY_TAGS: &str = "tags";

/// `/users?broker=…&text=…&sort=tags`
#[component]
pub fn Users() -> impl IntoView {
    let texts = catalog();
    let query = use_query();
    let broker = Memo::new(move |_| query.with(|query| query.get(BROKER).map(str::to_owned)));
    let first = fetched(move || broker.get(), fetch_users);
    view! {
        <Title text=texts.users />
        <Transition>
            {move || Suspend::new(async move {
                match first.await {
                    Ok(page) => view! { <Shown page /> }.into_any(),
                    Err(AppError::SignedOut) => {
                        let back = routes::sign_in(Some(&routes::here()), None);
                        view! { <Redirect path=href(&back) /> }.into_any()
                    }
                    Err(AppError::UnknownBroker) => {
                        let lead = texts.unknown_broker.fill([&broker.get_untracked().unwrap_or_default()]);
                        view! { <ErrorPage title=texts.not_found lead=lead /> }.into_any()
                    }
                    Err(error) => error_page(&error).into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

#[component]
fn Shown(page: UsersPage) -> impl IntoView {
    let texts = catalog();
    let query = use_query();
    let brokers: Vec<_> = page
        .brokers
        .into_iter()
        .map(|name| (name.clone(), name))
        .collect();
    let several = brokers.len() > 1;
    let broker = page.broker;
    let options = Signal::stored(brokers);
    let chosen = Signal::stored(broker.clone());
    let time = Signal::stored(Some(page.server_time));
    let content = match page.users {
        Some(users) => view! { <Accounts users=users.to_vec() query /> }.into_any(),
        None => view! { <p class="empty">{texts.users_forbidden}</p> }.into_any(),
    };
    view! {
        <header class="page-head">
            <div class="title">
                <h1>{texts.users}</h1>
                <span class="versions">{texts.of_broker.fill([&broker])}</span>
            </div>
        </header>
        <div class="page">
            <section class="panel">
                <Filters label=texts.filter button=texts.apply keeps=&[SORT]>
                    {several.then(|| view! { <Select name=BROKER label=texts.broker chosen options /> })}
                    <Search name=TEXT label=texts.name_or_tag />
                </Filters>
            </section>
            <section class="panel" aria-label=texts.users>{content}</section>
        </div>
        <div class="notices" role="status"><StandsStill time /></div>
    }
    .into_any()
}

#[component]
fn Accounts(users: Vec<User>, query: Memo<Query>) -> impl IntoView {
    let texts = catalog();
    let all = users.len();
    let shown = Memo::new(move |_| query.with(|query| chosen(&users, query)));
    let rows = part(move || {
        shown.with(|users| {
            let row = |user: &User| {
                let tags = user
                    .tags
                    .iter()
                    .map(|tag| view! { <span class="tag">{tag.clone()}</span> });
                view! {
                    <tr>
                        <th scope="row">{user.name.clone()}</th>
                        <td>{tags.collect_view()}</td>
                    </tr>
                }
            };
            users.iter().map(row).collect_view()
        })
    });
    let head = move |name: &'static str, word: &'static str| {
        let is_sorted = move || query.with(|query| query.get(SORT).unwrap_or_default() == word);
        let order = maybe(move || is_sorted().then(|| "ascending".to_owned()));
        let address = text(move || query.with(|query| query.with(SORT, word).to_search()));
        view! {
            <th scope="col" aria-sort=order>
                <a class="sort" href=address data-noscroll="true">{name}</a>
            </th>
        }
    };
    let count = text(move || {
        let shown = shown.with(Vec::len);
        if shown == all {
            texts.all_shown.fill([&all])
        } else {
            texts.shown_of.fill([&shown, &all])
        }
    });
    view! {
        <div class="scroll" tabindex="0" role="group" aria-label=texts.users>
            <table class="list">
                <thead><tr>{head(texts.name, "")}{head(texts.tags, BY_TAGS)}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        <p class="soft count" role="status">{count}</p>
    }
    .into_any()
}

/// The accounts that the address asks for, in its order.
fn chosen(users: &[User], query: &Query) -> Vec<User> {
    let text = query.get(TEXT).unwrap_or_default().to_lowercase();
    let holds = |word: &String| word.to_lowercase().contains(&text);
    let mut chosen: Vec<_> = users
        .iter()
        .filter(|user| holds(&user.name) || user.tags.iter().any(holds))
        .cloned()
        .collect();
    chosen.sort_by_key(|user| user.name.to_lowercase());
    if query.get(SORT) == Some(BY_TAGS) {
        // Accounts without tags, which may do no management, stand last.
        let key = |user: &User| (user.tags.is_empty(), user.tags.join(" "));
        chosen.sort_by_key(key);
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn names(search: &str) -> Vec<String> {
        let user = |name: &str, tags: &[&str]| User {
            name: name.to_owned(),
            tags: tags.iter().map(|&tag| tag.to_owned()).collect(),
            ..User::default()
        };
        let users = [
            user("zoe", &["administrator"]),
            user("app", &[]),
            user("Monitor", &["monitoring"]),
            user("bob", &["management", "monitoring"]),
        ];
        let chosen = chosen(&users, &Query::parse(search));
        chosen.into_iter().map(|user| user.name).collect()
    }

    #[test]
    fn accounts_are_sorted_by_name_or_by_tags() {
        assert_eq!(names(""), ["app", "bob", "Monitor", "zoe"]);
        assert_eq!(names("sort=tags"), ["zoe", "bob", "Monitor", "app"]);
    }

    #[test]
    fn the_text_is_looked_for_in_names_and_tags_whatever_the_case() {
        assert_eq!(names("text=MONITOR"), ["bob", "Monitor"]);
        assert_eq!(names("text=nobody"), [""; 0]);
    }
}
