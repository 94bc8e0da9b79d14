//! The start: straight to the broker where there is one, else to the list.

use leptos::prelude::*;
use leptos_router::components::Redirect;

use crate::routes;
use crate::viewer::Viewers;

/// `/`
#[component]
pub fn Start() -> impl IntoView {
    let viewer = expect_context::<Viewers>();
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                viewer.0.await.ok().map(|viewer| {
                    let path = match viewer.brokers.as_slice() {
                        [only] => routes::overview(&only.name),
                        _ => routes::BROKERS.to_owned(),
                    };
                    view! { <Redirect path=routes::href(&path) /> }
                })
            })}
        </Suspense>
    }
}
