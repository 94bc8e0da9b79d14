//! The one poll of a page's panels, and the token that it goes with.
//!
//! Panels whose token comes from the same source sit in one hub. Each tick it collects what those
//! that are due want, leaves out what is wanted twice, asks once, and hands each its answer. It
//! polls by [`keep_every`], so what holds for the dashboard's polls holds here: one call in
//! flight, an end to every wait, backing off, resting while the tab is hidden.
//!
//! The token is asked for when a call needs it: before the first, and when one was answered
//! `401`. No timer and no clock has a say in it, so a tab that slept for eight hours or a viewer
//! whose clock is wrong is nothing special. Where the source fails, the poll has failed, and
//! backs off like any other.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use futures_util::future::{Either, LocalBoxFuture, select};
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use send_wrapper::SendWrapper;

use crate::error::AppError;
use crate::json;
use crate::live::{Pulse, keep_every};
use crate::server_fns::fetch::{self, TIME_OUT};
use crate::server_fns::panels::{Asked, PanelAnswer, Want};

/// How long a hub waits for others that want something too, before it asks: panels come in swarms.
const GATHER: Duration = Duration::from_millis(20);

/// Where a token comes from: called with the token that was refused, if one was; gives `None`
/// where none is needed, which is on our own pages.
pub type Source =
    Rc<dyn Fn(Option<String>) -> LocalBoxFuture<'static, Result<Option<String>, AppError>>>;

/// One panel, as its hub sees it.
pub struct Member {
    /// Milliseconds between two polls; `None`: only by wish.
    pub interval: Signal<Option<u32>>,
    /// What it wants now; `None`: it is not due.
    pub want: Box<dyn Fn() -> Option<Want>>,
    /// Takes its answer.
    pub take: Box<dyn Fn(PanelAnswer)>,
}

/// What is known of the token.
#[derive(Clone)]
enum Token {
    /// Nothing: the source is to be asked.
    Unknown,
    /// None is needed.
    None,
    /// This.
    Some(String),
}

/// The panels of a page that have their token from one source.
///
/// It is there from when its source was introduced until the page goes, and polls while it has
/// members: its signals are read by every panel, and must not go before the last of them.
pub struct Hub {
    /// How its polls fare.
    pub pulse: Pulse,
    source: Source,
    token: RefCell<Token>,
    members: RefCell<BTreeMap<u32, Rc<Member>>>,
    next: Cell<u32>,
    joined: RwSignal<u32>,
    owner: Owner,
    /// Owns the polling, while there is any.
    polling: RefCell<Option<Owner>>,
}

/// A member's place; it is free again when this is dropped.
pub struct Seat {
    hub: Rc<Hub>,
    number: u32,
}

thread_local! {
    static HUBS: RefCell<BTreeMap<u32, Rc<Hub>>> = const { RefCell::new(BTreeMap::new()) };
}

/// Says where the token of a number comes from, before the first panel names that number.
pub fn introduce(id: u32, source: Source) {
    HUBS.with_borrow_mut(|hubs| hubs.insert(id, Rc::new(Hub::new(source))));
}

/// The source of a number may have a token now: whoever waits for one tries again.
pub fn nudge(id: u32) {
    if let Some(hub) = Hub::of(id) {
        hub.pulse.nudge();
    }
}

impl Hub {
    /// The hub of a source; `None` where nobody introduced it.
    pub fn of(id: u32) -> Option<Rc<Self>> {
        HUBS.with_borrow(|hubs| hubs.get(&id).cloned())
    }

    fn new(source: Source) -> Self {
        // No child of the panel that happens to come first: it may go before the others.
        let owner = Owner::default();
        let (pulse, joined) = owner.with(|| (Pulse::new(), RwSignal::new(0)));
        Self {
            pulse,
            source,
            token: RefCell::new(Token::Unknown),
            members: RefCell::default(),
            next: Cell::new(0),
            joined,
            owner,
            polling: RefCell::default(),
        }
    }

