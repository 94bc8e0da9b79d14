//! Every text that a viewer reads, one catalog a language.
//!
//! A catalog is a struct of texts, so a language that lacks one does not
//! compile. Components take theirs from [`catalog`]; texts with values in them
//! are functions of those values, since languages order them differently.

mod embed;
mod embedding;
mod en;
mod keystone;
pub(crate) mod sharing;

use leptos::prelude::use_context;
use metering::LogLevel;

pub use en::EN;

/// The texts of one language.
///
/// Fields are named after where they stand and what they say; a field's
/// English text is its documentation.
#[expect(
    missing_docs,
    reason = "the English text in `en.rs` says what each field is"
)]
pub struct Catalog {
    /// The language's BCP 47 tag, for `<html lang>`.
    pub lang: &'static str,

    pub product: &'static str,
    pub skip_to_content: &'static str,
    pub navigation: &'static str,
    pub brokers: &'static str,
    pub overview: &'static str,

    pub sign_in: &'static str,
    pub sign_in_lead: &'static str,
    pub sign_out: &'static str,
    pub signed_in_as: fn(&str) -> String,
    pub user_name: &'static str,
    pub password: &'static str,
    pub wrong_credentials: &'static str,
    pub too_many_attempts: fn(u64) -> String,
    pub no_management_access: &'static str,
    pub sign_in_again: &'static str,
    pub session_ended: &'static str,
    pub session_ended_lead: &'static str,

    pub state_ok: &'static str,
    pub state_stale: &'static str,
    pub state_down: &'static str,
    pub state_down_for: fn(&str) -> String,
    pub state_never: &'static str,
    pub since: fn(&str) -> String,
    pub last_values_from: fn(&str) -> String,
    pub never_answered: &'static str,
    pub waiting_for_first: &'static str,
    pub ago: fn(&str) -> String,
    pub updated: &'static str,
    pub updates_paused: &'static str,
    pub updates_failing: fn(&str) -> String,
    pub updates_resume: fn(&str) -> String,
    pub try_now: &'static str,
    pub no_updates_without_scripts: fn(&str) -> String,

    pub range: &'static str,
    pub refresh: &'static str,
    pub refresh_now: &'static str,
    pub paused: &'static str,
    pub pause: &'static str,
    pub unknown_range: fn(&str, &str, &str) -> String,
    pub unknown_refresh: fn(&str, &str, &str) -> String,
    pub unknown_span: fn(&str, &str, &str) -> String,
    pub span: &'static str,
    pub earlier: &'static str,
    pub later: &'static str,
    pub zoom_in: &'static str,
    pub zoom_out: &'static str,
    pub back_to_now: &'static str,

    pub theme: &'static str,
    pub theme_system: &'static str,
    pub theme_light: &'static str,
    pub theme_dark: &'static str,

    pub versions: fn(&str, &str) -> String,
    pub node_count: fn(usize) -> String,

    pub connections: &'static str,
    pub channels: &'static str,
    pub exchanges: &'static str,
    pub queues: &'static str,
    pub consumers: &'static str,
    pub change_in: fn(&str, &str) -> String,
    pub unchanged: &'static str,
    pub not_reported: &'static str,
    pub not_for_this_account: &'static str,

    pub queued_messages: &'static str,
    pub message_rates: &'static str,
    pub objects: &'static str,
    pub churn: &'static str,
    pub unit_messages: &'static str,
    pub unit_messages_per_second: &'static str,
    pub unit_count: &'static str,
    pub unit_events_per_second: &'static str,

    pub total: &'static str,
    pub ready: &'static str,
    pub unacknowledged: &'static str,
    pub publish: &'static str,
    pub publish_in: &'static str,
    pub publish_out: &'static str,
    pub confirm: &'static str,
    pub deliver: &'static str,
    pub deliver_no_ack: &'static str,
    pub get: &'static str,
    pub get_no_ack: &'static str,
    pub get_empty: &'static str,
    pub redeliver: &'static str,
    pub ack: &'static str,
    pub return_unroutable: &'static str,
    pub drop_unroutable: &'static str,
    pub disk_reads: &'static str,
    pub disk_writes: &'static str,
    pub connection_created: &'static str,
    pub connection_closed: &'static str,
    pub channel_created: &'static str,
    pub channel_closed: &'static str,
    pub queue_declared: &'static str,
    pub queue_created: &'static str,
    pub queue_deleted: &'static str,

