//! The first answer, as the server's page carries it.

use std::sync::Arc;

use metering::dashboard::Dashboard;
use serde::{Deserialize, Serialize, Serializer};

use super::Span;

/// A page's first answer. The server's page carries it as JSON, with only that part of the last
/// hour's series that its charts show. The rest would be most of the page, and comes with the first
/// poll.
#[derive(Clone, Debug, Deserialize)]
#[serde(from = "Dashboard")]
pub struct InitialDashboard {
    /// The answer.
    pub page: Dashboard,
    /// What the charts show; `None` if it was read from a page.
    shown: Option<Span>,
}

impl InitialDashboard {
    /// An answer with the whole hour, for charts that show a span.
    pub fn whole(page: Dashboard, span: Span) -> Self {
        Self {
            page,
            shown: Some(span),
        }
    }

    /// Whether its series is the whole hour.
    pub fn is_whole(&self) -> bool {
        self.shown.is_some()
    }

    /// The first time of the hour's series that the charts need, in milliseconds since the epoch;
    /// `i64::MAX` if they show another series; `None` if they need all of it.
    fn needed(&self) -> Option<i64> {
        let series = &self.page.series;
        let last = *series.timestamps.last()?;
        match self.shown? {
            // Lines begin a step ahead of the window.
            span if span.is_recent() => Some(last - span.length() - i64::from(series.step)),
            _ => self.page.charts.is_some().then_some(i64::MAX),
        }
    }
}

impl From<Dashboard> for InitialDashboard {
    /// Read from a page.
    fn from(page: Dashboard) -> Self {
        Self { page, shown: None }
    }
}

impl Serialize for InitialDashboard {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Some(from) = self.needed() else {
            return self.page.serialize(serializer);
        };
        Dashboard {
            series: Arc::new(self.page.series.beginning(from)),
            ..self.page.clone()
        }
        .serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use metering::series::{Column, Series, Values};

    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const MINUTE: i64 = 60_000;

    fn hour() -> Series {
        Series {
            step: 5_000,
            timestamps: (0..=720).map(|n| n * 5_000).collect(),
            columns: vec![Column {
                avg: Values((0..=720).map(f64::from).collect()),
                ..Column::default()
            }],
        }
    }

    fn page(charts: Option<Series>) -> Dashboard {
        let json = serde_json::json!({
            "broker": { "name": "demo", "state": "ok", "since": "2026-11-28T21:00:00", "tick": 5000 },
            "server_time": "2026-11-28T22:00:00",
        });
        let page: Dashboard = serde_json::from_value(json).expect("a dashboard");
        Dashboard {
            series: Arc::new(hour()),
            charts: charts.map(Arc::new),
            ..page
        }
    }

    fn carried(span: Span, charts: Option<Series>) -> Dashboard {
        let text =
            serde_json::to_string(&InitialDashboard::whole(page(charts), span)).expect("JSON");
        let read: InitialDashboard = serde_json::from_str(&text).expect("a dashboard");
        assert!(!read.is_whole());
        read.page
    }

    #[test]
    fn a_page_carries_what_its_charts_show_and_a_step_ahead() {
        let series = carried(Span::Last(10 * MINUTE), None).series;
        assert_eq!(series.timestamps.first(), Some(&(50 * MINUTE - 5_000)));
        assert_eq!(series.timestamps.len(), 122);
        assert_eq!(series.columns[0].avg.0[0], 599.0);
        assert_eq!(series.columns[0].avg.len(), 122);
    }

    #[test]
    fn a_page_of_the_hour_carries_the_hour() {
        assert_eq!(*carried(Span::Last(60 * MINUTE), None).series, hour());
    }

    #[test]
    fn a_page_of_another_span_carries_that_alone() {
        let page = carried(Span::Last(6 * 60 * MINUTE), Some(hour()));
        assert_eq!(page.series.timestamps, [0_i64; 0]);
        assert_eq!(page.charts.as_deref(), Some(&hour()));
    }

    #[test]
    fn span_without_series_falls_back_to_the_last_hour() {
        assert_eq!(*carried(Span::Last(6 * 60 * MINUTE), None).series, hour());
    }
}
