//! One panel.

use std::rc::Rc;

use leptos::prelude::*;
use metering::requests::PanelRequest;
use metering::series::queue_resource;
use metering::{BrokerState, Series};
use send_wrapper::SendWrapper;

use super::alarms::Alarms;
use super::kind::{Kind, Subject};
use super::panel_poller::{PanelClient, PanelPoller, Subscription};
use crate::error::AppError;
use crate::i18n::{Catalog, catalog};
use crate::polling::{Live, PollStatus, Settings, Span, Updates, now};
use crate::query::Query;
use crate::reactive::{effect, flag, part};
use crate::ui::charts::{Chart, ChartGroup, SpanBar};
use crate::ui::components::table::facts;
use crate::ui::components::time::Clock;
use crate::ui::pages::overview::about::{Contexts, ExchangeTypes, Facts, Listeners};
use crate::ui::pages::overview::charts::{churn, message_rates, objects, queued_messages};
use crate::ui::pages::overview::churn::Churn;
use crate::ui::pages::overview::nodes::Nodes;
use crate::ui::pages::overview::notices::Notices;
use crate::ui::pages::overview::tiles::Tiles;
use crate::ui::pages::overview::toolbar::Toolbar;
use crate::ui::pages::overview::{SpanRequest, Whole};
use crate::view_models::lists::Group;
use crate::view_models::node_charts;
use crate::view_models::panels::PanelAnswer;
use crate::view_models::time_range::RECENT_HISTORY;

/// Milliseconds between two attempts to get the first answer of a panel that does not poll.
const FIRST: u32 = 5_000;

/// Notifies the page around a panel: event, code, and a text for people.
///
/// The events are `ready`, `error` with its code, and `stale` with `true` or `false`.
pub type HostCallback = Rc<dyn Fn(&str, &str, &str)>;

/// The attributes that identify a panel: if one changes, the panel is built again.
#[derive(Clone, Debug, PartialEq)]
struct PanelAttributes {
    panel: String,
    broker: String,
    vhost: Option<String>,
    queue: Option<String>,
    node: Option<String>,
    lang: String,
    /// The number of the token's source.
    source: u32,
}

impl PanelAttributes {
    fn from_query(query: &Query) -> Self {
        let text = |name| query.get(name).map(str::to_owned);
        Self {
            panel: text("panel").unwrap_or_default(),
            broker: text("broker").unwrap_or_default(),
            vhost: text("vhost"),
            queue: text("queue"),
            node: text("node"),
            lang: text("lang").unwrap_or_default(),
            source: query
                .get("source")
                .and_then(|number| number.parse().ok())
                .unwrap_or_default(),
        }
    }
}

impl PanelAttributes {
    /// The required attribute that is missing.
    fn missing(&self, kind: Kind) -> Option<&'static str> {
        if self.broker.is_empty() {
            return Some("broker");
        }
        match kind.subject() {
            Subject::Queue if self.queue.is_none() => Some("queue"),
            Subject::Node if self.node.is_none() => Some("node"),
            _ => None,
        }
    }

    /// The vhost of its queue.
    fn vhost(&self) -> &str {
        self.vhost.as_deref().unwrap_or("/")
    }

    /// Whose columns it draws.
    fn resource(&self, kind: Kind) -> String {
        let broker = &self.broker;
        match (kind.subject(), &self.queue, &self.node) {
            (Subject::Queue, Some(queue), _) => queue_resource(broker, self.vhost(), queue),
            (Subject::Node, _, Some(node)) => format!("{broker}/{node}"),
            _ => broker.clone(),
        }
    }
}

/// Shows the panel that the query names.
#[component]
pub(super) fn PanelRoot(query: RwSignal<Query>, notify_host: HostCallback) -> impl IntoView {
    let notify_host = SendWrapper::new(notify_host);
    let settings = Settings::of_panel(query);
    let clock = Clock::of_viewer();
    let attributes = Memo::new(move |_| query.with(PanelAttributes::from_query));
    part(move || {
        let attributes = attributes.get();
        let notify_host = Rc::clone(&notify_host);
        provide_context(settings);
        provide_context(clock);
        provide_context(Catalog::for_tag(&attributes.lang));
        let texts = catalog();
        let wrong = |code: &str, text: String| {
            notify_host("error", code, &text);
            view! { <p class="notice warning" role="status">{text}</p> }.into_any()
        };
        let Some(kind) = Kind::find(&attributes.panel) else {
            let text = texts
                .embed
                .no_such_panel
                .fill([&attributes.panel, &Kind::accepted()]);
            return wrong("unknown-panel", text);
        };
        if let Some(missing) = attributes.missing(kind) {
            let text = texts.embed.no_attribute.fill([&missing]);
            return wrong(&format!("no-{missing}"), text);
        }
        match PanelPoller::of_source(attributes.source) {
            Some(poller) => view! { <Panel kind attributes poller notify_host /> }.into_any(),
            None => wrong("token", texts.embed.no_token.to_owned()),
        }
    })
}

