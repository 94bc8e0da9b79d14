//! `q.field`, `q.op`, `q.type` and `q.value`: four parallel arrays of the query string.

use std::fmt;

use store::Op;

use super::invalid;
use crate::http::error::Error;
use crate::http::params::Arguments;

/// More terms than any client sends; each costs the store a comparison.
const MOST: usize = 100;

/// The operators by name.
const OPS: [(&str, Op); 6] = [
    ("lt", Op::Lt),
    ("le", Op::Le),
    ("eq", Op::Eq),
    ("ne", Op::Ne),
    ("ge", Op::Ge),
    ("gt", Op::Gt),
];

/// What a value is said to be (`q.type`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ValueType {
    Integer,
    Float,
    String,
    Boolean,
    Datetime,
}

impl ValueType {
    const ALL: [Self; 5] = [
        Self::Integer,
        Self::Float,
        Self::String,
        Self::Boolean,
        Self::Datetime,
    ];

    /// Its name on the wire.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Integer => "integer",
            Self::Float => "float",
            Self::String => "string",
            Self::Boolean => "boolean",
            Self::Datetime => "datetime",
        }
    }

    fn read(name: &str) -> Result<Option<Self>, Error> {
        if name.is_empty() {
            return Ok(None);
        }
        let found = Self::ALL.into_iter().find(|found| found.as_str() == name);
        found.map(Some).ok_or_else(|| {
            let known: Vec<_> = Self::ALL.map(|kind| format!("'{}'", kind.as_str())).into();
            Error::BadArgument(format!(
                "The data type {} is not supported. The supported data type list is: [{}]",
                super::shortened(name),
                known.join(", ")
            ))
        })
    }
}

/// One row of the four arrays.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Term {
    /// The field's name, as it was given.
    pub(crate) field: String,
    pub(crate) op: Op,
    pub(crate) value_type: Option<ValueType>,
    pub(crate) value: String,
}

impl Term {
    /// The operator's name.
    pub(crate) fn op_name(&self) -> &'static str {
        let found = OPS.iter().find(|(_, op)| *op == self.op);
        found.map_or("eq", |(name, _)| name)
    }

    /// The refusal of an operator that the field does not take.
    pub(crate) fn unimplemented(&self) -> Error {
        let why = format!(
            "unimplemented operator for {}",
            super::shortened(&self.field)
        );
        invalid("op", self.op_name(), &why)
    }
}

/// As the old service quoted a term in its errors.
impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value_type = self.value_type.map_or("Unset", ValueType::as_str);
        let (field, value) = (super::shortened(&self.field), super::shortened(&self.value));
        write!(
            f,
            "<Query '{field}' {} '{value}' {value_type}>",
            self.op_name()
        )
    }
}

/// Takes the four arrays out of the arguments. They are paired by position; what is missing of a
/// row is empty, and an empty operator is `eq`.
///
/// # Errors
/// An unknown operator or type, or something that belongs to no field.
pub(crate) fn read(arguments: &mut Arguments) -> Result<Vec<Term>, Error> {
    let [fields, ops, types, values] =
        ["q.field", "q.op", "q.type", "q.value"].map(|name| arguments.many(name));
    let rows = fields
        .len()
        .max(ops.len())
        .max(types.len())
        .max(values.len());
    if rows > MOST {
        return Err(Error::BadArgument(format!(
            "The query has {rows} terms; accepted are at most {MOST}"
        )));
    }
    let at = |column: &[String], row: usize| column.get(row).cloned().unwrap_or_default();
    (0..rows)
        .map(|row| {
            let (field, value) = (at(&fields, row), at(&values, row));
            if field.is_empty() {
                let why = format!(
                    "The term with the value '{}' names no field",
                    super::shortened(&value)
                );
                return Err(invalid("field", "", &why));
            }
            Ok(Term {
                op: read_op(&at(&ops, row))?,
                value_type: ValueType::read(&at(&types, row))?,
                field,
                value,
            })
        })
        .collect()
}

fn read_op(name: &str) -> Result<Op, Error> {
    if name.is_empty() {
        return Ok(Op::Eq);
    }
    let found = OPS.iter().find(|(known, _)| *known == name);
    found.map(|(_, op)| *op).ok_or_else(|| {
        let known = OPS.map(|(known, _)| known).join(", ");
        invalid("op", name, &format!("Value should be one of: {known}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(query: &str) -> Result<Vec<Term>, String> {
        read(&mut Arguments::parse(query)).map_err(|error| error.to_string())
    }

    #[test]
    fn rows_are_paired_by_position() {
        let terms = parse(
            "q.field=timestamp&q.field=metadata.size&q.op=gt&q.op=&q.type=&q.type=string&q.value=2015-01-01&q.value=5",
        )
        .expect("terms");
        assert_eq!(
            terms.iter().map(ToString::to_string).collect::<Vec<_>>(),
            [
                "<Query 'timestamp' gt '2015-01-01' Unset>",
                "<Query 'metadata.size' eq '5' string>"
            ]
        );
    }

    #[test]
    fn what_is_missing_of_a_row_is_empty() {
        let terms = parse("q.field=resource_id&q.field=user_id&q.value=r").expect("terms");
        assert_eq!(
            (terms[1].op, terms[1].value_type, terms[1].value.as_str()),
            (Op::Eq, None, "")
        );
    }

    #[test]
    fn what_has_no_field_is_refused() {
        for query in [
            "q.value=5",
            "q.op=eq",
            "q.field=&q.value=5",
            "q.field=a&q.value=1&q.value=2",
            "q.field=a&q.type=&q.type=",
        ] {
            let message = parse(query).expect_err(query);
            assert!(message.contains("names no field"), "{message}");
        }
    }

    #[test]
    fn unknown_operators_and_types_are_named() {
        assert_eq!(
            parse("q.field=a&q.op=like&q.value=1"),
            Err("Invalid input for field/attribute op. Value: 'like'. Value should be one of: lt, le, eq, ne, ge, gt".into())
        );
        assert_eq!(
            parse("q.field=a&q.type=blob&q.value=1"),
            Err(
                "The data type blob is not supported. The supported data type list is: \
                ['integer', 'float', 'string', 'boolean', 'datetime']"
                    .into()
            )
        );
    }

    #[test]
    fn there_are_no_more_than_the_bound() {
        assert!(parse(&["q.field=a"; MOST].join("&")).is_ok());
        assert!(parse(&["q.field=a"; MOST + 1].join("&")).is_err());
    }
}
