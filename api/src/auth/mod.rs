//! Who a caller is, and what it may see.
//!
//! | module | what |
//! |---|---|
//! | [`identity`] | tokens by Keystone's protocol: the embedded identity, or a Keystone |
//! | [`guest`] | guest tokens of portals, share links |
//! | [`context`] | what identity and guests work with |
//! | [`access_scope`] | the stored data that a caller may see |
//! | [`authorized_broker`] | a broker, and the part of it that a caller may see |
//! | [`audit_log`] | lines of the system log about tokens, portals and share links |

pub(crate) mod access_scope;
mod audit_log;
pub(crate) mod authorized_broker;
pub(crate) mod context;
pub(crate) mod guest;
pub(crate) mod identity;
