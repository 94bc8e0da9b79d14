//! Sign in: a plain form, which works without scripting.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use crate::i18n::catalog;
use crate::reactive::{part, text};
use crate::routes::{self, SignInReason, href};
use crate::ui::components::icons::Logo;
use crate::ui::components::language::LanguageSwitch;

/// Where viewers sign in: at a Keystone, with the domain that the form names at first, else with a
/// broker's account. A Leptos context.
#[derive(Clone, Debug)]
pub struct SignInAt(pub Option<String>);

/// Why a sign-in, or a switch to another project, did not come about.
pub fn reason_text(reason: SignInReason, at_keystone: bool) -> String {
    let texts = catalog();
    let keystone = &texts.keystone;
    let text = match reason {
        SignInReason::TooManyAttempts(seconds) => return texts.too_many_attempts.fill([&seconds]),
        SignInReason::Credentials if at_keystone => keystone.wrong_credentials,
        SignInReason::Credentials => texts.wrong_credentials,
        SignInReason::PasswordExpired => keystone.password_expired,
        SignInReason::SecondFactor => keystone.second_factor,
        SignInReason::NoManagementTag if at_keystone => keystone.no_role,
        SignInReason::NoManagementTag => texts.no_management_access,
        SignInReason::Unavailable if at_keystone => keystone.unavailable,
        SignInReason::Unavailable => texts.error_unavailable,
        SignInReason::NoSuchProject => keystone.no_such_project,
        SignInReason::NoProject => keystone.no_project,
        SignInReason::NoRole => keystone.no_role,
    };
    text.to_owned()
}

/// `/sign-in?next=…&error=…&domain=…&project=…`
#[component]
pub fn SignIn() -> impl IntoView {
    let texts = catalog();
    let query = use_query_map();
    let SignInAt(domain) = expect_context();
    let at_keystone = domain.is_some();
    let next = move || query.read().get("next").unwrap_or_default();
    let message = move || {
        let reason = SignInReason::from_query(&query.read().get("error")?)?;
        let text = reason_text(reason, at_keystone);
        Some(view! { <p class="form-error" role="alert">{text}</p> })
    };
    let lead = if at_keystone {
        texts.keystone.sign_in_lead
    } else {
        texts.sign_in_lead
    };
    let domain = domain.map(|first| view! { <Domain first /> });
    // The server alone knows it, and only where an attempt has just failed. What is in a field when
    // scripts take over stays there.
    #[cfg(feature = "ssr")]
    let given = crate::server::given_name::given();
    #[cfg(not(feature = "ssr"))]
    let given = None::<String>;
    let is_given = given.is_some();
    let project = at_keystone.then(|| view! { <Project /> });
    view! {
        <Title text=texts.sign_in />
        <main class="sign-in" id="content">
            <form method="post" action=href("/fn/sign_in")>
                <p class="brand"><Logo /><span>{texts.product}</span></p>
                <h1>{texts.sign_in}</h1>
                <p class="lead">{lead}</p>
                {part(message)}
                <input type="hidden" name="next" value=text(move || routes::checked_next(Some(&next())).to_owned()) />
                {domain}
                <label>
                    {texts.user_name}
                    <input name="user" required value=given autocomplete="username" autocapitalize="none" spellcheck="false" autofocus=!is_given />
                </label>
                <label>
                    {texts.password}
                    <input name="password" type="password" required autocomplete="current-password" autofocus=is_given />
                </label>
                {project}
                <button type="submit" class="button primary">{texts.sign_in}</button>
            </form>
            <LanguageSwitch />
        </main>
    }
    .into_any()
}

/// The account's domain at a Keystone: as it was given before, else the configured one.
#[component]
fn Domain(first: String) -> impl IntoView {
    let query = use_query_map();
    let value = query.read_untracked().get("domain").unwrap_or(first);
    view! {
        <label>
            {catalog().keystone.domain}
            <input name="domain" required value=value autocomplete="organization" autocapitalize="none" spellcheck="false" />
        </label>
    }
    .into_any()
}

/// The project to begin with, which may be left out.
#[component]
fn Project() -> impl IntoView {
    let texts = &catalog().keystone;
    let query = use_query_map();
    let value = query.read_untracked().get("project").unwrap_or_default();
    view! {
        <label>
            {texts.project}
            <input name="project" value=value autocapitalize="none" spellcheck="false" aria-describedby="project-hint" />
            <span class="hint soft" id="project-hint">{texts.project_may_be_left_out}</span>
        </label>
    }
    .into_any()
}
