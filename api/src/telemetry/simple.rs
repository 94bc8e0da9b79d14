//! What the conditions of a simple query ask for, as a filter that shows the caller nothing else.

use metering::Timestamp;
use metering::requests::{Condition, Field, Operator, Value};
use store::Filter;

use super::arguments::parse_integer;
use super::terms::{quoted, unimplemented};
use super::{invalid, value};
use crate::auth::access_scope::AccessScope;
use crate::http::error::{Error, shortened};

/// A search offset is at most a century, in minutes.
const MOST_OFFSET: i64 = 100 * 366 * 24 * 60;
const MICROS_PER_MINUTE: i64 = 60_000_000;

/// What is asked about, which decides the fields that there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// Meters.
    Meters,
    /// Samples, and statistics of them.
    Samples,
    /// Resources.
    Resources,
}

impl Subject {
    /// The fields, by the old service's short names, as its errors list them.
    const fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Meters => &["project", "resource", "source", "user"],
            Self::Samples => &[
                "message_id",
                "meter",
                "project",
                "resource",
                "search_offset",
                "source",
                "timestamp",
                "user",
            ],
            Self::Resources => &[
                "project",
                "resource",
                "search_offset",
                "source",
                "timestamp",
                "user",
            ],
        }
    }

    fn has(self, field: &str) -> bool {
        self.fields().contains(&field)
    }
}

/// What a simple query selects.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Selection {
    /// Which samples, the caller's restriction among it.
    pub(crate) filter: Filter,
    /// The times that were asked for, without the search offset.
    pub(crate) asked: Span,
    /// The whole filter.
    pub(crate) searched: Span,
}

/// A span of time, open where it has no end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    /// Its greatest lower bound.
    pub(crate) from: Option<Timestamp>,
    /// Its least upper bound.
    pub(crate) to: Option<Timestamp>,
}

impl Span {
    fn narrow(&mut self, operator: Operator, time: Timestamp) {
        match operator {
            Operator::Gt | Operator::Ge => {
                self.from = Some(self.from.map_or(time, |from| from.max(time)));
            }
            _ => self.to = Some(self.to.map_or(time, |to| to.min(time))),
        }
    }
}

/// Reads the conditions.
///
/// # Errors
/// `400` for an unknown field, an operator that a field does not take and a value that is none of
/// its kind; `401` where the caller asks for another project.
pub(crate) fn read(
    conditions: &[Condition],
    subject: Subject,
    scope: &AccessScope,
) -> Result<Selection, Error> {
    let offset = search_offset(conditions, subject)?;
    let (mut asked, mut searched) = (Span::default(), Span::default());
    let mut filters = Vec::new();
    for condition in conditions {
        match &*condition.field {
            "search_offset" => {}
            "timestamp" => {
                let time = timestamp(condition, subject)?;
                let away = if matches!(condition.operator, Operator::Gt | Operator::Ge) {
                    -offset
                } else {
                    offset
                };
                let with_offset =
                    Timestamp::from_micros(time.as_micros() + away * MICROS_PER_MINUTE);
                asked.narrow(condition.operator, time);
                searched.narrow(condition.operator, with_offset);
                filters.push(Filter::Is(
                    Field::Timestamp,
                    condition.operator,
                    Value::Time(with_offset),
                ));
            }
            _ => filters.push(comparison(condition, conditions, subject, scope)?),
        }
    }
    Ok(Selection {
        filter: scope.narrow(Filter::All(filters)),
        asked,
        searched,
    })
}

/// The minutes that a timestamp's span is widened by at both its ends.
fn search_offset(conditions: &[Condition], subject: Subject) -> Result<i64, Error> {
    let mut offset = 0;
    for condition in conditions
        .iter()
        .filter(|condition| condition.field == "search_offset")
    {
        must_have(subject, condition)?;
        if condition.operator != Operator::Eq {
            return Err(unimplemented(condition));
        }
        offset = parse_integer("search_offset", &condition.value)?;
        if !(-MOST_OFFSET..=MOST_OFFSET).contains(&offset) {
            let accepted = format!("accepted are at most {MOST_OFFSET} minutes");
            return Err(invalid("search_offset", &condition.value, &accepted));
        }
        if !conditions
            .iter()
            .any(|condition| condition.field == "timestamp")
        {
            let why = "search_offset cannot be used without timestamp";
            return Err(invalid("field", "search_offset", why));
        }
    }
    Ok(offset)
}

