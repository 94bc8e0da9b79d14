//! One panel.

use std::rc::Rc;

use leptos::prelude::*;
use metering::series::queue_resource;
use metering::{BrokerState, Series};
use send_wrapper::SendWrapper;

use super::alarms::Alarms;
use super::hub::{Hub, Member, Seat};
use super::kind::{Kind, Subject};
use crate::cells::facts;
use crate::chart::{Chart, SpanBar, Stage};
use crate::components::time::Clock;
use crate::error::AppError;
use crate::i18n::{Catalog, catalog};
use crate::live::{Live, Pulse, SPAN, Settings, Span, Updates, now};
use crate::pages::node_charts;
use crate::pages::overview::about::{Contexts, ExchangeTypes, Facts, Listeners};
use crate::pages::overview::charts::{churn, message_rates, objects, queued_messages};
use crate::pages::overview::churn::Churn;
use crate::pages::overview::nodes::Nodes;
use crate::pages::overview::notices::Notices;
use crate::pages::overview::tiles::Tiles;
use crate::pages::overview::toolbar::Toolbar;
use crate::pages::overview::{Asked, Whole};
use crate::query::Query;
use crate::reactive::{effect, flag, part};
use crate::server_fns::lists::Group;
use crate::server_fns::panels::{PanelAnswer, Want};

/// Milliseconds between two tries to get a first answer for a panel that is not to poll.
const FIRST: u32 = 5_000;

/// Tells the page around a panel of something: what, a word, and a text for people.
///
/// `ready`; `error` with its code; `stale` with `true` or `false`.
pub type Tell = Rc<dyn Fn(&str, &str, &str)>;

/// What makes a panel another one: with any of these it begins anew.
#[derive(Clone, Debug, PartialEq)]
struct Shown {
    panel: String,
    broker: String,
    vhost: Option<String>,
    queue: Option<String>,
    node: Option<String>,
    lang: String,
    /// The number of the token's source.
    source: u32,
}

impl Shown {
    fn of(query: &Query) -> Self {
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

impl Shown {
    /// The attribute that a panel cannot do without and that is not there.
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
pub(super) fn Slot(query: RwSignal<Query>, tell: Tell) -> impl IntoView {
    let tell = SendWrapper::new(tell);
    let settings = Settings::kept(query);
    let clock = Clock::of_viewer();
    let shown = Memo::new(move |_| query.with(Shown::of));
    part(move || {
        let shown = shown.get();
        let tell = Rc::clone(&tell);
        provide_context(settings);
        provide_context(clock);
        provide_context(Catalog::of(&shown.lang));
        let texts = catalog();
        let wrong = |code: &str, text: String| {
            tell("error", code, &text);
            view! { <p class="notice warning" role="status">{text}</p> }.into_any()
        };
        let Some(kind) = Kind::find(&shown.panel) else {
            let text = texts
                .embed
                .no_such_panel
                .fill([&shown.panel, &Kind::accepted()]);
            return wrong("unknown-panel", text);
        };
        if let Some(missing) = shown.missing(kind) {
            let text = texts.embed.no_attribute.fill([&missing]);
            return wrong(&format!("no-{missing}"), text);
        }
        match Hub::of(shown.source) {
            Some(hub) => view! { <Panel kind shown hub tell /> }.into_any(),
            None => wrong("token", texts.embed.no_token.to_owned()),
        }
    })
}

/// A panel, alive for as long as its owner.
#[component]
fn Panel(kind: Kind, shown: Shown, hub: Rc<Hub>, tell: Tell) -> impl IntoView {
    let settings = expect_context::<Settings>();
    let texts = catalog();
    let broker = shown.broker.clone();
    let pulse = Pulse {
        clock: hub.pulse.clock,
        nudges: hub.pulse.nudges,
        ..Pulse::new()
    };
    let live = Live::waiting(broker.clone(), pulse);
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
            live.is_held(span)
        } else {
            live.is_loaded(span)
        }
    });
    let stage =
        Stage::new(shown.resource(kind), source, live.events, latest).with_loaded(is_loaded);
    provide_context(live);
    provide_context(pulse);
    provide_context(stage);
    if kind.is_of_object() {
        live.follow_whole(settings);
    } else {
        live.follow(settings);
    }
    follow(hub.pulse, pulse);

