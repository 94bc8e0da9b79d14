//! A viewer's preferences for each chart: full width, hidden lines. Stored in a cookie, so that the
//! server renders the page with them.

use crate::cookie::read_cookie;
use crate::routes::BasePath;
use crate::ui::components::theme::keep_cookie;

/// The cookie's name.
const COOKIE: &str = "warren_charts";
/// Browsers accept cookies of 4 kB. The oldest preferences are dropped first.
const LONGEST: usize = 2000;

/// The preferences for one chart.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct ChartPreference {
    /// Whether it is drawn over the full width.
    pub(super) is_wide: bool,
    /// The meters of the lines that are hidden.
    pub(super) hidden: Vec<String>,
}

/// Stores the preferences of a page's charts. A Leptos context; absent in panels, and on pages whose
/// charts have other lines at the next visit.
#[derive(Clone)]
pub struct ChartPreferences(pub BasePath);

impl ChartPreferences {
    /// The preferences for a chart.
    pub(super) fn read(chart: &str) -> ChartPreference {
        let kept = read_cookie(COOKIE).unwrap_or_default();
        let mut choices = read(&kept);
        let place = choices.iter().position(|(id, _)| id == chart);
        place.map_or_else(ChartPreference::default, |place| {
            choices.swap_remove(place).1
        })
    }

    /// Stores the preferences for a chart. Browser only.
    pub(super) fn keep(&self, chart: &str, choice: &ChartPreference) {
        let kept = read_cookie(COOKIE).unwrap_or_default();
        let mut choices = read(&kept);
        choices.retain(|(id, _)| id != chart);
        if *choice != ChartPreference::default() {
            choices.push((chart.to_owned(), choice.clone()));
        }
        keep_cookie(COOKIE, &write(&choices), &self.0);
    }
}

/// Charts are separated by `!`, a chart's id and its hidden lines by `*`; a wide chart's id ends with
/// `+`. Ids of charts and names of meters have none of these.
fn read(kept: &str) -> Vec<(String, ChartPreference)> {
    let chart = |text: &str| {
        let mut words = text.split('*');
        let id = words.next().filter(|id| !id.is_empty())?;
        let narrow = id.strip_suffix('+');
        let choice = ChartPreference {
            is_wide: narrow.is_some(),
            hidden: words.map(str::to_owned).collect(),
        };
        Some((narrow.unwrap_or(id).to_owned(), choice))
    };
    kept.split('!').filter_map(chart).collect()
}

fn write(choices: &[(String, ChartPreference)]) -> String {
    let chart = |(id, choice): &(String, ChartPreference)| {
        let wide = if choice.is_wide { "+" } else { "" };
        let hidden = choice.hidden.iter().map(|meter| format!("*{meter}"));
        format!("{id}{wide}{}", hidden.collect::<String>())
    };
    let mut charts: Vec<_> = choices.iter().map(chart).collect();
    while charts.iter().map(|chart| chart.len() + 1).sum::<usize>() > LONGEST {
        charts.remove(0);
    }
    charts.join("!")
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn choice(is_wide: bool, hidden: &[&str]) -> ChartPreference {
        ChartPreference {
            is_wide,
            hidden: hidden.iter().map(|&meter| meter.to_owned()).collect(),
        }
    }

    #[test]
    fn choices_are_read_back() {
        let choices = [
            ("churn".to_owned(), choice(true, &[])),
            (
                "rates".to_owned(),
                choice(false, &["rabbit.ack", "rabbit.get"]),
            ),
            ("objects".to_owned(), choice(true, &["rabbit.queues"])),
        ];
        let kept = write(&choices);
        assert_eq!(
            kept,
            "churn+!rates*rabbit.ack*rabbit.get!objects+*rabbit.queues"
        );
        assert_eq!(read(&kept), choices);
    }

    #[test]
    fn unknown_values_are_no_choice() {
        assert_eq!(read(""), []);
        assert_eq!(read("!!*x"), []);
        assert_eq!(
            read("%%%"),
            [("%%%".to_owned(), ChartPreference::default())]
        );
    }

    #[test]
    fn the_oldest_choices_go_when_there_are_too_many() {
        let many: Vec<_> = (0..500)
            .map(|n| (format!("chart-{n}"), choice(true, &[])))
            .collect();
        let kept = write(&many);
        assert!(kept.len() <= LONGEST);
        assert!(kept.ends_with("chart-499+"));
    }
}
