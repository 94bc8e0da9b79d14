//! Which alarms and changes a complex query selects, and in which order.
//!
//! A filter is an object of one key: an operator. `and` and `or` hold a list of filters, `not` one; all others an
//! object of one field and the value that it is compared with. Depth and size are limited.

use std::cmp::Ordering;

use metering::Timestamp;
use metering::requests::Operator;
use regex::RegexBuilder;
use serde_json::{Map, Value as Json};

pub(crate) use super::row_filter::Subject;
use super::row_filter::{Queried, RowFilter, fields, order_of};
use crate::auth::access_scope::AccessScope;
use crate::http::error::{Error, shortened};
use crate::telemetry::arguments::{default_limit, parse_integer, positive_limit};
use crate::telemetry::invalid;

/// Levels of operators in each other.
const DEPTH: usize = 32;
/// Most comparisons of a filter.
const COMPARISONS: usize = 500;
/// Most patterns of a filter.
const PATTERNS: usize = 10;
/// Most fields of an order.
const ORDERS: usize = 20;
/// Bytes of a compiled pattern.
const PATTERN_SIZE: usize = 64 << 10;

/// A complex query.
#[derive(Debug)]
pub(crate) struct ComplexQuery {
    test: RowFilter,
    order: Vec<(&'static str, bool)>,
    limit: usize,
}

impl ComplexQuery {
    /// The order of `sort=field:asc`.
    ///
    /// # Errors
    /// `400` for an unknown field or direction.
    pub(crate) fn sorted(sort: &[String]) -> Result<Self, Error> {
        let one = |text: &String| {
            let (name, direction) = text.split_once(':').unwrap_or((text, "asc"));
            let field = Subject::Alarms.field(name);
            let is_descending = direction == "desc";
            let field = field.filter(|_| is_descending || direction == "asc");
            field.map(|field| (field, is_descending)).ok_or_else(|| {
                let known = Subject::Alarms.fields().join(", ");
                let why = format!("accepted are {known}, each with :asc or :desc");
                invalid("sort", text, &why)
            })
        };
        Ok(Self {
            test: RowFilter::All(Vec::new()),
            order: sort.iter().map(one).collect::<Result<_, _>>()?,
            limit: usize::MAX,
        })
    }

    /// The rows that it selects, in its order. They come in the default order.
    pub(crate) fn select<T: Queried>(&self, rows: Vec<T>) -> Vec<T> {
        let with_fields = rows.into_iter().map(|row| (fields(&row), row));
        let mut found: Vec<_> = with_fields
            .filter(|(fields, _)| self.test.admits(fields))
            .collect();
        found.sort_by(|(a, _), (b, _)| {
            let mut orders = self.order.iter().map(|(field, is_descending)| {
                let (a, b) = (a.get(*field), b.get(*field));
                let ordering = match (a, b) {
                    (Some(a), Some(b)) => order_of(a, b).unwrap_or(Ordering::Equal),
                    _ => a.is_some().cmp(&b.is_some()),
                };
                if *is_descending {
                    ordering.reverse()
                } else {
                    ordering
                }
            });
            orders
                .find(|ordering| ordering.is_ne())
                .unwrap_or(Ordering::Equal)
        });
        found.truncate(self.limit);
        found.into_iter().map(|(_, row)| row).collect()
    }

    /// Whether it selects a row; the limit is the caller's.
    pub(crate) fn admits<T: Queried>(&self, row: &T) -> bool {
        self.test.admits(&fields(row))
    }

    /// Reads the body of a query.
    ///
    /// # Errors
    /// `400` for what cannot be understood, `401` for another project.
    pub(crate) fn read(
        body: Option<Json>,
        subject: Subject,
        scope: &AccessScope,
    ) -> Result<Self, Error> {
        let mut query = Self {
            test: RowFilter::All(Vec::new()),
            order: Vec::new(),
            limit: default_limit() as usize,
        };
        let body = match body.unwrap_or_default() {
            Json::Object(body) => body,
            Json::Null => Map::new(),
            other => {
                return Err(invalid(
                    "body",
                    &other.to_string(),
                    "Value not a valid object",
                ));
            }
        };
        for (name, value) in body {
            match (name.as_str(), value) {
                ("filter" | "orderby" | "limit", Json::Null) => {}
                ("filter", Json::String(text)) => {
                    let mut reader = Reader {
                        subject,
                        scope,
                        comparisons: 0,
                        patterns: 0,
                    };
                    let parsed: Json = serde_json::from_str(&text)
                        .map_err(|error| bad_filter(&error.to_string()))?;
                    query.test = reader.test(&parsed, DEPTH)?;
                }
                ("orderby", Json::String(text)) => query.order = order(&text, subject)?,
                ("limit", value @ (Json::String(_) | Json::Number(_))) => {
                    let text = value
                        .as_str()
                        .map_or_else(|| value.to_string(), str::to_owned);
                    let limit = positive_limit(parse_integer("limit", &text)?)?;
                    query.limit = usize::try_from(limit).unwrap_or(usize::MAX);
                }
                ("filter" | "orderby", other) => {
                    let why = "Wrong type. Expected JSON in a text";
                    return Err(invalid(&name, &other.to_string(), why));
                }
                ("limit", other) => {
                    let why = "unable to convert to int";
                    return Err(invalid("limit", &other.to_string(), why));
                }
                _ => {
                    return Err(Error::BadArgument(format!(
                        "Unknown attribute for argument body: {}",
                        shortened(&name)
                    )));
                }
            }
        }
        Ok(query)
    }
}

fn bad_filter(why: &str) -> Error {
    Error::BadArgument(format!("Filter expression not valid: {}", shortened(why)))
}

fn bad_order(why: &str) -> Error {
    Error::BadArgument(format!("Order-by expression not valid: {}", shortened(why)))
}

/// The only entry of an object.
fn single<'a>(json: &'a Json, expected: &str) -> Result<(&'a str, &'a Json), String> {
    let entries = json.as_object().filter(|entries| entries.len() == 1);
    let entry = entries.and_then(|entries| entries.iter().next());
    entry
        .map(|(key, value)| (key.as_str(), value))
        .ok_or_else(|| format!("{} is not {expected}", shortened(&json.to_string())))
}

