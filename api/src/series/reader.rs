//! Reading series: what is older than the recent history from the store, the rest from the recent history.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use metering::Timestamp;
use metering::requests::SeriesColumn;
use metering::series::{Column, Series};
use store::{Aggregate, Range, Store, StoreError};

use crate::broker::broker_state::BrokerHandle;
use crate::broker::meters::{Kind, Meter};
use crate::broker::recent_history::{Resource, TimeGrid, rounded};
use crate::series::query::{HOUR, ResolvedQuery};
use crate::vhost_set::BrokerScope;

/// Which series.
pub(crate) struct SeriesReader<'a> {
    pub(crate) broker: &'a BrokerHandle,
    pub(crate) scope: &'a BrokerScope,
    pub(crate) query: &'a ResolvedQuery,
    /// The nodes that were asked for by name; none: all.
    pub(crate) nodes: Option<&'a [String]>,
    /// The queues and vhosts that were asked for, by path: those that the caller may see.
    pub(crate) objects: &'a [String],
    pub(crate) grid: TimeGrid,
}

/// What the store has of some series: the steps before the recent history's.
#[derive(Default)]
struct Past {
    /// How many steps.
    steps: usize,
    /// The nodes that had samples then.
    nodes: BTreeSet<String>,
    /// By what follows the broker's name in the resource.
    columns: HashMap<(Option<String>, Meter), Aggregate>,
}

impl SeriesReader<'_> {
    /// Reads them. Who sees some vhosts alone sees of their sums what the recent history has: they are formed
    /// while somebody looks, and kept nowhere else.
    ///
    /// Where the store cannot be read, charts of what a recent history can hold go on, behind a gap.
    ///
    /// # Errors
    /// Where the store is needed and cannot be read.
    pub(crate) async fn read(&self, store: &dyn Store) -> Result<Series, StoreError> {
        let steps = self.steps_before_history();
        if steps == 0 || (!self.sees_all() && self.objects.is_empty()) {
            return Ok(self.join(Past::default()));
        }
        match self.before_history(store, steps).await {
            Ok(past) => Ok(self.join(past)),
            Err(error) if steps < self.grid.count && self.is_live() => {
                tracing::debug!(%error, "charts begin with what is in memory");
                Ok(self.join(Past::default()))
            }
            Err(error) => Err(error),
        }
    }

    fn sees_all(&self) -> bool {
        matches!(self.scope, BrokerScope::All)
    }

    /// Whether a recent history that is full has all of it.
    fn is_live(&self) -> bool {
        let TimeGrid { step, count, .. } = self.grid;
        // Whole steps may stick out at both ends.
        step.saturating_mul(count as i64) <= HOUR + 2 * step
    }

    async fn before_history(&self, store: &dyn Store, steps: usize) -> Result<Past, StoreError> {
        let mut past = Past {
            steps,
            ..Past::default()
        };
        self.past_of_objects(store, &mut past).await?;
        if self.sees_all() {
            self.past(store, &mut past).await?;
        }
        Ok(past)
    }

    /// How many steps begin before the recent history does.
    fn steps_before_history(&self) -> usize {
        let history = self.broker.history();
        let TimeGrid { start, step, count } = self.grid;
        let Some(oldest) = history.oldest() else {
            return count;
        };
        let before = (history.start(oldest) - start).max(0) as u64;
        (before.div_ceil(step as u64) as usize).min(count)
    }

    async fn past_of_objects(&self, store: &dyn Store, past: &mut Past) -> Result<(), StoreError> {
        let meters: Vec<_> = self.object_meters().collect();
        if meters.is_empty() {
            return Ok(());
        }
        for path in self.objects {
            let columns = self.columns(store, Some(path), &meters, past.steps).await?;
            past.columns.extend(columns);
        }
        Ok(())
    }

    /// The meters that a queue or a vhost can have.
    fn object_meters(&self) -> impl Iterator<Item = Meter> {
        let meters = self.query.meters.iter().copied();
        meters.filter(|&meter| {
            matches!(meter.kind(), Kind::QueueTotal | Kind::MessageStat)
                || meter == Meter::CONSUMERS
        })
    }

    async fn past(&self, store: &dyn Store, past: &mut Past) -> Result<(), StoreError> {
        let meters = self.query.meters.iter().copied();
        let (of_nodes, of_broker): (Vec<_>, Vec<_>) = meters.partition(|meter| meter.is_of_node());
        if !of_broker.is_empty() && self.query.wants_broker(&self.broker.name) {
            let columns = self.columns(store, None, &of_broker, past.steps).await?;
            past.columns.extend(columns);
        }
        if !of_nodes.is_empty() {
            past.nodes = match self.nodes {
                Some(named) => named.iter().cloned().collect(),
                None => self.nodes_then(store, past.steps).await?,
            };
            for node in &past.nodes {
                let columns = self
                    .columns(store, Some(node), &of_nodes, past.steps)
                    .await?;
                past.columns.extend(columns);
            }
        }
        Ok(())
    }

    /// The nodes that had samples in the first steps.
    async fn nodes_then(
        &self,
        store: &dyn Store,
        steps: usize,
    ) -> Result<BTreeSet<String>, StoreError> {
        let TimeGrid { start, step, .. } = self.grid;
        let (from, to) = (start, start + steps as i64 * step);
        let time = Timestamp::from_millis;
        let name = &self.broker.name;
        let found = store
            .collected_resources(name, time(from), time(to))
            .await?;
        let nodes = found
            .iter()
            .filter_map(|id| id.strip_prefix(name.as_str())?.strip_prefix('/'))
            .filter(|path| !path.contains('/'));
        Ok(nodes.map(str::to_owned).collect())
    }

    /// The first steps of some meters of the broker, or of one of its nodes.
    async fn columns(
        &self,
        store: &dyn Store,
        node: Option<&str>,
        meters: &[Meter],
        steps: usize,
    ) -> Result<impl Iterator<Item = ((Option<String>, Meter), Aggregate)>, StoreError> {
        let columns = store.series(Range {
            resource_id: self.resource_id(node),
            meters: meters.iter().map(|meter| meter.definition()).collect(),
            start: self.grid.start,
            step: self.grid.step,
            count: steps,
        });
        let columns = meters.iter().copied().zip(columns.await?);
        let known = columns.filter_map(|(meter, column)| Some((meter, column?)));
        Ok(known.map(move |(meter, column)| ((node.map(str::to_owned), meter), column)))
    }

    fn resource_id(&self, node: Option<&str>) -> Arc<str> {
        match node {
            None => Arc::clone(&self.broker.resource_id),
            Some(node) => format!("{}/{node}", self.broker.name).into(),
        }
    }

    /// The steps of the store and those of the recent history, in one column each.
    fn join(&self, mut past: Past) -> Series {
        let TimeGrid { start, step, count } = self.grid;
        let mut series = Series {
            step: step as u32,
            timestamps: (0..count as i64).map(|n| start + n * step).collect(),
            columns: Vec::new(),
        };
        let history = self.broker.history();
        let rest = TimeGrid {
            start: start + past.steps as i64 * step,
            count: count - past.steps,
            ..self.grid
        };
        let mut nodes = std::mem::take(&mut past.nodes);
        match self.nodes {
            Some(named) => nodes.extend(named.iter().cloned()),
            None => nodes.extend(history.nodes().map(str::to_owned)),
        }
        let mut add = |meter: Meter, resource: Resource<'_>, path: Option<&str>| {
            let before = past.columns.remove(&(path.map(str::to_owned), meter));
            let since = history.read(resource, meter, rest);
            let Some(whole) = concatenated(before, past.steps, since, rest.count) else {
                return;
            };
            let definition = meter.definition();
            series.columns.push(Column {
                meter: definition.name.into(),
                resource_id: self.resource_id(path).as_ref().into(),
                unit: definition.unit.into(),
                min: self.query.has(SeriesColumn::Min).then_some(whole.min),
                avg: whole.avg,
                max: self.query.has(SeriesColumn::Max).then_some(whole.max),
            });
        };
        for &meter in &self.query.meters {
            let wants_broker = self.query.wants_broker(&self.broker.name);
            match (meter.kind(), self.scope) {
                (Kind::Node, BrokerScope::All) => {
                    for node in &nodes {
                        add(meter, Resource::Node(node), Some(node));
                    }
                }
                (_, BrokerScope::All) if wants_broker => add(meter, Resource::Broker, None),
                (Kind::QueueTotal | Kind::MessageStat, BrokerScope::Only(vhost_set))
                    if wants_broker =>
                {
                    add(meter, Resource::VhostSet(vhost_set.id), None);
                }
                _ => {}
            }
        }
        for path in self.objects {
            for meter in self.object_meters() {
                add(meter, Resource::Object(path), Some(path));
            }
        }
        series
    }
}

