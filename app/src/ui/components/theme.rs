//! The theme: system, light or dark. Stored in a cookie, so that the server renders it.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::icons::{Icon, IconName};
use crate::cookie::CHOICE_MAX_AGE;
use crate::i18n::{Catalog, catalog};
use crate::reactive::{effect, text};
use crate::routes::BasePath;

/// The cookie's name. Not secret: the page's script writes it.
pub const COOKIE: &str = "warren_theme";

/// A theme.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// The system's setting.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// The word in the cookie and in `<html data-theme>`.
    pub fn word(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// Read from the cookie; an unknown word means the system's.
    pub fn from_word(word: &str) -> Self {
        match word {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::System,
        }
    }

    fn next(self) -> Self {
        match self {
            Self::System => Self::Light,
            Self::Light => Self::Dark,
            Self::Dark => Self::System,
        }
    }

    fn label(self, texts: &Catalog) -> &'static str {
        match self {
            Self::System => texts.theme_system,
            Self::Light => texts.theme_light,
            Self::Dark => texts.theme_dark,
        }
    }
}

/// The document's element and its theme. Browser only.
fn root() -> Option<(web_sys::Element, Theme)> {
    let root = document().document_element()?;
    let theme = Theme::from_word(&root.get_attribute("data-theme").unwrap_or_default());
    Some((root, theme))
}

/// Stores a choice in a cookie for a year, if the browser allows it. Browser only.
pub(crate) fn keep_cookie(name: &str, value: &str, base: &BasePath) {
    if let Ok(document) = document().dyn_into::<web_sys::HtmlDocument>() {
        let path = if base.0.is_empty() { "/" } else { &base.0 };
        let cookie = format!("{name}={value}; Path={path}; Max-Age={CHOICE_MAX_AGE}; SameSite=Lax");
        let _ = document.set_cookie(&cookie);
    }
}

/// A button that switches to the next theme.
#[component]
pub fn ThemeButton() -> impl IntoView {
    let texts = catalog();
    let base = use_context::<BasePath>().unwrap_or_default();
    let theme = RwSignal::new(Theme::System);
    effect(move || {
        if let Some((_, kept)) = root() {
            theme.set(kept);
        }
    });
    let switch = move |_| {
        let Some((root, kept)) = root() else { return };
        let next = kept.next();
        theme.set(next);
        // If the browser refuses either, the theme is not kept.
        let _ = root.set_attribute("data-theme", next.word());
        keep_cookie(COOKIE, next.word(), &base);
    };
    view! {
        <button type="button" class="icon-button needs-script" title=text(move || theme.get().label(texts).to_owned()) on:click=switch>
            <Icon name=IconName::Theme />
            <span class="visually-hidden">{text(move || theme.get().label(texts).to_owned())}</span>
        </button>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn every_theme_is_reached_and_read_back() {
        let all = [Theme::System, Theme::Light, Theme::Dark];
        assert_eq!(
            all.map(Theme::next),
            [Theme::Light, Theme::Dark, Theme::System]
        );
        assert_eq!(all.map(|theme| Theme::from_word(theme.word())), all);
        assert_eq!(Theme::from_word("mauve"), Theme::System);
    }
}
