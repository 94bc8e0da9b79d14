//! Which samples: the tree that every query becomes.
//!
//! The simple query (`q.field`, `q.op`, `q.value`), the complex one (`POST /v2/query/samples`)
//! and the silent restriction to a caller's project are all one [`Filter`].

use std::sync::Arc;

use metering::Timestamp;

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
    /// value, does not: it passes [`Op::Ne`] alone.
    Is(Field, Op, Value),
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

/// A field of a sample.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// The meter's name.
    Meter,
    /// What its volumes are.
    Type,
    /// Their unit.
    Unit,
    /// How much.
    Volume,
    /// What it was measured of.
    ResourceId,
    /// Who owns that.
    ProjectId,
    /// Who posted it.
    UserId,
    /// Who measures it.
    Source,
    /// When it was measured.
    Timestamp,
    /// When it was taken in.
    RecordedAt,
    /// Its id.
    MessageId,
    /// A value of its metadata, by the flattened key (`a.b:c`).
    Metadata(String),
}

/// How a field is compared with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// Less than.
    Lt,
    /// Less than or equal.
    Le,
    /// Equal.
    Eq,
    /// Not equal.
    Ne,
    /// Greater than or equal.
    Ge,
    /// Greater than.
    Gt,
    /// A regular expression that matches somewhere (`=~`).
    Matches,
}

/// A value of a field. Metadata are texts, as Ceilometer keeps them: a number does not equal one.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number; whole ones and others compare with each other.
    Float(f64),
    /// Yes or no.
    Boolean(bool),
    /// An instant.
    Time(Timestamp),
}
