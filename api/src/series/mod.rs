//! Series: values over time of one meter and resource.
//!
//! | module | what |
//! |---|---|
//! | [`query`] | the parameters of a request |
//! | [`reader`] | reads older steps from the store, the rest from the recent history |

pub(crate) mod query;
pub(crate) mod reader;
