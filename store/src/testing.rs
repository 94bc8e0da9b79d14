//! A store for tests: all in memory, every answer by the plain reading of the trait.
//!
//! It is what the real store is held against, so it is slow and short rather than clever.

mod kept_sample;
mod naive_alarms;
mod naive_alerts;
mod naive_log;
mod naive_statistics;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use metering::event::Event;
use metering::meter::Definition;
use metering::requests::{AlertHistoryQuery, LogQuery, Order};
use metering::series::Values;
use metering::telemetry::{Meter, Resource, Sample, Statistics};
use metering::{AlertChange, Timestamp};

use crate::Store;
use crate::alert::{AlertRow, AlertScope, AlertWrite, Notification};
use crate::error::StoreError;
use crate::event::{EventCursor, EventQuery};
use crate::filter::Filter;
use crate::matcher::{Matcher, compare_fields};
use crate::page::Page;
use crate::query::{
    Aggregate, ByResource, LogPage, MeterQuery, Range, ResourceQuery, SampleQuery, StatisticsQuery,
};
use crate::sample::{Collected, LogRecord, Posted, meter_id};
use kept_sample::KeptSample;
use naive_alerts::NaiveAlerts;
use naive_statistics::{field_of, group_value, statistics_of};

/// All in memory, nothing forgotten, nothing indexed.
#[derive(Debug, Default)]
pub struct NaiveStore(Mutex<NaiveState>);

#[derive(Debug, Default)]
struct NaiveState {
    /// In the order in which they came.
    samples: Vec<Sample>,
    /// Which of them were collected.
    collected: BTreeSet<String>,
    /// The polls that these came with: when, of what, and whose.
    polls: BTreeSet<(Timestamp, Arc<str>, Option<Arc<str>>)>,
    log: Vec<LogRecord>,
    kv_writes: BTreeMap<(&'static str, String), String>,
    alarms: naive_alarms::NaiveAlarms,
    alerts: NaiveAlerts,
}

impl NaiveStore {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    fn kept(&self) -> MutexGuard<'_, NaiveState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl NaiveState {
    fn next_id(&self) -> String {
        format!("00000000-0000-8000-8000-{:012x}", self.samples.len())
    }

    /// The samples that pass, the oldest first; of one time the first come first.
    fn passing(&self, filter: &Filter) -> Result<Vec<&Sample>, StoreError> {
        let matcher = Matcher::new(filter)?;
        let passes = |sample: &&Sample| {
            matcher.admits(&KeptSample {
                sample,
                is_collected: self.collected.contains(&sample.id),
            })
        };
        let mut found: Vec<_> = self.samples.iter().filter(passes).collect();
        found.sort_by_key(|sample| sample.timestamp);
        Ok(found)
    }
}

#[async_trait]
impl Store for NaiveStore {
    async fn post(&self, samples: Vec<Posted>) -> Result<Vec<Sample>, StoreError> {
        let mut kept = self.kept();
        let first = kept.samples.len();
        for posted in samples {
            let id = kept.next_id();
            kept.samples.push(posted.into_sample(id));
        }
        Ok(kept.samples[first..].to_vec())
    }

    fn collect(&self, collected: Collected) {
        let mut kept = self.kept();
        let poll = (
            collected.timestamp,
            Arc::clone(&collected.resource_id),
            collected.project_id.clone(),
        );
        if !kept.polls.insert(poll) {
            return;
        }
        for (meter, value) in collected
            .values
            .iter()
            .filter(|(_, value)| value.is_finite())
        {
            let id = kept.next_id();
            kept.collected.insert(id.clone());
            kept.samples.push(collected.sample(id, meter, *value));
        }
    }

    async fn samples(&self, query: SampleQuery) -> Result<Vec<Sample>, StoreError> {
        let kept = self.kept();
        let mut found = kept.passing(&query.filter)?;
        found.reverse();
        found.sort_by(|a, b| {
            let by = |order: &Order| {
                let ordering = compare_fields(field_of(a, &order.field), field_of(b, &order.field));
                if order.descending {
                    ordering.reverse()
                } else {
                    ordering
                }
            };
            let first = query.order.iter().map(by).find(|ordering| ordering.is_ne());
            first.unwrap_or(std::cmp::Ordering::Equal)
        });
        found.truncate(query.limit as usize);
        Ok(found.into_iter().cloned().collect())
    }

