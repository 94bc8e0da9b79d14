//! What becomes of a poll's answer: rates, recent history, log lines, rows of the store, snapshot.

use std::collections::BTreeMap;
use std::sync::Arc;

use metering::{BrokerState, EventType, Overview, Timestamp, Vhost};
use tokio::time::Instant;

use super::backfill::started_at;
use super::changes::Change;
use super::persist;
use super::poll::PollResult;
use super::rates::Counters;
use super::record;
use super::task::Collector;
use super::vhosts::sum;
use crate::broker::recent_history::Resource;
use crate::broker::snapshot::{PollData, ScopedOverview};
use crate::http::json::json;
use crate::vhost_set::{VhostSet, VhostSetId};

impl Collector {
    /// Takes in the answer of a poll: rates, recent history, log lines, store, snapshot.
    pub(super) fn accept(&mut self, bucket: i64, now: Timestamp, result: PollResult) {
        let PollResult {
            mut overview,
            nodes,
            versions,
            vhosts,
            backfill,
        } = result;
        let at = now.as_millis();
        let diff = self.previous.compare(&overview, &nodes);
        if diff.restarted {
            self.counters.reset();
            self.vhost_sets.values_mut().for_each(Counters::reset);
        }
        // Only buckets that were skipped on purpose are interpolated, not polls that failed.
        let interpolated = self.last_bucket.filter(|last| {
            let left_out = bucket - last;
            self.health.missed == 0
                && left_out > 1
                && left_out <= 2 * i64::from(self.poll_interval.ticks())
        });
        // The other buckets that get values now.
        let mut filled = Vec::new();
        {
            let mut history = self.broker.history_mut();
            history.open(bucket);
            if let Some(backfill) = backfill {
                filled = history.empty_buckets(bucket);
                backfill.fill(
                    &mut history,
                    &mut self.counters,
                    at,
                    started_at(&nodes, at),
                    &filled,
                );
            }
            overview.drop_samples();
            if let Some(stats) = &mut overview.message_stats {
                self.counters.correct_messages(at, stats);
            }
            if let Some(rates) = &mut overview.churn_rates {
                self.counters.correct_churn(at, rates);
            }
            record::overview(&mut history, bucket, &overview);
            record::nodes(&mut history, bucket, &nodes);
        }
        self.contacted = true;
        self.answered_at = Some(Instant::now());
        overview.observed_at = Some(now);

        self.log_answer(now, &overview);
        self.log_changes(diff.changes);
        let common = common(&overview);
        let scoped = self.scoped_overviews(bucket, now, vhosts.as_deref(), &common);
        if let Some(last) = interpolated {
            self.broker.history_mut().interpolate(last, bucket);
            filled.extend(last + 1..bucket);
        }
        self.last_bucket = Some(bucket);
        self.persist(bucket, filled);
        let poll_data = PollData {
            observed_at: now,
            object_totals: overview.object_totals.clone(),
            overview_json: json(&overview),
            nodes_json: json(&nodes),
            overview: Arc::new(overview),
            nodes: nodes.into(),
            versions: versions.into(),
            common,
            scoped_overviews: scoped,
        };
        self.publish_health(|known| *known = Some(poll_data));
    }

    /// Stores the values of the last poll, and of the other buckets that were filled.
    fn persist(&self, bucket: i64, filled: Vec<i64>) {
        let (last, before) = {
            let history = self.broker.history();
            let rows = |buckets| persist::rows(&self.broker, &history, buckets);
            (rows(vec![bucket]), rows(filled))
        };
        for row in last {
            self.context.store.collect(row);
        }
        if !before.is_empty() {
            // This may be an hour of values: the next tick does not wait for it.
            let store = Arc::clone(&self.context.store);
            self.context.storing.spawn_blocking(move || {
                for row in before {
                    store.collect(row);
                }
            });
        }
    }

