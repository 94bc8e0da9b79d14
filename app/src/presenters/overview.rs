//! One poll of the overview. The metering API's answer is passed on unread.

use metering::Timestamp;
use metering::dashboard::Dashboard;
use metering::requests::DashboardQuery;

use crate::error::AppError;
use crate::json::RawJson;
use crate::server::errors::app_error;
use crate::server::session::metering_session;
use crate::view_models::time_range::{LONGEST, SHORTEST};

pub(crate) async fn page(
    broker: String,
    since: Option<i64>,
    length: Option<i64>,
    end: Option<i64>,
) -> Result<RawJson<Dashboard>, AppError> {
    let (session, _) = metering_session().await?;
    let query = DashboardQuery {
        broker: Some(broker),
        since: since.map(Timestamp::from_millis),
        length: length.map(|length| length.clamp(SHORTEST, LONGEST)),
        end: end.map(Timestamp::from_millis),
    };
    let text = session.dashboard_text(&query).await;
    text.map(RawJson::new).map_err(|error| app_error(&error))
}
