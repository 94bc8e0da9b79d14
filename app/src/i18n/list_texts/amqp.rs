//! Texts about sessions and links of AMQP 1.0.

messages! {
    /// Texts about sessions and links of AMQP 1.0.
    pub struct AmqpTexts;

    texts {
    no_sessions = "No sessions.", "没有会话。";
    channel_number = "Channel", "信道号";
    handle_max = "Highest handle", "最大句柄";
    next_incoming_id = "Next incoming", "下一传入编号";
    incoming_window = "Incoming window", "传入窗口";
    next_outgoing_id = "Next outgoing", "下一传出编号";
    remote_incoming_window = "Client incoming window", "客户端传入窗口";
    remote_outgoing_window = "Client outgoing window", "客户端传出窗口";
    outgoing_unsettled = "Sent, not settled", "已发送未结算";
    incoming_links = "Links from the client", "来自客户端的链接";
    outgoing_links = "Links to the client", "通往客户端的链接";
    no_links = "No links.", "没有链接。";
    handle = "Handle", "句柄";
    link_name = "Link", "链接";
    target_address = "Target address", "目标地址";
    source_address = "Source address", "源地址";
    sender_settle_mode = "Client settles", "客户端结算方式";
    sender_settles = "Sent as settled", "发送即结算";
    max_message_size = "Largest message", "最大消息";
    delivery_count = "Deliveries", "投递数";
    }
}