    let groups = RwSignal::new(Vec::new());
    let resource = shown.resource(kind);
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
    report(live, is_drawn, tell);
    let seat = take_seat(&hub, kind, shown, (live, groups), settings);
    let seat = SendWrapper::new(seat);
    on_cleanup(move || drop(seat));

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

/// Joins the poll of all panels.
fn take_seat(
    hub: &Rc<Hub>,
    kind: Kind,
    shown: Shown,
    (live, groups): (Live, RwSignal<Vec<Group>>),
    settings: Settings,
) -> Seat {
    // When it was last answered on the viewer's clock, and how much of the time up to then it holds.
    let held = StoredValue::new((0.0_f64, 0_i64));
    // Before the first answer there is nothing that could stand still.
    let interval = Signal::derive(move || {
        let is_waiting = live.page.with(Option::is_none);
        settings.interval().or(is_waiting.then_some(FIRST))
    });
    let wishes = StoredValue::new(None);
    let want = move || {
        let wish = live.pulse.nudges.get_untracked();
        let is_wished = wishes.get_value() != Some(wish);
        wishes.set_value(Some(wish));
        let (answered, depth) = held.get_value();
        let span = settings.span.get_untracked();
        let needed = depth_of(kind, span);
        let pause = untrack(|| settings.interval()).map_or(f64::INFINITY, f64::from);
        let is_failing = live.pulse.updates.get_untracked() != Updates::Fine;
        // Those that poll more seldom than others are left out in between.
        // Either way: the viewer's clock may be put back.
        let is_past = (now() - answered).abs() >= pause - 500.0;
        let is_due = is_wished || is_past || is_failing || needed > depth || answered == 0.0;
        if !is_due {
            return None;
        }
        let asked = if kind.is_of_object() && kind.is_charted() {
            Asked::whole(span)
        } else if kind.is_charted() && live.is_due(span) {
            Asked::of(span)
        } else {
            Asked::default()
        };
        Some(Want {
            panel: kind.word().to_owned(),
            broker: shown.broker.clone(),
            vhost: shown.vhost.clone(),
            queue: shown.queue.clone(),
            node: shown.node.clone(),
            depth: (needed > 0).then_some(needed),
            since: live.since().filter(|_| needed > 0 && needed <= depth),
            length: asked.length,
            end: asked.end,
        })
    };
    let take = move |answer: PanelAnswer| match answer {
        Ok(page) => {
            let span = settings.span.get_untracked();
            held.set_value((now(), depth_of(kind, span)));
            live.take(page.dashboard, span);
            if groups.with_untracked(|groups| *groups != page.groups) {
                groups.set(page.groups);
            }
            live.pulse.answered();
        }
        Err(error) => {
            let pause = untrack(|| settings.interval()).unwrap_or(60_000);
            live.pulse.fail(error, now() + f64::from(pause));
        }
    };
    hub.join(Member {
        interval,
        want: Box::new(want),
        take: Box::new(take),
    })
}

/// How much of the time up to now a panel goes on with, in milliseconds.
fn depth_of(kind: Kind, span: Span) -> i64 {
    match span {
        _ if kind.is_of_object() => 0,
        _ if kind.needs_hour() => SPAN,
        Span::Last(length) if kind.is_charted() && span.is_recent() => length,
        _ => 0,
    }
}

/// What befalls the poll of all befalls each of them.
fn follow(all: Pulse, one: Pulse) {
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

/// Tells the page around of what it may care for, once each.
fn report(live: Live, is_drawn: Memo<bool>, tell: Tell) {
    let tell = SendWrapper::new(tell);
    let texts = catalog();
    let (mut was_drawn, mut was_stale) = (false, false);
    let mut last: Option<AppError> = None;
    effect(move || {
        let is_answered = live.page.with(Option::is_some);
        let error = match live.pulse.updates.get() {
            Updates::Failing { error, .. } => Some(error),
            _ => None,
        };
        let is_behind = live.state().is_some_and(|state| state != BrokerState::Ok);
        let is_stale = is_answered && (error.is_some() || is_behind);
        if is_drawn.get() && !was_drawn {
            was_drawn = true;
            tell("ready", "", "");
        }
        if let Some(error) = error.as_ref().filter(|error| last.as_ref() != Some(error)) {
            tell("error", error.code(), error.text(texts));
        }
        if is_stale != was_stale {
            let why = error.as_ref().map(|error| error.text(texts).to_owned());
            let why = why.or_else(|| live.read(|page| page.broker.reason.clone()));
            tell("stale", &is_stale.to_string(), &why.unwrap_or_default());
        }
        (was_stale, last) = (is_stale, error);
    });
}
