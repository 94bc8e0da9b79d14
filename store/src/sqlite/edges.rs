//! The first and the last sample that pass: by a look at either end of an index, or at what is
//! known in memory, rather than by reading all between them.

use super::catalog::Polled;
use super::failure::Outcome;
use super::plan::{MeterTarget, PolledTarget, PostedTarget, is_always};
use super::reader::{Depth, Hit, Reader};
use super::rollup::Span;

/// Which one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edge {
    First,
    Last,
}

impl Reader<'_> {
    /// The first or last posted sample of a target that passes.
    pub(super) fn posted_edge<'t>(
        &self,
        target: &'t PostedTarget,
        edge: Edge,
    ) -> Outcome<Option<Hit<'t>>> {
        let mut found: Option<Hit<'t>> = None;
        self.posted(
            target,
            Span::ALL,
            Depth::Index,
            edge == Edge::Last,
            &mut |hit| {
                let (better, go_on) = match &found {
                    None => (true, true),
                    Some(best) => (
                        edge == Edge::Last && hit.order() > best.order(),
                        hit.time == best.time,
                    ),
                };
                if better && go_on {
                    found = Some(hit);
                }
                go_on && edge == Edge::Last
            },
        )?;
        Ok(found)
    }

    /// The first or last collected sample of a meter that passes.
    pub(super) fn meter_edge<'t>(
        &self,
        target: &'t PolledTarget,
        meter: &MeterTarget,
        edge: Edge,
    ) -> Outcome<Option<Hit<'t>>> {
        if is_always(&meter.rest)
            && let Some(hit) = self.known_edge(&target.polled, meter, edge)
        {
            return Ok(hit);
        }
        let mut found = None;
        self.collected(target, meter.span, edge == Edge::Last, &mut |hit| {
            if hit.is_of(meter.meter) {
                found = Some(hit);
            }
            found.is_none()
        })?;
        Ok(found)
    }

    /// The same from memory, where the ends of what there is tell; else the outer none.
    #[expect(
        clippy::option_option,
        reason = "not known is another thing than not there"
    )]
    fn known_edge<'t>(
        &self,
        polled: &'t Polled,
        meter: &MeterTarget,
        edge: Edge,
    ) -> Option<Option<Hit<'t>>> {
        let span = meter.span.and(self.raw());
        let mut best: Option<(i64, usize)> = None;
        for (layout, (first, last)) in polled.spans() {
            let Some(position) = self
                .layouts
                .get(&layout)
                .and_then(|l| l.position(meter.meter))
            else {
                continue;
            };
            if last < span.from || first > span.to {
                continue;
            }
            let time = match edge {
                Edge::First if first >= span.from => first,
                Edge::Last if last <= span.to => last,
                // The end lies somewhere within.
                _ => return None,
            };
            let better = best.is_none_or(|(known, _)| match edge {
                Edge::First => time < known,
                Edge::Last => time > known,
            });
            if better {
                best = Some((time, position));
            }
        }
        Some(
            best.map(|(time, position)| {
                Hit::collected(polled, meter.meter, position, time, f64::NAN)
            }),
        )
    }
}
