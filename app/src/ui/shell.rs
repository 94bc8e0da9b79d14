//! The HTML document around the app.

use std::sync::LazyLock;

use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::MetaTags;

use super::components::theme::{self, Theme};
use crate::App;
use crate::cookie::read_cookie;
use crate::error::ArgumentErrors;
use crate::i18n::{catalog, language, negotiate};
use crate::server::context::AppContext;
use crate::server::texts;
use crate::server_fns::arguments::bad_argument;

/// The theme that the viewer's cookie asks for.
fn kept_theme() -> Theme {
    read_cookie(theme::COOKIE).map_or(Theme::System, |word| Theme::from_word(&word))
}

/// What of the page's script is the same for every page.
static START: LazyLock<String> = LazyLock::new(|| without_comments(include_str!("shell/start.js")));

/// The script before the style sheet, so that it does not wait for it.
static ARRIVING: LazyLock<String> =
    LazyLock::new(|| without_comments(include_str!("shell/arriving.js")));

/// A script without its comments, indents and empty lines.
fn without_comments(script: &str) -> String {
    let lines = script.lines().map(str::trim);
    let code = lines.filter(|line| !line.is_empty() && !line.starts_with("//"));
    code.collect::<Vec<_>>().join("\n")
}

/// The script that hydrates the page. `texts` is the address of the texts of its language, for a
/// language that the bundle does not hold.
fn start(script: &str, module: &str, texts: Option<&str>) -> String {
    let texts = texts.map_or_else(|| "null".to_owned(), |texts| format!("'{texts}'"));
    let failure = serde_json::to_string(catalog().page_failed).unwrap_or_default();
    format!(
        "const script='{script}',module='{module}',texts={texts},failure={failure};\n{}",
        *START
    )
}

/// The document: head, hydration script with the answer's nonce, and the app in the body.
pub fn shell(context: &AppContext) -> impl IntoView + use<> {
    let base = context.base_path.to_string();
    let keystone = context.keystone.as_deref().map(str::to_owned);
    let bundle = context.bundle.clone();
    let style = format!("{base}/pkg/{}", bundle.style);
    let script = format!("{base}/pkg/{}", bundle.script);
    let module = format!("{base}/pkg/{}", bundle.module);
    let language = language();
    let texts = texts::file(language).map(|file| format!("{base}/pkg/{}", file.name));
    let start = start(&script, &module, texts.as_deref());
    let texts = texts.map(|texts| {
        view! { <link rel="preload" href=texts r#as="fetch" crossorigin="anonymous" /> }
    });
    view! {
        <!DOCTYPE html>
        <html lang=language.tag() data-theme=kept_theme().word() data-base-path=base data-keystone=keystone>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Cpath fill='%23c25400' d='M9.500 15C7 9 7.200 3.500 9.500 2.500c2.500-1 4.500 5 5 10h3c.5-5 2.500-11 5-10C24.800 3.500 25 9 22.500 15c2.500 1.800 4 4.300 4 7 0 4.700-4.700 8-10.500 8S5.500 26.700 5.500 22c0-2.700 1.500-5.200 4-7z'/%3E%3C/svg%3E" />
                <script nonce=use_nonce()>{ARRIVING.as_str()}</script>
                <link rel="stylesheet" href=style />
                {texts}
                <script type="module" nonce=use_nonce()>{start}</script>
                <MetaTags />
            </head>
            <body>
                <App base_path=base.clone() keystone=keystone.clone() />
            </body>
        </html>
    }
}

impl AppContext {
    /// Provides the contexts of a request: this one, the language, and the finder of bad arguments.
    pub fn provide(&self) {
        provide_context(self.clone());
        provide_context(ArgumentErrors(bad_argument));
        negotiate::provide_language();
    }
}
