//! English.

use super::Catalog;

/// The English texts.
pub static EN: Catalog = Catalog {
    lang: "en",

    product: "Warren",
    skip_to_content: "Skip to content",
    navigation: "Navigation",
    brokers: "Brokers",
    overview: "Overview",

    sign_in: "Sign in",
    sign_in_lead: "With an account of the broker that has a management tag.",
    sign_out: "Sign out",
    signed_in_as: |user| format!("Signed in as {user}"),
    user_name: "User name",
    password: "Password",
    wrong_credentials: "No broker accepts this user name and password.",
    too_many_attempts: |seconds| format!("Too many attempts. Try again in {seconds} s."),
    no_management_access: "This account may not use the management API: it has none of the tags \
        management, policymaker, monitoring and administrator.",
    sign_in_again: "Sign in again",
    session_ended: "Your session has ended",
    session_ended_lead: "The values below are the last ones. Sign in again to go on from here.",

    state_ok: "healthy",
    state_stale: "stale",
    state_down: "no answer",
    state_down_for: |age| format!("no answer for {age}"),
    state_never: "never answered",
    since: |time| format!("since {time}"),
    last_values_from: |time| format!("The values below are from {time}."),
    never_answered: "There are no values yet: the broker has not answered once.",
    waiting_for_first: "Waiting for the broker’s first answer.",
    ago: |age| format!("{age} ago"),
    updated: "Age of the data",
    updates_paused: "Updates are paused.",
    updates_failing: |why| format!("Updates fail: {why}"),
    updates_resume: |delay| format!("Next try in {delay}."),
    try_now: "Try now",
    no_updates_without_scripts: |time| {
        format!("Values of {time}. Without scripting this page does not update itself: reload it.")
    },

    range: "Range",
    refresh: "Refresh",
    refresh_now: "Refresh now (R)",
    paused: "Paused",
    pause: "Pause",
    unknown_range: |given, accepted, shown| {
        format!(
            "The address asks for the range “{given}”. Accepted are {accepted}; this is {shown}."
        )
    },
    unknown_refresh: |given, accepted, shown| {
        format!(
            "The address asks for the refresh interval “{given}”. Accepted are {accepted}; this is {shown}."
        )
    },

    unknown_span: |from, to, shown| {
        format!(
            "The address asks for the time from “{from}” to “{to}”. Accepted are ISO 8601 times, from before to, \
             10 s to 366 d apart; this is the last {shown}."
        )
    },
    span: "Shown time",
    earlier: "Earlier",
    later: "Later",
    zoom_in: "Zoom in",
    zoom_out: "Zoom out",
    back_to_now: "Back to now",

    theme: "Theme",
    theme_system: "Theme: as the system",
    theme_light: "Theme: light",
    theme_dark: "Theme: dark",

    versions: |rabbitmq, erlang| format!("RabbitMQ {rabbitmq} · Erlang {erlang}"),
    node_count: |count| {
        if count == 1 {
            "1 node".to_owned()
        } else {
            format!("{count} nodes")
        }
    },

    connections: "Connections",
    channels: "Channels",
    exchanges: "Exchanges",
    queues: "Queues",
    consumers: "Consumers",
    change_in: |change, span| format!("{change} in {span}"),
    unchanged: "unchanged",
    not_reported: "not reported",
    not_for_this_account: "Not shown to this account",

    queued_messages: "Queued messages",
    message_rates: "Message rates",
    objects: "Objects",
    churn: "Churn",
    unit_messages: "messages",
    unit_messages_per_second: "messages/s",
    unit_count: "count",
    unit_events_per_second: "events/s",

    total: "Total",
    ready: "Ready",
    unacknowledged: "Unacknowledged",
    publish: "Publish",
    publish_in: "Publish (in)",
    publish_out: "Publish (out)",
    confirm: "Publisher confirm",
    deliver: "Deliver",
    deliver_no_ack: "Deliver (auto ack)",
    get: "Get",
    get_no_ack: "Get (auto ack)",
    get_empty: "Get (empty)",
    redeliver: "Redeliver",
    ack: "Acknowledge",
    return_unroutable: "Unroutable (return)",
    drop_unroutable: "Unroutable (drop)",
    disk_reads: "Disk read",
    disk_writes: "Disk write",
    connection_created: "Connections opened",
    connection_closed: "Connections closed",
    channel_created: "Channels opened",
    channel_closed: "Channels closed",
    queue_declared: "Queues declared",
    queue_created: "Queues created",
    queue_deleted: "Queues deleted",

    chart_keys: "Arrow keys move the crosshair, Home and End jump, Escape clears it. Plus and minus zoom, \
        with Shift the arrow keys lead earlier and later, 0 back to now.",
    chart_summary: |title, unit, values| format!("{title} in {unit}. {values}"),
    no_data_yet: "No data yet",
    no_such_statistics: "The broker does not report these.",
    idle_series: |count| format!("+{count} idle"),
    fewer_series: "Hide idle",
    show_table: "Table",
    widen: "Wide",
    time: "Time",
    latest: "Latest",
    minimum: "Minimum",
    average: "Average",
    maximum: "Maximum",
    no_value: "–",
    utc: "UTC",
    times_in_utc: "Times in UTC",
    months: [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ],
    day_and_month: |day, month| format!("{day} {month}"),
    events: "Events",
    level_info: "info",
    level_warning: "warning",
    level_error: "error",

    system_log: "System log",
    filter: "Filter",
    apply: "Apply",
    everything: "everything",
    source: "Source",
    level_head: "Level",
    all_levels: "all",
    level_and_above: |level| format!("{level} and graver"),
    unknown_level: |given| {
        format!(
            "The address asks for the level “{given}”. Accepted are info, warning, error; these are all."
        )
    },
    text: "Text",
    pages: "Pages",
    page: |page| format!("Page {page}"),
    newer: "Newer",
    older: "Older",
    no_such_lines: "No line fits the filter.",
    nothing_happened: "Nothing has happened yet that would be worth a line.",

    users: "Users",
    of_broker: |broker| format!("of the broker {broker}"),
    users_forbidden: "This account may not see the broker’s users: that takes the tag monitoring or administrator.",
    name_or_tag: "Name or tag",
    tags: "Tags",
    shown_of: |shown, all| {
        if shown == all {
            format!("{all} in all")
        } else {
            format!("{shown} of {all}")
        }
    },

    meters: "Meters",
    meter: "Meter",
    resource: "Resource",
    all_resources: "all",
    project: "Project",
    user: "User",
    function: "Function",
    sum: "Sum",
    sample_count: "Number of samples",
    stddev: "Standard deviation",
    different_resources: "Different resources",
    different_users: "Different users",
    different_projects: "Different projects",
    period: "Period",
    fitting: "as fits",
    group_by: "Group by",
    show: "Show",
    no_meters: "There are no samples yet that this account may see.",
    no_samples: "The meter has no such samples in this time.",
    unfit_period: |given, most, shown| {
        format!(
            "The address asks for periods of “{given}” seconds. Accepted are whole numbers above 0 that divide \
             the shown time into {most} at most; these are of {shown}."
        )
    },
    unknown_function: |given, accepted, shown| {
        format!(
            "The address asks for the function “{given}”. Accepted are {accepted}; this is {shown}."
        )
    },
    unknown_group: |given, accepted, shown| {
        format!(
            "The address asks for groups by “{given}”. Accepted are {accepted}; this is by {shown}."
        )
    },
    groups_left_out: |count| format!("{count} more groups have no room here."),
    request: "Request",
    request_lead: "the same from a shell, with a token in OS_TOKEN",
    copy: "Copy",
    copied: "Copied",
    periods: "Periods",
    period_start: "Start",
    value: "Value",

    nodes: "Nodes",
    nodes_lead: "against limits; the tick is the alarm mark",
    node: "Node",
    state: "State",
    memory: "Memory",
    disk_free: "Disk free",
    file_descriptors: "File descriptors",
    sockets: "Sockets",
    processes: "Processes",
    uptime: "Uptime",
    of: |limit| format!("of {limit}"),
    alarm_above: |limit| format!("alarm above {limit}"),
    alarm_below: |limit| format!("alarm below {limit}"),
    node_running: "running",
    node_down: "down",
    node_maintenance: "maintenance",
    node_memory_alarm: "memory alarm",
    node_disk_alarm: "disk alarm",
    node_partitioned: "partitioned",
    no_nodes: "The broker has named no node yet.",

    churn_totals: "Churn since the broker’s statistics began",
    event: "Event",
    count: "Count",
    rate: "Rate",
    listeners: "Listeners",
    contexts: "Web contexts",
    exchange_types: "Exchange types",
    about: "About this broker",
    protocol: "Protocol",
    bound_to: "Bound to",
    port: "Port",
    path: "Path",
    description: "Description",
    name: "Name",
    version_rabbitmq: "RabbitMQ",
    version_management: "Management plugin",
    version_erlang: "Erlang",
    cluster_name: "Cluster name",
    rates_mode: "Rates mode",
    tick: "Polled every",
    all_addresses: "all addresses",
    yes: "yes",
    no: "no",
    tls: "TLS",
    none: "None",

    broker: "Broker",
    version: "Version",
    no_brokers: "This account sees no broker.",

    not_found: "Not found",
    not_found_lead: |path| format!("There is no page at {path}."),
    unknown_broker: |broker| {
        format!("There is no broker “{broker}”, or this account may not see it.")
    },
    to_brokers: "To the brokers",
    error: "Something went wrong",
    error_unreachable: "The dashboard’s server cannot be reached.",
    error_timed_out: "The dashboard’s server took too long to answer.",
    error_unavailable: "The metering API does not answer.",
    error_malformed: "The answer could not be read. Reload the page if this goes on.",
    error_too_many: "Too many requests.",
    error_forbidden: "This account may not see that.",
    error_internal: "The server failed. Its log says why.",
    retry: "Retry",

    embed: super::embed::EN,
    embedding: super::embedding::EN,
    keystone: super::keystone::EN,
    sharing: super::sharing::EN,

    seconds: "s",
    minutes: "min",
    hours: "h",
    days: "d",
};
