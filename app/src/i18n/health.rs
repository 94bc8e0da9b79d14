//! Texts of a broker's health: what is looked at, what was found, what to do. The server alone
//! writes them.

use metering::health::HealthCheck;

use super::text::template;
use super::{Template, Text};

/// A check: what it is called, and what to do where it fails.
pub struct Check {
    /// What is looked at.
    pub title: Text,
    /// What to do where something is wrong.
    pub advice: Text,
}

/// The texts of one language.
#[expect(missing_docs, reason = "the English text says what each field is")]
pub struct Health {
    pub answers: Check,
    pub nodes_running: Check,
    pub maintenance: Check,
    pub memory_alarm: Check,
    pub disk_alarm: Check,
    pub partitions: Check,
    pub tick_times: Check,
    pub file_descriptors: Check,
    pub processes: Check,
    pub vhosts_running: Check,
    pub statistics: Check,
    pub feature_flags: Check,
    pub deprecated_features: Check,
    pub passwords: Check,

    pub not_offered: Text,
    pub ok: Text,
    pub unknown: Text,
    pub warning: Text,
    pub critical: Text,

    pub memory: Template<3>,
    pub disk: Template<3>,
    pub parted: Template<2>,
    pub tick_time: Template<2>,
    pub used: Template<3>,
    pub vhost: Template<3>,
    pub statistics_off: Text,
    pub rates_none: Text,
    pub rates_of: Template<2>,
    pub events_wait: Template<2>,
    pub silent_node: Template<1>,
    pub plain_http: Template<1>,
    pub readable_file: Template<1>,
    pub described: Template<2>,
}

impl Health {
    /// The first words of the system log's entries about such a finding of a node.
    pub fn log_prefix(check: HealthCheck) -> Option<&'static str> {
        match check {
            HealthCheck::NodesRunning => Some("The node is down."),
            HealthCheck::MemoryAlarm => Some("The memory alarm is raised"),
            HealthCheck::DiskAlarm => Some("The disk alarm is raised"),
            HealthCheck::Partitions => Some("The node is partitioned from"),
            _ => None,
        }
    }

    /// The texts of a check.
    pub fn check(&self, check: HealthCheck) -> &Check {
        match check {
            HealthCheck::Answers => &self.answers,
            HealthCheck::NodesRunning => &self.nodes_running,
            HealthCheck::Maintenance => &self.maintenance,
            HealthCheck::MemoryAlarm => &self.memory_alarm,
            HealthCheck::DiskAlarm => &self.disk_alarm,
            HealthCheck::Partitions => &self.partitions,
            HealthCheck::TickTimes => &self.tick_times,
            HealthCheck::FileDescriptors => &self.file_descriptors,
            HealthCheck::Processes => &self.processes,
            HealthCheck::VhostsRunning => &self.vhosts_running,
            HealthCheck::Statistics => &self.statistics,
            HealthCheck::FeatureFlags => &self.feature_flags,
            HealthCheck::DeprecatedFeatures => &self.deprecated_features,
            HealthCheck::Passwords => &self.passwords,
        }
    }
}

/// In English.
pub static EN: Health = Health {
    answers: Check {
        title: "Answers",
        advice: "See whether the broker runs and whether Warren reaches its management port. Until then \
            the last values are shown.",
    },
    nodes_running: Check {
        title: "Nodes running",
        advice: "Start the node. One that will not come back is taken out of the cluster on another: \
            rabbitmqctl forget_cluster_node.",
    },
    maintenance: Check {
        title: "Maintenance mode",
        advice: "No action if maintenance is intended. Otherwise run on the node: rabbitmq-upgrade revive.",
    },
    memory_alarm: Check {
        title: "Memory alarms",
        advice: "Publishers are blocked until memory is freed. Let consumers catch up, look for long queues \
            and for many connections, or raise vm_memory_high_watermark.",
    },
    disk_alarm: Check {
        title: "Disk alarms",
        advice: "Publishers are blocked until there is room. Free space on the node’s disk, or let consumers \
            empty queues that keep messages there.",
    },
    partitions: Check {
        title: "Network partitions",
        advice: "Fix the network first. Then, unless cluster_partition_handling heals it, restart the nodes \
            of the side whose recent data you can discard.",
    },
    tick_times: Check {
        title: "Equal tick times",
        advice: "Set net_ticktime to the same value on every node and restart them one by one: with \
            unequal values, nodes can wrongly treat each other as down.",
    },
    file_descriptors: Check {
        title: "File descriptors",
        advice: "Close unneeded connections, or raise the limit of open files (ulimit -n, LimitNOFILE).",
    },
    processes: Check {
        title: "Erlang processes",
        advice: "Look for channels and queues that are opened and never closed, or start the node with a \
            higher +P.",
    },
    vhosts_running: Check {
        title: "Virtual hosts running",
        advice: "Read the node’s log for why the virtual host stopped, then: rabbitmqctl restart_vhost.",
    },
    statistics: Check {
        title: "Statistics",
        advice: "Rates and details are missing. If that is not intended, remove \
            disable_metrics_collector and rates_mode = none from the configuration.",
    },
    feature_flags: Check {
        title: "Feature flags",
        advice: "Enable them once all nodes have this version: rabbitmqctl enable_feature_flag all. The next \
            version may not start without them.",
    },
    deprecated_features: Check {
        title: "Deprecated features",
        advice: "Migrate the clients that use them before an upgrade: a later version removes them.",
    },
    passwords: Check {
        title: "Passwords protected",
        advice: "Give Warren the broker’s https:// address, and let only the owner read password files \
            (chmod 600). Then restart Warren.",
    },

    not_offered: "not in this version",
    ok: "OK",
    unknown: "unknown",
    warning: "warning",
    critical: "critical",

    memory: template("{0}: {1} in use, the limit is {2}"),
    disk: template("{0}: {1} free, the limit is {2}"),
    parted: template("{0} is partitioned from {1}"),
    tick_time: template("{0}: {1} s"),
    used: template("{0}: {1} of {2}"),
    vhost: template("{0} on {1}: {2}"),
    statistics_off: "Statistics are switched off (management_agent.disable_metrics_collector).",
    rates_none: "No rates are kept (management.rates_mode = none).",
    rates_of: template("{0} has another rates mode: {1}"),
    events_wait: template("{0} events wait to be counted, more than {1}: numbers lag behind."),
    silent_node: template("{0} reports no statistics"),
    plain_http: template("Passwords are sent to {0} without TLS."),
    readable_file: template("{0} holds a secret, and others than its owner can read it."),
    described: template("{0}: {1}"),
};

