//! The charts of a detail page, from the broker's own samples: an hour for most objects, a day for
//! vhosts and nodes.

use client::Samples;
use metering::series::{Column, Values};
use metering::{Details, Series, meter};

use super::render_context::RenderContext;
use crate::format::Unit;
use crate::i18n::list_texts::ListTexts;
use crate::view_models::charts::{Colour, Dash};
use crate::view_models::lists::{ChartView, LineView};

/// The broker's samples that cover a time in milliseconds, at most those that it keeps of the object.
pub(super) fn samples(length: i64, longest: Samples) -> Samples {
    const FITTING: [(i64, Samples); 4] = [
        (60_000, Samples::Minute),
        (600_000, Samples::TenMinutes),
        (3_600_000, Samples::Hour),
        (28_800_000, Samples::EightHours),
    ];
    let fitting = FITTING.iter().find(|(most, _)| length <= *most);
    let fitting = fitting.map_or(Samples::Day, |(_, samples)| *samples);
    if longest == Samples::Hour && matches!(fitting, Samples::EightHours | Samples::Day) {
        Samples::Hour
    } else {
        fitting
    }
}

/// Collects columns from the samples of one answer.
pub(super) struct Recorder {
    resource: String,
    /// Samples from before this time are left out, in milliseconds since the epoch.
    since: i64,
    columns: Vec<(&'static str, Vec<(i64, f64)>)>,
}

impl Recorder {
    pub(super) fn new(resource: &str) -> Self {
        Self {
            resource: resource.to_owned(),
            since: i64::MIN,
            columns: Vec::new(),
        }
    }

    /// Drops the samples before the object existed, if its start is known: the broker reports zeros for
    /// that time.
    pub(super) fn since(mut self, began: Option<i64>) -> Self {
        self.since = began.unwrap_or(i64::MIN);
        self
    }

    /// A detail's samples, oldest first.
    fn points(&self, details: Option<&Details>) -> Vec<(i64, f64)> {
        let samples = details.into_iter().flat_map(|details| &details.samples);
        let mut points: Vec<_> = samples
            .map(|sample| (sample.timestamp, sample.sample))
            .filter(|(time, _)| *time >= self.since)
            .collect();
        points.sort_by_key(|(time, _)| *time);
        points
    }

    /// Adds a gauge.
    pub(super) fn gauge(&mut self, meter: &'static str, details: Option<&Details>) {
        let points = self.points(details);
        if !points.is_empty() {
            self.columns.push((meter, points));
        }
    }

    /// Adds the rate of a counter. A decrease means a restart, and gives no rate.
    pub(super) fn rate(&mut self, meter: &'static str, details: Option<&Details>) {
        let points = self.points(details);
        let rate = |pair: &[(i64, f64)]| {
            let [(before, from), (at, to)] = pair else {
                return None;
            };
            let seconds = (at - before) as f64 / 1000.0;
            (seconds > 0.0 && to >= from).then(|| (*at, (to - from) / seconds))
        };
        let rates: Vec<_> = points.windows(2).filter_map(rate).collect();
        if !rates.is_empty() {
            self.columns.push((meter, rates));
        }
    }

