//! Answers of real brokers' management API, recorded in `broker-answers/rabbitmq-VERSION/NAME.json`.

use serde::de::DeserializeOwned;

/// The text of an answer of RabbitMQ `version`: `broker_answer("3.10.8", "overview")`.
///
/// # Panics
///
/// If there is no such file.
#[must_use]
pub fn broker_answer(version: &str, name: &str) -> String {
    let path = format!("test-fixtures/broker-answers/rabbitmq-{version}/{name}.json");
    std::fs::read_to_string(crate::checkout().join(&path))
        .unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// An answer of RabbitMQ `version`, read as JSON.
///
/// # Panics
///
/// If there is no such file, or it is no `T`.
#[must_use]
pub fn broker_answer_as<T: DeserializeOwned>(version: &str, name: &str) -> T {
    serde_json::from_str(&broker_answer(version, name))
        .unwrap_or_else(|error| panic!("{name} of RabbitMQ {version}: {error}"))
}
