//! Closures of few types.
//!
//! Each closure in a view is a type of its own, and for each type the
//! compiler writes the framework's effects, hydration and updates again: some
//! kilobytes of WebAssembly a closure. Behind these few types they are written
//! once. (Measured on the overview: two fifths of the bundle.)

use leptos::prelude::*;
use leptos::reactive::graph::{Subscriber, ToAnySubscriber};
use leptos::text_prop::TextProp;

/// A reactive part of a view.
pub type Part = Box<dyn FnMut() -> AnyView + Send>;

/// A part of a view that is built again when a signal that it reads changes.
pub fn part<V: IntoView + 'static>(view: impl Fn() -> V + Send + 'static) -> Part {
    Box::new(move || view().into_any())
}

/// A text, for content and attributes.
pub fn text(text: impl Fn() -> String + Send + Sync + 'static) -> Signal<String> {
    Signal::derive(text)
}

/// A text that may be missing; a missing attribute is left out.
pub fn maybe(text: impl Fn() -> Option<String> + Send + Sync + 'static) -> Signal<Option<String>> {
    Signal::derive(text)
}

/// The title of a page, for `<Title>`.
///
/// The server writes it into the document's head when the page is rendered and its signals may be gone:
/// there it is read at once.
pub fn page_title(text: impl Fn() -> String + Send + Sync + 'static) -> TextProp {
    if cfg!(feature = "ssr") {
        untrack(text).into()
    } else {
        text.into()
    }
}

/// Runs in the browser, and again whenever what it read has changed.
///
/// On the server: never.
///
/// Once its owner goes, nothing is left of it. The framework itself leaves a name in what an effect
/// has read, until that changes: in a page that mounts and unmounts panels for days, a leak.
pub fn effect(run: impl FnMut() + 'static) {
    fn run_in_browser(mut run: Box<dyn FnMut()>) {
        let effect = Effect::new(move |_: Option<()>| run());
        if cfg!(not(feature = "ssr")) {
            let reader = effect.to_any_subscriber();
            on_cleanup(move || reader.clear_sources(&reader));
        }
    }
    run_in_browser(Box::new(run));
}

/// Calls `then` with every value but the first, when it has become another one.
///
/// On the server: never.
pub fn on_change<T>(value: impl Fn() -> T + 'static, then: impl Fn(&T) + 'static)
where
    T: PartialEq + 'static,
{
    let mut before = None;
    effect(move || {
        let now = value();
        if before.as_ref().is_some_and(|before| *before != now) {
            untrack(|| then(&now));
        }
        before = Some(now);
    });
}

/// Yes or no, for classes.
pub fn flag(flag: impl Fn() -> bool + Send + Sync + 'static) -> Signal<bool> {
    Signal::derive(flag)
}
