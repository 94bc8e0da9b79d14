//! Functions and groups of statistics (`GET /v2/meters/{name}/statistics`).

use std::borrow::Cow;

use super::Field;

/// A function of samples' volumes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AggregateFunction {
    /// The least volume.
    Min,
    /// The greatest volume.
    Max,
    /// The mean.
    Avg,
    /// The sum.
    Sum,
    /// The number of samples.
    Count,
    /// The standard deviation of the population.
    Stddev,
    /// The number of different resources.
    Resources,
    /// The number of different users.
    Users,
    /// The number of different projects.
    Projects,
}

impl AggregateFunction {
    /// Every function.
    pub const ALL: [Self; 9] = [
        Self::Min,
        Self::Max,
        Self::Avg,
        Self::Sum,
        Self::Count,
        Self::Stddev,
        Self::Resources,
        Self::Users,
        Self::Projects,
    ];

    /// Its name in an answer: `max`, `cardinality/resource_id`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Min => "min",
            Self::Max => "max",
            Self::Avg => "avg",
            Self::Sum => "sum",
            Self::Count => "count",
            Self::Stddev => "stddev",
            Self::Resources => "cardinality/resource_id",
            Self::Users => "cardinality/user_id",
            Self::Projects => "cardinality/project_id",
        }
    }

    /// The function of a name.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|found| found.name() == name)
    }

    /// `aggregate.func` and `aggregate.param`.
    pub fn parameters(self) -> (&'static str, Option<&'static str>) {
        match self.name().split_once('/') {
            Some((function, field)) => (function, Some(field)),
            None => (self.name(), None),
        }
    }

    /// The field whose different values are counted.
    pub const fn counted_field(self) -> Option<Field> {
        match self {
            Self::Resources => Some(Field::ResourceId),
            Self::Users => Some(Field::UserId),
            Self::Projects => Some(Field::ProjectId),
            _ => None,
        }
    }
}

/// A group of statistics.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum GroupBy {
    /// The user who posted the samples.
    UserId,
    /// The resource that was measured.
    ResourceId,
    /// The project that owns the resource.
    ProjectId,
    /// The source of the samples.
    Source,
    /// A value of the metadata, by the flattened key, such as `instance_type`.
    Metadata(String),
}

impl GroupBy {
    /// Its name: `user_id`, `resource_metadata.KEY`.
    pub fn name(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::UserId => "user_id",
            Self::ResourceId => "resource_id",
            Self::ProjectId => "project_id",
            Self::Source => "source",
            Self::Metadata(key) => return Cow::Owned(format!("resource_metadata.{key}")),
        })
    }

    /// The group of a name. Of metadata the API groups by `instance_type` only.
    pub fn find(name: &str) -> Option<Self> {
        Some(match name {
            "user_id" => Self::UserId,
            "resource_id" => Self::ResourceId,
            "project_id" => Self::ProjectId,
            "source" => Self::Source,
            "resource_metadata.instance_type" => Self::Metadata("instance_type".to_owned()),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_is_read_back() {
        for function in AggregateFunction::ALL {
            assert_eq!(AggregateFunction::find(function.name()), Some(function));
        }
        assert_eq!(
            AggregateFunction::Users.parameters(),
            ("cardinality", Some("user_id"))
        );
        assert_eq!(AggregateFunction::Max.parameters(), ("max", None));
    }
}