/// Reads filters, and counts what they compare.
struct Reader<'a> {
    subject: Subject,
    scope: &'a AccessScope,
    comparisons: usize,
    patterns: usize,
}

impl Reader<'_> {
    fn test(&mut self, filter: &Json, depth: usize) -> Result<RowFilter, Error> {
        let Some(depth) = depth.checked_sub(1) else {
            let why = format!("its operators stand in each other deeper than {DEPTH}");
            return Err(bad_filter(&why));
        };
        let (operator, operand) =
            single(filter, "an object of one operator").map_err(|why| bad_filter(&why))?;
        let pair =
            |operand| single(operand, "an object of one field").map_err(|why| bad_filter(&why));
        match operator.to_ascii_lowercase().as_str() {
            name @ ("and" | "or") => {
                let list = operand.as_array().filter(|list| list.len() >= 2);
                let list = list.ok_or_else(|| {
                    bad_filter(&format!("{name} takes a list of two or more filters"))
                })?;
                let tests = list.iter().map(|inner| self.test(inner, depth));
                let tests = tests.collect::<Result<_, _>>()?;
                Ok(if name == "and" {
                    RowFilter::All(tests)
                } else {
                    RowFilter::Any(tests)
                })
            }
            "not" => Ok(RowFilter::Not(Box::new(self.test(operand, depth)?))),
            "in" => {
                let (name, values) = pair(operand)?;
                let values = values.as_array().filter(|values| !values.is_empty());
                let values = values.ok_or_else(|| {
                    bad_filter("in takes a field and a list of one or more values")
                })?;
                let each = values
                    .iter()
                    .map(|value| self.is(name, Operator::Eq, value));
                Ok(RowFilter::Any(each.collect::<Result<_, _>>()?))
            }
            name => {
                let operation = Operator::of_sign(name).ok_or_else(|| {
                    let accepted = "accepted are = != < <= =< > >= => =~ in not and or";
                    bad_filter(&format!(
                        "unknown operator {:?}, {accepted}",
                        shortened(operator)
                    ))
                })?;
                let (field, value) = pair(operand)?;
                self.is(field, operation, value)
            }
        }
    }

    fn is(&mut self, name: &str, operator: Operator, value: &Json) -> Result<RowFilter, Error> {
        self.comparisons += 1;
        if self.comparisons > COMPARISONS {
            return Err(bad_filter(&format!(
                "it compares more than {COMPARISONS} times"
            )));
        }
        let field = self.subject.field(name).ok_or_else(|| {
            let known = self.subject.fields().join(", ");
            let name = shortened(name);
            bad_filter(&format!("unknown field {name:?}, accepted are {known}"))
        })?;
        if field == self.subject.owner() {
            let named = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            self.scope.must_admit(&named)?;
        }
        if operator == Operator::Matches {
            let pattern = value.as_str();
            let pattern =
                pattern.ok_or_else(|| bad_filter("=~ takes a field of texts and a pattern"))?;
            self.patterns += 1;
            if self.patterns > PATTERNS {
                return Err(bad_filter(&format!("it has more than {PATTERNS} patterns")));
            }
            let regex = RegexBuilder::new(pattern)
                .size_limit(PATTERN_SIZE)
                .dfa_size_limit(PATTERN_SIZE)
                .build();
            let regex = regex.map_err(|error| bad_filter(&error.to_string()))?;
            return Ok(RowFilter::Like(field, regex));
        }
        let is_time = field.ends_with("timestamp");
        match value {
            Json::String(text) if is_time && text.parse::<Timestamp>().is_err() => {
                Err(Error::BadArgument(format!(
                    "Failed to parse the timestamp value {}",
                    shortened(text)
                )))
            }
            Json::String(_) | Json::Number(_) | Json::Bool(_) => {
                Ok(RowFilter::Is(field, operator, value.clone()))
            }
            _ => Err(bad_filter("a value is not a text, a number or a boolean")),
        }
    }
}

fn order(text: &str, subject: Subject) -> Result<Vec<(&'static str, bool)>, Error> {
    let parsed: Json = serde_json::from_str(text).map_err(|error| bad_order(&error.to_string()))?;
    let list = parsed.as_array().filter(|list| list.len() <= ORDERS);
    let list = list.ok_or_else(|| {
        bad_order(&format!(
            "it is not a list of at most {ORDERS} objects of one field"
        ))
    })?;
    let one = |entry: &Json| {
        let (name, direction) =
            single(entry, "an object of one field").map_err(|why| bad_order(&why))?;
        let field = subject.field(name).ok_or_else(|| {
            let (name, known) = (shortened(name), subject.fields().join(", "));
            bad_order(&format!("unknown field {name:?}, accepted are {known}"))
        })?;
        match direction.as_str().map(str::to_ascii_lowercase).as_deref() {
            Some(direction @ ("asc" | "desc")) => Ok((field, direction == "desc")),
            _ => Err(bad_order(&format!(
                "the direction of {field} is neither asc nor desc"
            ))),
        }
    };
    list.iter().map(one).collect()
}