/// Two parts as one; a part that is not there is gaps. None where neither is.
fn concatenated(
    before: Option<Aggregate>,
    steps_before: usize,
    since: Option<Aggregate>,
    steps_since: usize,
) -> Option<Aggregate> {
    if steps_before == 0 {
        return since;
    }
    if before.is_none() && since.is_none() {
        return None;
    }
    let mut whole = before.unwrap_or_else(|| gaps(steps_before));
    for value in &mut whole.avg.0 {
        *value = rounded(*value);
    }
    let since = since.unwrap_or_else(|| gaps(steps_since));
    whole.min.0.extend(since.min.0);
    whole.avg.0.extend(since.avg.0);
    whole.max.0.extend(since.max.0);
    Some(whole)
}

fn gaps(count: usize) -> Aggregate {
    let gaps = || metering::series::Values(vec![f64::NAN; count]);
    Aggregate {
        min: gaps(),
        avg: gaps(),
        max: gaps(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use metering::series::Values;

    const GAP: f64 = f64::NAN;

    fn flat(values: &[f64]) -> Aggregate {
        let values = || Values(values.to_vec());
        Aggregate {
            min: values(),
            avg: values(),
            max: values(),
        }
    }

    #[test]
    fn part_without_values_is_a_gap() {
        let both = concatenated(Some(flat(&[1.0])), 1, Some(flat(&[2.0, 3.0])), 2);
        assert_eq!(both, Some(flat(&[1.0, 2.0, 3.0])));
        let gone = concatenated(Some(flat(&[1.0])), 1, None, 2);
        assert_eq!(gone, Some(flat(&[1.0, GAP, GAP])));
        let new = concatenated(None, 1, Some(flat(&[2.0, 3.0])), 2);
        assert_eq!(new, Some(flat(&[GAP, 2.0, 3.0])));
        assert_eq!(concatenated(None, 1, None, 2), None);
    }

    #[test]
    fn means_have_the_decimals_that_a_chart_can_show() {
        let whole = concatenated(Some(flat(&[1.0 / 3.0])), 1, None, 0).expect("a part");
        assert_eq!(whole.avg, Values(vec![0.333]));
    }
}
