//! The request behind the answer, for a shell.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::i18n::catalog;
use crate::reactive::text;

/// A `curl` line with a button to copy it. The token stands in it by a variable's name, as the
/// clients of OpenStack have it: the real one never leaves the server.
#[component]
pub(super) fn Request(
    /// The address.
    address: String,
) -> impl IntoView {
    let texts = catalog();
    let line = command(&address);
    let is_copied = RwSignal::new(false);
    let field = NodeRef::<leptos::html::Textarea>::new();
    let copy = move |_| {
        let Some(field) = field.get_untracked() else {
            return;
        };
        field.select();
        let document = document().dyn_into::<web_sys::HtmlDocument>();
        // The clipboard's newer interface is not there without TLS, where this often stands.
        let copied = document.is_ok_and(|document| document.exec_command("copy").unwrap_or(false));
        is_copied.set(copied);
    };
    view! {
        <section class="panel request" aria-labelledby="request-title">
            <h2 id="request-title">{texts.request}<span class="unit">{texts.request_lead}</span></h2>
            <div class="copied">
                <textarea node_ref=field readonly rows="3" spellcheck="false" aria-labelledby="request-title">{line}</textarea>
                <button type="button" class="button needs-script" on:click=copy>{texts.copy}</button>
                <span class="soft" role="status">
                    {text(move || if is_copied.get() { texts.copied } else { "" }.to_owned())}
                </span>
            </div>
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
