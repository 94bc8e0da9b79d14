//! Every setting by name: one table that flags, variables, file, help and refusals are made from.

/// A setting, as it can be given three ways: `--api-listen`, `WARREN_API_LISTEN`, `api_listen` in
/// the file.
#[derive(Debug)]
pub struct Key {
    /// The name in the file.
    pub name: &'static str,
    /// What stands for the value in the help.
    pub placeholder: &'static str,
    /// Whether it may be given several times. In a variable the values stand apart by spaces.
    pub repeats: bool,
    /// The value that counts where none is given, in words where it is none that one could give.
    pub default: &'static str,
    /// What is accepted, for refusals and the help.
    pub accepts: &'static str,
    /// What it does.
    pub help: &'static str,
}

impl Key {
    /// `--api-listen`.
    pub fn flag(&self) -> String {
        format!("--{}", self.long())
    }

    /// `api-listen`.
    pub fn long(&self) -> String {
        self.name.replace('_', "-")
    }

    /// `WARREN_API_LISTEN`.
    pub fn variable(&self) -> String {
        format!("WARREN_{}", self.name.to_uppercase())
    }
}

/// Tables of the file that change built-in rules; there is no flag of that name.
pub static ALARM: Key = Key {
    name: "alarm",
    placeholder: "",
    repeats: true,
    default: "none",
    accepts: "[[alarm]] tables",
    help: "Changes of built-in rules",
};

macro_rules! keys {
    ($($constant:ident $name:literal $placeholder:literal $(repeats $repeats:literal)?
        default $default:literal accepts $accepts:literal $help:literal;)*) => {
        $(
            #[doc = $help]
            pub static $constant: Key = Key {
                name: $name,
                placeholder: $placeholder,
                repeats: false $(|| $repeats)?,
                default: $default,
                accepts: $accepts,
                help: $help,
            };
        )*

        /// Every setting, in the order of the help.
        pub static ALL: &[&Key] = &[$(&$constant),*];
    };
}