    async fn posted_since(&self, project: &str, since: Timestamp) -> Result<u64, StoreError> {
        let kept = self.kept();
        let posted = kept.samples.iter().filter(|sample| {
            sample.project_id.as_deref() == Some(project)
                && sample.recorded_at >= since
                && !kept.collected.contains(&sample.id)
        });
        Ok(posted.count() as u64)
    }

    async fn sample(&self, id: &str, within: Filter) -> Result<Option<Sample>, StoreError> {
        let kept = self.kept();
        let found = kept.passing(&within)?;
        Ok(found.into_iter().find(|sample| sample.id == id).cloned())
    }

    async fn meters(&self, query: MeterQuery) -> Result<Vec<Meter>, StoreError> {
        let kept = self.kept();
        let mut rows = BTreeMap::new();
        for sample in kept.passing(&query.filter)? {
            let name = sample.meter.clone();
            // The youngest sample comes last, and stays.
            let (key, row) = if query.unique {
                let row = Meter {
                    meter_id: meter_id(None, &name),
                    name: name.clone(),
                    meter_type: sample.meter_type,
                    unit: sample.unit.clone(),
                    resource_id: None,
                    project_id: None,
                    user_id: None,
                    source: None,
                };
                ((name, String::new(), "", String::new()), row)
            } else {
                let row = Meter {
                    meter_id: meter_id(Some(&sample.resource_id), &name),
                    name: name.clone(),
                    meter_type: sample.meter_type,
                    unit: sample.unit.clone(),
                    resource_id: Some(sample.resource_id.clone()),
                    project_id: sample.project_id.clone(),
                    user_id: sample.user_id.clone(),
                    source: sample.source.clone(),
                };
                let kind = sample.meter_type.as_str();
                (
                    (name, sample.resource_id.clone(), kind, sample.unit.clone()),
                    row,
                )
            };
            rows.insert(key, row);
        }
        Ok(rows.into_values().take(query.limit as usize).collect())
    }

    async fn resources(&self, query: ResourceQuery) -> Result<Vec<ByResource>, StoreError> {
        let kept = self.kept();
        let mut rows: BTreeMap<String, Vec<&Sample>> = BTreeMap::new();
        for sample in kept.passing(&query.filter)? {
            rows.entry(sample.resource_id.clone())
                .or_default()
                .push(sample);
        }
        let rows = rows.into_iter().take(query.limit as usize);
        Ok(rows
            .map(|(resource_id, samples)| {
                let last = samples[samples.len() - 1];
                let meters: BTreeSet<Arc<str>> = samples
                    .iter()
                    .map(|sample| sample.meter.as_str().into())
                    .collect();
                ByResource {
                    resource: Resource {
                        resource_id,
                        project_id: last.project_id.clone(),
                        user_id: last.user_id.clone(),
                        first_sample_timestamp: Some(samples[0].timestamp),
                        last_sample_timestamp: Some(last.timestamp),
                        metadata: last.metadata.clone(),
                        source: last.source.clone(),
                        links: Vec::new(),
                    },
                    meters: meters.into_iter().collect(),
                }
            })
            .collect())
    }

    async fn statistics(&self, query: StatisticsQuery) -> Result<Vec<Statistics>, StoreError> {
        let kept = self.kept();
        let samples = kept.passing(&query.filter)?;
        let Some(first) = samples.first() else {
            return Ok(Vec::new());
        };
        let origin = query.from.unwrap_or(first.timestamp).as_micros();
        let period = query.period_micros();
        let mut rows: BTreeMap<_, Vec<&Sample>> = BTreeMap::new();
        for sample in samples {
            let number = period.map_or(0, |period| {
                (sample.timestamp.as_micros() - origin).div_euclid(period)
            });
            let group: Vec<_> = query
                .groupby
                .iter()
                .map(|by| group_value(by, sample))
                .collect();
            rows.entry((group, number, sample.unit.clone()))
                .or_default()
                .push(sample);
        }
        let rows = rows.into_iter();
        Ok(rows
            .map(|((group, number, unit), samples)| {
                let mut row = statistics_of(&samples, &query.functions);
                row.unit = Some(unit);
                if let Some(period) = period {
                    let start = origin + number * period;
                    row.period = query.period;
                    row.period_start = Timestamp::from_micros(start);
                    row.period_end = Timestamp::from_micros(start.saturating_add(period));
                }
                if !query.groupby.is_empty() {
                    let names = query.groupby.iter().map(|by| by.name().into_owned());
                    row.groupby = Some(names.zip(group).collect());
                }
                row
            })
            .collect())
    }

