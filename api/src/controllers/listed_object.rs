//! Objects that no path of a broker leads to: those named `.` or `..`, and those in a vhost of such a
//! name. A URL takes the name for a step, percent-encoded too. The broker is asked for a list, and the
//! object is found in it.

use bytes::Bytes;
use metering::lenient_serde::Objects;
use metering::lists::ListKind;
use metering::{
    Binding, ExchangeDetails, Page, Permission, Policy, TopicPermission, UserDetails, VhostDetails,
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::detail_request::{DetailRequest, is_step, list_if, read};
use crate::broker::{detail_cache::Detail, object_details::ObjectRequest};
use crate::http::error::Error;
use crate::http::json::json;

/// A broker's largest page.
const LARGEST_PAGE: usize = 500;

/// Whether a list is asked for with what costs the broker some effort.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Statistics {
    On,
    Off,
}

/// A whole list, with the permissions of all accounts in all vhosts.
#[derive(Deserialize, Serialize)]
struct WithPermissions<T> {
    rows: Vec<T>,
    permissions: Option<Vec<Permission>>,
    topic_permissions: Option<Vec<TopicPermission>>,
}

impl<T: DeserializeOwned + Serialize> WithPermissions<T> {
    fn read(bodies: &[Vec<u8>]) -> Result<Bytes, serde_json::Error> {
        Ok(json(&Self {
            rows: read::<Objects<T>>(bodies, 0)?.rows,
            permissions: list_if(bodies, 1),
            topic_permissions: list_if(bodies, 2),
        }))
    }
}

/// The rows of a page.
pub(crate) fn rows_of_page<T: DeserializeOwned + Serialize>(
    bodies: &[Vec<u8>],
) -> Result<Bytes, serde_json::Error> {
    Ok(json(&read::<Page<T>>(bodies, 0)?.items))
}

fn rows_of_list<T: DeserializeOwned + Serialize>(
    bodies: &[Vec<u8>],
) -> Result<Bytes, serde_json::Error> {
    Ok(json(&read::<Objects<T>>(bodies, 0)?.rows))
}