    /// All columns on one time grid.
    pub(super) fn series(self) -> Series {
        let mut timestamps: Vec<i64> = self
            .columns
            .iter()
            .flat_map(|(_, points)| points.iter().map(|(time, _)| *time))
            .collect();
        timestamps.sort_unstable();
        timestamps.dedup();
        let steps = timestamps.windows(2).map(|pair| pair[1] - pair[0]);
        let step = steps.min().unwrap_or(5_000);
        let column = |(meter, points): (&str, Vec<(i64, f64)>)| {
            let value = |time: &i64| {
                let index = points.binary_search_by_key(time, |(time, _)| *time);
                index.ok().map(|index| points[index].1)
            };
            Column {
                meter: meter.to_owned(),
                resource_id: self.resource.clone(),
                avg: timestamps.iter().map(value).collect::<Values>(),
                ..Column::default()
            }
        };
        Series {
            step: step.try_into().unwrap_or(5_000),
            columns: self.columns.into_iter().map(column).collect(),
            timestamps,
        }
    }
}

fn line(meter: &str, label: &str, colour: Colour, dash: Dash) -> LineView {
    LineView {
        meter: meter.to_owned(),
        label: label.to_owned(),
        colour,
        dash,
    }
}

/// A chart of these lines.
pub(super) fn chart(
    id: &str,
    title: &str,
    (unit, unit_label): (Unit, &str),
    lines: &[(&str, &str, Colour, Dash)],
) -> ChartView {
    ChartView {
        id: id.to_owned(),
        title: title.to_owned(),
        unit_label: unit_label.to_owned(),
        unit,
        lines: lines
            .iter()
            .map(|&(meter, label, colour, dash)| line(meter, label, colour, dash))
            .collect(),
    }
}

/// Messages in a queue or a vhost.
pub(super) fn depth(context: &RenderContext<'_>) -> ChartView {
    let list_texts = context.list_texts;
    let lines = [
        (
            "rabbit.messages",
            list_texts.total,
            Colour::Blue,
            Dash::Solid,
        ),
        (
            "rabbit.messages.ready",
            list_texts.ready,
            Colour::Green,
            Dash::Solid,
        ),
        (
            "rabbit.messages.unacknowledged",
            list_texts.unacknowledged,
            Colour::Orange,
            Dash::Dashed,
        ),
    ];
    chart(
        "depth",
        list_texts.chart_depth,
        (Unit::Count, list_texts.unit_messages),
        &lines,
    )
}

/// Message rates of an object: the lines for the statistics that it can have.
pub(super) fn rates(fields: &[&str], context: &RenderContext<'_>) -> ChartView {
    let list_texts = context.list_texts;
    let all = rate_lines(list_texts);
    let lines: Vec<_> = all
        .into_iter()
        .filter_map(|(field, label, colour, dash)| {
            let mut counters = meter::MESSAGE_STATS.iter();
            let counter = counters.find(|counter| counter.total.field == field)?;
            let is_wanted = fields.contains(&field);
            is_wanted.then_some((counter.rate.name, label, colour, dash))
        })
        .collect();
    chart(
        "rates",
        list_texts.chart_rates,
        (Unit::PerSecond, list_texts.unit_messages_per_second),
        &lines,
    )
}

fn rate_lines(list_texts: &ListTexts) -> [(&'static str, &'static str, Colour, Dash); 13] {
    use Colour::{Blue, Green, Grey, Orange, Purple};
    use Dash::{DashDot, Dashed, Dotted, Solid};
    [
        ("publish", list_texts.publish, Blue, Solid),
        // `publish_in` and `publish_out` appear together, and with no other line.
        ("publish_in", list_texts.publish_in, Blue, Solid),
        ("publish_out", list_texts.publish_out, Green, Dashed),
        ("confirm", list_texts.confirm, Blue, Dashed),
        ("deliver", list_texts.deliver, Green, Solid),
        ("deliver_no_ack", list_texts.deliver_no_ack, Green, Dashed),
        ("get", list_texts.get, Green, Dotted),
        ("get_no_ack", list_texts.get_no_ack, Green, DashDot),
        ("redeliver", list_texts.redeliver, Orange, Dashed),
        ("ack", list_texts.ack, Purple, Dotted),
        (
            "return_unroutable",
            list_texts.return_unroutable,
            Orange,
            Dotted,
        ),
        (
            "drop_unroutable",
            list_texts.drop_unroutable,
            Orange,
            DashDot,
        ),
        ("get_empty", list_texts.get_empty, Grey, Dashed),
    ]
}

/// Bytes from and to a client.
pub(super) fn traffic(context: &RenderContext<'_>) -> ChartView {
    let list_texts = context.list_texts;
    let lines = [
        (
            "recv_oct",
            list_texts.from_client,
            Colour::Blue,
            Dash::Solid,
        ),
        (
            "send_oct",
            list_texts.to_client,
            Colour::Green,
            Dash::Dashed,
        ),
    ];
    chart(
        "traffic",
        list_texts.chart_traffic,
        (Unit::BytesPerSecond, list_texts.unit_bytes_per_second),
        &lines,
    )
}

/// Why there is nothing to draw; empty if there is.
pub(super) fn absence(series: &Series, context: &RenderContext<'_>) -> String {
    let has_values = |column: &Column| column.avg.last().is_some();
    if series.columns.iter().any(has_values) {
        String::new()
    } else {
        context.list_texts.no_history.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use metering::Sample;

    use super::*;

    fn details(samples: &[(i64, f64)]) -> Details {
        // Newest first, as brokers write them.
        let samples = samples
            .iter()
            .rev()
            .map(|&(timestamp, sample)| Sample { sample, timestamp });
        Details {
            rate: None,
            samples: samples.collect(),
        }
    }

    #[test]
    fn counters_become_rates_and_a_fall_is_none() {
        let mut recorder = Recorder::new("q");
        let counted = details(&[(0, 0.0), (5_000, 50.0), (10_000, 60.0), (15_000, 3.0)]);
        recorder.rate("publish", Some(&counted));
        recorder.gauge("messages", Some(&details(&[(15_000, 7.0)])));
        let series = recorder.series();
        assert_eq!(
            (series.step, series.timestamps.as_slice()),
            (5_000, [5_000, 10_000, 15_000].as_slice())
        );
        let column = |meter| series.column(meter, "q").expect("a column");
        assert_eq!(column("publish").avg.0[..2], [10.0, 2.0]);
        assert!(column("publish").avg.0[2].is_nan());
        assert_eq!(column("messages").avg.last(), Some(7.0));
    }

    #[test]
    fn incoming_and_outgoing_rates_of_an_exchange_look_different() {
        let lines = rate_lines(&ListTexts::EN);
        let look = |name| {
            let line = lines.iter().find(|line| line.0 == name);
            line.map(|line| (line.2, line.3)).expect("a line")
        };
        let (incoming, outgoing) = (look("publish_in"), look("publish_out"));
        assert_ne!(incoming.0, outgoing.0, "colours");
        assert_ne!(incoming.1, outgoing.1, "dashes");
    }

    #[test]
    fn a_queue_has_an_hour_and_a_node_a_day() {
        assert_eq!(samples(600_000, Samples::Hour), Samples::TenMinutes);
        assert_eq!(samples(86_400_000, Samples::Hour), Samples::Hour);
        assert_eq!(samples(86_400_000, Samples::Day), Samples::Day);
    }
}
