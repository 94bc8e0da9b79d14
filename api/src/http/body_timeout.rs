//! Request bodies that did not arrive in time.

use std::io;

/// Whether a body ended because it did not arrive in time: the listener ends it with
/// [`io::ErrorKind::TimedOut`].
pub(crate) fn is_timeout(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return error.kind() == io::ErrorKind::TimedOut;
        }
        cause = error.source();
    }
    false
}
