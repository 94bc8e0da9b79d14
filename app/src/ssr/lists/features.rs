//! What a cluster has switched on, and what a later version will not have.

use metering::{DeprecatedFeature, FeatureFlag};

use super::column::{Col, col, extra, list};
use super::value::{Value, text};
use crate::components::status::Level;

list!(FeatureFlags = "feature-flags", feature_flags: FeatureFlag, FLAGS, level of_flag);
list!(DeprecatedFeatures = "deprecated-features", deprecated_features: DeprecatedFeature, DEPRECATED);

const FLAGS: &[Col<FeatureFlag>] = &[
    col("name", |v| v.name, |flag, _| Value::Text(flag.name.clone())),
    col(
        "state",
        |v| v.state,
        |flag, scene| match flag.state.as_deref() {
            Some(state) => {
                let level = match state {
                    "enabled" => Level::Good,
                    "disabled" if flag.stability.as_deref() == Some("experimental") => Level::Quiet,
                    _ => Level::Warning,
                };
                Value::State(level, scene.views.state_word(state).to_owned())
            }
            None => Value::Nothing,
        },
    ),
    col(
        "stability",
        |v| v.stability,
        |flag, _| text(flag.stability.as_ref()),
    ),
    col(
        "desc",
        |v| v.description,
        |flag, _| text(flag.desc.as_ref()),
    ),
    col(
        "provided_by",
        |v| v.provided_by,
        |flag, _| text(flag.provided_by.as_ref()),
    ),
    extra(col(
        "doc_url",
        |v| v.documentation,
        |flag, _| address(flag.doc_url.as_ref()),
    )),
];

const DEPRECATED: &[Col<DeprecatedFeature>] = &[
    col(
        "name",
        |v| v.name,
        |feature, _| Value::Text(feature.name.clone()),
    ),
    col(
        "deprecation_phase",
        |v| v.phase,
        |feature, scene| match feature.deprecation_phase.as_deref() {
            Some(phase) => Value::Text(scene.views.phase(phase).to_owned()),
            None => Value::Nothing,
        },
    ),
    col(
        "state",
        |v| v.state,
        |feature, scene| match feature.state.as_deref() {
            Some(state) => {
                let level = if state == "denied" {
                    Level::Good
                } else {
                    Level::Quiet
                };
                Value::State(level, scene.views.state_word(state).to_owned())
            }
            None => Value::Nothing,
        },
    ),
    col(
        "desc",
        |v| v.description,
        |feature, _| text(feature.desc.as_ref()),
    ),
    col(
        "provided_by",
        |v| v.provided_by,
        |feature, _| text(feature.provided_by.as_ref()),
    ),
    extra(col(
        "doc_url",
        |v| v.documentation,
        |feature, _| address(feature.doc_url.as_ref()),
    )),
];

/// A page of somebody else's: written out, and followed only where it is plainly one of the web.
fn address(url: Option<&String>) -> Value {
    match url {
        Some(url) if url.starts_with("https://") => Value::Link(url.clone(), url.clone()),
        url => text(url),
    }
}

/// What is stable and not switched on stands in the way of the next upgrade.
fn of_flag(flag: &FeatureFlag) -> Option<Level> {
    let is_off = flag
        .state
        .as_deref()
        .is_some_and(|state| state != "enabled");
    let is_stable = flag.stability.as_deref() != Some("experimental");
    (is_off && is_stable).then_some(Level::Warning)
}