    pub chart_keys: &'static str,
    pub chart_summary: fn(&str, &str, &str) -> String,
    pub no_data_yet: &'static str,
    pub no_such_statistics: &'static str,
    pub idle_series: fn(usize) -> String,
    pub fewer_series: &'static str,
    pub show_table: &'static str,
    pub widen: &'static str,
    pub time: &'static str,
    pub latest: &'static str,
    pub minimum: &'static str,
    pub average: &'static str,
    pub maximum: &'static str,
    pub no_value: &'static str,
    pub utc: &'static str,
    pub times_in_utc: &'static str,
    pub months: [&'static str; 12],
    pub day_and_month: fn(i64, &str) -> String,
    pub events: &'static str,
    pub level_info: &'static str,
    pub level_warning: &'static str,
    pub level_error: &'static str,

    pub system_log: &'static str,
    pub filter: &'static str,
    pub apply: &'static str,
    pub everything: &'static str,
    pub source: &'static str,
    pub level_head: &'static str,
    pub all_levels: &'static str,
    pub level_and_above: fn(&str) -> String,
    pub unknown_level: fn(&str) -> String,
    pub text: &'static str,
    pub pages: &'static str,
    pub page: fn(u64) -> String,
    pub newer: &'static str,
    pub older: &'static str,
    pub no_such_lines: &'static str,
    pub nothing_happened: &'static str,

    pub users: &'static str,
    pub of_broker: fn(&str) -> String,
    pub users_forbidden: &'static str,
    pub name_or_tag: &'static str,
    pub tags: &'static str,
    pub shown_of: fn(usize, usize) -> String,

    pub meters: &'static str,
    pub meter: &'static str,
    pub resource: &'static str,
    pub all_resources: &'static str,
    pub project: &'static str,
    pub user: &'static str,
    pub function: &'static str,
    pub sum: &'static str,
    pub sample_count: &'static str,
    pub stddev: &'static str,
    pub different_resources: &'static str,
    pub different_users: &'static str,
    pub different_projects: &'static str,
    pub period: &'static str,
    pub fitting: &'static str,
    pub group_by: &'static str,
    pub show: &'static str,
    pub no_meters: &'static str,
    pub no_samples: &'static str,
    pub unfit_period: fn(&str, u64, &str) -> String,
    pub unknown_function: fn(&str, &str, &str) -> String,
    pub unknown_group: fn(&str, &str, &str) -> String,
    pub groups_left_out: fn(usize) -> String,
    pub request: &'static str,
    pub request_lead: &'static str,
    pub copy: &'static str,
    pub copied: &'static str,
    pub periods: &'static str,
    pub period_start: &'static str,
    pub value: &'static str,

    pub nodes: &'static str,
    pub nodes_lead: &'static str,
    pub node: &'static str,
    pub state: &'static str,
    pub memory: &'static str,
    pub disk_free: &'static str,
    pub file_descriptors: &'static str,
    pub sockets: &'static str,
    pub processes: &'static str,
    pub uptime: &'static str,
    pub of: fn(&str) -> String,
    pub alarm_above: fn(&str) -> String,
    pub alarm_below: fn(&str) -> String,
    pub node_running: &'static str,
    pub node_down: &'static str,
    pub node_maintenance: &'static str,
    pub node_memory_alarm: &'static str,
    pub node_disk_alarm: &'static str,
    pub node_partitioned: &'static str,
    pub no_nodes: &'static str,

    pub churn_totals: &'static str,
    pub event: &'static str,
    pub count: &'static str,
    pub rate: &'static str,
    pub listeners: &'static str,
    pub contexts: &'static str,
    pub exchange_types: &'static str,
    pub about: &'static str,
    pub protocol: &'static str,
    pub bound_to: &'static str,
    pub port: &'static str,
    pub path: &'static str,
    pub description: &'static str,
    pub name: &'static str,
    pub version_rabbitmq: &'static str,
    pub version_management: &'static str,
    pub version_erlang: &'static str,
    pub cluster_name: &'static str,
    pub rates_mode: &'static str,
    pub tick: &'static str,
    pub all_addresses: &'static str,
    pub yes: &'static str,
    pub no: &'static str,
    pub tls: &'static str,
    pub none: &'static str,

    pub broker: &'static str,
    pub version: &'static str,
    pub no_brokers: &'static str,

    pub not_found: &'static str,
    pub not_found_lead: fn(&str) -> String,
    pub unknown_broker: fn(&str) -> String,
    pub to_brokers: &'static str,
    pub error: &'static str,
    pub error_unreachable: &'static str,
    pub error_timed_out: &'static str,
    pub error_unavailable: &'static str,
    pub error_malformed: &'static str,
    pub error_too_many: &'static str,
    pub error_forbidden: &'static str,
    pub error_internal: &'static str,
    pub retry: &'static str,

    pub embed: embed::Texts,
    pub embedding: embedding::Texts,
    pub keystone: keystone::KeystoneTexts,
    pub sharing: sharing::Texts,

    pub seconds: &'static str,
    pub minutes: &'static str,
    pub hours: &'static str,
    pub days: &'static str,
}

impl Catalog {
    /// The catalog of a BCP 47 tag; English where there is none.
    pub fn of(_tag: &str) -> &'static Self {
        &EN
    }

    /// How grave something is, in a word.
    pub fn level(&self, level: LogLevel) -> &'static str {
        match level {
            LogLevel::Info => self.level_info,
            LogLevel::Warning => self.level_warning,
            LogLevel::Error => self.level_error,
        }
    }
}

/// The catalog of the page's language: from context where one was provided, else English.
pub fn catalog() -> &'static Catalog {
    use_context::<&'static Catalog>().unwrap_or(&EN)
}
