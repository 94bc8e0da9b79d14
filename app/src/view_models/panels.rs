//! What panels in other pages ask for and show.

use metering::dashboard::Dashboard;
use metering::requests::PanelRequest;
use serde::{Deserialize, Serialize};

use super::lists::Group;
use crate::error::AppError;

/// What a panel shows: the metering API's [`PanelAnswer`](metering::dashboard::PanelAnswer), and what is
/// added to it for panels of queues and nodes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PanelPage {
    /// The panel's part of the overview. Flattened as in earlier versions: a page may stay open while
    /// the server is upgraded.
    #[serde(flatten)]
    pub dashboard: Dashboard,
    /// Facts about a queue or a node, in the viewer's language.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Group>,
}

/// The answer to one request, with the JSON of the metering API.
pub type PanelAnswer = Result<PanelPage, AppError>;

/// The body of a POST request. The browser's side of
/// [`fetch_panels`](crate::server_fns::panels::fetch_panels).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PanelRequests {
    /// One request for each answer.
    #[serde(rename = "wants")]
    pub requests: Vec<PanelRequest>,
}

#[cfg(test)]
mod tests {
    use metering::dashboard::{self, PanelError};

    use super::*;
    use crate::json;

    #[test]
    fn each_error_of_the_metering_api_is_read() {
        let reason = "Invalid value".to_owned();
        let argument = None;
        for (error, expected) in [
            (PanelError::Forbidden, AppError::Forbidden),
            (PanelError::UnknownBroker, AppError::UnknownBroker),
            (PanelError::Internal, AppError::Internal),
            (
                PanelError::BadArgument {
                    reason: reason.clone(),
                },
                AppError::BadArgument { argument, reason },
            ),
        ] {
            let text = serde_json::to_string(&dashboard::PanelAnswer::Err(error)).expect("JSON");
            assert_eq!(
                json::read::<PanelAnswer>(&text),
                Ok(Err(expected)),
                "{text}"
            );
        }
    }
}
