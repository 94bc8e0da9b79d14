//! The frame of every page: navigation beside it, the page in `<main>`.

use leptos::prelude::*;

use super::alarm_bar::AlarmBar;
use super::icons::{Icon, IconName, Logo};
use super::keys;
use super::language::LanguageSwitch;
use super::links::{carry_choices, spare_percent_signs};
use super::navigation::{Navigation, Switcher, shown_broker};
use super::palette::Palette;
use super::sheet::Sheet;
use super::theme::ThemeButton;
use super::time::ZoneButton;
use super::viewer::Viewers;
use crate::i18n::catalog;
use crate::routes::{self, href};

/// The navigation and the page. Without a session it redirects to the sign-in form.
///
/// On narrow screens the navigation is a popover with a button; the browser opens and closes it, with
/// and without scripting.
#[component]
pub fn Frame(
    /// The page.
    children: Children,
) -> impl IntoView {
    let texts = catalog();
    let viewer = expect_context::<Viewers>();
    let broker = shown_broker();
    let palette = RwSignal::new(false);
    let sheet = RwSignal::new(false);
    keys::listen(palette, sheet);
    let carry = carry_choices();
    let sign_in = href(&routes::sign_in(Some(&routes::here()), None));
    view! {
        <a class="skip" href="#content" rel="external">
            {texts.skip_to_content}
        </a>
        <div
            class="frame"
            on:click=move |event| {
                spare_percent_signs(&event);
                carry(&event);
            }
            on:auxclick=move |event| carry(&event)
        >
            <header class="side">
                <a class="brand" href=href("/")>
                    <Logo />
                    <span>{texts.product}</span>
                </a>
                {viewer.show(move |viewer| view! { <Switcher viewer broker /> })}
                <button
                    type="button"
                    class="search-button needs-script"
                    title=texts.search.key_search
                    on:click=move |_| palette.set(true)
                >
                    <Icon name=IconName::Search />
                    <span>{texts.search.search}</span>
                    <kbd aria-hidden="true">{texts.search.keys_search}</kbd>
                </button>
                <button type="button" class="icon-button menu-button" popovertarget="menu" title=texts.navigation>
                    <Icon name=IconName::Menu />
                    <span class="visually-hidden">{texts.navigation}</span>
                </button>
                <div class="menu" id="menu" popover="auto">
                    <Navigation broker />
                    <div class="account">
                        {viewer.show(|viewer| view! { <Account user=viewer.user /> })}
                        <LanguageSwitch />
                        <ZoneButton />
                        <ThemeButton />
                        <button
                            type="button"
                            class="icon-button word needs-script"
                            title=texts.search.keyboard
                            on:click=move |_| sheet.set(true)
                        >
                            <span aria-hidden="true">"?"</span>
                            <span class="visually-hidden">{texts.search.keyboard}</span>
                        </button>
                    </div>
                </div>
            </header>
            // A browser's translation replaces elements that the next tick writes to, so it is
            // switched off. The pages have languages of their own.
            <main id="content" tabindex="-1" translate="no">
                {viewer.or_redirect(sign_in)}
                {viewer.show(|viewer| view! { <AlarmBar viewer /> })}
                {children()}
            </main>
        </div>
        <Palette is_open=palette broker />
        <Sheet is_open=sheet />
    }
    .into_any()
}

/// The signed-in account and the sign-out button.
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
