//! The HTML document around the app.

use http::header::COOKIE;
use http::request::Parts;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::MetaTags;

use crate::App;
use crate::components::theme::{self, Theme};
use crate::i18n::language;
use crate::ssr::{AppContext, texts};

/// The theme that the viewer's cookie asks for.
fn kept_theme() -> Theme {
    let cookies = use_context::<Parts>().and_then(|parts| {
        let cookies = parts.headers.get(COOKIE)?.to_str().ok()?;
        let of_theme = |pair: &str| {
            pair.trim()
                .strip_prefix(theme::COOKIE)?
                .strip_prefix('=')
                .map(str::to_owned)
        };
        cookies.split(';').find_map(of_theme)
    });
    cookies.map_or(Theme::System, |word| Theme::from_word(&word))
}

/// The script that brings the page to life: with the texts of its language beside the bundle, where
/// that does not hold them. Without them it goes on in English, which is better than not at all.
///
/// It begins when the page has been drawn: what is to be read is there at once, and does not share
/// the processor with the compiling of the module. Pages that nobody draws wait for half a second.
fn start(script: &str, wasm: &str, texts: Option<&str>) -> String {
    let fetch = texts.map_or_else(
        || "undefined".to_owned(),
        |texts| format!("fetch('{texts}').then(r => r.ok ? r.text() : undefined, () => undefined)"),
    );
    format!(
        "const drawn = new Promise(done => {{requestAnimationFrame(() => setTimeout(done)); setTimeout(done, 500)}});\
         Promise.all([{fetch}, drawn]).then(([texts]) => import('{script}').then(m => \
         m.default({{module_or_path: '{wasm}'}}).then(() => m.hydrate(texts))))"
    )
}

/// The document: head, hydration script with the answer's nonce, and the app in the body.
pub fn shell(context: &AppContext) -> impl IntoView + use<> {
    let base = context.base_path.to_string();
    let keystone = context.keystone.as_deref().map(str::to_owned);
    let bundle = context.bundle.clone();
    let style = format!("{base}/pkg/{}", bundle.style);
    let script = format!("{base}/pkg/{}", bundle.script);
    let wasm = format!("{base}/pkg/{}", bundle.wasm);
    let language = language();
    let texts = texts::file(language).map(|file| format!("{base}/pkg/{}", file.name));
    let start = start(&script, &wasm, texts.as_deref());
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
                <link rel="stylesheet" href=style />
                <link rel="modulepreload" href=script nonce=use_nonce() />
                <link rel="preload" href=wasm r#as="fetch" r#type="application/wasm" crossorigin="anonymous" />
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
