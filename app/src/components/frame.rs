//! The frame of every page: navigation beside it, the page in `<main>`.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::icons::{Icon, IconName, Logo};
use super::language::LanguageSwitch;
use super::status::{Level, Pill};
use super::theme::ThemeButton;
use super::time::ZoneButton;
use crate::i18n::catalog;
use crate::reactive::maybe;
use crate::routes::{self, href};
use crate::server_fns::viewer::Viewer;
use crate::viewer::Viewers;

/// The navigation, and the page in it. Where nobody is signed in, the way to the form and back.
#[component]
pub fn Frame(
    /// The page.
    children: Children,
) -> impl IntoView {
    let texts = catalog();
    let viewer = expect_context::<Viewers>();
    let path = use_location().pathname;
    let link = move |address, icon, name| {
        let address = href(address);
        let mine = address.clone();
        let is_here = maybe(move || here(&path.get(), &mine));
        view! {
            <li>
                <a href=address aria-current=is_here>
                    <Icon name=icon />
                    <span class="name">{name}</span>
                </a>
            </li>
        }
    };
    let sign_in = href(&routes::sign_in(Some(&routes::here()), None));
    view! {
        <a class="skip" href="#content" rel="external">
            {texts.skip_to_content}
        </a>
        <div class="frame">
            <header class="side">
                <a class="brand" href=href("/")>
                    <Logo />
                    <span>{texts.product}</span>
                </a>
                <nav aria-label=texts.navigation>
                    <ul>
                        {link(routes::BROKERS, IconName::Brokers, texts.brokers)}
                        {viewer.show(|viewer| view! { <Links viewer /> })}
                    </ul>
                    <ul class="apart">
                        {link(routes::METERS, IconName::Meters, texts.meters)}
                        {link(routes::LOG, IconName::Log, texts.system_log)}
                        {link(routes::USERS, IconName::Users, texts.users)}
                        {link(routes::EMBEDDING, IconName::Embedding, texts.embedding.title)}
                    </ul>
                </nav>
                <div class="account">
                    {viewer.show(|viewer| view! { <Account user=viewer.user /> })}
                    <LanguageSwitch />
                    <ZoneButton />
                    <ThemeButton />
                </div>
            </header>
            <main id="content" tabindex="-1">
                {viewer.or_redirect(sign_in)}
                {children()}
            </main>
        </div>
    }
    .into_any()
}

/// A link a broker.
#[component]
fn Links(viewer: Viewer) -> impl IntoView {
    let texts = catalog();
    let path = use_location().pathname;
    viewer
        .brokers
        .iter()
        .map(|broker| {
            let address = href(&routes::overview(&broker.name));
            let mine = address.clone();
            let is_here = maybe(move || here(&path.get(), &mine));
            let level = Level::from(broker.state);
            let state = match level {
                Level::Good => texts.state_ok,
                Level::Warning => texts.state_stale,
                Level::Bad => texts.state_down,
            };
            view! {
                <li>
                    <a href=address aria-current=is_here>
                        <Icon name=IconName::Overview />
                        <span class="name">{broker.name.clone()}</span>
                        {(level != Level::Good).then(|| view! {
                            <Pill level=Signal::stored(level) text=Signal::stored(state.to_owned()) />
                        })}
                    </a>
                </li>
            }
        })
        .collect_view()
}

/// Who is signed in, and the way out.
#[component]
fn Account(user: String) -> impl IntoView {
    let texts = catalog();
    let initials: String = user.chars().take(2).collect();
    let signed_in_as = texts.signed_in_as.fill([&user]);
    view! {
        <div class="who">
            <span class="avatar" aria-hidden="true">{initials}</span>
            <span class="user" title=signed_in_as>
                <span class="visually-hidden">{signed_in_as.clone()}</span>
                <span aria-hidden="true">{user}</span>
            </span>
            <form method="post" action=href("/fn/sign_out")>
                <button type="submit" class="icon-button" title=texts.sign_out>
                    <Icon name=IconName::SignOut />
                    <span class="visually-hidden">{texts.sign_out}</span>
                </button>
            </form>
        </div>
    }
}

/// `aria-current` of a link to `address` on the page at `path`.
fn here(path: &str, address: &str) -> Option<String> {
    (path.trim_end_matches('/') == address).then(|| "page".to_owned())
}