/// A panel, alive for as long as its owner.
#[component]
fn Panel(
    kind: Kind,
    attributes: PanelAttributes,
    poller: Rc<PanelPoller>,
    notify_host: HostCallback,
) -> impl IntoView {
    let settings = expect_context::<Settings>();
    let texts = catalog();
    let broker = attributes.broker.clone();
    let poll_status = PollStatus {
        clock: poller.poll_status.clock,
        refresh_requests: poller.poll_status.refresh_requests,
        ..PollStatus::new()
    };
    let live = Live::waiting(broker.clone(), poll_status);
    let source = Signal::derive(move || {
        if kind.is_of_object() {
            live.charted
        } else {
            live.source(settings.span.get())
        }
    });
    let latest = Signal::derive(move || live.latest());
    let is_loaded = Signal::derive(move || {
        let span = settings.span.get();
        if kind.is_of_object() {
            live.is_range_loaded(span)
        } else {
            live.is_loaded(span)
        }
    });
    let chart_group = ChartGroup::new(attributes.resource(kind), source, live.events, latest)
        .with_loaded(is_loaded);
    provide_context(live);
    provide_context(poll_status);
    provide_context(chart_group);
    if kind.is_of_object() {
        live.follow_whole(settings);
    } else {
        live.follow(settings);
    }
    follow(poller.poll_status, poll_status);

    let groups = RwSignal::new(Vec::new());
    let resource = attributes.resource(kind);
    let is_drawn = Memo::new(move |_| {
        if kind.is_facts() {
            groups.with(|groups| !groups.is_empty())
        } else if kind.is_charted() && kind != Kind::Overview {
            source.get().with(|series| has_line(series, &resource))
        } else {
            live.read(|page| {
                page.overview
                    .as_ref()
                    .map(|_| ())
                    .or(page.nodes.as_ref().map(|_| ()))
            })
            .is_some()
        }
    });
    report(live, is_drawn, notify_host);
    let subscription = subscribe(&poller, kind, attributes, (live, groups), settings);
    let subscription = SendWrapper::new(subscription);
    on_cleanup(move || drop(subscription));

    let is_waiting = flag(move || live.page.with(Option::is_none));
    let is_dim = flag(move || live.state().is_some_and(|state| state != BrokerState::Ok));
    view! {
        <div class=format!("embedded of-{}", kind.word()) class:waiting=is_waiting class:dim=is_dim>
            {content(kind, broker, groups, texts)}
            <Notices />
        </div>
    }
    .into_any()
}

fn content(
    kind: Kind,
    broker: String,
    groups: RwSignal<Vec<Group>>,
    texts: &'static Catalog,
) -> AnyView {
    let chart = |definition| view! { <SpanBar /><Chart definition /> }.into_any();
    match kind {
        Kind::Overview => view! { <Toolbar broker /><Whole /> }.into_any(),
        Kind::Tiles => view! { <Tiles /> }.into_any(),
        Kind::QueuedMessages | Kind::QueueDepth => chart(queued_messages(texts)),
        Kind::MessageRates | Kind::QueueRates => chart(message_rates(texts)),
        Kind::Objects => chart(objects(texts)),
        Kind::Churn => chart(churn(texts)),
        Kind::ChurnTotals => view! { <Churn /> }.into_any(),
        Kind::Nodes => view! { <Nodes /> }.into_any(),
        Kind::Alarms => view! { <Alarms /> }.into_any(),
        Kind::About => view! { <Facts /> }.into_any(),
        Kind::Listeners => view! { <Listeners /> }.into_any(),
        Kind::Contexts => view! { <Contexts /> }.into_any(),
        Kind::ExchangeTypes => view! { <ExchangeTypes /> }.into_any(),
        Kind::NodeMemory => chart(node_charts::memory(texts)),
        Kind::NodeDisk => chart(node_charts::disk(texts)),
        Kind::NodeFiles => chart(node_charts::files(texts)),
        Kind::NodeProcesses => chart(node_charts::processes(texts)),
        Kind::NodeIo => chart(node_charts::io(texts)),
        Kind::NodeIoBytes => chart(node_charts::io_bytes(texts)),
        Kind::QueueFacts | Kind::NodeFacts => {
            let clock = expect_context::<Clock>();
            let groups = part(move || {
                let groups = groups.read();
                groups
                    .iter()
                    .map(|group| facts(group, clock))
                    .collect_view()
            });
            view! { <div class="cards facts-cards">{groups}</div> }.into_any()
        }
    }
}