fn timestamp(condition: &Condition, subject: Subject) -> Result<Timestamp, Error> {
    must_have(subject, condition)?;
    if !matches!(
        condition.operator,
        Operator::Lt | Operator::Le | Operator::Gt | Operator::Ge
    ) {
        return Err(unimplemented(condition));
    }
    condition.value.parse().map_err(|error| {
        let why = format!("invalid timestamp format: {error}");
        invalid("timestamp", &condition.value, &shortened(&why))
    })
}

/// Refuses a time where the subject has none.
fn must_have(subject: Subject, condition: &Condition) -> Result<(), Error> {
    if subject.has(&condition.field) {
        return Ok(());
    }
    Err(Error::BadArgument(format!(
        "Unknown argument: \"{}\": not valid for this resource",
        condition.field
    )))
}

/// A condition that compares a field with a value.
fn comparison(
    condition: &Condition,
    conditions: &[Condition],
    subject: Subject,
    scope: &AccessScope,
) -> Result<Filter, Error> {
    let name = &*condition.field;
    let (field, value) = if let Some(field) = Field::find_metadata(name) {
        (field, value::from_condition(condition)?)
    } else {
        let short = name.strip_suffix("_id").unwrap_or(name);
        let field = Field::find_simple(name)
            .filter(|_| subject.has(name) || (short != "message" && subject.has(short)));
        let field = field.ok_or_else(|| unknown(condition, conditions, subject))?;
        (field, Value::Text(condition.value.clone()))
    };
    if condition.operator != Operator::Eq {
        return Err(unimplemented(condition));
    }
    if field == Field::ProjectId {
        scope.must_admit(&condition.value)?;
    }
    Ok(Filter::Is(field, Operator::Eq, value))
}

