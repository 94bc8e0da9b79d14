//! What AMQP 1.0 has in a connection's place of channels (RabbitMQ 4.1 and later).

use crate::record::record;

record! {
    /// A session of an AMQP 1.0 connection.
    pub struct AmqpSession {
        always {}
        /// Its number in the connection.
        channel_number: i64,
        /// The highest handle that a link may have.
        handle_max: i64,
        /// The transfer that is expected next.
        next_incoming_id: i64,
        /// So many transfers the client may send.
        incoming_window: i64,
        /// The transfer that is sent next.
        next_outgoing_id: i64,
        /// So many transfers the client takes.
        remote_incoming_window: i64,
        /// So many transfers the client may have to send.
        remote_outgoing_window: i64,
        /// Messages that were sent to the client and are not settled.
        outgoing_unsettled_deliveries: i64,
        /// The links on which the client sends.
        incoming_links: Vec<AmqpLink>,
        /// The links on which the client receives.
        outgoing_links: Vec<AmqpLink>,
    }
}

record! {
    /// A link of a session.
    pub struct AmqpLink {
        always {}
        /// Its number in the session.
        handle: i64,
        /// The name that the client gave it.
        link_name: String,
        /// Where messages go to, of an incoming link.
        target_address: String,
        /// Where messages come from, of an outgoing link.
        source_address: String,
        /// The queue that messages come from, of an outgoing link.
        queue_name: String,
        /// Whether the client settles what it sends: `settled`, `unsettled` or `mixed`.
        snd_settle_mode: String,
        /// Whether the broker settles what it sends.
        send_settled: bool,
        /// The largest message in bytes; 0 is any size.
        max_message_size: i64,
        /// How many messages went over it.
        delivery_count: i64,
        /// How many more the receiver takes.
        credit: i64,
        /// Messages that no queue has confirmed yet, of an incoming link.
        unconfirmed_messages: i64,
    }
}
