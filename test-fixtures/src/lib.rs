//! What the tests of several crates share. Only for `[dev-dependencies]`.

mod broker_answers;
mod checkout;
pub mod malformed;

pub use broker_answers::{broker_answer, broker_answer_as};
pub use checkout::checkout;
