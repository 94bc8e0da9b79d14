//! What is called so: `GET /v2/rabbit/search`.

use metering::SearchResult;

use crate::error::ClientError;
use crate::path;
use crate::session::Session;

impl Session {
    /// Queues, exchanges, connections, nodes, accounts and vhosts whose names have `q` in them, at
    /// most `limit` (`None`: the API's default, 20); without a broker on all that the caller sees.
    /// With an empty `q` nothing is found, but what is to be searched is read already.
    ///
    /// # Errors
    /// [`ClientError::NotFound`] for an unknown broker, and the others of [`ClientError`].
    pub async fn search(
        &self,
        broker: Option<&str>,
        q: &str,
        limit: Option<u32>,
    ) -> Result<SearchResult, ClientError> {
        self.read(address(broker, q, limit)).await
    }
}

fn address(broker: Option<&str>, q: &str, limit: Option<u32>) -> String {
    let mut parameters = path::parameters();
    if let Some(broker) = broker {
        parameters.append_pair("broker", broker);
    }
    parameters.append_pair("q", q);
    if let Some(limit) = limit {
        parameters.append_pair("limit", &limit.to_string());
    }
    path::with("/v2/rabbit/search", parameters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_values_are_not_sent() {
        assert_eq!(address(None, "a b/", None), "/v2/rabbit/search?q=a+b%2F");
        assert_eq!(
            address(Some("prod"), "", Some(5)),
            "/v2/rabbit/search?broker=prod&q=&limit=5"
        );
    }
}
