//! The switch between languages: a plain form, which works without scripting. The page is loaded
//! again, since the server renders it in the language.

use leptos::prelude::*;

use crate::i18n::catalog;
use crate::reactive::text;
use crate::routes::{href, whereabouts};

/// A button that loads the same page in the other language.
#[component]
pub fn LanguageSwitch() -> impl IntoView {
    let texts = catalog();
    let here = whereabouts();
    view! {
        <form method="post" action=href("/fn/language") class="language">
            <input type="hidden" name="next" value=text(here) />
            <button
                type="submit"
                name="language"
                value=texts.other_language
                class="icon-button word"
                lang=texts.other_language
                title=texts.switch_language
            >
                <span aria-hidden="true">{texts.other_language_name}</span>
                <span class="visually-hidden">{texts.switch_language}</span>
            </button>
        </form>
    }
}
