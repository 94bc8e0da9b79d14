//! Pages of errors: not found, not allowed, not answering.

use leptos::prelude::*;
use leptos_meta::Title;

use super::icons::Logo;
use crate::error::AppError;
use crate::i18n::catalog;
use crate::polling::reload_on_recovery;
use crate::routes::{self, href};

/// A heading, what happened, and what to do next.
#[component]
pub fn ErrorPage(
    /// The heading.
    #[prop(into)]
    title: String,
    /// What happened.
    #[prop(into)]
    lead: String,
    /// Whether a retry may help: then the page also retries by itself.
    #[prop(default = false)]
    retry: bool,
) -> impl IntoView {
    let texts = catalog();
    if retry {
        reload_on_recovery();
    }
    view! {
        <Title text=title.clone() />
        <section class="notice-page">
            <Logo />
            <h1>{title}</h1>
            <p>{lead}</p>
            <p class="actions">
                // A link to the same page loads it again, with or without scripting.
                {retry.then(|| view! { <a class="button" rel="external" href="">{texts.retry}</a> })}
                <a class="button" href=href(routes::BROKERS)>{texts.to_brokers}</a>
            </p>
        </section>
    }
}

/// The page of an error. On the server it also sets the HTTP status.
pub fn error_page(error: &AppError) -> impl IntoView + use<> {
    let texts = catalog();
    #[cfg(feature = "ssr")]
    crate::server::errors::leave_with_status(error.clone());
    view! { <ErrorPage title=texts.error lead=error.text(texts) retry=true /> }
}
