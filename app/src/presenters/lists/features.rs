//! Feature flags, and deprecated features.

use metering::{DeprecatedFeature, FeatureFlag};

use super::column::{ColumnDef, hidden, list, text_column};
use super::value::{Value, text};
use crate::view_models::level::Level;

list!(FeatureFlags, feature_flags, FLAGS, level of_flag);
list!(DeprecatedFeatures, deprecated_features, DEPRECATED);
list!(DeprecatedFeaturesUsed, deprecated_features, DEPRECATED);

const FLAGS: &[ColumnDef<FeatureFlag>] = &[
    text_column("name", |v| v.name, |flag, _| Value::Text(flag.name.clone())),
    text_column(
        "state",
        |v| v.state,
        |flag, context| match flag.state.as_deref() {
            Some(state) => {
                let level = match state {
                    "enabled" => Level::Good,
                    "disabled" if flag.stability.as_deref() == Some("experimental") => Level::Quiet,
                    _ => Level::Warning,
                };
                Value::State(level, context.list_texts.words.state_word(state).to_owned())
            }
            None => Value::Nothing,
        },
    ),
    text_column(
        "stability",
        |v| v.stability,
        |flag, _| text(flag.stability.as_ref()),
    ),
    text_column(
        "desc",
        |v| v.description,
        |flag, _| text(flag.desc.as_ref()),
    ),
    text_column(
        "provided_by",
        |v| v.provided_by,
        |flag, _| text(flag.provided_by.as_ref()),
    ),
    hidden(text_column(
        "doc_url",
        |v| v.documentation,
        |flag, _| address(flag.doc_url.as_ref()),
    )),
];

const DEPRECATED: &[ColumnDef<DeprecatedFeature>] = &[
    text_column(
        "name",
        |v| v.name,
        |feature, _| Value::Text(feature.name.clone()),
    ),
    text_column(
        "deprecation_phase",
        |v| v.phase,
        |feature, context| match feature.deprecation_phase.as_deref() {
            Some(phase) => Value::Text(context.list_texts.words.phase(phase).to_owned()),
            None => Value::Nothing,
        },
    ),
    text_column(
        "state",
        |v| v.state,
        |feature, context| match feature.state.as_deref() {
            Some(state) => {
                let level = if state == "denied" {
                    Level::Good
                } else {
                    Level::Quiet
                };
                Value::State(level, context.list_texts.words.state_word(state).to_owned())
            }
            None => Value::Nothing,
        },
    ),
    text_column(
        "desc",
        |v| v.description,
        |feature, _| text(feature.desc.as_ref()),
    ),
    text_column(
        "provided_by",
        |v| v.provided_by,
        |feature, _| text(feature.provided_by.as_ref()),
    ),
    hidden(text_column(
        "doc_url",
        |v| v.documentation,
        |feature, _| address(feature.doc_url.as_ref()),
    )),
];

/// An external address: shown in full, and linked only if it is `https`.
fn address(url: Option<&String>) -> Value {
    match url {
        Some(url) if url.starts_with("https://") => Value::Link(url.clone(), url.clone()),
        url => text(url),
    }
}

/// A stable flag that is disabled blocks the next upgrade.
fn of_flag(flag: &FeatureFlag) -> Option<Level> {
    let is_off = flag
        .state
        .as_deref()
        .is_some_and(|state| state != "enabled");
    let is_stable = flag.stability.as_deref() != Some("experimental");
    (is_off && is_stable).then_some(Level::Warning)
}