/// In Chinese.
pub static ZH: Health = Health {
    answers: Check {
        title: "可访问性",
        advice: "请检查 broker 是否在运行，以及 Warren 能否访问其管理端口。在此之前显示最后取得的数值。",
    },
    nodes_running: Check {
        title: "节点运行",
        advice: "请启动该节点。不再恢复的节点可在其他节点上移出集群：rabbitmqctl forget_cluster_node。",
    },
    maintenance: Check {
        title: "维护模式",
        advice: "如果正在维护该节点，无需处理；否则请在该节点上恢复：rabbitmq-upgrade revive。",
    },
    memory_alarm: Check {
        title: "内存告警",
        advice: "在释放内存之前发布者会被阻塞。请让消费者加快消费，检查过长的队列和过多的连接，或提高 vm_memory_high_watermark。",
    },
    disk_alarm: Check {
        title: "磁盘告警",
        advice: "在有足够空间之前发布者会被阻塞。请释放该节点的磁盘空间，或让消费者清空持久化消息较多的队列。",
    },
    partitions: Check {
        title: "网络分区",
        advice: "请先修复网络。若 cluster_partition_handling 不会自动恢复，再重启可以丢弃其新数据的一侧的节点。",
    },
    tick_times: Check {
        title: "心跳间隔一致",
        advice: "请在所有节点上将 net_ticktime 设为相同的值并逐个重启：不一致会使节点误判对方已失效。",
    },
    file_descriptors: Check {
        title: "文件描述符",
        advice: "请关闭不需要的连接，或提高可打开文件数的上限（ulimit -n、LimitNOFILE）。",
    },
    processes: Check {
        title: "Erlang 进程",
        advice: "请检查只打开不关闭的信道和队列，或以更大的 +P 启动节点。",
    },
    vhosts_running: Check {
        title: "虚拟主机运行",
        advice: "请在该节点的日志中查找虚拟主机停止的原因，然后执行：rabbitmqctl restart_vhost。",
    },
    statistics: Check {
        title: "统计",
        advice: "缺少速率和详细信息。如非有意为之，请从配置中去掉 disable_metrics_collector 和 rates_mode = none。",
    },
    feature_flags: Check {
        title: "特性标志",
        advice: "待所有节点均为此版本后启用：rabbitmqctl enable_feature_flag all。否则下一版本可能无法启动。",
    },
    deprecated_features: Check {
        title: "已弃用的特性",
        advice: "请在升级 broker 之前迁移使用它们的程序：以后的版本将不再提供。",
    },
    passwords: Check {
        title: "密码保护",
        advice: "请为 Warren 配置 broker 的 https:// 地址，并使密码文件仅所有者可读（chmod 600），然后重启 Warren。",
    },

    not_offered: "此版本不提供",
    ok: "正常",
    unknown: "未知",
    warning: "警告",
    critical: "严重",

    memory: template("{0}：已用 {1}，上限 {2}"),
    disk: template("{0}：可用 {1}，下限 {2}"),
    parted: template("{0} 与 {1} 之间发生分区"),
    tick_time: template("{0}：{1} 秒"),
    used: template("{0}：{1} / {2}"),
    vhost: template("{1} 上的 {0}：{2}"),
    statistics_off: "统计已关闭（management_agent.disable_metrics_collector）。",
    rates_none: "未保留速率（management.rates_mode = none）。",
    rates_of: template("{0} 的速率模式不同：{1}"),
    events_wait: template("有 {0} 个事件等待统计，超过 {1} 个：数值会滞后。"),
    silent_node: template("{0} 未报告统计数据"),
    plain_http: template("密码未经 TLS 加密发送到 {0}。"),
    readable_file: template("{0} 包含机密信息，但所有者以外的用户也可以读取。"),
    described: template("{0}：{1}"),
};
