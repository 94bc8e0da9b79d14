//! What identity and guests work with: the service's context, the valid tokens, failed sign-ins.

use std::ops::Deref;
use std::sync::Arc;

use super::identity::throttle::Throttle;
use super::identity::tokens::Tokens;
use crate::context::Context;

/// The service's context, with the valid tokens and the failed sign-ins.
#[derive(Debug)]
pub(crate) struct AuthContext {
    pub(crate) context: Arc<Context>,
    pub(crate) tokens: Tokens,
    pub(crate) throttle: Throttle,
}

impl AuthContext {
    /// Without any token.
    pub(crate) fn new(context: Arc<Context>) -> Self {
        Self {
            context,
            tokens: Tokens::default(),
            throttle: Throttle::default(),
        }
    }
}

impl Deref for AuthContext {
    type Target = Context;

    fn deref(&self) -> &Context {
        &self.context
    }
}
