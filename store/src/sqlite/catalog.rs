//! What there are samples of, in memory: it determines the rows of a query before any is read.
//!
//! The writer alone adds to it, once what it adds is durable; so a reader who looks here first and
//! then at the file finds the rows of everything that it saw.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use metering::meter::{Definition, MeterType};
use metering::requests::Field;
use rusqlite::Connection;

use super::failure::{Failure, Outcome};
use crate::matcher::Found;
use crate::sample::{COLLECTED_SOURCE, Posted};

/// What posted samples share.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Identity {
    pub(super) meter: String,
    pub(super) meter_type: MeterType,
    pub(super) unit: String,
    pub(super) resource_id: String,
    pub(super) project_id: Option<String>,
    pub(super) user_id: Option<String>,
    pub(super) source: Option<String>,
}

/// What samples are of, as lists of meters and resources name it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Described<'a> {
    pub(super) meter: &'a str,
    pub(super) kind: MeterType,
    pub(super) unit: &'a str,
    pub(super) resource_id: &'a str,
}

/// Posted samples that differ in time, volume and metadata alone.
#[derive(Debug)]
pub(super) struct Series {
    pub(super) id: i64,
    pub(super) identity: Arc<Identity>,
    /// No sample is younger.
    last: AtomicI64,
}

/// A resource that is polled, as seen by one project.
#[derive(Debug)]
pub(super) struct PollSource {
    pub(super) id: i64,
    pub(super) resource_id: Arc<str>,
    pub(super) project_id: Option<Arc<str>>,
    /// The layouts of its polls, and the first and last time of each.
    spans: Mutex<BTreeMap<i64, (i64, i64)>>,
}

/// Which meters a poll has, in which order.
#[derive(Debug)]
pub(super) struct ColumnSet {
    pub(super) id: i64,
    /// None for one that this version does not know.
    pub(super) meters: Vec<Option<&'static Definition>>,
}

/// All that there are samples of.
#[derive(Debug, Default)]
pub(super) struct Contents {
    /// By number.
    pub(super) series: BTreeMap<i64, Arc<Series>>,
    pub(super) poll_source: BTreeMap<i64, Arc<PollSource>>,
    pub(super) column_sets: HashMap<i64, Arc<ColumnSet>>,
}

/// All that there are samples of, shared by the writer and the readers.
#[derive(Debug, Default)]
pub(super) struct Catalog(RwLock<Contents>);

impl From<&Posted> for Identity {
    fn from(posted: &Posted) -> Self {
        Self {
            meter: posted.meter.clone(),
            meter_type: posted.meter_type,
            unit: posted.unit.clone(),
            resource_id: posted.resource_id.clone(),
            project_id: posted.project_id.clone(),
            user_id: posted.user_id.clone(),
            source: posted.source.clone(),
        }
    }
}

impl Identity {
    pub(super) fn described(&self) -> Described<'_> {
        Described {
            meter: &self.meter,
            kind: self.meter_type,
            unit: &self.unit,
            resource_id: &self.resource_id,
        }
    }

    /// What a field of every such sample holds; the outer none where they differ in it.
    #[expect(
        clippy::option_option,
        reason = "not known is another thing than not there"
    )]
    pub(super) fn field(&self, field: &Field) -> Option<Option<Found<'_>>> {
        Some(match field {
            Field::Meter => Some(Found::Text(&self.meter)),
            Field::Type => Some(Found::Text(self.meter_type.as_str())),
            Field::Unit => Some(Found::Text(&self.unit)),
            Field::ResourceId => Some(Found::Text(&self.resource_id)),
            Field::ProjectId => self.project_id.as_deref().map(Found::Text),
            Field::UserId => self.user_id.as_deref().map(Found::Text),
            Field::Source => self.source.as_deref().map(Found::Text),
            Field::Volume
            | Field::Timestamp
            | Field::RecordedAt
            | Field::MessageId
            | Field::Metadata(_) => return None,
        })
    }
}

impl Series {
    pub(super) fn new(id: i64, identity: Arc<Identity>, last: i64) -> Self {
        Self {
            id,
            identity,
            last: AtomicI64::new(last),
        }
    }

    pub(super) fn last(&self) -> i64 {
        self.last.load(Ordering::Acquire)
    }

    /// A sample of that time has come.
    pub(super) fn reach(&self, time: i64) {
        self.last.fetch_max(time, Ordering::AcqRel);
    }
}

impl PollSource {
    pub(super) fn new(id: i64, resource_id: Arc<str>, project_id: Option<Arc<str>>) -> Self {
        Self {
            id,
            resource_id,
            project_id,
            spans: Mutex::default(),
        }
    }

