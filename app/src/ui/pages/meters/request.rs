//! The request behind the answer, for a shell.

use leptos::prelude::*;

use crate::i18n::catalog;
use crate::ui::components::copy::Copied;

/// A `curl` line with a button to copy it. The token stands in it by a variable's name, as the
/// clients of OpenStack have it: the real one never leaves the server.
#[component]
pub(super) fn Request(
    /// The address.
    address: String,
) -> impl IntoView {
    let texts = catalog();
    let line = command(&address);
    view! {
        <section class="panel request" aria-labelledby="request-title">
            <h2 id="request-title">{texts.request}<span class="unit">{texts.request_lead}</span></h2>
            <Copied labelled_by="request-title" value=Signal::stored(line) rows="3" />
        </section>
    }
    .into_any()
}

/// The line. Whatever stands in the address is percent-encoded: nothing in it means anything to a shell
/// within single quotes.
fn command(address: &str) -> String {
    let quoted = address.replace('\'', "%27");
    format!("curl -s -H \"X-Auth-Token: $OS_TOKEN\" '{quoted}'")
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn nothing_ends_the_quotes() {
        assert_eq!(
            command("http://host/v2/meters/a'b?x=1&y=2"),
            "curl -s -H \"X-Auth-Token: $OS_TOKEN\" 'http://host/v2/meters/a%27b?x=1&y=2'"
        );
    }
}
