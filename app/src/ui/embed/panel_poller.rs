//! One poll for all panels of a page that share a token source, and their token.
//!
//! Each tick the poller collects the requests of the panels that are due, removes duplicates, sends
//! one call, and hands each panel its answer. It polls by [`start_polling_every`], so the rules of the
//! dashboard's polls hold here too: one call in flight, a time limit for each, back-off after
//! failures, no polls while the tab is hidden.
//!
//! The token is requested when a call needs it: before the first, and after an answer `401`. No timer
//! and no clock is involved, so a tab that slept for hours or a wrong clock needs no special case. If
//! the source fails, the poll has failed, and backs off like any other.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use futures_util::future::{Either, LocalBoxFuture, select};
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use metering::requests::PanelRequest;
use send_wrapper::SendWrapper;

use crate::error::AppError;
use crate::json;
use crate::polling::{PollStatus, start_polling_every};
use crate::server_fns::fetch::{self, TIME_OUT};
use crate::view_models::panels::{PanelAnswer, PanelRequests};

/// How long a poll waits for the requests of further panels: they are often mounted together.
const GATHER: Duration = Duration::from_millis(20);

/// Where a token comes from: called with the token that was refused, if any; returns `None` if no
/// token is needed, as on the dashboard's own pages.
pub type Source =
    Rc<dyn Fn(Option<String>) -> LocalBoxFuture<'static, Result<Option<String>, AppError>>>;

/// One panel of a poller.
pub struct PanelClient {
    /// Milliseconds between two polls; `None`: only on request.
    pub interval: Signal<Option<u32>>,
    /// Its request now; `None` if it is not due.
    pub request: Box<dyn Fn() -> Option<PanelRequest>>,
    /// Receives its answer.
    pub take: Box<dyn Fn(PanelAnswer)>,
}

/// The state of the token.
#[derive(Clone)]
enum Token {
    /// The source has to be called.
    Unknown,
    /// No token is needed.
    None,
    /// This token.
    Some(String),
}

/// The panels of a page that share one token source.
///
/// It lives from the registration of its source until the page is closed, and polls while it has
/// clients. Its signals are read by every panel, so they must outlive all of them.
pub struct PanelPoller {
    /// The state of its polls.
    pub poll_status: PollStatus,
    source: Source,
    token: RefCell<Token>,
    clients: RefCell<BTreeMap<u32, Rc<PanelClient>>>,
    next: Cell<u32>,
    client_changes: RwSignal<u32>,
    owner: Owner,
    /// Owns the polling while there are clients.
    polling: RefCell<Option<Owner>>,
}

/// Removes its client from the poller when it is dropped.
pub struct Subscription {
    poller: Rc<PanelPoller>,
    number: u32,
}

thread_local! {
    static POLLERS: RefCell<BTreeMap<u32, Rc<PanelPoller>>> = const { RefCell::new(BTreeMap::new()) };
}

/// Registers the token source of a number, before the first panel uses it.
pub fn register_token_source(id: u32, source: Source) {
    POLLERS.with_borrow_mut(|pollers| pollers.insert(id, Rc::new(PanelPoller::new(source))));
}

/// The source of a number may have a token now: polls that wait for one try again.
pub fn refresh(id: u32) {
    if let Some(poller) = PanelPoller::of_source(id) {
        poller.poll_status.refresh_now();
    }
}

impl PanelPoller {
    /// The poller of a source; `None` if it is not registered.
    pub fn of_source(id: u32) -> Option<Rc<Self>> {
        POLLERS.with_borrow(|pollers| pollers.get(&id).cloned())
    }

    fn new(source: Source) -> Self {
        // Not a child of the first panel: that one may be unmounted before the others.
        let owner = Owner::default();
        let (poll_status, client_changes) = owner.with(|| (PollStatus::new(), RwSignal::new(0)));
        Self {
            poll_status,
            source,
            token: RefCell::new(Token::Unknown),
            clients: RefCell::default(),
            next: Cell::new(0),
            client_changes,
            owner,
            polling: RefCell::default(),
        }
    }

    /// Adds a panel, and polls for it soon.
    pub fn subscribe(self: &Rc<Self>, client: PanelClient) -> Subscription {
        let number = self.next.get();
        self.next.set(number + 1);
        self.clients.borrow_mut().insert(number, Rc::new(client));
        if self.polling.borrow().is_none() {
            let polling = self.owner.child();
            polling.with(|| self.start());
            *self.polling.borrow_mut() = Some(polling);
        } else {
            self.client_changes
                .update(|client_changes| *client_changes += 1);
            self.poll_status.refresh_now();
        }
        Subscription {
            poller: Rc::clone(self),
            number,
        }
    }

    /// Starts to poll: at once, unless the last polls failed and the next one is not due.
    fn start(self: &Rc<Self>) {
        let poller = SendWrapper::new(Rc::downgrade(self));
        let client_changes = self.client_changes;
        let interval = Memo::new(move |_| {
            client_changes.track();
            let poller = poller.upgrade()?;
            let clients: Vec<_> = poller.clients.borrow().values().cloned().collect();
            let intervals = clients.iter().filter_map(|client| client.interval.get());
            intervals.min()
        });
        self.poll_status.received.set(0.0);
        self.poll_status.start_without_keys();
        let poller = Rc::downgrade(self);
        let poll = move || -> LocalBoxFuture<'static, _> {
            let poller = poller.clone();
            Box::pin(async move {
                TimeoutFuture::new(GATHER.as_millis() as u32).await;
                match poller.upgrade() {
                    Some(poller) => poller.poll().await,
                    None => Ok(()),
                }
            })
        };
        start_polling_every(self.poll_status, interval.into(), Rc::new(poll));
    }

    async fn poll(&self) -> Result<(), AppError> {
        let clients: Vec<_> = self
            .clients
            .borrow()
            .iter()
            .map(|(number, client)| (*number, Rc::clone(client)))
            .collect();
        let mut requests: Vec<PanelRequest> = Vec::new();
        let mut waiting = Vec::new();
        for (number, client) in clients {
            let Some(request) = (client.request)() else {
                continue;
            };
            let place = requests.iter().position(|other| *other == request);
            let place = place.unwrap_or_else(|| {
                requests.push(request);
                requests.len() - 1
            });
            waiting.push((number, place));
        }
        if requests.is_empty() {
            return Ok(());
        }
        let answers = self.send(PanelRequests { requests }).await?;
        for (number, place) in waiting {
            // It may have been unmounted meanwhile.
            let client = self.clients.borrow().get(&number).cloned();
            if let (Some(client), Some(answer)) = (client, answers.get(place)) {
                (client.take)(answer.clone());
            }
        }
        Ok(())
    }

    /// Sends the requests; if the token is refused, once more with a new one.
    async fn send(&self, requests: PanelRequests) -> Result<Vec<PanelAnswer>, AppError> {
        let count = requests.requests.len();
        let body = serde_json::to_string(&requests).map_err(|_| AppError::Internal)?;
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

impl Drop for Subscription {
    fn drop(&mut self) {
        self.poller.clients.borrow_mut().remove(&self.number);
        if self.poller.clients.borrow().is_empty() {
            // No client is left: the call in flight is cancelled too.
            if let Some(polling) = self.poller.polling.take() {
                polling.cleanup();
            }
        } else {
            self.poller
                .client_changes
                .update(|client_changes| *client_changes += 1);
        }
    }
}
