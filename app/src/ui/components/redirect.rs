//! Redirects from a page that shows nothing to another one.

use leptos::prelude::*;

/// Redirects to an address of the dashboard, with the base path.
///
/// The server answers with a redirect. In the browser it waits until this page has replaced the
/// previous one. The router's own component does not wait: the previous page is still mounted then, but
/// its signals are disposed, and its next update panics. The back button skips this page.
#[component]
pub fn Redirect(
    /// The target.
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