fn unknown(condition: &Condition, conditions: &[Condition], subject: Subject) -> Error {
    let query: Vec<_> = conditions.iter().take(10).map(quoted).collect();
    let valid: Vec<_> = subject
        .fields()
        .iter()
        .map(|field| format!("'{field}'"))
        .collect();
    Error::BadArgument(format!(
        "Unknown argument: \"{}\": unrecognized field in query: [{}], valid keys: [{}]",
        shortened(&condition.field),
        query.join(", "),
        valid.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::super::terms;
    use super::*;
    use crate::http::params::Arguments;

    fn select(query: &str, subject: Subject, scope: &AccessScope) -> Result<Selection, String> {
        let terms = terms::read(&mut Arguments::parse(query)).expect("terms");
        read(&terms, subject, scope).map_err(|error| error.to_string())
    }

    fn refusal(query: &str, subject: Subject) -> String {
        select(query, subject, &AccessScope::All).expect_err(query)
    }

    fn text(field: Field, value: &str) -> Filter {
        Filter::Is(field, Operator::Eq, Value::Text(value.into()))
    }

    #[test]
    fn either_name_of_a_field_is_that_field() {
        for (name, field) in [
            ("project", Field::ProjectId),
            ("project_id", Field::ProjectId),
            ("resource", Field::ResourceId),
            ("user_id", Field::UserId),
            ("source", Field::Source),
        ] {
            for subject in [Subject::Meters, Subject::Samples, Subject::Resources] {
                let found = select(
                    &format!("q.field={name}&q.value=5"),
                    subject,
                    &AccessScope::All,
                );
                assert_eq!(
                    found.expect(name).filter,
                    Filter::All(vec![text(field.clone(), "5")])
                );
            }
        }
    }

    #[test]
    fn an_unknown_field_is_named_with_the_query_and_what_there_is() {
        assert_eq!(
            refusal("q.field=harpoon&q.value=1", Subject::Meters),
            "Unknown argument: \"harpoon\": unrecognized field in query: \
             [<Query 'harpoon' eq '1' Unset>], valid keys: ['project', 'resource', 'source', 'user']"
        );
        for (query, subject) in [
            ("q.field=meter&q.value=1", Subject::Meters),
            ("q.field=message_id&q.value=1", Subject::Resources),
            ("q.field=message&q.value=1", Subject::Samples),
            ("q.field=source_id&q.value=1", Subject::Samples),
            ("q.field=metadata.&q.value=1", Subject::Samples),
        ] {
            let message = refusal(query, subject);
            assert!(message.contains("unrecognized field"), "{query}: {message}");
        }
    }

    #[test]
    fn only_times_are_compared_otherwise_than_for_equality() {
        for field in ["resource_id", "metadata.a", "project", "search_offset"] {
            for op in ["lt", "le", "ne", "ge", "gt"] {
                let query = format!(
                    "q.field={field}&q.op={op}&q.value=1&q.field=timestamp&q.op=gt&q.value=2015-01-01"
                );
                assert_eq!(
                    refusal(&query, Subject::Samples),
                    format!(
                        "Invalid input for field/attribute op. Value: '{op}'. unimplemented operator for {field}"
                    )
                );
            }
        }
        for op in ["eq", "ne"] {
            let message = refusal(
                &format!("q.field=timestamp&q.op={op}&q.value=2015-01-01"),
                Subject::Samples,
            );
            assert!(message.ends_with("unimplemented operator for timestamp"));
        }
    }

    #[test]
    fn a_search_offset_widens_the_span_at_both_ends() {
        let query = "q.field=timestamp&q.field=timestamp&q.field=search_offset&q.op=ge&q.op=lt&q.op=eq\
            &q.value=2015-01-01T12:00:00%2B02:00&q.value=2015-01-01T11:00:00&q.value=30";
        let found = select(query, Subject::Samples, &AccessScope::All).expect("selection");
        let at = |text: &str| Some(text.parse::<Timestamp>().expect("time"));
        assert_eq!(found.asked.from, at("2015-01-01T10:00:00"));
        assert_eq!(found.asked.to, at("2015-01-01T11:00:00"));
        assert_eq!(found.searched.from, at("2015-01-01T09:30:00"));
        assert_eq!(found.searched.to, at("2015-01-01T11:30:00"));
    }

    #[test]
    fn times_and_offsets_that_are_none_are_refused() {
        for (query, words) in [
            (
                "q.field=timestamp&q.op=gt&q.value=yesterday",
                "invalid timestamp format",
            ),
            (
                "q.field=timestamp&q.op=gt&q.value=",
                "invalid timestamp format",
            ),
            (
                "q.field=search_offset&q.value=5",
                "search_offset cannot be used without timestamp",
            ),
            (
                "q.field=search_offset&q.field=timestamp&q.op=eq&q.op=gt&q.value=x&q.value=2015-01-01",
                "unable to convert to int",
            ),
            (
                "q.field=search_offset&q.field=timestamp&q.op=eq&q.op=gt&q.value=99999999999&q.value=2015-01-01",
                "accepted are at most",
            ),
        ] {
            let message = refusal(query, Subject::Resources);
            assert!(message.contains(words), "{message}");
        }
        assert_eq!(
            refusal(
                "q.field=timestamp&q.op=gt&q.value=2015-01-01",
                Subject::Meters
            ),
            "Unknown argument: \"timestamp\": not valid for this resource"
        );
    }

    #[test]
    fn a_caller_without_the_role_admin_gets_its_own_project_alone() {
        let scope = AccessScope::of_project("own");
        let found = select("", Subject::Samples, &scope).expect("selection");
        assert_eq!(found.filter, scope.narrow(Filter::default()));
        let posted = Filter::Posted.and(text(Field::ProjectId, "own"));
        let collected = Filter::Collected(std::sync::Arc::default());
        let seen = Filter::Any(vec![posted, collected]);
        assert_eq!(found.filter, Filter::All(vec![seen, Filter::default()]));
        assert!(select("q.field=project&q.value=own", Subject::Samples, &scope).is_ok());
        for name in ["project", "project_id"] {
            let message = select(
                &format!("q.field={name}&q.value=other"),
                Subject::Samples,
                &scope,
            );
            assert_eq!(
                message,
                Err("Not Authorized to access project other".into())
            );
        }
    }
}
