//! The body of `POST /v2/query/samples`: a filter and an order, each JSON in a text.
//!
//! A filter is an object of one key: an operator. `and` and `or` hold a list of filters, `not` one;
//! all others an object of one field and the value that it is compared with. Depth and size are
//! bounded, so that a hostile filter costs the store no more than a long one.

use metering::Timestamp;
use metering::requests::{Field, Filter, Operator, Order, Value};
use serde_json::{Map, Value as Json};
use store::SampleQuery;

use super::arguments::{default_limit, parse_integer, positive_limit};
use super::invalid;
use crate::auth::access_scope::AccessScope;
use crate::http::error::{Error, shortened};

/// Filters stand in each other at most so deep …
const DEPTH: usize = 32;
/// Most comparisons of a filter.
const COMPARISONS: usize = 500;
/// An order has at most so many fields.
const ORDERS: usize = 20;

/// Reads a complex query.
///
/// # Errors
/// `400` where it cannot be understood, and where; `401` where it names a project that the caller
/// is not in.
pub(crate) fn read(body: Option<Json>, scope: &AccessScope) -> Result<SampleQuery, Error> {
    let mut query = SampleQuery {
        limit: default_limit(),
        ..SampleQuery::default()
    };
    let body = match body.unwrap_or_default() {
        Json::Object(body) => body,
        Json::Null => Map::new(),
        other => {
            let why = "Value not a valid object";
            return Err(invalid("body", &other.to_string(), why));
        }
    };
    for (name, value) in body {
        match (name.as_str(), value) {
            ("filter" | "orderby" | "limit", Json::Null) => {}
            ("filter", Json::String(text)) => {
                query.filter = parse_filter(&text, scope)?.into();
            }
            ("orderby", Json::String(text)) => query.order = parse_order(&text)?,
            ("limit", Json::String(text)) => {
                query.limit = positive_limit(parse_integer("limit", &text)?)?;
            }
            ("limit", Json::Number(number)) => {
                query.limit = positive_limit(parse_integer("limit", &number.to_string())?)?;
            }
            ("filter" | "orderby", other) => {
                let why = "Wrong type. Expected JSON in a text";
                return Err(invalid(&name, &other.to_string(), why));
            }
            ("limit", other) => {
                return Err(invalid(
                    "limit",
                    &other.to_string(),
                    "unable to convert to int",
                ));
            }
            _ => {
                let name = shortened(&name);
                return Err(Error::BadArgument(format!(
                    "Unknown attribute for argument body: {name}"
                )));
            }
        }
    }
    query.filter = scope.narrow(query.filter);
    Ok(query)
}

fn bad_filter(why: &str) -> Error {
    Error::BadArgument(format!("Filter expression not valid: {why}"))
}

fn bad_order(why: &str) -> Error {
    Error::BadArgument(format!("Order-by expression not valid: {why}"))
}

fn parse_filter(text: &str, scope: &AccessScope) -> Result<Filter, Error> {
    let parsed: Json =
        serde_json::from_str(text).map_err(|error| bad_filter(&error.to_string()))?;
    let mut reader = Reader {
        scope,
        comparisons: 0,
    };
    reader.filter(&parsed, DEPTH)
}

/// Reads filters, and counts what they compare.
struct Reader<'a> {
    scope: &'a AccessScope,
    comparisons: usize,
}

impl Reader<'_> {
    fn filter(&mut self, filter: &Json, depth: usize) -> Result<Filter, Error> {
        let Some(depth) = depth.checked_sub(1) else {
            return Err(bad_filter(&format!(
                "its operators stand in each other deeper than {DEPTH}"
            )));
        };
        let (operator, operand) =
            single(filter, "an object of one operator").map_err(|why| bad_filter(&why))?;
        match operator.to_ascii_lowercase().as_str() {
            name @ ("and" | "or") => {
                let list = operand.as_array().filter(|list| list.len() >= 2);
                let list = list.ok_or_else(|| {
                    bad_filter(&format!("{name} takes a list of two or more filters"))
                })?;
                let filters = list.iter().map(|inner| self.filter(inner, depth));
                let filters = filters.collect::<Result<_, _>>()?;
                Ok(if name == "and" {
                    Filter::All(filters)
                } else {
                    Filter::Any(filters)
                })
            }
            "not" => Ok(Filter::Not(Box::new(self.filter(operand, depth)?))),
            "in" => self.one_of(operand),
            name => {
                let operation = Operator::of_sign(name).ok_or_else(|| {
                    let accepted = "accepted are = != < <= =< > >= => =~ in not and or";
                    bad_filter(&format!(
                        "unknown operator {:?}, {accepted}",
                        shortened(operator)
                    ))
                })?;
                let (field, value) =
                    single(operand, "an object of one field").map_err(|why| bad_filter(&why))?;
                self.comparison(field, operation, value)
            }
        }
    }

    fn one_of(&mut self, operand: &Json) -> Result<Filter, Error> {
        let (name, values) =
            single(operand, "an object of one field").map_err(|why| bad_filter(&why))?;
        let values = values.as_array().filter(|values| !values.is_empty());
        let values = values
            .ok_or_else(|| bad_filter("in takes a field and a list of one or more values"))?;
        let field = field(name)?;
        let each = values
            .iter()
            .map(|value| self.value(&field, Operator::Eq, value));
        let values = each.collect::<Result<_, _>>()?;
        Ok(Filter::In(field, values))
    }

    fn comparison(
        &mut self,
        name: &str,
        operator: Operator,
        value: &Json,
    ) -> Result<Filter, Error> {
        let field = field(name)?;
        let value = self.value(&field, operator, value)?;
        Ok(Filter::Is(field, operator, value))
    }

    /// The value of a comparison.
    fn value(&mut self, field: &Field, operator: Operator, value: &Json) -> Result<Value, Error> {
        self.comparisons += 1;
        if self.comparisons > COMPARISONS {
            return Err(bad_filter(&format!(
                "it compares more than {COMPARISONS} times"
            )));
        }
        if *field == Field::ProjectId {
            let named = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            self.scope.must_admit(&named)?;
        }
        let is_text = !matches!(field, Field::Volume | Field::Timestamp | Field::RecordedAt);
        if operator == Operator::Matches && !(is_text && value.is_string()) {
            return Err(bad_filter("=~ takes a field of texts and a pattern"));
        }
        compared(field, value)
    }
}

