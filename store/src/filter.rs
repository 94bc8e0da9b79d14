//! Which samples: the tree that every query becomes.
//!
//! The simple query (`q.field`, `q.op`, `q.value`), the complex one (`POST /v2/query/samples`)
//! and the silent restriction to a caller's project are all one [`Filter`].

use std::sync::Arc;

use metering::requests::{self, Field, Operator, Value};

use crate::collected_scope::CollectedScope;

/// Which samples pass.
#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    /// Those that pass all of these: without any, every sample.
    All(Vec<Filter>),
    /// Those that pass one of these: without any, none.
    Any(Vec<Filter>),
    /// Those that do not pass this.
    Not(Box<Filter>),
    /// Those whose field compares so. A field that is not there, or is of another kind than the
    /// value, does not: it passes [`Operator::Ne`] alone.
    Is(Field, Operator, Value),
    /// Those that clients posted. Whatever a client writes into a sample, it is not a collected one.
    Posted,
    /// Those that a collector stored, of the resources that the scope admits.
    Collected(Arc<CollectedScope>),
}

impl Default for Filter {
    fn default() -> Self {
        Self::All(Vec::new())
    }
}

impl Filter {
    /// Those that pass both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match self {
            Self::All(mut all) => {
                all.push(other);
                Self::All(all)
            }
            one => Self::All(vec![one, other]),
        }
    }
}

/// What a caller asks for. The restriction to what the caller may see is added to it.
impl From<requests::Filter> for Filter {
    fn from(filter: requests::Filter) -> Self {
        let each = |filters: Vec<_>| filters.into_iter().map(Self::from).collect();
        match filter {
            requests::Filter::All(filters) => Self::All(each(filters)),
            requests::Filter::Any(filters) => Self::Any(each(filters)),
            requests::Filter::Not(filter) => Self::Not(Box::new((*filter).into())),
            requests::Filter::Is(field, operator, value) => Self::Is(field, operator, value),
            requests::Filter::In(field, values) => {
                let is = |value| Self::Is(field.clone(), Operator::Eq, value);
                Self::Any(values.into_iter().map(is).collect())
            }
        }
    }
}