keys! {
    BROKER "broker" "[NAME=]URL" repeats true
        default "http://guest:guest@127.0.0.1:15672"
        accepts "[name=]url, where url is http:// or https:// with a host"
        "A broker's management API; several are watched side by side. Without a name it is called \
         by its host. User and password may stand in the address; the password is better kept in \
         a file";
    BROKER_PASSWORD_FILE "broker_password_file" "[NAME=]PATH" repeats true
        default "none"
        accepts "[name=]path of a file that holds a password"
        "File with the password of a broker's account; the name may be left out where there is \
         one broker";
    BROKER_TOKEN_FILE "broker_token_file" "[NAME=]PATH" repeats true
        default "none"
        accepts "[name=]path of a file that holds a token"
        "File with a bearer token that the collector shows in place of user and password, for a \
         broker that takes OAuth 2 alone; read again when it changes";
    BROKER_CA_FILE "broker_ca_file" "[NAME=]PATH" repeats true
        default "the system's authorities"
        accepts "[name=]path of a PEM file with certificates"
        "What is trusted of a broker over TLS: certificates of authorities, or the broker's own. \
         Holds for its Prometheus plugins too, as the next two do";
    BROKER_CERT_FILE "broker_cert_file" "[NAME=]PATH" repeats true
        default "none"
        accepts "[name=]path of a PEM file with a certificate, beside --broker-key-file"
        "The certificate that is shown to a broker that asks for one (mutual TLS)";
    BROKER_KEY_FILE "broker_key_file" "[NAME=]PATH" repeats true
        default "none"
        accepts "[name=]path of a PEM file with a private key, beside --broker-cert-file"
        "The private key of that certificate";
    BROKER_DESCRIPTION "broker_description" "[NAME=]TEXT" repeats true
        default "none"
        accepts "[name=]text of at most 500 characters"
        "What viewers should know about a broker, shown to them beside its name";
    BROKER_PROMETHEUS "broker_prometheus" "[NAME=]URL" repeats true
        default "none"
        accepts "[name=]url of rabbitmq_prometheus, such as http://mq.example.com:15692, without a path"
        "Where a broker's Prometheus plugin listens: the source of what the management API lacks \
         while its statistics are off";
    BROKER_PROMETHEUS_PASSWORD_FILE "broker_prometheus_password_file" "[NAME=]PATH" repeats true
        default "none"
        accepts "[name=]path of a file that holds a password"
        "File with the password for a broker's Prometheus plugin, where the plugin's address names \
         a user (`http://user@mq.example.com:15692`)";
    PINNED_QUEUE "pinned_queue" "[NAME=]VHOST/QUEUE" repeats true
        default "none"
        accepts "[name=]vhost/queue, with the `/` in a vhost written %2F and % itself %25, such as %2F/orders"
        "A queue that always has a history of depth and rates; the list of its broker's queues is \
         then fetched though nobody looks";
    BUSY_QUEUES "busy_queues" "COUNT"
        default "12"
        accepts "a number from 0 to 40"
        "Of each broker so many of the deepest queues, and as many of the busiest, get a history \
         whenever its list of queues is fetched";
    TICK "tick" "DURATION"
        default "5s"
        accepts "a duration from 1s to 5m, such as 5s"
        "Time between two polls of a broker, however many look. RabbitMQ's own statistics move \
         every 5 s by default, so a shorter interval repeats values";
    LISTEN "listen" "ADDRESS:PORT"
        default "127.0.0.1:8080"
        accepts "an address and a port, such as 0.0.0.0:8080 or [::1]:8080"
        "Where the dashboard listens";
    API_LISTEN "api_listen" "ADDRESS:PORT"
        default "127.0.0.1:8777"
        accepts "an address and a port, such as 0.0.0.0:8777 or [::1]:8777"
        "Where the metering API listens";
    MAX_CONNECTIONS "max_connections" "COUNT"
        default "4096"
        accepts "a number from 8 to 1000000"
        "Connections that each listener holds at once. At the limit the oldest connection without \
         a whole request is closed for a new one. Fewer where the system's limit of open files \
         does not allow them";
    MAX_CONNECTIONS_PER_ADDRESS "max_connections_per_address" "COUNT"
        default "256"
        accepts "a number from 8 to 1000000"
        "Of these, connections from one address; IPv6 addresses count by their /64 network. \
         Trusted proxies have no such limit";
    ONLY "only" "PART"
        default "both"
        accepts "api or web"
        "Run one part alone: `api` watches brokers and answers clients, `web` is the dashboard of \
         a metering API elsewhere";
    METERING_URL "metering_url" "URL"
        default "the metering API in the same process"
        accepts "an address that starts with http:// or https://, without /v2"
        "The metering API that `--only web` asks";
    METERING_CA_FILE "metering_ca_file" "PATH"
        default "the system's authorities"
        accepts "the path of a PEM file with certificates"
        "What `--only web` trusts of that metering API over TLS, and of its embedded identity: \
         certificates of authorities, or its own";
    METERING_CERT_FILE "metering_cert_file" "PATH"
        default "none"
        accepts "the path of a PEM file with a certificate, beside --metering-key-file"
        "The certificate that is shown to a metering API that asks for one (mutual TLS)";
    METERING_KEY_FILE "metering_key_file" "PATH"
        default "none"
        accepts "the path of a PEM file with a private key, beside --metering-cert-file"
        "The private key of that certificate";
    IDENTITY_URL "identity_url" "URL"
        default "{metering-url}/identity/v3"
        accepts "an address that starts with http:// or https:// and ends with /v3"
        "The embedded identity service of another metering API, v3, at which `--only web` signs \
         viewers in";
    IDENTITY "identity" "SERVICE"
        default "embedded"
        accepts "embedded or keystone"
        "Who says what a token stands for: the metering API itself, which asks the brokers, or a \
         Keystone, where viewers of the dashboard then sign in too";
    KEYSTONE_URL "keystone_url" "URL"
        default "none"
        accepts "an address that starts with http:// or https:// and ends with /v3"
        "The Keystone's v3 address, for `--identity keystone`";
    KEYSTONE_DOMAIN "keystone_domain" "NAME"
        default "Default"
        accepts "the name of a domain"
        "The domain that the dashboard's sign-in form names at first";
    KEYSTONE_PUBLIC_URL "keystone_public_url" "URL"
        default "{keystone-url}"
        accepts "an address that starts with http:// or https://"
        "The address of the Keystone that callers without a token are sent to";
    KEYSTONE_USER "keystone_user" "NAME"
        default "warren"
        accepts "the name of an account that may validate tokens: role service or admin"
        "The service's own account at the Keystone";
    KEYSTONE_PASSWORD_FILE "keystone_password_file" "PATH"
        default "none"
        accepts "the path of a file that holds a password"
        "File with the password of the service's own account at the Keystone";
    KEYSTONE_CA_FILE "keystone_ca_file" "PATH"
        default "the system's authorities"
        accepts "the path of a PEM file with certificates"
        "What is trusted of the Keystone over TLS, where tokens are validated and where viewers \
         sign in: certificates of authorities, or the Keystone's own";
    KEYSTONE_CERT_FILE "keystone_cert_file" "PATH"
        default "none"
        accepts "the path of a PEM file with a certificate, beside --keystone-key-file"
        "The certificate that is shown to a Keystone that asks for one (mutual TLS)";
    KEYSTONE_KEY_FILE "keystone_key_file" "PATH"
        default "none"
        accepts "the path of a PEM file with a private key, beside --keystone-cert-file"
        "The private key of that certificate";
    KEYSTONE_USER_DOMAIN "keystone_user_domain" "NAME"
        default "Default"
        accepts "the name of a domain"
        "The domain of the service's own account";
    KEYSTONE_PROJECT "keystone_project" "NAME"
        default "service"
        accepts "the name of a project"
        "The project of the service's own account";
    KEYSTONE_PROJECT_DOMAIN "keystone_project_domain" "NAME"
        default "Default"
        accepts "the name of a domain"
        "The domain of that project";
    KEYSTONE_CACHE "keystone_cache" "DURATION"
        default "30s"
        accepts "a duration from 1s to 5m, such as 30s"
        "For how long the Keystone's word about a token is believed, never past the token's end: \
         so long a revoked one goes on working";
    KEYSTONE_ADMIN_ROLE "keystone_admin_role" "ROLE" repeats true
        default "admin"
        accepts "the name of a role"
        "A role that sees every project and every broker";
    KEYSTONE_MEMBER_ROLE "keystone_member_role" "ROLE" repeats true
        default "member reader"
        accepts "the name of a role"
        "A role that sees its own project, and the brokers that are shown to it";
    BROKER_PROJECT "broker_project" "[NAME=]ID[:VHOST]" repeats true
        default "none"
        accepts "[name=]id of a project, 32 hexadecimal digits, and after a colon perhaps one vhost"
        "A project of the Keystone whose members see a broker, or one vhost of it; all else is \
         for the admin roles alone";
    PASSWORD_HASHES "password_hashes" "YES|NO"
        default "no"
        accepts "yes or no"
        "Whether /v2/rabbit/users returns the hashes of the accounts' passwords to administrators of \
         the broker. Nobody else gets them, and no page shows them";
    DATA_DIR "data_dir" "PATH"
        default "$STATE_DIRECTORY, else warren in $XDG_DATA_HOME or ~/.local/share"
        accepts "a folder that exists or can be made, and written to; or none"
        "Folder for what shall outlive a restart: samples and the system log. `none` keeps them in \
         memory";
    RETENTION_RAW "retention_raw" "DURATION"
        default "2d"
        accepts "a duration from 2h to 3650d, such as 2d"
        "How long collected samples are kept as they came";
    RETENTION_MINUTES "retention_minutes" "DURATION"
        default "14d"
        accepts "a duration from 2h to 3650d, no less than --retention-raw"
        "How long their roll-ups by the minute are kept";
    RETENTION_TEN_MINUTES "retention_ten_minutes" "DURATION"
        default "90d"
        accepts "a duration from 2h to 3650d, no less than --retention-minutes"
        "How long their roll-ups by ten minutes are kept";
    RETENTION_HOURS "retention_hours" "DURATION"
        default "400d"
        accepts "a duration from 2h to 3650d, no less than --retention-ten-minutes"
        "How long their roll-ups by the hour are kept";
    RETENTION_POSTED "retention_posted" "DURATION"
        default "90d"
        accepts "a duration from 2h to 3650d, such as 90d"
        "How long posted samples are kept";
    RETENTION_LOG "retention_log" "DURATION"
        default "90d"
        accepts "a duration from 2h to 3650d, such as 90d"
        "How long lines of the system log are kept";
    MAX_RESOURCES "max_resources" "COUNT"
        default "20000"
        accepts "a number from 100 to 1000000"
        "Brokers, nodes, vhosts and queues whose collected history is kept, of all brokers together. \
         Above it those without a sample for longest are deleted, server-named queues (`amq.gen-…`) \
         first; pinned queues stay";
    POSTED_QUOTA "posted_quota" "COUNT"
        default "1000000"
        accepts "a whole number from 1, such as 1000000; or none"
        "Samples that a project may post in a day (UTC) through the metering API; further posts \
         are answered with 429 until the next day. `none` sets no limit";
    MAX_POSTED_SERIES "max_posted_series" "COUNT"
        default "100000"
        accepts "a number from 100 to 10000000"
        "Series of posted samples (a meter of a resource) that a project may have; posts that need \
         more are answered with 429. A series ends when its last sample is deleted";
    ALARM_INTERVAL "alarm_interval" "DURATION"
        default "60s"
        accepts "a duration from 1s to 1h, such as 60s"
        "How often alarms of /v2/alarms are evaluated";
    ALARM_QUOTA "alarm_quota" "COUNT"
        default "1000"
        accepts "a whole number from 1, such as 1000; or none"
        "Alarms that a project may have; a further one is answered with 403. `none` sets no limit";
    ALARM_ALLOW_NETWORK "alarm_allow_network" "NETWORK" repeats true
        default "none"
        accepts "an address or a network, such as 127.0.0.1, 10.0.0.0/8 or fd00::/8"
        "A network that actions of alarms may call though it is not public (private, loopback, \
         link-local or otherwise reserved); public addresses are always allowed";
    SITE "site" "PATH"
        default "dist beside the program, else in the working directory"
        accepts "the folder that Trunk built, with frontend-<hash>.js in it"
        "Folder of the browser's bundle";
    BASE_PATH "base_path" "PATH"
        default "none"
        accepts "a path such as /warren, without a slash at its end"
        "Path below which the dashboard stands, behind a reverse proxy that passes it on";
    API_BASE_PATH "api_base_path" "PATH"
        default "none"
        accepts "a path such as /telemetry, without a slash at its end"
        "Path below which the metering API stands";
    PUBLIC_URL "public_url" "URL"
        default "what the request says"
        accepts "an address that starts with http:// or https://, such as https://mq.example.com"
        "Where viewers reach the dashboard, if not at the address that it listens on. With https \
         cookies are secure and browsers are instructed to stay with TLS (HSTS)";
    API_PUBLIC_URL "api_public_url" "URL"
        default "http://{api-listen}"
        accepts "an address that starts with http:// or https://, such as https://mq.example.com:8777"
        "Where clients reach the metering API: what its catalog and its links name";
    TRUSTED_PROXY "trusted_proxy" "NETWORK" repeats true
        default "none"
        accepts "an address or a network, such as 127.0.0.1, 10.0.0.0/8 or fd00::/8"
        "A reverse proxy whose X-Forwarded-For, -Proto and -Host are believed; nobody else's are";
    ALLOWED_HOST "allowed_host" "HOST" repeats true
        default "none"
        accepts "the name of a host without a port, such as warren.example.com"
        "A host name under which the dashboard may be asked, besides that of --public-url, \
         localhost and IP addresses; other names are refused with 421. Scripts of pages may ask the \
         metering API under these names too";
    CORS_ORIGIN "cors_origin" "ORIGIN" repeats true
        default "none"
        accepts "an origin, such as https://portal.example.com"
        "An origin whose scripts may call the metering API";
    PORTAL "portal" "NAME=ORIGIN" repeats true
        default "none"
        accepts "name=origin, such as shop=https://shop.example.com"
        "A portal whose pages may show panels, and an origin of these pages; nobody else can frame \
         or fetch them. Given again with the same name, another origin of it";
    PORTAL_KEY_FILE "portal_key_file" "NAME=PATH" repeats true
        default "none"
        accepts "name=path of a file that holds a key of at least 24 characters"
        "File with the key that a portal's back end shows in X-Service-Key to get guest tokens. \
         Without a key a portal trades the tokens of those who are signed in there";
    PORTAL_KEY_HASH "portal_key_hash" "NAME=SHA256" repeats true
        default "none"
        accepts "name=64 hexadecimal digits, as `printf %s \"$KEY\" | sha256sum` prints them"
        "The SHA-256 of a portal's key, in place of the key";
    PORTAL_PANEL "portal_panel" "NAME=PANEL" repeats true
        default "every panel"
        accepts "name=panel, such as shop=queued-messages"
        "A panel that a portal may show";
    PORTAL_BROKER "portal_broker" "NAME=BROKER" repeats true
        default "every broker"
        accepts "name=broker, the name of one that is watched"
        "A broker that a portal may show";
    PORTAL_VHOST "portal_vhost" "NAME=VHOST" repeats true
        default "every vhost, and what is the whole broker's"
        accepts "name=vhost, such as shop=/orders"
        "A vhost that a portal may show; then it shows no nodes, and the sums of its vhosts alone";
    PORTAL_RATE_LIMIT "portal_rate_limit" "NAME=NUMBER" repeats true
        default "1000"
        accepts "name=number, from 1 on"
        "How many guest tokens a minute a portal gets";
    ALARM_WEBHOOK "alarm_webhook" "URL" repeats true
        default "none"
        accepts "an address that starts with http:// or https://, without a login"
        "A receiver that is notified of the alerts of built-in rules, in the format of Alertmanager's \
         webhooks, version 4";
    GUEST_KEY_ROTATION "guest_key_rotation" "DURATION"
        default "30d"
        accepts "a duration from 1h to 3650d, such as 30d"
        "For how long a key signs guest tokens before the next one does; the one before is \
         believed as long again. The keys are kept in the data folder";
    SESSION_LIFETIME "session_lifetime" "DURATION"
        default "8h"
        accepts "a duration from 5m to 30d, such as 8h"
        "How long a viewer stays signed in; likewise the tokens of the metering API";
    LOG_FORMAT "log_format" "FORMAT"
        default "text"
        accepts "text or json"
        "How the log is written, to standard error";
    LOG "log" "FILTER"
        default "info"
        accepts "a level (error, warn, info, debug, trace), or levels by target, such as info,api=debug"
        "What is logged";
}

#[cfg(test)]
mod tests;