/// Adds the panel to the shared poll.
fn subscribe(
    poller: &Rc<PanelPoller>,
    kind: Kind,
    attributes: PanelAttributes,
    (live, groups): (Live, RwSignal<Vec<Group>>),
    settings: Settings,
) -> Subscription {
    // The time of the last answer on the viewer's clock, and the length of the history it has.
    let answered_at = StoredValue::new((0.0_f64, 0_i64));
    // Also without an interval it polls until the first answer.
    let interval = Signal::derive(move || {
        let is_waiting = live.page.with(Option::is_none);
        settings.interval().or(is_waiting.then_some(FIRST))
    });
    let seen_refreshes = StoredValue::new(None);
    let request = move || {
        let refreshes = live.poll_status.refresh_requests.get_untracked();
        let is_requested = seen_refreshes.get_value() != Some(refreshes);
        seen_refreshes.set_value(Some(refreshes));
        let (answered, depth) = answered_at.get_value();
        let span = settings.span.get_untracked();
        let needed = depth_of(kind, span);
        let pause = untrack(|| settings.interval()).map_or(f64::INFINITY, f64::from);
        let is_failing = live.poll_status.updates.get_untracked() != Updates::Fine;
        // Panels with a longer interval than others are skipped in between.
        // The absolute difference, since the viewer's clock may be set back.
        let is_past = (now() - answered).abs() >= pause - 500.0;
        let is_due = is_requested || is_past || is_failing || needed > depth || answered == 0.0;
        if !is_due {
            return None;
        }
        let asked = if kind.is_of_object() && kind.is_charted() {
            SpanRequest::whole(span)
        } else if kind.is_charted() && live.is_due(span) {
            SpanRequest::from_span(span)
        } else {
            SpanRequest::default()
        };
        Some(PanelRequest {
            panel: kind.word().to_owned(),
            broker: attributes.broker.clone(),
            vhost: attributes.vhost.clone(),
            queue: attributes.queue.clone(),
            node: attributes.node.clone(),
            depth: (needed > 0).then_some(needed),
            since: live.since().filter(|_| needed > 0 && needed <= depth),
            length: asked.length,
            end: asked.end,
        })
    };
    let take = move |answer: PanelAnswer| match answer {
        Ok(page) => {
            let span = settings.span.get_untracked();
            answered_at.set_value((now(), depth_of(kind, span)));
            live.take(page.dashboard, span);
            if groups.with_untracked(|groups| *groups != page.groups) {
                groups.set(page.groups);
            }
            live.poll_status.answered();
        }
        Err(error) => {
            let pause = untrack(|| settings.interval()).unwrap_or(60_000);
            live.poll_status.fail(error, now() + f64::from(pause));
        }
    };
    poller.subscribe(PanelClient {
        interval,
        request: Box::new(request),
        take: Box::new(take),
    })
}

/// The length of the recent history that a panel keeps, in milliseconds.
fn depth_of(kind: Kind, span: Span) -> i64 {
    match span {
        _ if kind.is_of_object() => 0,
        _ if kind.needs_hour() => RECENT_HISTORY,
        Span::Last(length) if kind.is_charted() && span.is_recent() => length,
        _ => 0,
    }
}

/// Copies a failure of the shared poll to the state of one panel.
fn follow(all: PollStatus, one: PollStatus) {
    effect(move || match all.updates.get() {
        Updates::Fine => (),
        failing => one.updates.set(failing),
    });
}

/// Whether a chart of a resource has anything to draw.
fn has_line(series: &Series, resource: &str) -> bool {
    let columns = series.columns.iter();
    let mut own = columns.filter(|column| column.resource_id == resource);
    own.any(|column| column.avg.known().next().is_some())
}

/// Notifies the page around the panel of each change of state once.
fn report(live: Live, is_drawn: Memo<bool>, notify_host: HostCallback) {
    let notify_host = SendWrapper::new(notify_host);
    let texts = catalog();
    let (mut was_drawn, mut was_stale) = (false, false);
    let mut last: Option<AppError> = None;
    effect(move || {
        let is_answered = live.page.with(Option::is_some);
        let error = match live.poll_status.updates.get() {
            Updates::Failing { error, .. } => Some(error),
            _ => None,
        };
        let is_behind = live.state().is_some_and(|state| state != BrokerState::Ok);
        let is_stale = is_answered && (error.is_some() || is_behind);
        if is_drawn.get() && !was_drawn {
            was_drawn = true;
            notify_host("ready", "", "");
        }
        if let Some(error) = error.as_ref().filter(|error| last.as_ref() != Some(error)) {
            notify_host("error", error.code(), error.text(texts));
        }
        if is_stale != was_stale {
            let why = error.as_ref().map(|error| error.text(texts).to_owned());
            let why = why.or_else(|| live.read(|page| page.broker.reason.clone()));
            notify_host("stale", &is_stale.to_string(), &why.unwrap_or_default());
        }
        (was_stale, last) = (is_stale, error);
    });
}
