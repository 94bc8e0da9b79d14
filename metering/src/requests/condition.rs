//! One comparison of a simple query.

use std::borrow::Cow;

use super::{Operator, ValueType};

/// How the conditions of a simple query stand in a query string.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
pub struct ConditionParams {
    /// The field of a condition; may be repeated, up to 100 times
    #[cfg_attr(feature = "openapi", param(rename = "q.field"))]
    pub fields: Option<Vec<String>>,
    /// The operator of the field in the same place: `lt`, `le`, `eq`, `ne`, `ge` or `gt`, as far as the field
    /// accepts it; by default `eq`
    #[cfg_attr(feature = "openapi", param(rename = "q.op"))]
    pub operators: Option<Vec<String>>,
    /// The type of the value in the same place: `integer`, `float`, `string`, `boolean` or `datetime`; by default
    /// it follows from the field
    #[cfg_attr(feature = "openapi", param(rename = "q.type"))]
    pub types: Option<Vec<String>>,
    /// What the field in the same place is compared with
    #[cfg_attr(feature = "openapi", param(rename = "q.value"))]
    pub values: Option<Vec<String>>,
}

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