    /// Takes a panel in, and asks for it soon.
    pub fn join(self: &Rc<Self>, member: Member) -> Seat {
        let number = self.next.get();
        self.next.set(number + 1);
        self.members.borrow_mut().insert(number, Rc::new(member));
        if self.polling.borrow().is_none() {
            let polling = self.owner.child();
            polling.with(|| self.start());
            *self.polling.borrow_mut() = Some(polling);
        } else {
            self.joined.update(|joined| *joined += 1);
            self.pulse.nudge();
        }
        Seat {
            hub: Rc::clone(self),
            number,
        }
    }

    /// Begins to poll, at once unless the last polls failed and the next one is not due.
    fn start(self: &Rc<Self>) {
        let hub = SendWrapper::new(Rc::downgrade(self));
        let joined = self.joined;
        let interval = Memo::new(move |_| {
            joined.track();
            let hub = hub.upgrade()?;
            let members: Vec<_> = hub.members.borrow().values().cloned().collect();
            let intervals = members.iter().filter_map(|member| member.interval.get());
            intervals.min()
        });
        self.pulse.received.set(0.0);
        self.pulse.beat_quietly();
        let hub = Rc::downgrade(self);
        let poll = move || -> LocalBoxFuture<'static, _> {
            let hub = hub.clone();
            Box::pin(async move {
                TimeoutFuture::new(GATHER.as_millis() as u32).await;
                match hub.upgrade() {
                    Some(hub) => hub.poll().await,
                    None => Ok(()),
                }
            })
        };
        keep_every(self.pulse, interval.into(), Rc::new(poll));
    }

    async fn poll(&self) -> Result<(), AppError> {
        let members: Vec<_> = self
            .members
            .borrow()
            .iter()
            .map(|(number, member)| (*number, Rc::clone(member)))
            .collect();
        let mut wants: Vec<Want> = Vec::new();
        let mut waiting = Vec::new();
        for (number, member) in members {
            let Some(want) = (member.want)() else {
                continue;
            };
            let place = wants.iter().position(|other| *other == want);
            let place = place.unwrap_or_else(|| {
                wants.push(want);
                wants.len() - 1
            });
            waiting.push((number, place));
        }
        if wants.is_empty() {
            return Ok(());
        }
        let answers = self.ask(Asked { wants }).await?;
        for (number, place) in waiting {
            // It may have gone meanwhile.
            let member = self.members.borrow().get(&number).cloned();
            if let (Some(member), Some(answer)) = (member, answers.get(place)) {
                (member.take)(answer.clone());
            }
        }
        Ok(())
    }

    /// Asks once; where the token is refused, once more with a new one.
    async fn ask(&self, asked: Asked) -> Result<Vec<PanelAnswer>, AppError> {
        let count = asked.wants.len();
        let body = serde_json::to_string(&asked).map_err(|_| AppError::Internal)?;
        let mut refused = None;
        for _ in 0..2 {
            let known = self.token.borrow().clone();
            let token = match known {
                Token::Some(token) => Some(token),
                Token::None => None,
                Token::Unknown => self.fetch_token(refused.take()).await?,
            };
            match fetch::post("/fn/panels", token.as_deref(), body.clone()).await {
                Err(AppError::SignedOut) => {
                    *self.token.borrow_mut() = Token::Unknown;
                    refused = token;
                }
                Err(error) => return Err(error),
                Ok(text) => {
                    let answers: Vec<_> = json::read(&text).map_err(|_| AppError::Malformed)?;
                    let all = answers.len() == count;
                    return all.then_some(answers).ok_or(AppError::Malformed);
                }
            }
        }
        Err(AppError::NoToken)
    }

    async fn fetch_token(&self, refused: Option<String>) -> Result<Option<String>, AppError> {
        let end = TimeoutFuture::new(TIME_OUT.as_millis() as u32);
        let token = match select((self.source)(refused), end).await {
            Either::Left((token, _)) => token?,
            Either::Right(((), _)) => return Err(AppError::NoToken),
        };
        *self.token.borrow_mut() = token.clone().map_or(Token::None, Token::Some);
        Ok(token)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.hub.members.borrow_mut().remove(&self.number);
        if self.hub.members.borrow().is_empty() {
            // Nobody looks any more: the call in flight goes too.
            if let Some(polling) = self.hub.polling.take() {
                polling.cleanup();
            }
        } else {
            self.hub.joined.update(|joined| *joined += 1);
        }
    }
}
