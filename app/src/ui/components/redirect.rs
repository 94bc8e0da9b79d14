//! Leads from a page that shows nothing of its own to another one.

use leptos::prelude::*;

/// Leads on to an address of ours, base path and all.
///
/// The server answers with a redirect. In the browser it waits until this page has taken the place of
/// the one before: the router's own component goes on while it is still being built, and then the page
/// before stands there without the signals that it reads, and the next of its updates panics. The way
/// back leads to the page before, not here.
#[component]
pub fn Redirect(
    /// Where to.
    path: String,
) -> impl IntoView {
    #[cfg(feature = "ssr")]
    return view! { <leptos_router::components::Redirect path /> }.into_any();
    #[cfg(not(feature = "ssr"))]
    {
        use leptos_router::NavigateOptions;
        use leptos_router::hooks::use_navigate;

        let navigate = use_navigate();
        crate::reactive::effect(move || {
            let (navigate, path) = (navigate.clone(), path.clone());
            crate::polling::once(0, move || {
                let options = NavigateOptions {
                    // The path has its base already.
                    resolve: false,
                    replace: true,
                    ..NavigateOptions::default()
                };
                navigate(&path, options);
            });
        });
        ().into_any()
    }
}