fn field(name: &str) -> Result<Field, Error> {
    Field::find(name)
        .or_else(|| Field::find_metadata(name))
        .ok_or_else(|| {
            let (name, known) = (shortened(name), known_fields());
            bad_filter(&format!(
                "unknown field {name:?}, accepted are {known} and metadata.KEY"
            ))
        })
}

fn known_fields() -> String {
    Field::NAMES.map(|(known, _)| known).join(", ")
}

/// The value that a field is compared with: an instant for times, a number for volumes, else what
/// it is in JSON.
fn compared(field: &Field, value: &Json) -> Result<Value, Error> {
    let refuse = |accepted: &str| {
        bad_filter(&format!(
            "{} is not {accepted}",
            shortened(&value.to_string())
        ))
    };
    match (field, value) {
        (Field::Timestamp | Field::RecordedAt, value) => {
            let time = value
                .as_str()
                .and_then(|text| text.parse::<Timestamp>().ok());
            time.map(Value::Time).ok_or_else(|| {
                let value = value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned);
                Error::BadArgument(format!(
                    "Failed to parse the timestamp value {}",
                    shortened(&value)
                ))
            })
        }
        (Field::Volume, Json::String(text)) => {
            let number = text
                .trim()
                .parse()
                .ok()
                .filter(|number: &f64| number.is_finite());
            number.map(Value::Float).ok_or_else(|| refuse("a number"))
        }
        (Field::Volume, Json::Number(number)) => {
            let number = number.as_f64().filter(|number| number.is_finite());
            number.map(Value::Float).ok_or_else(|| refuse("a number"))
        }
        (Field::Volume, _) => Err(refuse("a number")),
        (_, Json::String(text)) => Ok(Value::Text(text.clone())),
        (_, Json::Bool(truth)) => Ok(Value::Boolean(*truth)),
        (_, Json::Number(number)) => {
            let float = || number.as_f64().map(Value::Float);
            let value = number.as_i64().map(Value::Integer).or_else(float);
            value.ok_or_else(|| refuse("a number"))
        }
        _ => Err(refuse("a text, a number or a boolean")),
    }
}

/// The only entry of an object.
fn single<'a>(json: &'a Json, expected: &str) -> Result<(&'a str, &'a Json), String> {
    let entries = json.as_object().filter(|entries| entries.len() == 1);
    let entry = entries.and_then(|entries| entries.iter().next());
    entry
        .map(|(key, value)| (key.as_str(), value))
        .ok_or_else(|| format!("{} is not {expected}", shortened(&json.to_string())))
}

fn parse_order(text: &str) -> Result<Vec<Order>, Error> {
    let parsed: Json = serde_json::from_str(text).map_err(|error| bad_order(&error.to_string()))?;
    let list = parsed
        .as_array()
        .ok_or_else(|| bad_order("it is not a list of objects of one field"))?;
    if list.len() > ORDERS {
        return Err(bad_order(&format!("it has more than {ORDERS} fields")));
    }
    list.iter()
        .map(|entry| {
            let (name, direction) =
                single(entry, "an object of one field").map_err(|why| bad_order(&why))?;
            let field = Field::find(name).ok_or_else(|| {
                let known = known_fields();
                bad_order(&format!(
                    "unknown field {:?}, accepted are {known}",
                    shortened(name)
                ))
            })?;
            let direction = direction.as_str().map(str::to_ascii_lowercase);
            match direction.as_deref() {
                Some(direction @ ("asc" | "desc")) => Ok(Order {
                    field,
                    descending: direction == "desc",
                }),
                _ => Err(bad_order(&format!(
                    "the direction of {name} is neither asc nor desc"
                ))),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests;
