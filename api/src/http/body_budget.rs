//! How many bytes of request bodies, and of the answers to them, are in memory at once.
//!
//! The budget holds for the whole process. A body is charged as its bytes arrive, whatever length
//! it announced, and released when its answer was sent or given up. The first [`FREE`] bytes of
//! each body are not charged, so that sign-ins and small posts pass at all times; how many
//! connections there are is the listener's concern. One account gets three quarters of the budget
//! at most.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::StreamExt;

use crate::http::error::Error;

/// Bytes of bodies in memory at once.
const BUDGET: usize = 24 << 20;
/// The share of one account.
const BUDGET_OF_ACCOUNT: usize = BUDGET / 4 * 3;
/// Bytes of each body that are not charged.
const FREE: usize = 8 << 10;

/// What is in memory now.
#[derive(Debug, Default)]
pub(crate) struct BodyBudget(Mutex<Charged>);

#[derive(Debug, Default)]
struct Charged {
    all: usize,
    by_account: HashMap<Arc<str>, usize>,
}

/// What one request is charged with; releases it when dropped.
#[derive(Debug)]
struct Charge {
    budget: Arc<BodyBudget>,
    account: Arc<str>,
    arrived: AtomicUsize,
    charged: AtomicUsize,
    refused: AtomicBool,
}

/// The budget does not admit more bytes.
#[derive(Debug, thiserror::Error)]
#[error("too many bytes of request bodies are in memory")]
struct NoRoom;

impl BodyBudget {
    /// Answers a request of an account, whose body is charged.
    pub(crate) async fn run(
        self: &Arc<Self>,
        account: &str,
        request: Request,
        next: Next,
    ) -> Response {
        if request.body().is_end_stream() {
            return next.run(request).await;
        }
        let charge = Arc::new(Charge {
            budget: Arc::clone(self),
            account: account.into(),
            arrived: AtomicUsize::new(0),
            charged: AtomicUsize::new(0),
            refused: AtomicBool::new(false),
        });
        let reader = Arc::clone(&charge);
        let request = request.map(|body| {
            Body::from_stream(body.into_data_stream().map(move |chunk| {
                let chunk: Bytes = chunk?;
                if reader.add(chunk.len()) {
                    Ok(chunk)
                } else {
                    Err(axum::Error::new(NoRoom))
                }
            }))
        });
        let response = next.run(request).await;
        if charge.refused.load(Ordering::Relaxed) {
            return Error::TooManyBodies.into_response();
        }
        if charge.charged.load(Ordering::Relaxed) == 0 {
            return response;
        }
        response.map(|inner| {
            Body::new(ChargedBody {
                inner,
                _charge: charge,
            })
        })
    }

    fn add(&self, account: &Arc<str>, bytes: usize) -> bool {
        let mut charged = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of_account = charged.by_account.get(account).copied().unwrap_or_default();
        if charged.all + bytes > BUDGET || of_account + bytes > BUDGET_OF_ACCOUNT {
            return false;
        }
        charged.all += bytes;
        *charged.by_account.entry(Arc::clone(account)).or_default() += bytes;
        true
    }

    fn release(&self, account: &Arc<str>, bytes: usize) {
        let mut charged = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        charged.all = charged.all.saturating_sub(bytes);
        if let Some(of_account) = charged.by_account.get_mut(account) {
            *of_account = of_account.saturating_sub(bytes);
            if *of_account == 0 {
                charged.by_account.remove(account);
            }
        }
    }
}

impl Charge {
    /// Charges bytes that arrived. Whether the budget admits them.
    fn add(&self, bytes: usize) -> bool {
        let before = self.arrived.fetch_add(bytes, Ordering::Relaxed);
        let due = (before + bytes).saturating_sub(FREE.max(before));
        if due == 0 {
            return true;
        }
        let admitted = self.budget.add(&self.account, due);
        if admitted {
            self.charged.fetch_add(due, Ordering::Relaxed);
        } else {
            self.refused.store(true, Ordering::Relaxed);
        }
        admitted
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        let charged = self.charged.load(Ordering::Relaxed);
        if charged > 0 {
            self.budget.release(&self.account, charged);
        }
    }
}

/// The body of an answer; the charge of its request ends with it.
struct ChargedBody {
    inner: Body,
    _charge: Arc<Charge>,
}

impl HttpBody for ChargedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.inner).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn charge(budget: &Arc<BodyBudget>, account: &str) -> Charge {
        Charge {
            budget: Arc::clone(budget),
            account: account.into(),
            arrived: AtomicUsize::new(0),
            charged: AtomicUsize::new(0),
            refused: AtomicBool::new(false),
        }
    }

    #[test]
    fn one_account_gets_three_quarters_of_the_budget() {
        let budget = Arc::new(BodyBudget::default());
        let mine = charge(&budget, "anna");
        assert!(mine.add(BUDGET_OF_ACCOUNT));
        assert!(!mine.add(FREE + 1));
        assert!(!charge(&budget, "anna").add(2 * FREE + 1));
        assert!(charge(&budget, "bert").add(BUDGET - BUDGET_OF_ACCOUNT));
    }

    #[test]
    fn small_bodies_pass_when_the_budget_is_spent() {
        let budget = Arc::new(BodyBudget::default());
        let (anna, bert) = (charge(&budget, "anna"), charge(&budget, "bert"));
        assert!(anna.add(BUDGET_OF_ACCOUNT + FREE));
        assert!(bert.add(BUDGET - BUDGET_OF_ACCOUNT + FREE));
        let small = charge(&budget, "carl");
        assert!(small.add(FREE));
        assert!(!small.add(1));
    }

    #[test]
    fn a_charge_ends_with_its_request() {
        let budget = Arc::new(BodyBudget::default());
        let mine = charge(&budget, "anna");
        assert!(mine.add(FREE / 2));
        assert!(mine.add(FREE));
        assert_eq!(budget.0.lock().expect("lock").all, FREE / 2);
        drop(mine);
        let charged = budget.0.lock().expect("lock");
        assert_eq!((charged.all, charged.by_account.len()), (0, 0));
    }
}
