//! Policies and operators' policies.

use metering::Policy;

use super::column::{Col, col, list, num, unsorted};
use super::value::{Value, count, table, text};

list!(Policies = "policies", policies: Policy, OF_USERS);
list!(OperatorPolicies = "operator-policies", operator_policies: Policy, OF_OPERATORS);

/// The columns of a list whose rows' pages are in that list.
macro_rules! columns {
    ($kind:literal) => {
        &[
            col(
                "name",
                |v| v.name,
                |policy, scene| scene.link_in($kind, &policy.vhost, &policy.name),
            ),
            col(
                "vhost",
                |v| v.vhost,
                |policy, scene| scene.link("vhosts", &policy.vhost),
            ),
            col(
                "pattern",
                |v| v.pattern,
                |policy, _| text(policy.pattern.as_ref()),
            ),
            col(
                "apply-to",
                |v| v.apply_to,
                |policy, scene| {
                    let applies = policy.apply_to.as_deref();
                    applies.map_or(Value::Nothing, |word| {
                        Value::Text(scene.views.applies_to(word).to_owned())
                    })
                },
            ),
            unsorted(col(
                "definition",
                |v| v.definition,
                |policy, _| table(policy.definition.as_ref()),
            )),
            num(
                "priority",
                |v| v.priority,
                |policy, _| count(policy.priority),
            ),
        ]
    };
}

pub(super) const OF_USERS: &[Col<Policy>] = columns!("policies");
pub(super) const OF_OPERATORS: &[Col<Policy>] = columns!("operator-policies");
