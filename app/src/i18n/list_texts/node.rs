//! Texts of the pages of a node.

messages! {
    /// Texts of the pages of a node.
    pub struct NodeTexts;

    texts {
    memory_breakdown = "Memory breakdown", "内存分布";
    memory_part = "Part", "部分";
    memory_bytes = "Memory", "内存";
    memory_share = "Share", "占比";
    internals = "Erlang tables, binary references", "Erlang 表与二进制引用";
    internals_asked = "Show internals", "查看内部信息";
    internals_seldom = "This request costs the node effort: it is sent once a minute at most.",
        "获取这些信息会给节点带来开销：最多每分钟请求一次。";
    ets_tables = "Erlang tables (ETS)", "Erlang 表（ETS）";
    binary_references = "Binary references", "二进制引用";
    no_memory_breakdown = "Not reported by this node.", "该节点未报告。";
    cluster_links = "Links to other nodes", "与其他节点的链路";
    no_cluster_links = "No cluster links: single node, or disconnected.", "没有集群链路：单节点，或已断开。";
    local_address = "Local address", "本地地址";
    peer_address = "Peer address", "对端地址";
    io = "I/O and persistence", "I/O 与持久化";
    operation = "Operation", "操作";
    operations_rate = "Per second", "每秒";
    bytes_rate = "Bytes per second", "每秒字节数";
    average_time = "Average time", "平均耗时";
    no_io = "The node reports no I/O.", "该节点未提供 I/O 信息。";
    applications = "Plugins and applications", "插件与应用";
    auth_mechanisms = "SASL mechanisms", "SASL 机制";
    exchange_types = "Exchange types", "交换机类型";
    contexts = "Web contexts", "Web 上下文";
    config_files = "Configuration", "配置文件";
    database = "Database folder", "数据库目录";
    log_files = "Logs", "日志";
    context_switches = "Context switches", "上下文切换";
    gc_count = "Garbage collections", "垃圾回收次数";
    gc_bytes = "Bytes collected", "回收字节数";
    churn = "Churn", "变动";
    metrics_queues = "Statistics queue lengths", "统计队列长度";
    top_processes = "Busiest processes", "最活跃的进程";
    no_top_processes = "Requires the rabbitmq_top plugin and an administrator account.",
        "需要 rabbitmq_top 插件和管理员账号。";
    process = "Process", "进程";
    messages_waiting = "Messages waiting", "待处理消息";
    buffered = "Buffered", "已缓冲";
    }
}
