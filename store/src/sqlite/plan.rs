//! What a filter means for each series: which of them, which span of time, and what is left to be
//! asked of each sample.

use std::ops::RangeInclusive;
use std::sync::Arc;

use metering::meter::Definition;
use metering::requests::{Field, Operator, Value};

use super::catalog::{Contents, Described, PollSource, Series};
use super::id::SampleLocation;
use super::rollup::Span;
use crate::matcher::{Found, Matcher, Origin, compares};

/// The samples of a series that may pass.
#[derive(Debug)]
pub(super) struct PostedTarget {
    pub(super) series: Arc<Series>,
    pub(super) span: Span,
    /// What is left to be asked of each.
    pub(super) rest: Matcher,
}

/// The samples of a meter of a polled resource that may pass.
#[derive(Debug)]
pub(super) struct MeterTarget {
    pub(super) meter: &'static Definition,
    pub(super) span: Span,
    pub(super) rest: Matcher,
}

/// The polls of a resource that may hold samples that pass.
#[derive(Debug)]
pub(super) struct PollSourceTarget {
    pub(super) poll_source: Arc<PollSource>,
    pub(super) meters: Vec<MeterTarget>,
}

/// Where samples that pass may stand.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) posted: Vec<PostedTarget>,
    pub(super) poll_source: Vec<PollSourceTarget>,
}

/// A sample that the filter names by its id.
#[derive(Clone, Copy, Debug)]
pub(super) enum Named {
    /// A posted one, of this series and time.
    Row { series: i64, time: i64 },
    /// A collected one.
    Poll { poll_source: i64, time: i64 },
}

impl Named {
    pub(super) fn new(
        location: SampleLocation,
        row: impl FnOnce(i64) -> Option<(i64, i64)>,
    ) -> Option<Self> {
        match location {
            SampleLocation::Row(id) => row(id).map(|(series, time)| Self::Row { series, time }),
            SampleLocation::Poll {
                poll_source, time, ..
            } => Some(Self::Poll { poll_source, time }),
        }
    }
}

/// What is made of the series and meters whose samples may pass.
pub(super) trait Selection {
    /// Whether these samples are wanted at all; asked before the filter is applied.
    fn wants(&self, meter: Described<'_>) -> bool;

    fn posted(&mut self, target: PostedTarget);

    /// Meters of one resource come one after the other.
    fn poll_source(&mut self, poll_source: &Arc<PollSource>, meter: MeterTarget);
}

impl Selection for Plan {
    fn wants(&self, _: Described<'_>) -> bool {
        true
    }

    fn posted(&mut self, target: PostedTarget) {
        self.posted.push(target);
    }

    fn poll_source(&mut self, poll_source: &Arc<PollSource>, meter: MeterTarget) {
        match self.poll_source.last_mut() {
            Some(last) if last.poll_source.id == poll_source.id => last.meters.push(meter),
            _ => self.poll_source.push(PollSourceTarget {
                poll_source: Arc::clone(poll_source),
                meters: vec![meter],
            }),
        }
    }
}

/// Selects what may hold samples that pass; `named` where the filter admits one sample at most, and
/// which.
pub(super) fn select(
    matcher: &Matcher,
    contents: &Contents,
    named: Option<Named>,
    selection: &mut impl Selection,
) {
    // No number is below 1.
    const NONE: RangeInclusive<i64> = 0..=0;
    let (series, poll_source, only) = match named {
        None => (i64::MIN..=i64::MAX, i64::MIN..=i64::MAX, Span::ALL),
        Some(Named::Row { series, time }) => (series..=series, NONE, at(time)),
        Some(Named::Poll { poll_source, time }) => (NONE, poll_source..=poll_source, at(time)),
    };
    for series in contents.series.range(series).map(|(_, series)| series) {
        if !selection.wants(series.identity.described()) {
            continue;
        }
        let known = |field: &Field| series.identity.field(field);
        let known = (&known as &Known<'_, '_>, Origin::Posted);
        if let Some((span, rest)) = target(matcher, known, only) {
            selection.posted(PostedTarget {
                series: Arc::clone(series),
                span,
                rest,
            });
        }
    }
    for poll_source in contents
        .poll_source
        .range(poll_source)
        .map(|(_, poll_source)| poll_source)
    {
        let mut meters = meters_of(poll_source, contents);
        meters.retain(|&meter| selection.wants(poll_source.described(meter)));
        if meters.is_empty() {
            continue;
        }
        // Most of a filter is about the resource: that is decided once for all its meters.
        let origin = Origin::Collected(&poll_source.resource_id);
        let left = reduce(matcher, (&|field| poll_source.shared_field(field), origin));
        if is_never(&left) {
            continue;
        }
        for meter in meters {
            let known = |field: &Field| poll_source.field(meter, field);
            if let Some((span, rest)) = target(&left, (&known, origin), only) {
                selection.poll_source(poll_source, MeterTarget { meter, span, rest });
            }
        }
    }
}

impl PollSourceTarget {
    /// From the first to the last time that any of its meters is asked of.
    pub(super) fn span(&self) -> Span {
        let from = self.meters.iter().map(|meter| meter.span.from).min();
        let to = self.meters.iter().map(|meter| meter.span.to).max();
        Span {
            from: from.unwrap_or(i64::MAX),
            to: to.unwrap_or(i64::MIN),
        }
    }
}

fn at(time: i64) -> Span {
    Span {
        from: time,
        to: time,
    }
}

/// Every meter that a resource was ever polled of.
fn meters_of(poll_source: &PollSource, contents: &Contents) -> Vec<&'static Definition> {
    let mut meters: Vec<&'static Definition> = Vec::new();
    for column_set in poll_source
        .spans()
        .keys()
        .filter_map(|column_set| contents.column_sets.get(column_set))
    {
        for meter in column_set.meters.iter().flatten() {
            if !meters.iter().any(|known| known.name == meter.name) {
                meters.push(meter);
            }
        }
    }
    meters
}

