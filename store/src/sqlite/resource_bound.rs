//! Collected resources that leave the store before their retention ends.
//!
//! Three kinds leave: those of which nothing is kept any more; queues that RabbitMQ named itself
//! (`amq.gen-…`) an hour after their last sample, since nobody looks for them by name; and, above
//! the bound of [`Options::max_resources`](super::Options), those without a sample for longest.
//! Pinned resources stay.
//!
//! A resource leaves in two steps. First readers and the next polls no longer see it. Then its rows
//! are deleted, a few at a time, its row in `poll_source` last. After a kill in between, the next pass
//! finds the resource again.

use std::collections::{HashSet, VecDeque};
use std::fmt::{self, Display, Formatter};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::catalog::PollSource;
use super::failure::Outcome;
use super::maintenance_context::{MaintenanceContext, ROWS, STEP};
use super::options::Options;
use super::resolution::RESOLUTIONS;
use super::state::put;

/// A resource with a sample within this time counts as live.
const LIVE: Duration = Duration::from_hours(1);
/// How the name of a queue starts that RabbitMQ chose.
const SERVER_NAMED: &str = "amq.gen-";
/// Between two lines of the log about dropped resources.
const REPORTED: Duration = Duration::from_hours(1);
/// Between two passes that start because the bound is exceeded.
const CHECKED: Duration = Duration::from_mins(1);

/// Which collected resources leave, and how far their deletion has come.
#[derive(Debug)]
pub(super) struct ResourceBound {
    max: usize,
    pinned: HashSet<Arc<str>>,
    /// Resources that readers no longer see and whose rows are not all deleted.
    leaving: VecDeque<i64>,
    /// Resources above the bound that the last pass could not drop.
    excess: usize,
    checked: Option<Instant>,
    dropped: Dropped,
    reported: Option<Instant>,
}

/// What left since the last line of the log.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Dropped {
    /// Above the bound.
    over_bound: usize,
    /// Above the bound, and not allowed to leave.
    excess: usize,
    /// Queues that RabbitMQ named, and that are gone.
    server_named: usize,
    max: usize,
}

impl ResourceBound {
    pub(super) fn new(options: &Options) -> Self {
        Self {
            max: options.max_resources,
            pinned: options.pinned_resources.iter().cloned().collect(),
            leaving: VecDeque::new(),
            excess: 0,
            checked: None,
            dropped: Dropped::default(),
            reported: None,
        }
    }

    /// Whether there are more resources than the bound, and a pass could change that.
    pub(super) fn is_exceeded(&mut self, context: &MaintenanceContext<'_>) -> bool {
        if context.catalog.read().poll_source.len() <= self.max + self.excess {
            return false;
        }
        let is_due = self.checked.is_none_or(|at| at.elapsed() > CHECKED);
        if is_due {
            self.checked = Some(Instant::now());
        }
        is_due
    }

    /// One step: more resources leave, or rows of those that left are deleted. Whether there is more to do.
    pub(super) fn step(&mut self, context: &mut MaintenanceContext<'_>, now: i64) -> Outcome<bool> {
        if self.leaving.is_empty() {
            self.choose(context, now)
        } else {
            self.delete(context)
        }
    }

    /// What left since the last report, unless that one was a short time ago.
    pub(super) fn report(&mut self) -> Option<Dropped> {
        let dropped = self.dropped;
        let is_due = self.reported.is_none_or(|at| at.elapsed() > REPORTED);
        let is_empty = dropped.over_bound + dropped.excess + dropped.server_named == 0;
        if !is_due || is_empty {
            return None;
        }
        self.reported = Some(Instant::now());
        self.dropped = Dropped::default();
        Some(dropped)
    }

    fn choose(&mut self, context: &mut MaintenanceContext<'_>, now: i64) -> Outcome<bool> {
        let oldest_kept = context.state.horizons().0[RESOLUTIONS - 1];
        let live = now.saturating_sub(LIVE.as_micros() as i64);
        let contents = context.catalog.read();
        let total = contents.poll_source.len();
        let mut chosen: Vec<Arc<PollSource>> = Vec::new();
        let mut others: Vec<(bool, i64, &Arc<PollSource>)> = Vec::new();
        let mut server_named = 0;
        for poll_source in contents.poll_source.values() {
            let last = poll_source.last().unwrap_or(i64::MIN);
            let is_pinned = self.pinned.contains(&poll_source.resource_id);
            let is_transient = is_server_named(&poll_source.resource_id);
            if last == i64::MIN || last < oldest_kept {
                chosen.push(Arc::clone(poll_source));
            } else if is_transient && !is_pinned && last < live {
                server_named += 1;
                chosen.push(Arc::clone(poll_source));
            } else if !is_pinned && (last < live || is_object(&poll_source.resource_id)) {
                others.push((!is_transient, last, poll_source));
            }
        }
        let over = (total - chosen.len()).saturating_sub(self.max);
        // Transient ones first, then by the last sample.
        others.sort_unstable_by_key(|(stays, last, poll_source)| (*stays, *last, poll_source.id));
        let over_bound = over.min(others.len());
        chosen.extend(
            others
                .iter()
                .take(over_bound)
                .map(|other| Arc::clone(other.2)),
        );
        drop(contents);
        leave(context, &chosen)?;
        self.leaving = chosen.iter().map(|poll_source| poll_source.id).collect();
        self.dropped.over_bound += over_bound;
        self.dropped.server_named += server_named;
        self.dropped.max = self.max;
        if self.excess != over - over_bound {
            self.excess = over - over_bound;
            self.dropped.excess = self.excess;
        }
        Ok(!self.leaving.is_empty())
    }

