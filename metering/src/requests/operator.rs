//! Operators of comparisons.

/// How a field is compared with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operator {
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
    /// A regular expression matches a part of the text. Only in filters.
    Matches,
}

impl Operator {
    /// The operators of a simple query.
    pub const SIMPLE: [Self; 6] = [Self::Lt, Self::Le, Self::Eq, Self::Ne, Self::Ge, Self::Gt];

    /// The name in a simple query.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lt => "lt",
            Self::Le => "le",
            Self::Eq => "eq",
            Self::Ne => "ne",
            Self::Ge => "ge",
            Self::Gt => "gt",
            Self::Matches => "matches",
        }
    }

    /// The operator of a simple query, by its name.
    pub fn find(name: &str) -> Option<Self> {
        Self::SIMPLE.into_iter().find(|found| found.name() == name)
    }

    /// The sign in a filter.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Eq => "=",
            Self::Ne => "!=",
            Self::Ge => ">=",
            Self::Gt => ">",
            Self::Matches => "=~",
        }
    }

    /// The operator of a filter, by its sign.
    pub fn of_sign(sign: &str) -> Option<Self> {
        Some(match sign {
            "<" => Self::Lt,
            "<=" | "=<" => Self::Le,
            "=" => Self::Eq,
            "!=" => Self::Ne,
            ">=" | "=>" => Self::Ge,
            ">" => Self::Gt,
            "=~" => Self::Matches,
            _ => return None,
        })
    }
}
