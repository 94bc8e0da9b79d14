//! Icons: inline SVG of one stroke width, decoration beside a text or a label.

use leptos::prelude::*;

/// Which icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IconName {
    /// A gauge: the overview.
    Overview,
    /// A stack: brokers.
    Brokers,
    /// Arrows outwards: a chart over the full width.
    Widen,
    /// Half a disc: the theme.
    Theme,
    /// A door: sign out.
    SignOut,
    /// A round arrow: refresh now.
    Refresh,
    /// An arrow to the left: earlier.
    Earlier,
    /// An arrow to the right: later.
    Later,
    /// A glass with a plus: less time, more of it.
    ZoomIn,
    /// A glass with a minus: more time.
    ZoomOut,
    /// A wave: meters.
    Meters,
    /// Lines of text: the system log.
    Log,
    /// Two heads: accounts.
    Users,
    /// A frame within a frame: panels in other pages.
    Embedding,
    /// An arrow out of a box: what is shown to others.
    Share,
    /// A folder: the Keystone's project.
    Project,
    /// A heartbeat: health.
    Health,
    /// A glass: search.
    Search,
    /// Three bars: the navigation, where there is no room for it.
    Menu,
    /// Two sheets: copy.
    Copy,
    /// A plug: connections.
    Connections,
    /// Two lanes: channels.
    Channels,
    /// A fork: exchanges.
    Exchanges,
    /// Boxes in a row: queues.
    Queues,
    /// A machine: nodes.
    Nodes,
}

impl IconName {
    fn path(self) -> &'static str {
        match self {
            Self::Overview => "M3 15a7 7 0 1 1 14 0M10 15l3.5-5",
            Self::Brokers => "M3 6l7-3 7 3-7 3zM3 10l7 3 7-3M3 14l7 3 7-3",
            Self::Widen => "M12 3h5v5M17 3l-6 6M8 17H3v-5M3 17l6-6",
            Self::Theme => "M10 3a7 7 0 1 0 0 14zM10 3a7 7 0 0 1 0 14",
            Self::SignOut => "M8 3H4v14h4M8 10h9M14 7l3 3-3 3",
            Self::Refresh => "M16 6.5A7 7 0 1 0 17 10M17 3v4h-4",
            Self::Earlier => "M12 4l-6 6 6 6",
            Self::Later => "M8 4l6 6-6 6",
            Self::Meters => "M2 10h3l2.500-6 4 12 3-8 1.500 2h2",
            Self::Log => "M4 5h12M4 10h12M4 15h8",
            Self::Embedding => "M3 4h14v12H3zM8 9h6v4H8z",
            Self::Users => {
                "M7.500 3.500a3 3 0 1 0 0 6 3 3 0 1 0 0-6M2 16.500a5.500 5.500 0 0 1 11 0M13 4a3 3 0 0 1 0 5.500M15 12.500a5.500 5.500 0 0 1 3 4"
            }
            Self::Share => "M10 12.500v-9M6.500 7l3.500-3.500 3.500 3.500M4 10v6.500h12v-6.500",
            Self::Project => "M2.500 5h5l2 2.500h8v8h-15z",
            Self::Health => {
                "M10 16.500C5 13 2.500 10.500 2.500 7.500a4 4 0 0 1 7.500-2 4 4 0 0 1 7.500 2c0 3-2.500 5.500-7.500 9z"
            }
            Self::Search => "M9 3.500a5.500 5.500 0 1 0 0 11 5.500 5.500 0 1 0 0-11M13 13l4 4",
            Self::Menu => "M3 5h14M3 10h14M3 15h14",
            Self::Connections => "M7 2.500v4M13 2.500v4M5 6.500h10v3a5 5 0 0 1-10 0zM10 14.500v3",
            Self::Channels => "M3 7h12l-3-3M17 13H5l3 3",
            Self::Exchanges => "M3 10h5M8 10l5-5h4M8 10l5 5h4M8 10h9",
            Self::Queues => "M2.500 6h4v8h-4zM8 6h4v8H8zM13.500 6h4v8h-4z",
            Self::Nodes => "M3 4h14v5H3zM3 11h14v5H3zM6 6.500h.5M6 13.500h.5",
            Self::Copy => "M7 7h9v9H7zM13 7V4H4v9h3",
            Self::ZoomIn => {
                "M9 3.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 1 0 0-11M13 13l4 4M6.5 9h5M9 6.5v5"
            }
            Self::ZoomOut => "M9 3.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 1 0 0-11M13 13l4 4M6.5 9h5",
        }
    }
}

/// An icon, hidden from screen readers.
#[component]
pub fn Icon(
    /// Which one.
    name: IconName,
) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 20 20" aria-hidden="true">
            <path d=name.path() />
        </svg>
    }
}

/// The rabbit.
#[component]
pub fn Logo() -> impl IntoView {
    view! {
        <svg class="logo" viewBox="0 0 32 32" aria-hidden="true">
            <path d="M9.5 15C7 9 7.200 3.500 9.500 2.500c2.500-1 4.500 5 5 10h3c.5-5 2.500-11 5-10C24.800 3.500 25 9 22.500 15c2.500 1.800 4 4.300 4 7 0 4.700-4.700 8-10.500 8S5.500 26.700 5.500 22c0-2.700 1.500-5.200 4-7z" />
            <circle class="eye" cx="12" cy="21" r="1.500" />
            <circle class="eye" cx="20" cy="21" r="1.500" />
            <path class="eye" d="M14.500 24.500h3l-1.500 1.800z" />
        </svg>
    }
}
