//! Client connections: `GET /v2/rabbit/connections`.

use serde::Serialize;

use crate::amqp::AmqpSession;
use crate::channel::Channel;
use crate::field_table::field_table;
use crate::list_row::{known, row};
use crate::record::record;
use crate::stats::Details;
use crate::table::Table;

record! {
    /// A client's connection.
    pub struct Connection {
        always {
            /// `127.0.0.1:43232 -> 127.0.0.1:5672`.
            name,
        }
        /// The vhost that it is open in.
        vhost: String,
        /// The node that it is open on.
        node: String,
        /// The account.
        user: String,
        /// The name that the client gave it.
        user_provided_name: String,
        /// The name that an AMQP 1.0 client gave itself.
        container_id: String,
        /// `running`, `blocked`, `blocking`, `flow`, `closing`, …
        state: String,
        /// `network` or `direct`.
        connection_type = "type": String,
        /// `AMQP 0-9-1`, `AMQP 1-0`, `MQTT 3-1-1`, …
        protocol: String,
        /// How many channels are open on it.
        channels: i64,
        /// How many may be; 0 is any number.
        channel_max: i64,
        /// The largest frame in bytes; 0 is any size.
        frame_max: i64,
        /// Seconds between two heartbeats.
        timeout: i64,
        /// The SASL mechanism.
        auth_mechanism: String,
        /// Whether it is under TLS.
        ssl: bool,
        /// The version of TLS.
        ssl_protocol: String,
        /// How keys are exchanged.
        ssl_key_exchange: String,
        /// The cipher.
        ssl_cipher: String,
        /// The hash.
        ssl_hash: String,
        /// Whose certificate the client has.
        peer_cert_subject: String,
        /// Who signed it.
        peer_cert_issuer: String,
        /// From when to when it holds.
        peer_cert_validity: String,
        /// The broker's address.
        host: String,
        /// The broker's port.
        port: i64,
        /// The client's address.
        peer_host: String,
        /// The client's port.
        peer_port: i64,
        /// What the client says of itself.
        client_properties: Table,
        /// Since when, in milliseconds since the epoch.
        connected_at: i64,
        /// Bytes received from the client.
        recv_oct: i64,
        /// Rate of `recv_oct`, per second.
        recv_oct_details: Details,
        /// Bytes sent to the client.
        send_oct: i64,
        /// Rate of `send_oct`, per second.
        send_oct_details: Details,
        /// Packets received from the client.
        recv_cnt: i64,
        /// Packets sent to the client.
        send_cnt: i64,
        /// Bytes that wait to be sent.
        send_pend: i64,
        /// Erlang's measure of the work that its process has done.
        reductions: i64,
    }
}

row!(Connection: |row| row.name.as_str(), vhost known(row.vhost.as_ref()), user known(row.user.as_ref()));

/// A connection in full: `GET /v2/rabbit/connections/{name}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConnectionDetails {
    /// What the list has of it.
    #[serde(flatten)]
    pub connection: Connection,
    /// The channels that are open on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_details: Option<Vec<Channel>>,
    /// The sessions of an AMQP 1.0 connection (4.1 and later).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sessions: Option<Vec<AmqpSession>>,
    /// Rate of `reductions`, per second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reductions_details: Option<Details>,
    /// How its process collects garbage.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub garbage_collection: Option<Table>,
}

field_table!(ConnectionDetails: channel_details sessions reductions_details garbage_collection; connection);