impl DetailRequest<'_> {
    /// The path of a vhost's objects of a kind, and what to add to its query to get at most `size` of
    /// them. Of a vhost that a URL takes for a step: a path of all vhosts' objects. Then they are
    /// sorted by vhost, so that those of `.` and `..` are among the first.
    pub(crate) fn path_of_vhost(
        &self,
        kind: &str,
        vhost: &str,
        size: usize,
    ) -> Result<(String, String), Error> {
        if is_step(vhost) {
            let query = format!("page=1&page_size={LARGEST_PAGE}&sort=vhost");
            return Ok((format!("api/{kind}"), query));
        }
        let path = self.path(kind, &[vhost])?;
        Ok((path, format!("page=1&page_size={size}")))
    }

    /// The path of a list with this one in it alone; of a vhost that a URL takes for a step, with
    /// those of the same name in other vhosts.
    pub(crate) fn one_of_list(
        &self,
        kind: &str,
        vhost: &str,
        name: &str,
        statistics: Statistics,
    ) -> Result<String, Error> {
        let (path, query) = self.path_of_vhost(kind, vhost, 1)?;
        // The filters of lists do not mind the case, and names do.
        let pattern = format!("(?-i:^{}$)", regex::escape(name));
        Ok(format!(
            "{path}?{query}&use_regex=true&name={}{}",
            utf8_percent_encode(&pattern, NON_ALPHANUMERIC),
            match statistics {
                Statistics::On => "",
                Statistics::Off => "&disable_stats=true&enable_queue_totals=true",
            }
        ))
    }

    /// The row of a list that is the wanted one.
    pub(crate) async fn row_of<T: DeserializeOwned + Serialize>(
        &self,
        path: String,
        make: fn(&[Vec<u8>]) -> Result<Bytes, serde_json::Error>,
        is_wanted: impl Fn(&T) -> bool,
    ) -> Result<Detail, Error> {
        let mut detail = self
            .fetch(ObjectRequest {
                paths: vec![path],
                needed: 1,
                make,
            })
            .await?;
        let rows: Vec<T> = serde_json::from_slice(&detail.body).unwrap_or_default();
        let row = rows.into_iter().find(is_wanted);
        detail.body = json(&row.ok_or_else(|| self.not_found())?);
        Ok(detail)
    }

    /// A policy.
    pub(crate) async fn policy(
        &self,
        kind: &str,
        vhost: &str,
        name: &str,
    ) -> Result<Detail, Error> {
        if !is_step(vhost) && !is_step(name) {
            return self
                .fetch(ObjectRequest {
                    paths: vec![self.path(kind, &[vhost, name])?],
                    needed: 1,
                    make: |bodies| Ok(json(&read::<Policy>(bodies, 0)?)),
                })
                .await;
        }
        let (path, _) = self.path_of_vhost(kind, vhost, LARGEST_PAGE)?;
        self.row_of(path, rows_of_list::<Policy>, |policy: &Policy| {
            policy.vhost == vhost && policy.name == name
        })
        .await
    }

    /// An exchange with the bindings from it and to it, of the broker's list of all bindings. They are
    /// absent if there is no such list.
    pub(crate) async fn with_bindings(&self, mut detail: Detail) -> Detail {
        let Ok(mut found) = serde_json::from_slice::<ExchangeDetails>(&detail.body) else {
            return detail;
        };
        let Ok(listed) = self.authorized.broker.list(ListKind::Bindings).await else {
            return detail;
        };
        let (rows, exchange) = (&listed.table.rows, &found.exchange);
        let (from, to) = (
            format!("{} ", exchange.name),
            format!(" {} ", exchange.name),
        );
        let (mut source, mut destination) = (Vec::new(), Vec::new());
        for row in rows.all().filter(|&row| rows.vhost(row) == exchange.vhost) {
            // A row's name has all three in it: most rows need not be read.
            let name = rows.name(row);
            if !name.starts_with(&from) && !name.contains(&to) {
                continue;
            }
            let Ok(binding) = serde_json::from_slice::<Binding>(rows.json(row)) else {
                continue;
            };
            let is_to_exchange = binding.destination_type.as_deref() == Some("exchange");
            if is_to_exchange && binding.destination == exchange.name {
                destination.push(binding.clone());
            }
            if binding.source == exchange.name {
                source.push(binding);
            }
        }
        found.bindings_source = Some(source);
        found.bindings_destination = Some(destination);
        detail.stale |= listed.stale;
        detail.body = json(&found);
        detail
    }

    /// A vhost that a URL takes for a step, with its permissions.
    pub(crate) async fn listed_vhost(&self, name: &str) -> Result<Detail, Error> {
        let (mut detail, mut found) = self
            .with_permissions::<VhostDetails>(self.with_samples("api/vhosts"))
            .await?;
        let vhost = found.rows.into_iter().find(|row| row.vhost.name == name);
        let mut vhost = vhost.ok_or_else(|| self.not_found())?;
        if let Some(permissions) = &mut found.permissions {
            permissions.retain(|permission| permission.vhost == name);
        }
        if let Some(permissions) = &mut found.topic_permissions {
            permissions.retain(|permission| permission.vhost == name);
        }
        vhost.permissions = found.permissions;
        vhost.topic_permissions = found.topic_permissions;
        detail.body = json(&vhost);
        Ok(detail)
    }

    /// An account whose name a URL takes for a step, with its permissions.
    pub(crate) async fn listed_user(&self, name: &str) -> Result<Detail, Error> {
        let (mut detail, mut found) = self
            .with_permissions::<UserDetails>(ListKind::Users.path())
            .await?;
        let user = found.rows.into_iter().find(|row| row.user.name == name);
        let mut user = user.ok_or_else(|| self.not_found())?;
        user.user.forget_hash();
        if let Some(permissions) = &mut found.permissions {
            permissions.retain(|permission| permission.user == name);
        }
        if let Some(permissions) = &mut found.topic_permissions {
            permissions.retain(|permission| permission.user == name);
        }
        user.permissions = found.permissions;
        user.topic_permissions = found.topic_permissions;
        detail.body = json(&user);
        Ok(detail)
    }

    async fn with_permissions<T: DeserializeOwned + Serialize>(
        &self,
        list: String,
    ) -> Result<(Detail, WithPermissions<T>), Error> {
        let all = ["api/permissions", "api/topic-permissions"].map(str::to_owned);
        let [permissions, topic_permissions] = all;
        let detail = self
            .fetch(ObjectRequest {
                paths: vec![list, permissions, topic_permissions],
                needed: 1,
                make: WithPermissions::<T>::read,
            })
            .await?;
        // Written by the same type; of what cannot be read back there is nothing.
        let found = serde_json::from_slice(&detail.body).map_err(|_| self.not_found())?;
        Ok((detail, found))
    }
}
