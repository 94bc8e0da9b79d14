//! A [`Filter`] made ready to be asked of many samples: its patterns compiled, its form checked.

use std::cmp::Ordering;
use std::sync::Arc;

use metering::Timestamp;
use metering::requests::{Field, Operator, Value};
use regex::{Regex, RegexBuilder};

use crate::collected_scope::CollectedScope;
use crate::error::StoreError;
use crate::filter::Filter;

/// Patterns in a filter: each is compiled, and matched against each sample.
const PATTERNS: usize = 10;
/// Bytes that the compiled patterns of a filter may take together.
const PATTERNS_SIZE: usize = 256 << 10;
/// Bytes that matching a pattern may take for states that it remembers.
const STATES_SIZE: usize = 256 << 10;
/// Bytes of a pattern's text.
const PATTERN_LENGTH: usize = 1024;

/// A filter whose patterns are compiled.
#[derive(Clone, Debug)]
pub(crate) enum Matcher {
    All(Vec<Matcher>),
    Any(Vec<Matcher>),
    Not(Box<Matcher>),
    Is(Field, Operator, Value),
    Like(Field, Regex),
    Posted,
    Collected(Arc<CollectedScope>),
}

/// What a field of a sample holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Found<'a> {
    Text(&'a str),
    Number(f64),
    Time(Timestamp),
}

/// How a sample came into the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin<'a> {
    /// A client posted it.
    Posted,
    /// A collector stored it, of this resource.
    Collected(&'a str),
}

/// Something that has the fields of a sample.
pub(crate) trait Fields {
    /// What a field holds; none where it is not there.
    fn field(&self, field: &Field) -> Option<Found<'_>>;
}

/// Something that is a sample in the store.
pub(crate) trait Stored: Fields {
    /// How it came into the store.
    fn origin(&self) -> Origin<'_>;
}

impl Origin<'_> {
    pub(crate) fn is_posted(self) -> bool {
        self == Self::Posted
    }

    pub(crate) fn is_within(self, scope: &CollectedScope) -> bool {
        matches!(self, Self::Collected(resource_id) if scope.admits(resource_id))
    }
}

impl Matcher {
    /// # Errors
    /// A filter with too many patterns, or with one that cannot be used.
    pub(crate) fn new(filter: &Filter) -> Result<Self, StoreError> {
        let count = patterns(filter);
        if count > PATTERNS {
            return Err(StoreError::BadPattern(format!(
                "the filter has {count} patterns; accepted are at most {PATTERNS}"
            )));
        }
        Self::compile(filter, PATTERNS_SIZE / count.max(1))
    }

    /// Each pattern may take `size` bytes.
    fn compile(filter: &Filter, size: usize) -> Result<Self, StoreError> {
        let one = |filter: &Filter| Self::compile(filter, size);
        let all = |filters: &[Filter]| filters.iter().map(one).collect::<Result<_, _>>();
        Ok(match filter {
            Filter::All(filters) => Self::All(all(filters)?),
            Filter::Any(filters) => Self::Any(all(filters)?),
            Filter::Not(filter) => Self::Not(Box::new(one(filter)?)),
            Filter::Is(field, Operator::Matches, Value::Text(pattern)) => {
                Self::Like(field.clone(), regex(pattern, size)?)
            }
            Filter::Is(field, Operator::Matches, value) => {
                return Err(StoreError::BadPattern(format!(
                    "{field:?} is matched with {value:?}: a pattern is a text"
                )));
            }
            Filter::Is(field, op, value) => Self::Is(field.clone(), *op, value.clone()),
            Filter::Posted => Self::Posted,
            Filter::Collected(scope) => Self::Collected(Arc::clone(scope)),
        })
    }

    /// Whether a sample passes.
    pub(crate) fn admits(&self, sample: &impl Stored) -> bool {
        match self {
            Self::All(all) => all.iter().all(|one| one.admits(sample)),
            Self::Any(any) => any.iter().any(|one| one.admits(sample)),
            Self::Not(not) => !not.admits(sample),
            Self::Is(field, op, value) => compares(sample.field(field), *op, value),
            Self::Like(field, regex) => {
                matches!(sample.field(field), Some(Found::Text(text)) if regex.is_match(text))
            }
            Self::Posted => sample.origin().is_posted(),
            Self::Collected(scope) => sample.origin().is_within(scope),
        }
    }
}

