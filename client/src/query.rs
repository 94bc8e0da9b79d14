//! Which samples: the simple query of most requests, and the filter of the complex one.

mod filter;
mod simple;
mod value;

pub use filter::{Field, Filter, Order};
pub use simple::Query;
pub use value::{Op, Value};
