//! States: a shape, a word and a colour together.

use leptos::prelude::*;

use crate::reactive::text as text_of;
use crate::view_models::level::Level;

/// A state: shape, word and colour.
#[component]
pub fn Pill(
    /// The severity.
    #[prop(into)]
    level: Signal<Level>,
    /// The state's name.
    #[prop(into)]
    text: Signal<String>,
) -> impl IntoView {
    view! {
        <span class=text_of(move || level.get().class().to_owned())>
            <span aria-hidden="true">{text_of(move || level.get().shape().to_owned())}</span>
            {" "}
            {text}
        </span>
    }
}