    /// The overviews of the requested vhost sets: new ones if the vhosts were read, else the last
    /// ones. Their sums are recorded in the recent history.
    pub(super) fn scoped_overviews(
        &mut self,
        bucket: i64,
        now: Timestamp,
        vhosts: Option<&[Vhost]>,
        common: &Overview,
    ) -> BTreeMap<VhostSetId, ScopedOverview> {
        let wanted = self.broker.recent_vhost_sets.all();
        let is_wanted = |id: VhostSetId| wanted.iter().any(|vhost_set| vhost_set.id == id);
        self.vhost_sets.retain(|&id, _| is_wanted(id));
        let snapshot = self.broker.snapshot();
        let mut scoped = snapshot
            .poll_data
            .as_ref()
            .map(|poll_data| poll_data.scoped_overviews.clone())
            .unwrap_or_default();
        scoped.retain(|&id, _| is_wanted(id));
        let mut history = self.broker.history_mut();
        history.retain_vhost_sets(is_wanted);
        let Some(vhosts) = vhosts else { return scoped };
        for VhostSet { id, vhosts: names } in &wanted {
            let (totals, mut stats) = sum(vhosts, names);
            if let Some(stats) = &mut stats {
                let counters = self.vhost_sets.entry(*id).or_default();
                counters.correct_messages(now.as_millis(), stats);
            }
            record::messages(
                &mut history,
                Resource::VhostSet(*id),
                bucket,
                Some(&totals),
                stats.as_ref(),
            );
            let overview = Overview {
                queue_totals: Some(totals),
                message_stats: stats,
                observed_at: Some(now),
                ..common.clone()
            };
            scoped.insert(
                *id,
                ScopedOverview {
                    observed_at: now,
                    overview_json: json(&overview),
                },
            );
        }
        scoped
    }

    /// Notes that the broker answered, and logs it if it did not before.
    fn log_answer(&mut self, now: Timestamp, overview: &Overview) {
        let (before, since) = (self.health.state, self.health.since);
        let is_first = self.health.last_seen.is_none();
        self.health.answered(now);
        self.broker.set_degraded(false);
        if before == BrokerState::Ok {
            return;
        }
        // While it was silent no list was fetched.
        self.broker.lists.wake.notify_one();
        let version = overview.rabbitmq_version.as_deref().unwrap_or("?");
        tracing::info!(broker = self.broker.name, version, "answers");
        let desc = if is_first {
            format!("The broker answers: RabbitMQ {version}.")
        } else {
            let seconds = (now.as_millis() - since.as_millis()) as f64 / 1000.0;
            format!("The broker answers again, after {seconds:.0} s.")
        };
        let system_log = &self.context.system_log;
        system_log.broker(EventType::BrokerUp, &self.broker.name, desc);
    }

    fn log_changes(&self, changes: Vec<Change>) {
        let (system_log, broker) = (&self.context.system_log, &self.broker.name);
        for Change { event, node, desc } in changes {
            match node {
                Some(node) => system_log.node(event, broker, &node, desc),
                None => system_log.broker(event, broker, desc),
            }
        }
    }
}

/// The part of the overview that every account of the broker may see.
fn common(overview: &Overview) -> Overview {
    Overview {
        rabbitmq_version: overview.rabbitmq_version.clone(),
        management_version: overview.management_version.clone(),
        erlang_version: overview.erlang_version.clone(),
        cluster_name: overview.cluster_name.clone(),
        rates_mode: overview.rates_mode.clone(),
        disable_stats: overview.disable_stats,
        missing: overview.missing.clone(),
        enable_queue_totals: overview.enable_queue_totals,
        product_name: overview.product_name.clone(),
        product_version: overview.product_version.clone(),
        default_queue_type: overview.default_queue_type.clone(),
        cluster_tags: overview.cluster_tags.clone(),
        node_tags: overview.node_tags.clone(),
        exchange_types: overview.exchange_types.clone(),
        observed_at: overview.observed_at,
        ..Overview::default()
    }
}
