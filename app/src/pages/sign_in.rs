//! Sign in: a plain form, which works without scripting.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use crate::components::icons::Logo;
use crate::components::language::LanguageSwitch;
use crate::i18n::catalog;
use crate::reactive::{part, text};
use crate::routes::{self, SignInReason, href};

/// `/sign-in?next=…&error=…`
#[component]
pub fn SignIn() -> impl IntoView {
    let texts = catalog();
    let query = use_query_map();
    let next = move || query.read().get("next").unwrap_or_default();
    let reason = move || {
        query
            .read()
            .get("error")
            .and_then(|word| SignInReason::from_query(&word))
    };
    let message = move || {
        reason().map(|reason| match reason {
            SignInReason::Credentials => texts.wrong_credentials.to_owned(),
            SignInReason::NoManagementTag => texts.no_management_access.to_owned(),
            SignInReason::TooManyAttempts(seconds) => texts.too_many_attempts.fill([&seconds]),
            SignInReason::Unavailable => texts.error_unavailable.to_owned(),
        })
    };
    view! {
        <Title text=texts.sign_in />
        <main class="sign-in" id="content">
            <form method="post" action=href("/fn/sign_in")>
                <p class="brand"><Logo /><span>{texts.product}</span></p>
                <h1>{texts.sign_in}</h1>
                <p class="lead">{texts.sign_in_lead}</p>
                {part(move || message().map(|message| view! { <p class="form-error" role="alert">{message}</p> }))}
                <input type="hidden" name="next" value=text(move || routes::checked_next(Some(&next())).to_owned()) />
                <label>
                    {texts.user_name}
                    <input name="user" required autocomplete="username" autocapitalize="none" spellcheck="false" autofocus />
                </label>
                <label>
                    {texts.password}
                    <input name="password" type="password" required autocomplete="current-password" />
                </label>
                <button type="submit" class="button primary">{texts.sign_in}</button>
            </form>
            <LanguageSwitch />
        </main>
    }
    .into_any()
}
