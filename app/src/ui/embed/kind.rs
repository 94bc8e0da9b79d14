//! Which panels there are: [`metering::panel`], and the room that each takes.

pub use metering::panel::{Panel as Kind, Subject};

/// The height in pixels that is reserved for a panel if the page sets none, so that nothing moves
/// when it loads.
pub const fn height(kind: Kind) -> u32 {
    match kind {
        Kind::Overview => 1_100,
        Kind::Tiles => 128,
        Kind::QueuedMessages | Kind::MessageRates | Kind::Objects | Kind::Churn => 340,
        kind if kind.is_facts() => 640,
        kind if kind.is_of_object() => 340,
        Kind::ChurnTotals | Kind::About => 280,
        _ => 200,
    }
}
