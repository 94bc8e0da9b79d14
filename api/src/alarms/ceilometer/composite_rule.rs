//! Reads composite rules.

use metering::alarm::{CompositePart, CompositeRule, ThresholdRule};
use serde_json::Value as Json;

use super::fields::Fields;
use super::rules;
use crate::auth::access_scope::AccessScope;
use crate::http::error::{Error, shortened};

/// Levels of rules in each other.
const DEPTH: usize = 16;
/// Most thresholds of a rule.
const MOST: usize = 50;
/// The type of the thresholds.
const THRESHOLD: &str = "threshold";

/// Reads a rule; `scope` is that of who saves it.
pub(super) fn read(rule: Json, scope: &AccessScope) -> Result<CompositeRule, Error> {
    let mut rule = node(rule, scope, DEPTH)?;
    if thresholds(&mut rule).len() > MOST {
        return Err(refuse(&format!("more than {MOST} rules")));
    }
    Ok(rule)
}

/// The thresholds of a rule.
pub(super) fn thresholds(rule: &mut CompositeRule) -> Vec<&mut ThresholdRule> {
    match rule {
        CompositeRule::Or { or: rules } | CompositeRule::And { and: rules } => {
            rules.iter_mut().flat_map(thresholds).collect()
        }
        CompositeRule::Threshold(part) => vec![&mut part.rule],
    }
}

fn node(rule: Json, scope: &AccessScope, depth: usize) -> Result<CompositeRule, Error> {
    let quoted = shortened(&rule.to_string());
    let Some(depth) = depth.checked_sub(1) else {
        return Err(refuse(&format!("more than {DEPTH} levels")));
    };
    let Json::Object(mut object) = rule else {
        return Err(refuse(&quoted));
    };
    if object.len() == 1 {
        for key in ["or", "and"] {
            if let Some(Json::Array(list)) = object.remove(key) {
                if list.is_empty() {
                    return Err(refuse(&quoted));
                }
                let rules = list.into_iter().map(|rule| node(rule, scope, depth));
                let rules = rules.collect::<Result<_, _>>()?;
                return Ok(if key == "or" {
                    CompositeRule::Or { or: rules }
                } else {
                    CompositeRule::And { and: rules }
                });
            }
        }
        return Err(refuse(&quoted));
    }
    let rule_type = object.remove("type");
    match rule_type.as_ref().and_then(Json::as_str) {
        Some(THRESHOLD) => {
            let fields = Fields::of("composite_rule", Json::Object(object))?;
            Ok(CompositeRule::Threshold(CompositePart {
                rule_type: THRESHOLD.to_owned(),
                rule: rules::threshold(fields, "composite_rule", scope)?,
            }))
        }
        _ => Err(refuse(&quoted)),
    }
}

fn refuse(what: &str) -> Error {
    Error::BadArgument(format!(
        "Invalid input composite rule: {what}, it should be a dict with an \"and\" or \"or\" as key, and the value of \
         dict should be a list of basic threshold rules or sub composite rules, can be nested."
    ))
}
