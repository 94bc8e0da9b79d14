//! `q.field`, `q.op`, `q.type` and `q.value`: four parallel arrays of the query string.

use metering::requests::{Condition, Operator, ValueType};

use super::{invalid, shortened};
use crate::http::error::Error;
use crate::http::params::Arguments;

/// More conditions than any client sends; each costs the store a comparison.
const MOST: usize = 100;

/// The refusal of an operator that the field does not take.
pub(crate) fn unimplemented(condition: &Condition) -> Error {
    let field = shortened(&condition.field);
    let why = format!("unimplemented operator for {field}");
    invalid("op", condition.operator.name(), &why)
}

/// As the old service quoted a condition in its errors.
pub(crate) fn quoted(condition: &Condition) -> String {
    let value_type = condition.value_type.map_or("Unset", ValueType::as_str);
    let (field, value) = (shortened(&condition.field), shortened(&condition.value));
    let operator = condition.operator.name();
    format!("<Query '{field}' {operator} '{value}' {value_type}>")
}

/// Takes the four arrays out of the arguments. They are paired by position; what is missing of a
/// row is empty, and an empty operator is `eq`.
///
/// # Errors
/// An unknown operator or type, or something that belongs to no field.
pub(crate) fn read(arguments: &mut Arguments) -> Result<Vec<Condition>, Error> {
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
                    shortened(&value)
                );
                return Err(invalid("field", "", &why));
            }
            Ok(Condition {
                field: field.into(),
                operator: read_operator(&at(&ops, row))?,
                value_type: read_type(&at(&types, row))?,
                value,
            })
        })
        .collect()
}

pub(crate) fn read_operator(name: &str) -> Result<Operator, Error> {
    if name.is_empty() {
        return Ok(Operator::Eq);
    }
    Operator::find(name).ok_or_else(|| {
        let known = Operator::SIMPLE.map(Operator::name).join(", ");
        invalid("op", name, &format!("Value should be one of: {known}"))
    })
}

pub(crate) fn read_type(name: &str) -> Result<Option<ValueType>, Error> {
    if name.is_empty() {
        return Ok(None);
    }
    ValueType::find(name).map(Some).ok_or_else(|| {
        let known = ValueType::ALL.map(|known| format!("'{}'", known.as_str()));
        Error::BadArgument(format!(
            "The data type {} is not supported. The supported data type list is: [{}]",
            shortened(name),
            known.join(", ")
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(query: &str) -> Result<Vec<Condition>, String> {
        read(&mut Arguments::parse(query)).map_err(|error| error.to_string())
    }

    #[test]
    fn rows_are_paired_by_position() {
        let terms = parse(
            "q.field=timestamp&q.field=metadata.size&q.op=gt&q.op=&q.type=&q.type=string&q.value=2015-01-01&q.value=5",
        )
        .expect("terms");
        assert_eq!(
            terms.iter().map(quoted).collect::<Vec<_>>(),
            [
                "<Query 'timestamp' gt '2015-01-01' Unset>",
                "<Query 'metadata.size' eq '5' string>"
            ]
        );
    }

    #[test]
    fn missing_parts_of_a_condition_are_empty() {
        let terms = parse("q.field=resource_id&q.field=user_id&q.value=r").expect("terms");
        assert_eq!(
            (
                terms[1].operator,
                terms[1].value_type,
                terms[1].value.as_str()
            ),
            (Operator::Eq, None, "")
        );
    }

    #[test]
    fn conditions_without_a_field_are_refused() {
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