    pub(super) fn described(&self, meter: &'static Definition) -> Described<'_> {
        Described {
            meter: meter.name,
            kind: meter.meter_type,
            unit: meter.unit,
            resource_id: &self.resource_id,
        }
    }

    /// What a field of every sample of a meter of it holds; the outer none where they differ in it.
    #[expect(
        clippy::option_option,
        reason = "not known is another thing than not there"
    )]
    pub(super) fn field<'a>(
        &'a self,
        meter: &'static Definition,
        field: &Field,
    ) -> Option<Option<Found<'a>>> {
        match field {
            Field::Meter => Some(Some(Found::Text(meter.name))),
            Field::Type => Some(Some(Found::Text(meter.meter_type.as_str()))),
            Field::Unit => Some(Some(Found::Text(meter.unit))),
            _ => self.shared_field(field),
        }
    }

    /// What a field of every sample of it holds, whatever the meter; the outer none where they
    /// differ in it.
    #[expect(
        clippy::option_option,
        reason = "not known is another thing than not there"
    )]
    pub(super) fn shared_field(&self, field: &Field) -> Option<Option<Found<'_>>> {
        Some(match field {
            Field::ResourceId => Some(Found::Text(&self.resource_id)),
            Field::ProjectId => self.project_id.as_deref().map(Found::Text),
            Field::UserId | Field::Metadata(_) => None,
            Field::Source => Some(Found::Text(COLLECTED_SOURCE)),
            Field::Meter
            | Field::Type
            | Field::Unit
            | Field::Volume
            | Field::Timestamp
            | Field::RecordedAt
            | Field::MessageId => return None,
        })
    }

    /// The layouts of its polls, and the first and last time of each.
    pub(super) fn spans(&self) -> BTreeMap<i64, (i64, i64)> {
        self.spans
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The time of its last poll; none without any.
    pub(super) fn last(&self) -> Option<i64> {
        let spans = self.spans.lock().unwrap_or_else(PoisonError::into_inner);
        spans.values().map(|(_, last)| *last).max()
    }

    /// A poll of that time and layout has come.
    pub(super) fn reach(&self, column_set: i64, first: i64, last: i64) {
        let mut spans = self.spans.lock().unwrap_or_else(PoisonError::into_inner);
        let span = spans.entry(column_set).or_insert((first, last));
        *span = (span.0.min(first), span.1.max(last));
    }
}

impl ColumnSet {
    /// The place of a meter.
    pub(super) fn position(&self, meter: &Definition) -> Option<usize> {
        let mut names = self
            .meters
            .iter()
            .map(|found| found.map(|found| found.name));
        names.position(|name| name == Some(meter.name))
    }

    /// From the meters' names, one a line.
    pub(super) fn read(id: i64, names: &str) -> Self {
        let meters = names.lines().map(metering::meter::find).collect();
        Self { id, meters }
    }
}

impl Catalog {
    pub(super) fn read(&self) -> RwLockReadGuard<'_, Contents> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn write(&self) -> RwLockWriteGuard<'_, Contents> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Of a file.
    pub(super) fn load(conn: &Connection) -> Outcome<Self> {
        Ok(Self(RwLock::new(Contents {
            series: load_series(conn)?,
            poll_source: load_poll_sources(conn)?,
            column_sets: load_column_sets(conn)?,
        })))
    }
}

fn load_series(conn: &Connection) -> Outcome<BTreeMap<i64, Arc<Series>>> {
    let mut select = conn.prepare(
        "SELECT id, meter, type, unit, resource_id, project_id, user_id, source,
                (SELECT max(time) FROM samples WHERE series = series.id)
         FROM series",
    )?;
    let mut rows = select.query([])?;
    let mut series = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let name: String = row.get(2)?;
        let identity = Identity {
            meter: row.get(1)?,
            meter_type: MeterType::find(&name)
                .ok_or_else(|| Failure::damaged(format!("a series is of type {name:?}")))?,
            unit: row.get(3)?,
            resource_id: row.get(4)?,
            project_id: row.get(5)?,
            user_id: row.get(6)?,
            source: row.get(7)?,
        };
        let last: Option<i64> = row.get(8)?;
        let id = row.get(0)?;
        let found = Series::new(id, Arc::new(identity), last.unwrap_or(i64::MIN));
        series.insert(id, Arc::new(found));
    }
    Ok(series)
}

fn load_poll_sources(conn: &Connection) -> Outcome<BTreeMap<i64, Arc<PollSource>>> {
    let mut poll_source = BTreeMap::new();
    let mut select = conn.prepare("SELECT id, resource_id, project_id FROM polled")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let id = row.get(0)?;
        poll_source.insert(id, Arc::new(PollSource::new(id, row.get(1)?, row.get(2)?)));
    }
    let mut select = conn.prepare("SELECT polled, layout, first, last FROM polled_layouts")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        if let Some(found) = poll_source.get(&row.get(0)?) {
            found.reach(row.get(1)?, row.get(2)?, row.get(3)?);
        }
    }
    Ok(poll_source)
}

fn load_column_sets(conn: &Connection) -> Outcome<HashMap<i64, Arc<ColumnSet>>> {
    let mut select = conn.prepare("SELECT id, meters FROM layouts")?;
    let mut rows = select.query([])?;
    let mut column_sets = HashMap::new();
    while let Some(row) = rows.next()? {
        let id = row.get(0)?;
        let names: String = row.get(1)?;
        column_sets.insert(id, Arc::new(ColumnSet::read(id, &names)));
    }
    Ok(column_sets)
}
