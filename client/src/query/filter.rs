//! The filter of a complex query: a tree of comparisons.

use std::borrow::Cow;
use std::ops::Not;

use serde_json::{Value as Json, json};

use super::value::{Op, Value};

/// Which samples pass: made of [`Field`]s.
///
/// ```
/// use client::Field;
///
/// let busy = Field::Meter.is("rabbit.messages") & Field::Volume.gt(1000.0);
/// let filter = busy & !Field::Metadata("room".to_owned()).is_in(["attic", "cellar"]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Filter(Tree);

#[derive(Clone, Debug, PartialEq)]
enum Tree {
    /// Two or more, as the protocol has it.
    All(Vec<Filter>),
    /// Likewise.
    Any(Vec<Filter>),
    Not(Box<Filter>),
    Is(&'static str, Field, Value),
    In(Field, Vec<Value>),
}

/// A field of a sample.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// The meter's name.
    Meter,
    /// What its volumes are: `gauge`, `delta`, `cumulative`.
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

impl Field {
    fn name(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Meter => "meter",
            Self::Type => "type",
            Self::Unit => "unit",
            Self::Volume => "volume",
            Self::ResourceId => "resource_id",
            Self::ProjectId => "project_id",
            Self::UserId => "user_id",
            Self::Source => "source",
            Self::Timestamp => "timestamp",
            Self::RecordedAt => "recorded_at",
            Self::MessageId => "message_id",
            Self::Metadata(key) => return Cow::Owned(format!("metadata.{key}")),
        })
    }

    /// Those whose field compares so.
    pub fn compare(self, op: Op, value: impl Into<Value>) -> Filter {
        Filter(Tree::Is(op.sign(), self, value.into()))
    }

    /// Those whose field has this value.
    pub fn is(self, value: impl Into<Value>) -> Filter {
        self.compare(Op::Eq, value)
    }

    /// Those whose field is less.
    pub fn lt(self, value: impl Into<Value>) -> Filter {
        self.compare(Op::Lt, value)
    }

    /// Those whose field is less or equal.
    pub fn le(self, value: impl Into<Value>) -> Filter {
        self.compare(Op::Le, value)
    }

    /// Those whose field is greater.
    pub fn gt(self, value: impl Into<Value>) -> Filter {
        self.compare(Op::Gt, value)
    }

    /// Those whose field is greater or equal.
    pub fn ge(self, value: impl Into<Value>) -> Filter {
        self.compare(Op::Ge, value)
    }

    /// Those whose field a regular expression matches somewhere.
    pub fn matches(self, pattern: impl Into<String>) -> Filter {
        Filter(Tree::Is("=~", self, Value::Text(pattern.into())))
    }

    /// Those whose field has one of these values.
    pub fn is_in<V: Into<Value>>(self, values: impl IntoIterator<Item = V>) -> Filter {
        Filter(Tree::In(self, values.into_iter().map(Into::into).collect()))
    }

    /// The least first.
    pub fn ascending(self) -> Order {
        Order {
            field: self,
            direction: "asc",
        }
    }

    /// The greatest first.
    pub fn descending(self) -> Order {
        Order {
            field: self,
            direction: "desc",
        }
    }
}

/// An order of samples, of [`Field::ascending`] or [`Field::descending`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Order {
    field: Field,
    direction: &'static str,
}

impl Order {
    pub(crate) fn json(&self) -> Json {
        json!({ &*self.field.name(): self.direction })
    }
}

impl Filter {
    pub(crate) fn json(&self) -> Json {
        let list = |filters: &[Self]| filters.iter().map(Self::json).collect::<Json>();
        match &self.0 {
            Tree::All(filters) => json!({ "and": list(filters) }),
            Tree::Any(filters) => json!({ "or": list(filters) }),
            Tree::Not(filter) => json!({ "not": filter.json() }),
            Tree::Is(sign, field, value) => json!({ *sign: { &*field.name(): value.json() } }),
            Tree::In(field, values) => {
                let values: Json = values.iter().map(Value::json).collect();
                json!({ "in": { &*field.name(): values } })
            }
        }
    }
}

/// Those that pass both.
impl std::ops::BitAnd for Filter {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        let Self(Tree::All(mut all)) = self else {
            return Self(Tree::All(vec![self, other]));
        };
        all.push(other);
        Self(Tree::All(all))
    }
}

/// Those that pass one of them.
impl std::ops::BitOr for Filter {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        let Self(Tree::Any(mut any)) = self else {
            return Self(Tree::Any(vec![self, other]));
        };
        any.push(other);
        Self(Tree::Any(any))
    }
}

/// Those that do not pass it.
impl Not for Filter {
    type Output = Self;

    fn not(self) -> Self {
        Self(Tree::Not(Box::new(self)))
    }
}

#[cfg(test)]
mod tests {
    use metering::Timestamp;

    use super::*;

    #[test]
    fn a_tree_is_written_as_the_protocol_has_it() {
        let noon = Timestamp::from_millis(1_420_113_600_000);
        let metadata = Field::Metadata("room".to_owned());
        let filter = Field::Meter.is("cpu")
            & Field::Timestamp.ge(noon)
            & (!metadata.is_in(["attic"]) | Field::ResourceId.matches("^prod/"));
        assert_eq!(
            filter.json(),
            json!({"and": [
                {"=": {"meter": "cpu"}},
                {">=": {"timestamp": "2015-01-01T12:00:00"}},
                {"or": [
                    {"not": {"in": {"metadata.room": ["attic"]}}},
                    {"=~": {"resource_id": "^prod/"}},
                ]},
            ]})
        );
    }

    #[test]
    fn comparisons_have_their_signs() {
        let signs = [Op::Lt, Op::Le, Op::Eq, Op::Ne, Op::Ge, Op::Gt].map(|op| {
            let json = Field::Volume.compare(op, 0.5).json();
            let object = json.as_object().expect("an object");
            object.keys().next().expect("one").clone()
        });
        assert_eq!(signs, ["<", "<=", "=", "!=", ">=", ">"]);
    }

    #[test]
    fn orders_name_field_and_direction() {
        assert_eq!(
            Field::Timestamp.descending().json(),
            json!({"timestamp": "desc"})
        );
        assert_eq!(Field::Volume.ascending().json(), json!({"volume": "asc"}));
    }
}
