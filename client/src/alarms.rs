//! Alarms of Ceilometer's protocol: `/v2/alarms`.

use bytes::Bytes;
use http::Method;
use metering::alarm::{Alarm, AlarmChange, AlarmState};
use serde::Serialize;

use crate::error::ClientError;
use crate::items::Items;
use crate::path;
use crate::query::Query;
use crate::request::json;
use crate::session::Session;

impl Session {
    /// Alarms of this account's project, the last changed first; with the role `admin` all alarms.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn alarms(&self, query: &Query) -> Result<Items<Alarm>, ClientError> {
        self.items(path_of("/v2/alarms", query)).await
    }

    /// An alarm by its id.
    ///
    /// # Errors
    /// [`ClientError::NotFound`] if absent, or another project's; and the others of [`ClientError`].
    pub async fn alarm(&self, alarm_id: &str) -> Result<Alarm, ClientError> {
        self.read(alarm_path(alarm_id)).await
    }

    /// Creates an alarm of a definition: an [`Alarm`], or an object with `name`, `type`, the rule and what else is
    /// not the default.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with 400 for a definition that cannot be used, and the others of [`ClientError`].
    pub async fn create_alarm<T: Serialize + ?Sized>(
        &self,
        definition: &T,
    ) -> Result<Alarm, ClientError> {
        self.post("/v2/alarms".to_owned(), json(definition)?).await
    }

    /// Replaces an alarm by a definition. What it leaves out gets its default.
    ///
    /// # Errors
    /// As [`Self::create_alarm`] and [`Self::alarm`].
    pub async fn replace_alarm<T: Serialize + ?Sized>(
        &self,
        alarm_id: &str,
        definition: &T,
    ) -> Result<(), ClientError> {
        let body = json(definition)?;
        self.change(Method::PUT, alarm_path(alarm_id), body).await
    }

    /// Deletes an alarm and its history.
    ///
    /// # Errors
    /// As [`Self::alarm`].
    pub async fn delete_alarm(&self, alarm_id: &str) -> Result<(), ClientError> {
        self.change(Method::DELETE, alarm_path(alarm_id), Bytes::new())
            .await
    }

    /// The state of an alarm.
    ///
    /// # Errors
    /// As [`Self::alarm`].
    pub async fn alarm_state(&self, alarm_id: &str) -> Result<AlarmState, ClientError> {
        self.read(format!("{}/state", alarm_path(alarm_id))).await
    }

    /// Sets the state of an alarm until it is evaluated.
    ///
    /// # Errors
    /// As [`Self::alarm`].
    pub async fn set_alarm_state(
        &self,
        alarm_id: &str,
        state: AlarmState,
    ) -> Result<(), ClientError> {
        let path = format!("{}/state", alarm_path(alarm_id));
        self.change(Method::PUT, path, json(&state)?).await
    }

    /// Changes of an alarm, the last first.
    ///
    /// # Errors
    /// As [`Self::alarm`].
    pub async fn alarm_history(
        &self,
        alarm_id: &str,
        query: &Query,
    ) -> Result<Items<AlarmChange>, ClientError> {
        let path = format!("{}/history", alarm_path(alarm_id));
        self.items(path_of(&path, query)).await
    }
}

fn alarm_path(alarm_id: &str) -> String {
    format!("/v2/alarms/{}", path::segment(alarm_id))
}

fn path_of(path: &str, query: &Query) -> String {
    let mut parameters = path::parameters();
    query.append_to(&mut parameters);
    path::with(path, parameters)
}
