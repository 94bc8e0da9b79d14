//! One comparison of a simple query.

use std::borrow::Cow;

use super::{Operator, ValueType};

/// One row of the arrays `q.field`, `q.op`, `q.type` and `q.value`, which are paired by position.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// `q.field`: a name of a field.
    pub field: Cow<'static, str>,
    /// `q.op`.
    pub operator: Operator,
    /// `q.type`; if absent, it follows from the field.
    pub value_type: Option<ValueType>,
    /// `q.value`.
    pub value: String,
}

impl Condition {
    /// The names and values of the four parameters.
    pub fn pairs(&self) -> [(&'static str, &str); 4] {
        [
            ("q.field", &self.field),
            ("q.op", self.operator.name()),
            ("q.type", self.value_type.map_or("", ValueType::as_str)),
            ("q.value", &self.value),
        ]
    }
}
