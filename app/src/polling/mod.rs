//! The values that a page shows, and the polls that keep them current.
//!
//! On the server a [`Live`] holds the first answer and nothing moves. In the browser
//! [`start_polling`] polls into it. Components read signals of it and never poll themselves. The
//! address says what the charts show: a range up to now, or a fixed [`TimeRange`].

mod age;
mod browser;
mod initial_dashboard;
mod live;
mod navigation;
mod poll;
mod poll_status;
mod recovery;
mod settings;

pub use crate::view_models::time_range::{LONGEST, RECENT_HISTORY, SHORTEST, Span, TimeRange};
pub use age::age;
pub use browser::{every, is_typed_into, local_offset, now, once, online, visible};
pub use initial_dashboard::InitialDashboard;
pub use live::Live;
pub use navigation::Navigation;
pub use poll::{Poll, backoff, start_polling, start_polling_every};
pub use poll_status::{PollStatus, Updates};
pub use recovery::reload_on_recovery;
pub use settings::{Choices, Chosen, PAUSED, RANGE, REFRESH, Settings};
