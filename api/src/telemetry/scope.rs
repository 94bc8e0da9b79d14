//! What of all samples a caller may see.
//!
//! The role `admin` sees every project's. Anybody else sees its own project's: the restriction is
//! added to every query without a word, and naming another project is refused.

use store::{Field, Filter, Op, Value};

use crate::error::Error;
use crate::identity::tokens::TokenData;

/// What of all samples a caller may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Those of every project, and those of none.
    All,
    /// Those of the project of this id.
    Project(String),
}

impl Scope {
    /// A caller's.
    pub(crate) fn of(caller: &TokenData) -> Self {
        if caller.is_admin() {
            Self::All
        } else {
            Self::Project(caller.project_id())
        }
    }

    /// Refuses to speak of a project that the caller is not in.
    pub(crate) fn must_admit(&self, project: &str) -> Result<(), Error> {
        match self {
            Self::Project(own) if own != project => {
                Err(Error::ProjectNotAuthorized(super::shortened(project)))
            }
            _ => Ok(()),
        }
    }

    /// Whether samples may be posted to a project.
    pub(crate) fn may_post_to(&self, project: &str) -> bool {
        self.must_admit(project).is_ok()
    }

    /// The samples of a filter that the caller may see.
    pub(crate) fn narrow(&self, filter: Filter) -> Filter {
        match self {
            Self::All => filter,
            Self::Project(own) => {
                let is_own = Filter::Is(Field::ProjectId, Op::Eq, Value::Text(own.clone()));
                Filter::All(vec![is_own, filter])
            }
        }
    }
}