/// The number of patterns in a filter.
fn patterns(filter: &Filter) -> usize {
    match filter {
        Filter::All(filters) | Filter::Any(filters) => filters.iter().map(patterns).sum(),
        Filter::Not(filter) => patterns(filter),
        Filter::Is(_, op, _) => usize::from(*op == Operator::Matches),
        Filter::Posted | Filter::Collected(_) => 0,
    }
}

fn regex(pattern: &str, size: usize) -> Result<Regex, StoreError> {
    if pattern.len() > PATTERN_LENGTH {
        return Err(StoreError::BadPattern(format!(
            "a pattern has {} bytes; accepted are at most {PATTERN_LENGTH}",
            pattern.len()
        )));
    }
    let regex = RegexBuilder::new(pattern)
        .size_limit(size)
        .dfa_size_limit(STATES_SIZE)
        .build();
    regex.map_err(|error| {
        StoreError::BadPattern(format!("the pattern {pattern:?} cannot be used: {error}"))
    })
}

/// Whether what a field holds compares so with a value.
pub(crate) fn compares(found: Option<Found<'_>>, op: Operator, value: &Value) -> bool {
    let ordering = match (found, value) {
        (Some(Found::Text(found)), Value::Text(value)) => Some(found.cmp(value)),
        (Some(Found::Number(found)), Value::Integer(value)) => found.partial_cmp(&(*value as f64)),
        (Some(Found::Number(found)), Value::Float(value)) => found.partial_cmp(value),
        (Some(Found::Time(found)), Value::Time(value)) => Some(found.cmp(value)),
        _ => None,
    };
    match op {
        Operator::Lt => ordering == Some(Ordering::Less),
        Operator::Le => matches!(ordering, Some(Ordering::Less | Ordering::Equal)),
        Operator::Eq => ordering == Some(Ordering::Equal),
        Operator::Ne => ordering != Some(Ordering::Equal),
        Operator::Ge => matches!(ordering, Some(Ordering::Greater | Ordering::Equal)),
        Operator::Gt => ordering == Some(Ordering::Greater),
        // Compiled into `Like`.
        Operator::Matches => false,
    }
}

/// The order of what two samples have in a field: what is absent before what is there, numbers,
/// times and texts each in their own order.
pub(crate) fn compare_fields(a: Option<Found<'_>>, b: Option<Found<'_>>) -> Ordering {
    match (a, b) {
        (Some(Found::Text(a)), Some(Found::Text(b))) => a.cmp(b),
        (Some(Found::Number(a)), Some(Found::Number(b))) => a.total_cmp(&b),
        (Some(Found::Time(a)), Some(Found::Time(b))) => a.cmp(&b),
        (a, b) => a.is_some().cmp(&b.is_some()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn any_of(pattern: &str, count: usize) -> Result<Matcher, StoreError> {
        let is = Filter::Is(Field::Meter, Operator::Matches, Value::Text(pattern.into()));
        Matcher::new(&Filter::Not(Box::new(Filter::Any(vec![is; count]))))
    }

    fn refusal(pattern: &str, count: usize) -> String {
        any_of(pattern, count).expect_err("refused").to_string()
    }

    #[test]
    fn a_filter_has_few_patterns() {
        any_of("^rabbit[.]", PATTERNS).expect("accepted");
        let words = refusal("^rabbit[.]", PATTERNS + 1);
        assert!(words.contains("has 11 patterns"), "{words}");
        assert!(words.contains("at most 10"), "{words}");
    }

    #[test]
    fn patterns_of_a_filter_share_one_size() {
        // Each takes some 30 kB for the letters of all languages.
        any_of(r"\w+-\w+", 1).expect("one fits");
        let many = refusal(r"\w{8}-\w{8}", PATTERNS);
        assert!(many.contains("size limit"), "{many}");
        let large = refusal("(a{100}){120}", 1);
        assert!(large.contains("size limit"), "{large}");
    }

    #[test]
    fn a_pattern_has_a_longest_text() {
        any_of(&"a".repeat(PATTERN_LENGTH), 1).expect("accepted");
        let words = refusal(&"a".repeat(PATTERN_LENGTH + 1), 1);
        assert!(words.contains("has 1025 bytes"), "{words}");
    }
}
