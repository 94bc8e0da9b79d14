//! What the tests of Ceilometer's protocol post and ask.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::app::{Answer, TestApp};

/// A sample as clients post it, with what a test wants to be different.
pub(crate) fn sample(meter: &str, resource: &str, volume: f64, more: &Value) -> Value {
    let mut sample = json!({
        "counter_name": meter,
        "counter_type": "gauge",
        "counter_unit": "B",
        "counter_volume": volume,
        "resource_id": resource,
    });
    for (name, value) in more.as_object().into_iter().flatten() {
        sample[name] = value.clone();
    }
    sample
}

impl TestApp {
    /// Posts to a meter.
    pub(crate) async fn post_samples(&self, token: &str, meter: &str, body: &Value) -> Answer {
        let path = format!("/v2/meters/{meter}");
        self.post(&path, body, &[("x-auth-token", token)]).await
    }

    /// Posts samples that are taken: what they are kept as.
    pub(crate) async fn store(&self, token: &str, meter: &str, samples: &[Value]) -> Value {
        let answer = self.post_samples(token, meter, &json!(samples)).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{:?}", answer.body);
        answer.json()
    }

    /// Asks for the samples of a complex query.
    pub(crate) async fn query(&self, token: &str, body: &Value) -> Answer {
        self.post("/v2/query/samples", body, &[("x-auth-token", token)])
            .await
    }

    /// The refusal of a request: its words.
    pub(crate) async fn refused(&self, token: &str, path: &str, status: StatusCode) -> String {
        let answer = self
            .request(Method::GET, path, &[("x-auth-token", token)])
            .await;
        faultstring(&answer, status)
    }
}

/// The words of a controller's error, which has to be in the form that clients read.
pub(crate) fn faultstring(answer: &Answer, status: StatusCode) -> String {
    assert_eq!(answer.status, status, "{:?}", answer.body);
    let body = answer.json();
    let fault = &body["error_message"];
    assert_eq!(fault["faultcode"], "Client", "{body}");
    assert_eq!(fault["debuginfo"], Value::Null, "{body}");
    fault["faultstring"].as_str().expect("a text").to_owned()
}