/// What a field of all samples of a series holds; the outer none where they differ in it.
type Known<'f, 'a> = dyn Fn(&Field) -> Option<Option<Found<'a>>> + 'f;

/// None where no sample can pass.
fn target(
    matcher: &Matcher,
    known: (&Known<'_, '_>, Origin<'_>),
    only: Span,
) -> Option<(Span, Matcher)> {
    let (span, rest) = split(reduce(matcher, known));
    let span = span.and(only);
    (!span.is_empty() && !is_never(&rest)).then_some((span, rest))
}

/// Whether it admits everything.
pub(super) fn is_always(matcher: &Matcher) -> bool {
    matches!(matcher, Matcher::All(all) if all.is_empty())
}

fn is_never(matcher: &Matcher) -> bool {
    matches!(matcher, Matcher::Any(any) if any.is_empty())
}

fn truth(holds: bool) -> Matcher {
    if holds {
        Matcher::All(Vec::new())
    } else {
        Matcher::Any(Vec::new())
    }
}

/// What is left of a filter once what is known of all samples of a series is put in.
fn reduce(matcher: &Matcher, known: (&Known<'_, '_>, Origin<'_>)) -> Matcher {
    let (field_of, origin) = known;
    match matcher {
        Matcher::All(all) => {
            let mut left = Vec::new();
            for one in all {
                match reduce(one, known) {
                    Matcher::All(inner) => left.extend(inner),
                    never if is_never(&never) => return never,
                    other => left.push(other),
                }
            }
            Matcher::All(left)
        }
        Matcher::Any(any) => {
            let mut left = Vec::new();
            for one in any {
                match reduce(one, known) {
                    Matcher::Any(inner) => left.extend(inner),
                    always if is_always(&always) => return always,
                    other => left.push(other),
                }
            }
            if left.len() == 1 {
                left.remove(0)
            } else {
                Matcher::Any(left)
            }
        }
        Matcher::Not(not) => match reduce(not, known) {
            always if is_always(&always) => truth(false),
            never if is_never(&never) => truth(true),
            other => Matcher::Not(Box::new(other)),
        },
        Matcher::Is(field, op, value) => match field_of(field) {
            Some(found) => truth(compares(found, *op, value)),
            None => matcher.clone(),
        },
        Matcher::Like(field, regex) => match field_of(field) {
            Some(Some(Found::Text(text))) => truth(regex.is_match(text)),
            Some(_) => truth(false),
            None => matcher.clone(),
        },
        Matcher::Posted => truth(origin.is_posted()),
        Matcher::Collected(scope) => truth(origin.is_within(scope)),
    }
}

/// Takes the bounds of time out of a reduced filter.
fn split(matcher: Matcher) -> (Span, Matcher) {
    let mut span = Span::ALL;
    let all = match matcher {
        Matcher::All(all) => all,
        other => vec![other],
    };
    let mut rest = Vec::new();
    for one in all {
        match &one {
            Matcher::Is(Field::Timestamp, op, Value::Time(time)) if *op != Operator::Ne => {
                let time = time.as_micros();
                span = span.and(match op {
                    Operator::Lt => Span {
                        from: i64::MIN,
                        to: time.saturating_sub(1),
                    },
                    Operator::Le => Span {
                        from: i64::MIN,
                        to: time,
                    },
                    Operator::Ge => Span {
                        from: time,
                        to: i64::MAX,
                    },
                    Operator::Gt => Span {
                        from: time.saturating_add(1),
                        to: i64::MAX,
                    },
                    Operator::Eq | Operator::Ne | Operator::Matches => at(time),
                });
            }
            _ => rest.push(one),
        }
    }
    if rest.len() == 1 && is_never(&rest[0]) {
        return (span, truth(false));
    }
    (span, Matcher::All(rest))
}

/// The id that every sample that passes has, where the filter says so.
pub(super) fn named(matcher: &Matcher) -> Option<&str> {
    match matcher {
        Matcher::Is(Field::MessageId, Operator::Eq, Value::Text(id)) => Some(id),
        Matcher::All(all) => all.iter().find_map(named),
        _ => None,
    }
}

/// Whether a filter needs a sample's own row: its metadata, or when it was recorded.
pub(super) fn needs_row(matcher: &Matcher) -> bool {
    match matcher {
        Matcher::All(inner) | Matcher::Any(inner) => inner.iter().any(needs_row),
        Matcher::Not(inner) => needs_row(inner),
        Matcher::Is(field, ..) | Matcher::Like(field, _) => {
            matches!(field, Field::RecordedAt | Field::Metadata(_))
        }
        Matcher::Posted | Matcher::Collected(_) => false,
    }
}
