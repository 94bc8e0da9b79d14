//! Every text that a viewer reads, one catalog a language.
//!
//! A catalog is a struct of texts, so a language that lacks one does not compile. Components take
//! theirs from [`catalog`], which knows the language of the request on the server and of the page in
//! the browser. Texts with values in them are [`Template`]s, since languages order values
//! differently; those that count are [`Plural`]s.
//!
//! # Adding texts
//!
//! The texts of an area are a struct of their own, in a file of their own:
//!
//! ```text
//! // i18n/lists.rs, and `lists: Lists` in `Catalog`, `lists: super::lists::EN` in `en.rs`, …
//! texts! {
//!     /// Texts of the lists.
//!     pub struct Lists {
//!         queue: Text,
//!         shown_of: Template<2>,
//!         rows: Plural,
//!     }
//! }
//! pub const EN: Lists = Lists {
//!     queue: "Queue",
//!     shown_of: template("{0} of {1}"),
//!     rows: plural("{0} row", "{0} rows"),
//! };
//! #[cfg(feature = "ssr")]
//! pub const ZH: Lists = Lists { … };
//! ```
//!
//! Texts that only the server writes (into what it makes of an answer) need not burden the browser:
//! a struct of them behind `#[cfg(feature = "ssr")]`, in no catalog, picked by
//! [`Language::pick`]: `language().pick(&EN, &ZH)`.
//!
//! # How a language reaches the browser
//!
//! The bundle holds the English texts alone. A page in another language names a file with its texts
//! (`pkg/texts-<tag>-<hash>.txt`, see `server::texts`), which comes beside the bundle and is handed to
//! `set_texts` before hydration: so a further language costs its own readers alone.

mod current;
pub mod durations;
mod embed;
mod embedding;
mod en;
#[cfg(feature = "ssr")]
pub mod health;
mod keystone;
mod language;
#[cfg(feature = "ssr")]
pub mod list_texts;
pub mod lists;
#[cfg(feature = "ssr")]
pub mod negotiate;
pub mod search_texts;
pub(crate) mod sharing;
mod text;
#[cfg(feature = "ssr")]
mod zh;

use metering::LogLevel;

pub use current::catalog;
#[cfg(not(feature = "ssr"))]
pub use current::set_texts;
pub use en::EN;
pub use language::Language;
#[cfg(feature = "ssr")]
pub use negotiate::language;
use text::texts;
pub use text::{CatalogField, Plural, Template, Text};
#[cfg(feature = "ssr")]
pub use zh::ZH;