    fn delete(&mut self, context: &mut MaintenanceContext<'_>) -> Outcome<bool> {
        let started = Instant::now();
        let turn = context.conn.transaction()?;
        // A number that was given once is never given again.
        put(&turn, "polled", context.ingest.next_poll_source())?;
        let mut done = 0;
        for &poll_source in &self.leaving {
            if !delete_rows(&turn, poll_source, started)? {
                break;
            }
            done += 1;
            if started.elapsed() > STEP {
                break;
            }
        }
        turn.commit()?;
        self.leaving.drain(..done);
        Ok(!self.leaving.is_empty())
    }
}

impl Display for Dropped {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self {
            over_bound,
            excess,
            server_named,
            max,
        } = self;
        let mut parts = Vec::new();
        if *server_named > 0 {
            parts.push(format!(
                "Deleted the history of {server_named} queues that RabbitMQ named (amq.gen-…): they \
                 had no sample for an hour. Pin a queue to keep its history."
            ));
        }
        if *over_bound > 0 {
            parts.push(format!(
                "Deleted the history of {over_bound} queues, vhosts, nodes or brokers, those without \
                 a sample for longest: the store keeps {max} (max_resources). Raise max_resources to \
                 keep more."
            ));
        }
        if *excess > 0 {
            parts.push(format!(
                "{excess} resources above the bound of {max} (max_resources) stay: they are pinned \
                 queues, or brokers and nodes that are polled now."
            ));
        }
        f.write_str(&parts.join(" "))
    }
}

/// From now on readers and polls do not see these resources.
fn leave(context: &mut MaintenanceContext<'_>, chosen: &[Arc<PollSource>]) -> Outcome<()> {
    if chosen.is_empty() {
        return Ok(());
    }
    let turn = context.conn.transaction()?;
    {
        // Otherwise roll-ups would be made of them while they are deleted.
        let mut delete =
            turn.prepare_cached("DELETE FROM pending WHERE level = ?1 AND polled = ?2")?;
        for poll_source in chosen {
            for resolution in 1..RESOLUTIONS {
                delete.execute([resolution as i64, poll_source.id])?;
            }
        }
    }
    turn.commit()?;
    context.ingest.forget_poll_sources(chosen);
    let mut contents = context.catalog.write();
    for poll_source in chosen {
        contents.poll_source.remove(&poll_source.id);
    }
    Ok(())
}

/// Deletes rows of a resource until the step's time is over. Whether all are deleted.
fn delete_rows(conn: &Connection, poll_source: i64, started: Instant) -> Outcome<bool> {
    let mut delete = conn.prepare_cached(
        "DELETE FROM polls WHERE level = ?1 AND polled = ?2 AND time IN
         (SELECT time FROM polls WHERE level = ?1 AND polled = ?2 ORDER BY time LIMIT ?3)",
    )?;
    for resolution in 0..RESOLUTIONS as i64 {
        while delete.execute([resolution, poll_source, ROWS])? as i64 == ROWS {
            if started.elapsed() > STEP {
                return Ok(false);
            }
        }
    }
    for sql in [
        "DELETE FROM polled_layouts WHERE polled = ?1",
        "DELETE FROM polled WHERE id = ?1",
    ] {
        conn.prepare_cached(sql)?.execute([poll_source])?;
    }
    Ok(true)
}

/// Whether a resource is a queue or a vhost: `{broker}/{vhost}/{queue}`.
fn is_object(resource_id: &str) -> bool {
    resource_id.split('/').count() > 2
}

/// Whether a resource is a queue that RabbitMQ named.
fn is_server_named(resource_id: &str) -> bool {
    let mut parts = resource_id.splitn(3, '/');
    parts
        .nth(2)
        .is_some_and(|queue| queue.starts_with(SERVER_NAMED))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn server_named_queues_are_known_by_their_name() {
        assert!(is_server_named("prod/%2F/amq.gen-JzTY20BRgKO-HjmUJj0wLg"));
        for other in [
            "prod",
            "prod/rabbit@host",
            "prod/%2F/",
            "prod/%2F/orders",
            "prod/amq.gen-vhost/orders",
            "prod/%2F/of/amq.gen-x",
        ] {
            assert!(!is_server_named(other), "{other}");
        }
    }

    #[test]
    fn brokers_and_nodes_are_no_objects() {
        assert!(!is_object("prod") && !is_object("prod/rabbit@host"));
        assert!(is_object("prod/%2F/") && is_object("prod/a/orders"));
    }
}
