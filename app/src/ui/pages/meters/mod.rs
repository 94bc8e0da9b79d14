//! Meters: any of them, in periods and groups, as a chart, a table, and the request behind both.

mod request;
mod rows;

use std::borrow::Cow;

use leptos::prelude::*;
use leptos_meta::Title;

use crate::error::AppError;
use crate::format::Unit;
use crate::i18n::{Catalog, catalog, durations};
use crate::polling::{RANGE, Settings, Span};
use crate::query::{Query, use_query};
use crate::reactive::{part, text};
use crate::resource::fetched;
use crate::resource_name::readable;
use crate::routes::{self, href};
use crate::server_fns::meters::fetch_meters;
use crate::ui::charts::{Chart, ChartGroup, SpanBar};
use crate::ui::components::choices::Ranges;
use crate::ui::components::error_page::error_page;
use crate::ui::components::filters::{Filters, Select};
use crate::ui::components::polling::FixedRangeNotice;
use crate::ui::components::redirect::Redirect;
use crate::ui::components::skeleton::SkeletonPanels;
use crate::view_models::charts::{Base, Colour, Dash, Definition, Line};
use crate::view_models::meters::{
    FUNCTIONS, GROUPS, MOST_PERIODS, MeterRequest, MetersPage, NO_GROUP, PERIODS,
};

const METER: &str = "meter";
const RESOURCE: &str = "resource";
const FUNCTION: &str = "function";
const PERIOD: &str = "period";
const GROUP: &str = "group";

/// The question that an address asks.
fn question(query: &Query, span: Span) -> MeterRequest {
    let value = |name| query.get(name).map(str::to_owned);
    MeterRequest {
        meter: value(METER),
        resource: value(RESOURCE),
        function: value(FUNCTION),
        group: value(GROUP),
        period: query.get(PERIOD).and_then(|period| period.parse().ok()),
        length: span.length(),
        end: match span {
            Span::Last(_) => None,
            Span::Fixed(range) => Some(range.to),
        },
    }
}

