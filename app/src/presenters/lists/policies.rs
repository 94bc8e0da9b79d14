//! Policies and operators' policies.

use metering::Policy;

use super::column::{ColumnDef, list, number_column, text_column, unsorted};
use super::value::{Value, count, table, text};

list!(Policies, policies, OF_USERS);
list!(OperatorPolicies, operator_policies, OF_OPERATORS);

/// The columns of policies; names link to pages of the same list.
macro_rules! columns {
    ($kind:literal) => {
        &[
            text_column(
                "name",
                |v| v.name,
                |policy, context| context.link_in($kind, &policy.vhost, &policy.name),
            ),
            text_column(
                "vhost",
                |v| v.vhost,
                |policy, context| context.link("vhosts", &policy.vhost),
            ),
            text_column(
                "pattern",
                |v| v.pattern,
                |policy, _| text(policy.pattern.as_ref()),
            ),
            text_column(
                "apply-to",
                |v| v.apply_to,
                |policy, context| {
                    let applies = policy.apply_to.as_deref();
                    applies.map_or(Value::Nothing, |word| {
                        Value::Text(context.list_texts.words.applies_to(word).to_owned())
                    })
                },
            ),
            unsorted(text_column(
                "definition",
                |v| v.definition,
                |policy, _| table(policy.definition.as_ref()),
            )),
            number_column(
                "priority",
                |v| v.priority,
                |policy, _| count(policy.priority),
            ),
        ]
    };
}

pub(super) const OF_USERS: &[ColumnDef<Policy>] = columns!("policies");
pub(super) const OF_OPERATORS: &[ColumnDef<Policy>] = columns!("operator-policies");
