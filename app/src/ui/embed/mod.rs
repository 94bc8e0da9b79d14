//! Panels in other pages.
//!
//! The page has a custom element (`server/src/web/embed/embed.js`), and for each one of it
//! [`mount`] puts a panel into a `div`: the same components as the dashboard's, without the
//! router and without an address. What the dashboard reads from its address a panel reads from
//! its attributes, written as a query (`panel=queued-messages&broker=prod&range=1h`), and the
//! viewer's own choices, such as a zoom, change that query where no address shows it.
//!
//! All panels of a page that have their token from the same source poll together: one request a
//! tick, whatever their number ([`panel_poller`]). A panel is built once, from its mount to its
//! unmount: lost connections, ended tokens and restarted servers change its content only, so a zoom
//! or a hidden line survives them.
//!
//! | module | what |
//! |---|---|
//! | `kind` | which panels there are |
//! | [`panel_poller`] | the shared poll of a page's panels, and their token |
//! | `panel` | one panel |
//! | `alarms` | the list of alarms |

mod alarms;
mod kind;
mod panel;
pub mod panel_poller;

use std::cell::RefCell;

use leptos::mount::{UnmountHandle, mount_to};
use leptos::prelude::*;
use leptos::tachys::view::any_view::AnyViewState;
use web_sys::HtmlElement;

pub use kind::{Kind, Subject, height};
pub use panel::HostCallback;

use crate::query::Query;
use panel::PanelRoot;

/// A panel in a page; it is removed when this is dropped.
pub struct Mounted {
    _view: UnmountHandle<AnyViewState>,
    query: ArcRwSignal<Query>,
    /// The attributes as the page last set them.
    given: RefCell<Query>,
}

/// Mounts the panel that the attributes name. Browser only.
pub fn mount(div: HtmlElement, attributes: &str, notify_host: HostCallback) -> Mounted {
    let given = Query::parse(attributes);
    let query = ArcRwSignal::new(given.clone());
    let kept = query.clone();
    let view = mount_to(div, move || {
        view! { <PanelRoot query=RwSignal::from(kept) notify_host /> }.into_any()
    });
    Mounted {
        _view: view,
        query,
        given: RefCell::new(given),
    }
}

impl Mounted {
    /// Applies attributes that have changed. The viewer's other choices stay.
    pub fn update(&self, attributes: &str) {
        let new = Query::parse(attributes);
        let old = self.given.replace(new.clone());
        let query = self.query.get_untracked();
        let changed = query.changed(&old, &new);
        if changed != query {
            self.query.set(changed);
        }
    }
}
