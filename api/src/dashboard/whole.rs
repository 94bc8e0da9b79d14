//! One answer from the bodies of others, which are copied and not parsed.

use bytes::{BufMut, BytesMut};
use metering::Timestamp;

use crate::auth::authorized_broker::AuthorizedBroker;
use crate::http::error::Error;
use crate::http::etag::{ConditionalResponse, EntityTag};
use crate::state::ApiState;

/// An answer that is put together.
pub(super) struct Whole {
    body: BytesMut,
    tags: EntityTag,
    stale: bool,
}

impl Whole {
    pub(super) fn new(broker: &[u8], generation: u64) -> Self {
        let mut body = BytesMut::with_capacity(16 * 1024);
        body.put_slice(br#"{"broker":"#);
        body.put_slice(broker);
        Self {
            body,
            tags: EntityTag::default().part(generation),
            stale: false,
        }
    }

    /// Adds a part, or leaves out what the caller may not see or nobody knows.
    pub(super) fn add(
        &mut self,
        name: &str,
        part: Result<ConditionalResponse, Error>,
    ) -> Result<(), Error> {
        let part = match part {
            Ok(part) => part,
            Err(
                Error::Forbidden
                | Error::NotPermitted(_)
                | Error::NotAnswered { .. }
                | Error::Store(_),
            ) => {
                self.tags.push(name);
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        self.tags.push(part.etag.as_str());
        self.stale |= part.stale;
        for piece in [b",\"", name.as_bytes(), b"\":", &part.body] {
            self.body.put_slice(piece);
        }
        Ok(())
    }

    pub(super) fn finish(
        mut self,
        shared: &ApiState,
        authorized: &AuthorizedBroker<'_>,
        time: Timestamp,
    ) -> ConditionalResponse {
        let end = format!(r#","server_time":"{time}"}}"#);
        self.body.put_slice(end.as_bytes());
        ConditionalResponse {
            body: self.body.freeze(),
            etag: authorized.etag(shared).hash_of(&self.tags),
            stale: self.stale,
        }
    }
}
