//! Texts of lists and detail pages, which the server alone writes: heads, names of facts, words for
//! states.
//!
//! Each stands in both languages side by side.

#[macro_use]
mod messages;

mod amqp;
mod node;
mod words;

pub use amqp::AmqpTexts;
pub use node::NodeTexts;
pub use words::{ARGUMENTS, EXCLUSIVE, SHORT, Words};

messages! {
    /// Texts of lists and detail pages in one language.
    pub struct ListTexts;

    parts { amqp: AmqpTexts; node_page: NodeTexts; words: Words; }

    texts {
    queues = "Queues and streams", "队列和流";
    connections = "Connections", "连接";
    channels = "Channels", "信道";
    consumers = "Consumers", "消费者";
    exchanges = "Exchanges", "交换机";
    bindings = "Bindings", "绑定";
    nodes = "Nodes", "节点";
    users = "Users", "用户";
    vhosts = "Virtual hosts", "虚拟主机";
    permissions = "Permissions", "权限";
    topic_permissions = "Topic permissions", "主题权限";
    policies = "Policies", "策略";
    operator_policies = "Operator policies", "运维策略";
    vhost_limits = "Virtual host limits", "虚拟主机限制";
    user_limits = "User limits", "用户限制";
    feature_flags = "Feature flags", "特性标志";
    deprecated_features = "Deprecated features", "已弃用特性";

    shovels = "Shovels", "Shovel";
    federation_links = "Federation links", "联邦链接";
    federation_upstreams = "Federation upstreams", "联邦上游";
    traces = "Traces", "跟踪";
    trace_files = "Trace files", "跟踪文件";
    stream_publishers = "Stream publishers", "流发布者";
    stream_consumers = "Stream consumers", "流消费者";
    super_streams = "Super streams", "超级流";

    forbidden = "This account may not see this list: RabbitMQ shows it to accounts with the monitoring or administrator tag.",
        "此账号无权查看该列表：RabbitMQ 只向带有 monitoring 或 administrator 标签的账号展示。";
    needs_administrator = "Requires an administrator account: RabbitMQ shows this to accounts with the tag administrator.",
        "需要管理员账号：RabbitMQ 只向带有 administrator 标签的账号展示。";
    needs_monitoring = "Requires an account with the tag monitoring or administrator.",
        "需要带有 monitoring 或 administrator 标签的账号。";
    needs_policymaker = "Requires an account with the tag policymaker or administrator.",
        "需要带有 policymaker 或 administrator 标签的账号。";
    not_offered = "This broker does not have this list: its version lacks it, or its statistics are off.",
        "此 broker 没有该列表：其版本不支持，或统计已关闭。";
    no_answer_yet = "The broker has not answered yet.", "broker 尚未响应。";

    name = "Name", "名称";
    vhost = "Virtual host", "虚拟主机";
    kind = "Type", "类型";
    features = "Features", "特性";
    state = "State", "状态";
    ready = "Ready", "就绪";
    unacknowledged = "Unacked", "未确认";
    total = "Total", "总计";
    incoming = "Publish", "发布";
    deliver_get = "Deliver / get", "投递/拉取";
    ack = "Ack", "确认";
    node = "Node", "节点";
    policy = "Policy", "策略";
    operator_policy = "Operator policy", "运维策略";
    effective_policy = "Effective policy definition", "生效的策略定义";
    consumer_capacity = "Consumer capacity", "消费能力";
    redelivered = "Redelivered", "重新投递";
    get_empty = "Get (empty)", "拉取（空）";
    in_memory = "In memory", "内存中";
    persistent = "Persistent", "持久化";
    paged_out = "Paged out", "已换出";
    delayed = "Delayed", "已延迟";
    returned = "Returned", "已退回";
    dead_lettering = "Dead-lettering", "死信处理中";
    by_priority = "By priority", "按优先级";
    bytes_ready = "Ready, bytes", "就绪字节数";
    bytes_unacknowledged = "Unacked, bytes", "未确认字节数";
    bytes_in_memory = "In memory, bytes", "内存中字节数";
    bytes_persistent = "Persistent, bytes", "持久化字节数";
    bytes_total = "Total, bytes", "总字节数";
    process_memory = "Process memory", "进程内存";
    members = "Members", "成员";
    online = "Online", "在线";
    leader = "Leader", "领导者";
    mirrors = "Mirrors", "镜像";
    mirrors_synchronised = "Synchronised mirrors", "已同步镜像";
    segments = "Segments", "段";
    readers = "Readers", "读取者";
    publishers = "Publishers", "发布者";
    oldest_message = "Oldest message", "最早的消息";
    head_message = "Head message", "队首消息";
    open_files = "Open files", "打开的文件";
    delivery_limit = "Delivery limit", "投递次数上限";
    storage_version = "Storage version", "存储版本";
    durable = "Durable", "持久";
    auto_delete = "Auto-delete", "自动删除";
    exclusive = "Exclusive", "排他";
    exclusive_owner = "Exclusive owner", "排他所有者";
    exclusive_consumer = "Exclusive consumer", "排他消费者";
    single_active_consumer = "Single active consumer", "单一活跃消费者";
    internal = "Internal", "内部";
    arguments = "Arguments", "参数";
    idle_since = "Idle since", "空闲起始";
    client_name = "Client name", "客户端命名";
    user = "User", "用户";
    tls = "TLS", "TLS";
    protocol = "Protocol", "协议";
    from_client = "From client", "来自客户端";
    to_client = "To client", "发往客户端";
    connected_at = "Connected at", "连接时间";
    container_id = "Container ID", "容器 ID";
    tls_version = "TLS version", "TLS 版本";
    tls_key_exchange = "Key exchange", "密钥交换";
    tls_cipher = "Cipher", "加密算法";
    tls_hash = "Hash", "散列";
    peer_certificate = "Peer certificate", "对端证书";
    peer_certificate_issuer = "Issuer", "颁发者";
    peer_certificate_validity = "Validity", "有效期";
    channel_max = "Channel max", "最大信道数";
    frame_max = "Frame max", "最大帧";
    auth_mechanism = "SASL mechanism", "SASL 机制";
    client = "Client", "客户端";
    client_properties = "Client properties", "客户端属性";
    heartbeat = "Heartbeat", "心跳";
    received = "Received", "已接收";
    sent = "Sent", "已发送";
    received_packets = "Packets received", "已接收的包";
    sent_packets = "Packets sent", "已发送的包";
    send_pending = "Waiting to be sent", "待发送";
    peer = "Peer", "对端";
    local = "Broker address", "Broker 地址";
    connection_type = "Connection type", "连接类型";
    mode = "Mode", "模式";
    confirm_mode = "Publisher confirms", "发布者确认";
    transactional_mode = "Transactions", "事务";
    unconfirmed = "Unconfirmed", "待确认";
    prefetch = "Prefetch", "预取";
    global_prefetch = "Global prefetch", "全局预取";
    publish = "Publish", "发布";
    confirm = "Confirm", "发布者确认";
    uncommitted = "Uncommitted messages", "未提交的消息";
    acks_uncommitted = "Uncommitted acks", "未提交的确认";
    drop_unroutable = "Unroutable (drop)", "无法路由（丢弃）";
    return_unroutable = "Unroutable (return)", "无法路由（退回）";
    pending_commands = "Pending Raft commands", "待处理 Raft 命令";
    number = "Number", "编号";
    consumer_tag = "Consumer tag", "消费者标签";
    queue = "Queue", "队列";
    channel = "Channel", "信道";
    connection = "Connection", "连接";
    ack_required = "Ack required", "需要确认";
    active = "Activity", "活动";
    consumer_timeout = "Ack timeout", "确认超时";
    rate_in = "Rate in", "流入速率";
    rate_out = "Rate out", "流出速率";
    published_in = "Published in", "流入总计";
    published_out = "Published out", "流出总计";
    declared_by = "Declared by", "声明者";
    exchange = "Exchange", "交换机";
    default_exchange = "(AMQP default)", "（AMQP 默认）";
    source_exchange = "From exchange", "源交换机";
    destination = "To", "目标";
    routing_key = "Routing key", "路由键";
    partition_count = "Partitions", "分区数";
    partition_streams = "Streams", "分区流";
    routing_keys = "Routing keys", "路由键";
    properties_key = "Properties key", "属性键";
    memory = "Memory", "内存";
    disk_free = "Disk free", "可用磁盘空间";
    file_descriptors = "File descriptors", "文件描述符";
    sockets = "Sockets", "套接字";
    processes = "Erlang processes", "Erlang 进程";
    uptime = "Uptime", "运行时间";
    cores = "Cores", "核心";
    run_queue = "Run queue", "运行队列";
    rates_mode = "Rates mode", "速率模式";
    memory_strategy = "Memory strategy", "内存统计策略";
    net_ticktime = "Net tick time", "网络心跳间隔";
    os_pid = "OS process", "操作系统进程";
    plugins = "Enabled plugins", "已启用的插件";
    tags = "Tags", "标签";
    has_password = "Has password", "有密码";
    max_connections = "Max connections", "最大连接数";
    max_channels = "Max channels", "最大信道数";
    max_queues = "Max queues", "最大队列数";
    default_queue_type = "Default queue type", "默认队列类型";
    description = "Description", "描述";
    tracing = "Tracing", "跟踪";
    protected = "Protected from deletion", "防删除保护";
    configure = "Configure", "配置";
    write = "Write", "写入";
    read = "Read", "读取";
    write_keys = "Write, routing keys", "写入路由键";
    read_keys = "Read, routing keys", "读取路由键";
    nothing_allowed = "(nothing)", "（无）";
    pattern = "Pattern", "匹配模式";
    apply_to = "Applies to", "适用于";
    definition = "Definition", "定义";
    priority = "Priority", "优先级";
    stability = "Stability", "稳定性";
    provided_by = "Provided by", "提供者";
    documentation = "Documentation", "文档";
    phase = "Phase", "阶段";

    overview = "Overview", "概览";
    details = "Details", "详情";
    messages = "Messages", "消息";
    message_bytes = "Message bytes", "消息字节";
    rates = "Rates", "速率";
    totals = "Totals since statistics reset", "自统计重置以来的总计";
    members_group = "Members", "成员";
    stream = "Stream", "流";
    runtime = "Runtime", "运行时";
    reductions = "Reductions", "归约次数";
    reductions_rate = "Reductions per second", "每秒归约次数";
    garbage_collection = "Garbage collection", "垃圾回收";
    security = "TLS", "TLS";
    traffic = "Traffic", "流量";
    limits = "Limits", "限制";
    consumers_of_queue = "Consumers", "消费者";
    no_consumers = "No consumers.", "没有消费者。";
    bindings_to = "Incoming bindings", "入站绑定";
    bindings_from = "Outgoing bindings", "出站绑定";
    no_bindings_to = "No incoming bindings.", "没有入站绑定。";
    no_queue_bindings = "No bindings except to the default exchange.", "除默认交换机外没有绑定。";
    no_bindings_from = "No outgoing bindings.", "没有出站绑定。";
    default_binding = "Every queue is bound to the default exchange by its name.",
        "每个队列都以其名称绑定到默认交换机。";
    incoming_from = "Publish, by exchange", "发布（按交换机）";
    publishes_to = "Publish, by exchange", "发布（按交换机）";
    deliveries_to = "Deliver, by channel", "投递（按信道）";
    deliveries_from = "Deliver, by queue", "投递（按队列）";
    incoming_of = "Publish (in), by channel", "发布（流入，按信道）";
    outgoing_to = "Publish (out), by queue", "发布（流出，按队列）";
    channels_of = "Channels", "信道";
    sessions = "Sessions", "会话";
    source_queue = "Source queue", "源队列";
    credit = "Credit", "信用额度";
    no_channels = "No channels.", "没有信道。";
    consumers_of_channel = "Consumers", "消费者";
    permissions_of = "Permissions", "权限";
    topic_permissions_of = "Topic permissions", "主题权限";
    no_permissions = "No permissions.", "没有权限。";
    no_topic_permissions = "No topic permissions: any routing key.", "没有主题权限：任意路由键。";
    permissions_hidden = "Permissions require an administrator account.", "查看权限需要管理员账号。";

    count = "Count", "计数";
    version = "Version", "版本";
    address = "Address", "地址";
    port = "Port", "端口";
    path = "Path", "路径";
    enabled = "Enabled", "已启用";
    files = "Files", "文件";
    partitions = "Partitioned from", "与之分区";

    source_broker = "From broker", "源 broker";
    destination_broker = "To broker", "目标 broker";
    source = "From", "源";
    source_protocol = "From, protocol", "源协议";
    destination_protocol = "To, protocol", "目标协议";
    last_changed = "Last changed", "上次变更";
    reason = "Reason", "原因";
    flow = "Flow", "流控";
    forwarded = "Forwarded", "已转发";
    pending = "Pending", "待处理";
    remaining = "Remaining", "剩余";
    upstream = "Upstream", "上游";
    exchange_or_queue = "Exchange or queue", "交换机或队列";
    ack_mode = "Ack mode", "确认模式";
    reconnect_delay = "Reconnects after", "重连间隔";
    max_hops = "Max hops", "最大跳数";
    expires = "Expires after", "过期时间";
    message_ttl = "Message TTL", "消息 TTL";
    trust_user_id = "Trusts user IDs", "信任用户 ID";
    queue_type_of_upstream = "Queue type", "队列类型";
    ha_policy = "HA policy", "HA 策略";
    bind_nowait = "Binds without waiting", "不等待绑定";
    channel_use = "Channels used", "信道使用方式";
    cleanup = "Resource cleanup", "资源清理";
    format = "Format", "格式";
    payload_limit = "Payload limit", "载荷上限";
    size = "Size", "大小";
    publisher_reference = "Reference", "引用名";
    published = "Published", "已发布";
    confirmed = "Confirmed", "已确认";
    refused = "Refused", "已拒绝";
    offset = "Offset", "偏移量";
    offset_lag = "Offset lag", "落后";
    consumed = "Consumed", "已消费";
    properties = "Properties", "属性";
    no_publishers = "No publishers.", "没有发布者。";

    chart_depth = "Queued messages", "排队的消息";
    chart_rates = "Message rates", "消息速率";
    chart_traffic = "Data rates", "数据速率";
    unit_messages = "messages", "条";
    unit_messages_per_second = "messages/s", "条/秒";
    unit_bytes_per_second = "bytes/s", "字节/秒";
    deliver = "Deliver", "投递";
    deliver_no_ack = "Deliver (auto ack)", "投递（自动确认）";
    get = "Get", "拉取";
    get_no_ack = "Get (auto ack)", "拉取（自动确认）";
    redeliver = "Redeliver", "重新投递";
    publish_in = "Publish (in)", "发布（流入）";
    publish_out = "Publish (out)", "发布（流出）";
    disk_reads = "Disk read", "磁盘读";
    disk_writes = "Disk write", "磁盘写";
    limit = "Limit", "上限";
    matched_queues = "Matching queues", "匹配的队列";
    matched_exchanges = "Matching exchanges", "匹配的交换机";
    nothing_matched = "No matches.", "没有匹配的条目。";
    no_history = "The broker has no samples of this object in this time range.", "broker 没有此对象在该时间范围内的样本。";
    statistics_off = "Statistics are switched off on this broker: rates, most states and charts are missing.",
        "此 broker 已关闭统计：缺少速率、大部分状态和图表。";
    }

    functions {
        nothing_matches: fn(&str) -> String =
            |kind| format!("No {} match this filter.", lowercase_first(kind)),
            |kind| format!("没有符合筛选条件的{kind}。");
        nothing_there: fn(&str) -> String =
            |kind| format!("No {}.", lowercase_first(kind)),
            |kind| format!("没有{kind}。");
        bad_regex: fn(&str) -> String =
            |why| format!("Not a regular expression: {why}"),
            |why| format!("不是有效的正则表达式：{why}");
        plugin_off: fn(&str) -> String =
            |plugin| format!("This list requires the plugin {plugin}, which is not enabled on this broker. To enable it, run on a node: rabbitmq-plugins enable {plugin}"),
            |plugin| format!("该列表需要插件 {plugin}，而此 broker 未启用该插件。要启用它，请在节点上运行：rabbitmq-plugins enable {plugin}");
        unknown_columns: fn(&str) -> String =
            |names| format!("Unknown columns: {names}."),
            |names| format!("URL 中的列无法识别：{names}。");
        unknown_sort: fn(&str) -> String =
            |name| format!("Unknown sort column “{name}”; sorted by name."),
            |name| format!("URL 中的排序列“{name}”无法识别；当前按名称排序。");
        no_such_page: fn(u64) -> String =
            |last| format!("No such page: the last one is {last}."),
            |last| format!("没有该页：最后一页是第 {last} 页。");
        unreadable_rows: fn(u64) -> String =
            |rows| if rows == 1 {
                "1 row could not be read and is left out.".to_owned()
            } else {
                format!("{rows} rows could not be read and are left out.")
            },
            |rows| format!("有 {rows} 行无法读取，已略去。");
        members_missing: fn(&str, usize) -> String =
            |word, missing| format!("{word}, {missing} offline"),
            |word, missing| format!("{word}，{missing} 个离线");
        on_node: fn(&str, &str) -> String =
            |word, node| format!("{word} on {node}"),
            |word, node| format!("{node} 上{word}");
        on_nodes: fn(&str, usize) -> String =
            |word, count| format!("{word} on {count} nodes"),
            |word, count| format!("{count} 个节点上{word}");
        more_rows: fn(usize, usize) -> String =
            |shown, all| format!("{shown} of {all} are shown."),
            |shown, all| format!("共 {all} 条，显示 {shown} 条。");
        of_vhost: fn(&str) -> String =
            |vhost| format!("in {vhost}"),
            |vhost| format!("位于 {vhost}");
    }
}

/// A title inside a sentence: `Queues and streams` is `queues and streams`, `SASL mechanisms` stays.
fn lowercase_first(title: &str) -> String {
    let is_acronym = title.chars().nth(1).is_some_and(char::is_uppercase);
    match title.chars().next() {
        Some(first) if !is_acronym => first.to_lowercase().chain(title.chars().skip(1)).collect(),
        _ => title.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_lists_are_named_in_a_sentence() {
        let (en, zh) = (ListTexts::EN, ListTexts::ZH);
        assert_eq!((en.nothing_there)(en.queues), "No queues and streams.");
        assert_eq!(
            (en.nothing_matches)(en.node_page.auth_mechanisms),
            "No SASL mechanisms match this filter."
        );
        assert_eq!((zh.nothing_there)(zh.policies), "没有策略。");
    }
}