    async fn series(&self, range: Range) -> Result<Vec<Option<Aggregate>>, StoreError> {
        let kept = self.kept();
        let column = |meter: &&'static Definition| {
            let mut steps = vec![Vec::new(); range.count];
            for sample in &kept.samples {
                let step = (sample.timestamp.as_millis() - range.start).div_euclid(range.step);
                let is_ours = sample.meter == meter.name
                    && *sample.resource_id == *range.resource_id
                    && kept.collected.contains(&sample.id);
                if is_ours && let Some(step) = steps.get_mut(step as usize) {
                    step.push(sample.volume);
                }
            }
            let of = |by: fn(&[f64]) -> f64| {
                let values = steps
                    .iter()
                    .map(|step| (!step.is_empty()).then(|| by(step)));
                values.collect::<Values>()
            };
            steps
                .iter()
                .any(|step| !step.is_empty())
                .then(|| Aggregate {
                    min: of(|step| step.iter().copied().fold(f64::INFINITY, f64::min)),
                    avg: of(naive_statistics::mean),
                    max: of(|step| step.iter().copied().fold(f64::NEG_INFINITY, f64::max)),
                })
        };
        Ok(range.meters.iter().map(column).collect())
    }

    async fn collected_resources(
        &self,
        broker: &str,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Arc<str>>, StoreError> {
        let kept = self.kept();
        let of_broker = |id: &str| {
            let rest = id.strip_prefix(broker);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let found = kept.samples.iter().filter(|sample| {
            kept.collected.contains(&sample.id)
                && of_broker(&sample.resource_id)
                && (from..to).contains(&sample.timestamp)
        });
        let found: BTreeSet<Arc<str>> = found.map(|s| s.resource_id.as_str().into()).collect();
        Ok(found.into_iter().collect())
    }

    fn log(&self, record: LogRecord) {
        self.kept().log.push(record);
    }

    async fn events_page(
        &self,
        query: Arc<EventQuery>,
        _: EventCursor,
    ) -> Result<Page<Event, EventCursor>, StoreError> {
        let rows = naive_log::events(&self.kept().log, &query);
        Ok(Page { rows, next: None })
    }

    fn log_generation(&self) -> u64 {
        self.kept().log.len() as u64
    }

    async fn logs(
        &self,
        query: LogQuery,
        brokers: Option<Vec<String>>,
    ) -> Result<LogPage, StoreError> {
        Ok(naive_log::page(
            &self.kept().log,
            &query,
            brokers.as_deref(),
        ))
    }

    async fn put_kv(
        &self,
        area: &'static str,
        key: String,
        text: Option<String>,
    ) -> Result<(), StoreError> {
        let kv_writes = &mut self.kept().kv_writes;
        match text {
            Some(text) => kv_writes.insert((area, key), text),
            None => kv_writes.remove(&(area, key)),
        };
        Ok(())
    }

    async fn list_kv(&self, area: &'static str) -> Result<Vec<(String, String)>, StoreError> {
        let kept = self.kept();
        let kv_writes = kept.kv_writes.iter().filter(|((of, _), _)| *of == area);
        Ok(kv_writes
            .map(|((_, key), text)| (key.clone(), text.clone()))
            .collect())
    }

    async fn write_alerts(&self, write: AlertWrite) -> Result<(), StoreError> {
        self.kept().alerts.write(write);
        Ok(())
    }

    async fn alerts(&self, broker: &str) -> Result<Vec<AlertRow>, StoreError> {
        Ok(self.kept().alerts.states(broker))
    }

    async fn alert_history(
        &self,
        query: AlertHistoryQuery,
        scopes: Vec<AlertScope>,
    ) -> Result<Vec<AlertChange>, StoreError> {
        Ok(self.kept().alerts.history(&query, &scopes))
    }

    async fn notifications(&self) -> Result<Vec<Notification>, StoreError> {
        Ok(self.kept().alerts.notifications.clone())
    }

    fn write_error(&self) -> Option<String> {
        None
    }

    async fn close(&self) {}
}