/// `/meters?meter=…&resource=…&function=…&period=…&group=…&range=…&from=…&to=…`
#[component]
pub fn Meters() -> impl IntoView {
    let texts = catalog();
    let query = use_query();
    let settings = Settings::from_query();
    provide_context(settings);
    let asked = Memo::new(move |_| query.with(|query| question(query, settings.span.get())));
    let first = fetched(move || asked.get(), fetch_meters);
    view! {
        <Title text=texts.meters />
        <header class="page-head">
            <div class="title"><h1>{texts.meters}</h1></div>
            <div class="controls"><Ranges /></div>
        </header>
        <Transition fallback=move || view! { <SkeletonPanels /> }>
            {move || Suspend::new(async move {
                match first.await {
                    Ok(page) => view! { <Shown page /> }.into_any(),
                    Err(AppError::SignedOut) => {
                        let back = routes::sign_in(Some(&routes::here()), None);
                        view! { <Redirect path=href(&back) /> }.into_any()
                    }
                    Err(error) => error_page(&error).into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

#[component]
fn Shown(page: MetersPage) -> impl IntoView {
    let texts = catalog();
    let query = use_query();
    let settings = expect_context::<Settings>();
    let given = move |name: &'static str| {
        query.with_untracked(|query| query.get(name).unwrap_or_default().to_owned())
    };
    let function = chosen_of(&FUNCTIONS, &given(FUNCTION));
    let definition = definition(&page, function);
    let unit = definition.unit;
    let notes = notes(&page, &given, texts);
    let time = Signal::stored(Some(page.server_time));
    let latest = Signal::stored(page.server_time.as_millis());
    let series = RwSignal::new(std::sync::Arc::unwrap_or_clone(page.series.clone()));
    let source = Signal::stored(series);
    provide_context(ChartGroup::new(
        String::new(),
        source,
        RwSignal::default(),
        latest,
    ));
    let unknown_range = part(move || {
        settings.range.read().unknown.as_ref().map(|given| {
            let text = texts
                .unknown_range
                .fill([&given, &RANGE.accepted(), &RANGE.default]);
            view! { <p class="notice warning">{text}</p> }
        })
    });
    let unknown_span = part(move || {
        settings.unknown_span().map(|(from, to)| {
            let text = texts
                .unknown_span
                .fill([&from, &to, &settings.range.read().word]);
            view! { <p class="notice warning">{text}</p> }
        })
    });
    let answer = if page.meter.is_empty() {
        view! { <section class="panel"><p class="empty">{texts.no_meters}</p></section> }.into_any()
    } else if page.labels.is_empty() {
        view! {
            <section class="panel"><p class="empty">{texts.no_samples}</p></section>
            <request::Request address=page.request.clone() />
        }
        .into_any()
    } else {
        let left_out = (page.left_out > 0).then(|| {
            view! { <p class="soft">{texts.groups_left_out.fill(page.left_out)}</p> }
        });
        view! {
            <div class="charts one"><Chart definition /></div>
            {left_out}
            <request::Request address=page.request.clone() />
            <rows::Rows labels=page.labels.clone() series unit />
        }
        .into_any()
    };
    view! {
        <div class="page">
            <section class="panel"><Form page=page.clone() function /></section>
            <SpanBar />
            {answer}
        </div>
        <div class="notices" role="status">
            {unknown_range}
            {unknown_span}
            {notes.into_iter().map(|text| view! { <p class="notice warning">{text}</p> }).collect_view()}
            <FixedRangeNotice time />
        </div>
    }
    .into_any()
}

/// The word that is asked for, else the first.
fn chosen_of(words: &'static [&'static str], given: &str) -> &'static str {
    words
        .iter()
        .find(|&&word| word == given)
        .unwrap_or(&words[0])
}

/// Where the answer is not quite what the address asks for.
fn notes(
    page: &MetersPage,
    given: &impl Fn(&'static str) -> String,
    texts: &Catalog,
) -> Vec<String> {
    let mut notes = Vec::new();
    let period = given(PERIOD);
    if !period.is_empty() && period != page.period.to_string() {
        let shown = durations::span(page.period as i64 * 1000, texts);
        notes.push(texts.unfit_period.fill([&period, &MOST_PERIODS, &shown]));
    }
    let function = given(FUNCTION);
    if !function.is_empty() && !FUNCTIONS.contains(&function.as_str()) {
        notes.push(
            texts
                .unknown_function
                .fill([&function, &FUNCTIONS.join(", "), &FUNCTIONS[0]]),
        );
    }
    let group = given(GROUP);
    if !group.is_empty() && group != NO_GROUP && !GROUPS.contains(&group.as_str()) {
        let accepted = format!("{}, {NO_GROUP}", GROUPS.join(", "));
        notes.push(texts.unknown_group.fill([&group, &accepted, &GROUPS[0]]));
    }
    notes
}

/// What to ask: the form over the answer.
#[component]
fn Form(page: MetersPage, function: &'static str) -> impl IntoView {
    let texts = catalog();
    let query = use_query();
    let chosen = move |name: &'static str| {
        text(move || query.with(|query| query.get(name).unwrap_or_default().to_owned()))
    };
    let same = |name: String| (name.clone(), name);
    let resources: Vec<_> = [(String::new(), texts.all_resources.to_owned())]
        .into_iter()
        .chain(page.resources.into_iter().map(|id| {
            let name = readable(&page.meter, &id).into_owned();
            (id, name)
        }))
        .collect();
    let functions = FUNCTIONS.map(|word| (word.to_owned(), function_name(word, texts)));
    let periods: Vec<_> = [(String::new(), texts.fitting.to_owned())]
        .into_iter()
        .chain(PERIODS.map(|seconds| {
            let name = durations::span(seconds as i64 * 1000, texts);
            (seconds.to_string(), name)
        }))
        .collect();
    let groups = [
        (GROUPS[0], texts.resource),
        (GROUPS[1], texts.project),
        (GROUPS[2], texts.user),
        (GROUPS[3], texts.source),
        (NO_GROUP, texts.none),
    ]
    .map(|(word, name)| (word.to_owned(), name.to_owned()));
    let group = text(move || {
        let given = query.with(|query| query.get(GROUP).unwrap_or_default().to_owned());
        let known = given == NO_GROUP || GROUPS.contains(&given.as_str());
        if known { given } else { GROUPS[0].to_owned() }
    });
    let meters: Vec<_> = page.meters.into_iter().map(same).collect();
    view! {
        <Filters label=texts.meters button=texts.show keeps=&["range", "from", "to", "refresh"]>
            <Select name=METER label=texts.meter chosen=Signal::stored(page.meter) options=Signal::stored(meters) />
            <Select name=RESOURCE label=texts.resource chosen=chosen(RESOURCE) options=Signal::stored(resources) />
            <Select
                name=FUNCTION
                label=texts.function
                chosen=Signal::stored(function.to_owned())
                options=Signal::stored(functions.to_vec())
            />
            <Select name=PERIOD label=texts.period chosen=chosen(PERIOD) options=Signal::stored(periods) />
            <Select name=GROUP label=texts.group_by chosen=group options=Signal::stored(groups.to_vec()) />
        </Filters>
    }
    .into_any()
}

/// What a function is called.
fn function_name(word: &str, texts: &Catalog) -> String {
    let name = match word {
        "avg" => texts.average,
        "min" => texts.minimum,
        "max" => texts.maximum,
        "sum" => texts.sum,
        "count" => texts.sample_count,
        "stddev" => texts.stddev,
        "cardinality/resource_id" => texts.different_resources,
        "cardinality/user_id" => texts.different_users,
        _ => texts.different_projects,
    };
    name.to_owned()
}

/// The unit that numbers are written in: counts have none of the meter's.
fn unit_of(function: &str, unit: &str) -> Unit {
    if function == "count" || function.starts_with("cardinality") {
        Unit::Count
    } else if unit == "B" {
        Unit::Bytes
    } else if unit == "B/s" {
        Unit::BytesPerSecond
    } else if unit.ends_with("/s") {
        Unit::PerSecond
    } else {
        Unit::Number
    }
}

fn definition(page: &MetersPage, function: &'static str) -> Definition {
    use Colour::{Blue, Green, Grey, Orange, Purple};
    use Dash::{DashDot, Dashed, Dotted, Solid};
    let texts = catalog();
    let unit = unit_of(function, &page.unit);
    let name = function_name(function, texts);
    let unit_label = match unit {
        Unit::Count => name.clone(),
        _ => format!("{name} · {}", page.unit),
    };
    let label = |label: &String| -> Cow<'static, str> {
        if label.is_empty() {
            Cow::Owned(name.clone())
        } else {
            Cow::Owned(label.clone())
        }
    };
    let lines = page.labels.iter().enumerate().map(|(index, of)| Line {
        meter: index.to_string().into(),
        label: label(of),
        colour: [Blue, Green, Orange, Purple, Grey][index % 5],
        dash: [Solid, Dashed, Dotted, DashDot][index / 5 % 4],
    });
    Definition {
        id: "meter".into(),
        title: page.meter.clone().into(),
        unit_label: unit_label.into(),
        unit,
        base: match unit {
            Unit::Count => Base::Whole,
            Unit::Bytes | Unit::BytesPerSecond => Base::Binary,
            _ => Base::Decimal,
        },
        lines: lines.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::polling::TimeRange;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn the_address_holds_the_whole_question() {
        let query = Query::parse("meter=m&resource=a%2Fb&function=max&period=60&group=none");
        let fixed = Span::Fixed(TimeRange {
            from: 1000,
            to: 61_000,
        });
        let asked = question(&query, fixed);
        assert_eq!(
            asked,
            MeterRequest {
                meter: Some("m".into()),
                resource: Some("a/b".into()),
                function: Some("max".into()),
                group: Some("none".into()),
                period: Some(60),
                length: 60_000,
                end: Some(61_000),
            }
        );
        assert_eq!(question(&Query::default(), Span::Last(5)).end, None);
    }

    #[test]
    fn counts_do_not_have_the_meters_unit() {
        assert_eq!(unit_of("cardinality/user_id", "B"), Unit::Count);
        assert_eq!(unit_of("max", "B"), Unit::Bytes);
        assert_eq!(unit_of("avg", "B/s"), Unit::BytesPerSecond);
        assert_eq!(unit_of("avg", "message/s"), Unit::PerSecond);
        assert_eq!(unit_of("sum", "message"), Unit::Number);
    }
}
