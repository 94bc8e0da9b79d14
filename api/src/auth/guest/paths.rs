//! Paths of the API and pages of the dashboard that guests use.

/// Issues guest tokens, and describes the one of a request.
pub(crate) const GUEST_TOKENS_PATH: &str = "/v2/rabbit/guest-tokens";
/// Answers what panels show.
pub(super) const PANELS_PATH: &str = "/v2/rabbit/panels";
/// Exchanges a share link's secret for a guest token.
pub(crate) const OPEN_LINK_PATH: &str = "/v2/rabbit/share-links/open";

/// The page that shows a broker as a whole.
pub(super) const OVERVIEW_PAGE: &str = "overview";
/// The page that lists a broker's queues.
pub(super) const QUEUES_PAGE: &str = "queues";
/// The pages that can be context.
pub(super) const SHAREABLE_PAGES: [&str; 2] = [OVERVIEW_PAGE, QUEUES_PAGE];
