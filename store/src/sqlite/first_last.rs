//! The first and the last sample that pass: by a look at either end of an index, or at what is
//! known in memory, rather than by reading all between them.

use super::catalog::PollSource;
use super::failure::Outcome;
use super::hit::Hit;
use super::plan::{MeterTarget, PollSourceTarget, PostedTarget, is_always};
use super::reader::{Depth, Reader};
use super::rollup::Span;

/// Which one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    First,
    Last,
}

impl Reader<'_> {
    /// The first or last posted sample of a target that passes.
    pub(super) fn posted_end<'t>(
        &self,
        target: &'t PostedTarget,
        end: End,
    ) -> Outcome<Option<Hit<'t>>> {
        let mut found: Option<Hit<'t>> = None;
        self.posted(
            target,
            Span::ALL,
            Depth::Index,
            end == End::Last,
            &mut |hit| {
                let (better, go_on) = match &found {
                    None => (true, true),
                    Some(best) => (
                        end == End::Last && hit.order() > best.order(),
                        hit.time == best.time,
                    ),
                };
                if better && go_on {
                    found = Some(hit);
                }
                go_on && end == End::Last
            },
        )?;
        Ok(found)
    }

    /// The first or last collected sample of a meter that passes.
    pub(super) fn meter_end<'t>(
        &self,
        target: &'t PollSourceTarget,
        meter: &MeterTarget,
        end: End,
    ) -> Outcome<Option<Hit<'t>>> {
        if is_always(&meter.rest)
            && let Some(hit) = self.known_end(&target.poll_source, meter, end)
        {
            return Ok(hit);
        }
        let mut found = None;
        self.collected(target, meter.span, end == End::Last, &mut |hit| {
            if hit.is_of(meter.meter) {
                found = Some(hit);
            }
            found.is_none()
        })?;
        Ok(found)
    }

    /// As above, from memory, if the spans in memory determine it; else the outer `None`.
    #[expect(
        clippy::option_option,
        reason = "not known is another thing than not there"
    )]
    fn known_end<'t>(
        &self,
        poll_source: &'t PollSource,
        meter: &MeterTarget,
        end: End,
    ) -> Option<Option<Hit<'t>>> {
        let span = meter.span.and(self.raw());
        let mut best: Option<(i64, usize)> = None;
        for (column_set, (first, last)) in poll_source.spans() {
            let Some(position) = self
                .column_sets
                .get(&column_set)
                .and_then(|l| l.position(meter.meter))
            else {
                continue;
            };
            if last < span.from || first > span.to {
                continue;
            }
            let time = match end {
                End::First if first >= span.from => first,
                End::Last if last <= span.to => last,
                // The end lies somewhere within.
                _ => return None,
            };
            let better = best.is_none_or(|(known, _)| match end {
                End::First => time < known,
                End::Last => time > known,
            });
            if better {
                best = Some((time, position));
            }
        }
        Some(best.map(|(time, position)| {
            Hit::collected(poll_source, meter.meter, position, time, f64::NAN)
        }))
    }
}
