//! What a policy's pattern matches: the broker is asked itself, like for an object in full.
//!
//! The lists are no good here: they may be older than the policy, for a long time where they cost
//! much.

use bytes::Bytes;
use metering::lists::Row;
use metering::{Exchange, PolicyDetails, Queue};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::de::DeserializeOwned;

use super::detail_request::{DetailRequest, is_step};
use crate::broker::{detail_cache::Detail, object_details::ObjectRequest};
use crate::http::error::Error;
use crate::http::json::json;
use crate::lists::rows::each;

/// The most matches that are asked for: a broker's largest page.
const MAX_MATCHES: usize = 500;
/// What is asked of a queue.
const QUEUE_COLUMNS: &str = "name,vhost,type,state,messages,policy,operator_policy";
/// What is asked of an exchange.
const EXCHANGE_COLUMNS: &str = "name,vhost,type,policy";

impl DetailRequest<'_> {
    /// A policy with the queues and exchanges that its pattern matches and that it applies to. What
    /// the broker does not answer is absent.
    pub(crate) async fn with_matches(
        &self,
        vhost: &str,
        mut policy: Detail,
        of_operators: bool,
    ) -> Result<Detail, Error> {
        let Ok(mut read) = serde_json::from_slice::<PolicyDetails>(&policy.body) else {
            return Ok(policy);
        };
        let pattern = read.policy.pattern.clone().unwrap_or_default();
        let target = read.policy.apply_to.clone();
        let target = target.as_deref().unwrap_or("all");
        if target != "exchanges" {
            let path = self.matches_path("queues", vhost, &pattern, QUEUE_COLUMNS)?;
            read.matched_queues = self.matches(path, page_of::<Queue>, &mut policy).await;
        }
        // Operators' policies are for queues alone.
        if !of_operators && matches!(target, "exchanges" | "all") {
            let path = self.matches_path("exchanges", vhost, &pattern, EXCHANGE_COLUMNS)?;
            read.matched_exchanges = self.matches(path, page_of::<Exchange>, &mut policy).await;
        }
        let queue_type = match target {
            "classic_queues" => Some("classic"),
            "quorum_queues" => Some("quorum"),
            "streams" => Some("stream"),
            _ => None,
        };
        if let (Some(queue_type), Some(queues)) = (queue_type, &mut read.matched_queues) {
            queues.retain(|queue| queue.queue_type.as_deref() == Some(queue_type));
        }
        // Then the broker was asked for those of all vhosts.
        if is_step(vhost) {
            if let Some(queues) = &mut read.matched_queues {
                queues.retain(|queue| queue.vhost == vhost);
            }
            if let Some(exchanges) = &mut read.matched_exchanges {
                exchanges.retain(|exchange| exchange.vhost == vhost);
            }
        }
        policy.body = json(&read);
        Ok(policy)
    }

    /// The rows of a path; the answer is stale where they are.
    async fn matches<T: DeserializeOwned>(
        &self,
        path: String,
        make: fn(&[Vec<u8>]) -> Result<Bytes, serde_json::Error>,
        policy: &mut Detail,
    ) -> Option<Vec<T>> {
        let wanted = ObjectRequest {
            paths: vec![path],
            needed: 0,
            make,
        };
        let found = self.fetch(wanted).await.ok()?;
        policy.stale |= found.stale;
        serde_json::from_slice(&found.body).ok()?
    }

    /// The path of a page of all whose names a pattern matches. Policies mind the case, and the
    /// filters of lists do not.
    fn matches_path(
        &self,
        kind: &str,
        vhost: &str,
        pattern: &str,
        columns: &str,
    ) -> Result<String, Error> {
        let pattern = format!("(?-i:{pattern})");
        let (path, query) = self.path_of_vhost(kind, vhost, MAX_MATCHES)?;
        Ok(format!(
            "{path}?{query}&use_regex=true&name={}&columns={columns}&enable_queue_totals=true",
            utf8_percent_encode(&pattern, NON_ALPHANUMERIC)
        ))
    }
}

/// The rows of a page as JSON; `null` if the answer is not a page. A broker before 3.6 knows no pages: it would
/// give the rows that do not match too.
#[expect(
    clippy::unnecessary_wraps,
    reason = "the readers of other details can fail"
)]
fn page_of<T: Row>(bodies: &[Vec<u8>]) -> Result<Bytes, serde_json::Error> {
    let mut rows: Vec<T> = Vec::new();
    let body = bodies.first().filter(|body| !body.is_empty());
    let info = body.map(|body| each(body, &mut |row: T| rows.push(row)));
    let is_page = matches!(info, Some(Ok(info)) if info.page_count.is_some());
    Ok(json(&is_page.then_some(rows)))
}
