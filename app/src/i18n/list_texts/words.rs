//! RabbitMQ's words for states, types and arguments.

messages! {
    /// RabbitMQ's words in one language.
    pub struct Words;

    texts {}

    words {
        states {
            "error" = "error", "错误";
            "shutdown" = "shut down", "已关闭";
            "running" = "running", "运行中";
            "idle" = "idle", "空闲";
            "flow" = "flow", "流控";
            "blocked" = "blocked", "已阻塞";
            "blocking" = "blocking", "阻塞中";
            "closing" = "closing", "关闭中";
            "closed" = "closed", "已关闭";
            "starting" = "starting", "启动中";
            "tuning" = "tuning", "协商中";
            "opening" = "opening", "打开中";
            "down" = "down", "宕机";
            "crashed" = "crashed", "已崩溃";
            "stopped" = "stopped", "已停止";
            "minority" = "minority", "少数派";
            "terminated" = "terminated", "已终止";
            "syncing" = "syncing", "同步中";
            "up" = "up", "活跃";
            "single_active" = "single active", "单一活跃";
            "waiting" = "waiting", "等待中";
            "suspected_down" = "suspected down", "疑似宕机";
            "cancelled" = "cancelled", "已取消";
            "enabled" = "enabled", "已启用";
            "disabled" = "disabled", "未启用";
            "unavailable" = "unavailable", "不可用";
            "unsupported" = "unsupported", "不支持";
            "permitted" = "permitted", "已允许";
            "denied" = "denied", "已拒绝";
        }
        queue_types {
            "classic" = "classic", "经典";
            "quorum" = "quorum", "仲裁";
            "stream" = "stream", "流";
        }
        destinations {
            "queue" = "queue", "队列";
            "exchange" = "exchange", "交换机";
        }
        targets {
            "queues" = "queues", "队列";
            "exchanges" = "exchanges", "交换机";
            "all" = "all", "全部";
            "classic_queues" = "classic queues", "经典队列";
            "quorum_queues" = "quorum queues", "仲裁队列";
            "streams" = "streams", "流";
        }
        phases {
            "permitted_by_default" = "permitted by default", "默认允许";
            "denied_by_default" = "denied by default", "默认拒绝";
            "disconnected" = "disconnected", "已断开";
            "removed" = "removed", "已移除";
        }
    }
}

/// What the management UI calls an exclusive queue, in any language.
pub const EXCLUSIVE: &str = "Excl";
/// What it calls arguments that it has no short word for.
pub const ARGUMENTS: &str = "Args";
/// Arguments and the keys of policies, and the management UI's short words for them.
pub const SHORT: &[(&str, &str)] = &[
    ("message-ttl", "TTL"),
    ("expires", "Exp"),
    ("max-length", "Lim"),
    ("max-length-bytes", "Lim B"),
    ("overflow", "Ovfl"),
    ("dead-letter-exchange", "DLX"),
    ("dead-letter-routing-key", "DLK"),
    ("dead-letter-strategy", "DLS"),
    ("max-priority", "Pri"),
    ("single-active-consumer", "SAC"),
    ("queue-mode", "Mode"),
    ("queue-version", "Ver"),
    ("delivery-limit", "DL"),
    ("max-age", "Age"),
    ("ha-mode", "HA"),
    ("queue-leader-locator", "Loc"),
    ("stream-max-segment-size-bytes", "Seg"),
];

fn word<'a>(words: &[(&str, &'a str)], given: &'a str) -> &'a str {
    let known = words.iter().find(|(word, _)| *word == given);
    known.map_or(given, |(_, text)| text)
}

impl Words {
    /// A state; one that nobody knows in the broker's own word.
    pub fn state_word<'a>(&self, state: &'a str) -> &'a str {
        word(self.states, state)
    }

    /// A type of queue.
    pub fn queue_type<'a>(&self, kind: &'a str) -> &'a str {
        word(self.queue_types, kind)
    }

    /// What a binding leads to.
    pub fn destination_type<'a>(&self, kind: &'a str) -> &'a str {
        word(self.destinations, kind)
    }

    /// What a policy applies to.
    pub fn applies_to<'a>(&self, target: &'a str) -> &'a str {
        word(self.targets, target)
    }

    /// How far on its way out something is.
    pub fn phase<'a>(&self, phase: &'a str) -> &'a str {
        word(self.phases, phase)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_state_is_shown_as_the_broker_writes_it() {
        assert_eq!(Words::ZH.state_word("running"), "运行中");
        assert_eq!(Words::ZH.state_word("quantum"), "quantum");
    }
}