texts! {
    /// The texts of one language.
    ///
    /// Fields are named after where they stand and what they say; a field's
    /// English text is its documentation.
    pub struct Catalog {
        /// The language's BCP 47 tag, for `<html lang>`.
        lang: Text,
        /// The tag of the language that can be switched to.
        other_language: Text,
        /// What that is called in itself.
        other_language_name: Text,
        /// The label of the switch, in the other language.
        switch_language: Text,

        product: Text,
        skip_to_content: Text,
        navigation: Text,
        brokers: Text,
        all_brokers: Text,
        health: Text,
        looked_at: Text,
        what_to_do: Text,
        overview: Text,

        sign_in: Text,
        sign_in_lead: Text,
        sign_out: Text,
        signed_in_as: Template<1>,
        user_name: Text,
        password: Text,
        wrong_credentials: Text,
        too_many_attempts: Template<1>,
        no_management_access: Text,
        sign_in_again: Text,
        session_ended: Text,
        session_ended_lead: Text,
        full_stop: Text,

        state_ok: Text,
        state_stale: Text,
        state_down: Text,
        state_down_for: Template<1>,
        state_never: Text,
        since: Template<1>,
        broker_notice: Template<3>,
        last_values_from: Template<1>,
        never_answered: Text,
        waiting_for_first: Text,
        ago: Template<1>,
        updated: Text,
        updates_paused: Text,
        updates_failing: Template<1>,
        updates_resume: Template<1>,
        try_now: Text,
        no_updates_without_scripts: Template<1>,

        range: Text,
        refresh: Text,
        refresh_now: Text,
        paused: Text,
        pause: Text,
        unknown_range: Template<3>,
        unknown_refresh: Template<3>,
        unknown_span: Template<3>,
        span: Text,
        earlier: Text,
        later: Text,
        zoom_in: Text,
        zoom_out: Text,
        back_to_now: Text,

        theme: Text,
        theme_system: Text,
        theme_light: Text,
        theme_dark: Text,

        versions: Template<2>,
        node_count: Plural,
        problem_count: Plural,

        connections: Text,
        channels: Text,
        exchanges: Text,
        queues: Text,
        consumers: Text,
        change_in: Template<2>,
        unchanged: Text,
        not_reported: Text,
        not_for_this_account: Text,

        queued_messages: Text,
        message_rates: Text,
        objects: Text,
        churn: Text,
        unit_messages: Text,
        unit_messages_per_second: Text,
        unit_count: Text,
        unit_events_per_second: Text,

        total: Text,
        ready: Text,
        unacknowledged: Text,
        publish: Text,
        publish_in: Text,
        publish_out: Text,
        confirm: Text,
        deliver: Text,
        deliver_no_ack: Text,
        get: Text,
        get_no_ack: Text,
        get_empty: Text,
        redeliver: Text,
        ack: Text,
        return_unroutable: Text,
        drop_unroutable: Text,
        disk_reads: Text,
        disk_writes: Text,
        connection_created: Text,
        connection_closed: Text,
        channel_created: Text,
        channel_closed: Text,
        queue_declared: Text,
        queue_created: Text,
        queue_deleted: Text,

        chart_keys: Text,
        chart_summary: Template<3>,
        loading: Text,
        no_data_yet: Text,
        page_failed: Text,
        no_data_in_range: Text,
        data_begins: Template<1>,
        no_such_statistics: Text,
        idle_series: Template<1>,
        fewer_series: Text,
        show_table: Text,
        widen: Text,
        time: Text,
        latest: Text,
        minimum: Text,
        average: Text,
        maximum: Text,
        no_value: Text,
        utc: Text,
        times_in_utc: Text,
        months: [Text; 12],
        day_and_month: Template<2>,
        day_month_year: Template<3>,
        events: Text,
        level_info: Text,
        level_warning: Text,
        level_error: Text,

        system_log: Text,
        filter: Text,
        apply: Text,
        everything: Text,
        source: Text,
        level_head: Text,
        all_levels: Text,
        level_and_above: Template<1>,
        unknown_level: Template<1>,
        text: Text,
        pages: Text,
        page: Template<1>,
        newer: Text,
        older: Text,
        no_such_lines: Text,
        nothing_happened: Text,

        users: Text,
        of_broker: Template<1>,
        users_forbidden: Text,
        name_or_tag: Text,
        tags: Text,
        all_shown: Template<1>,
        shown_of: Template<2>,

        meters: Text,
        meter: Text,
        resource: Text,
        all_resources: Text,
        project: Text,
        user: Text,
        function: Text,
        sum: Text,
        sample_count: Text,
        stddev: Text,
        different_resources: Text,
        different_users: Text,
        different_projects: Text,
        period: Text,
        fitting: Text,
        group_by: Text,
        show: Text,
        no_meters: Text,
        no_samples: Text,
        unfit_period: Template<3>,
        unknown_function: Template<3>,
        unknown_group: Template<3>,
        groups_left_out: Plural,
        request: Text,
        request_lead: Text,
        copy: Text,
        copied: Text,
        periods: Text,
        period_start: Text,
        value: Text,

        nodes: Text,
        nodes_lead: Text,
        node: Text,
        state: Text,
        memory: Text,
        disk_free: Text,
        file_descriptors: Text,
        sockets: Text,
        processes: Text,
        uptime: Text,
        of: Template<1>,
        alarm_above: Template<1>,
        alarm_below: Template<1>,
        node_running: Text,
        node_down: Text,
        node_maintenance: Text,
        node_memory_alarm: Text,
        node_disk_alarm: Text,
        node_partitioned: Text,
        publishers_blocked: Text,
        more_alarms: Plural,
        no_nodes: Text,

        churn_totals: Text,
        event: Text,
        count: Text,
        rate: Text,
        listeners: Text,
        contexts: Text,
        exchange_types: Text,
        about: Text,
        protocol: Text,
        bound_to: Text,
        port: Text,
        path: Text,
        description: Text,
        name: Text,
        version_rabbitmq: Text,
        version_management: Text,
        version_erlang: Text,
        cluster_name: Text,
        rates_mode: Text,
        tick: Text,
        all_addresses: Text,
        yes: Text,
        no: Text,
        tls: Text,
        none: Text,

        broker: Text,
        version: Text,
        no_brokers: Text,

        not_found: Text,
        not_found_lead: Template<1>,
        unknown_broker: Template<1>,
        to_brokers: Text,
        error: Text,
        error_unreachable: Text,
        error_timed_out: Text,
        error_unavailable: Text,
        error_malformed: Text,
        error_bad_argument: Text,
        error_too_many: Text,
        error_forbidden: Text,
        error_internal: Text,
        retry: Text,

        embed: embed::EmbedTexts,
        embedding: embedding::EmbeddingTexts,
        keystone: keystone::KeystoneTexts,
        sharing: sharing::SharingTexts,
        /// The search everywhere, and keys.
        search: search_texts::SearchTexts,
        /// Lists and detail pages.
        lists: lists::Lists,

        seconds: Text,
        minutes: Text,
        hours: Text,
        days: Text,
    }
}

impl Catalog {
    /// The name of a log level.
    pub fn level(&self, level: LogLevel) -> Text {
        match level {
            LogLevel::Info => self.level_info,
            LogLevel::Warning => self.level_warning,
            LogLevel::Error => self.level_error,
        }
    }
}
