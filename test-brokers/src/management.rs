use std::time::Duration;

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use ureq::{Agent, Body, http::Response};

use crate::Error;

/// A small client of a broker's management API, for setting up what a test needs.
///
/// It is no way for the product to talk to a broker: it waits, and it believes each answer.
#[derive(Debug)]
pub struct Management {
    url: String,
    authorization: String,
    agent: Agent,
}

impl Management {
    /// A client for the API at `url` (without a trailing slash) with an account of the broker.
    pub fn new(url: &str, user: &str, password: &str) -> Self {
        let config = Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(10)))
            .http_status_as_error(false)
            // The environment's proxy knows nothing of our loopback.
            .proxy(None)
            .build();
        Self {
            url: url.trim_end_matches('/').to_owned(),
            authorization: format!(
                "Basic {}",
                BASE64_STANDARD.encode(format!("{user}:{password}"))
            ),
            agent: config.into(),
        }
    }

    /// `GET path`, such as `/api/overview`.
    ///
    /// # Errors
    ///
    /// When the broker does not answer, or not with JSON, or refuses.
    pub fn get(&self, path: &str) -> Result<Value, Error> {
        let request = self.agent.get(format!("{}{path}", self.url));
        let answer = request.header("Authorization", &self.authorization).call();
        let mut answer = accepted("GET", path, answer)?;
        answer.body_mut().read_json().map_err(failed("GET", path))
    }

    /// `PUT path` with a JSON body.
    ///
    /// # Errors
    ///
    /// When the broker does not answer, or refuses.
    pub fn put(&self, path: &str, body: &Value) -> Result<(), Error> {
        let request = self.agent.put(format!("{}{path}", self.url));
        let answer = request
            .header("Authorization", &self.authorization)
            .send_json(body);
        accepted("PUT", path, answer).map(drop)
    }

    /// `POST path` with a JSON body.
    ///
    /// # Errors
    ///
    /// When the broker does not answer, or refuses.
    pub fn post(&self, path: &str, body: &Value) -> Result<(), Error> {
        let request = self.agent.post(format!("{}{path}", self.url));
        let answer = request
            .header("Authorization", &self.authorization)
            .send_json(body);
        accepted("POST", path, answer).map(drop)
    }

    /// `DELETE path`.
    ///
    /// # Errors
    ///
    /// When the broker does not answer, or refuses.
    pub fn delete(&self, path: &str) -> Result<(), Error> {
        let request = self.agent.delete(format!("{}{path}", self.url));
        let answer = request.header("Authorization", &self.authorization).call();
        accepted("DELETE", path, answer).map(drop)
    }

    /// Adds a user with comma-separated `tags` (`administrator`, `monitoring`, `management`, …; may
    /// be empty) and all permissions in each of `vhosts`.
    ///
    /// # Errors
    ///
    /// When the broker does not answer, or refuses.
    pub fn add_user(
        &self,
        name: &str,
        password: &str,
        tags: &str,
        vhosts: &[&str],
    ) -> Result<(), Error> {
        let user = segment(name);
        self.put(
            &format!("/api/users/{user}"),
            &json!({ "password": password, "tags": tags }),
        )?;
        for vhost in vhosts {
            let path = format!("/api/permissions/{}/{user}", segment(vhost));
            self.put(
                &path,
                &json!({ "configure": ".*", "write": ".*", "read": ".*" }),
            )?;
        }
        Ok(())
    }

    /// Adds a virtual host; its maker gets all permissions in it.
    ///
    /// # Errors
    ///
    /// When the broker does not answer, or refuses.
    pub fn add_vhost(&self, name: &str) -> Result<(), Error> {
        self.put(&format!("/api/vhosts/{}", segment(name)), &json!({}))
    }
}

fn failed(method: &'static str, path: &str) -> impl FnOnce(ureq::Error) -> Error {
    move |source| Error::Http {
        method,
        path: path.to_owned(),
        source: Box::new(source),
    }
}

fn accepted(
    method: &'static str,
    path: &str,
    answer: Result<Response<Body>, ureq::Error>,
) -> Result<Response<Body>, Error> {
    let mut answer = answer.map_err(failed(method, path))?;
    if answer.status().is_success() {
        return Ok(answer);
    }
    Err(Error::Refused {
        method,
        path: path.to_owned(),
        status: answer.status().as_u16(),
        body: answer.body_mut().read_to_string().unwrap_or_default(),
    })
}

/// One path segment, percent-encoded: the default vhost is named `/`.
fn segment(name: &str) -> String {
    use std::fmt::Write;
    let mut encoded = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(byte.into());
        } else {
            // Writing to a String cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_vhost_is_one_segment() {
        assert_eq!(segment("/"), "%2F");
    }

    #[test]
    fn other_than_ascii_is_encoded_as_utf_8() {
        assert_eq!(segment("café ok-1"), "caf%C3%A9%20ok-1");
    }
}
