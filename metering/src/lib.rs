//! The vocabulary of the metering API: every type that crosses its wire.
//!
//! The same types run from a broker's answer to the chart in the browser: the
//! collector reads them, the API writes them, the client and the server
//! functions hand them on, the components draw them. The crate does no I/O and
//! builds for WebAssembly.
//!
//! Two rules hold everywhere:
//!
//! * **Names are the field's own.** `messages_unacknowledged` is RabbitMQ's
//!   word, `counter_name` Ceilometer's; nothing here invents a new one.
//! * **Absent stays absent.** What a broker does not report is `None` and is
//!   left out of the answer: never `null`, never a made-up zero.
//!
//! # Layout
//!
//! | module | what |
//! |---|---|
//! | [`alarm`] | Ceilometer's alarms and their history |
//! | [`broker`] | which brokers there are, and whether they answer |
//! | [`broker_overview`] | the overview of each broker, as a list |
//! | [`overview`] | a broker's totals, rates, listeners |
//! | [`node`] | one node of a cluster against its limits |
//! | [`user`] | a broker's accounts |
//! | [`queue`], [`connection`], [`channel`], [`exchange`], [`consumer`] | what is declared and open in a broker |
//! | [`vhost`], [`policy`], [`feature`] | how a broker is divided, limited and set up |
//! | [`table`] | arguments, properties and definitions, whose keys somebody chose |
//! | [`lists`] | the lists of a broker: path, rights, section, plugin |
//! | [`page`] | a page of a list |
//! | [`segment`] | names as segments of a path |
//! | [`search`] | what is called so |
//! | [`health`] | what is wrong with a broker |
//! | [`meter`] | the meters that the collector feeds, with type and unit |
//! | [`telemetry`] | Ceilometer's meters, samples, statistics, resources |
//! | [`alert`] | what the built-in rules report of the brokers |
//! | [`log`], [`event`] | what Warren saw and did, as lines and as Ceilometer's events |
//! | [`series`] | columns of numbers for charts |
//! | [`dashboard`] | all that a dashboard shows of one broker |
//! | [`panel`] | panels in pages of others, and what each needs |
//! | [`guest`] | guest tokens, portals, share links |
//! | [`identity`], [`access`] | Keystone's token requests and answers, v3 and v2.0 |
//! | [`requests`] | what callers ask: queries, filters, functions |
//! | [`error`] | the bodies of errors |
//! | [`timestamp`] | instants as the API writes them |
//! | [`lenient_serde`] | reading what brokers of a decade write differently |

pub mod access;
pub mod alarm;
pub mod alert;
mod amqp;
pub mod broker;
pub mod broker_overview;
pub mod channel;
pub mod connection;
pub mod consumer;
pub mod dashboard;
pub mod error;
pub mod event;
pub mod exchange;
pub mod feature;
mod field_table;
pub mod guest;
pub mod health;
pub mod identity;
pub mod lenient_serde;
mod list_row;
pub mod lists;
pub mod log;
pub mod meter;
pub mod node;
pub mod overview;
pub mod page;
pub mod panel;
pub mod plugin;
pub mod policy;
pub mod queue;
mod record;
pub mod requests;
pub mod search;
pub mod segment;
pub mod series;
mod stats;
pub mod table;
pub mod telemetry;
pub mod timestamp;
mod uri;
pub mod user;
pub mod vhost;

pub use alert::{Alert, AlertChange, AlertSeverity, AlertState};
pub use amqp::{AmqpLink, AmqpSession};
pub use broker::{Broker, BrokerState};
pub use broker_overview::BrokerOverview;
pub use channel::{Channel, ChannelDetails};
pub use connection::{Connection, ConnectionDetails};
pub use consumer::Consumer;
pub use error::ErrorBody;
pub use event::EventType;
pub use exchange::{Binding, Exchange, ExchangeDetails};
pub use feature::{DeprecatedFeature, FeatureFlag};
pub use health::{Health, HealthCheck, HealthState};
pub use log::{LogEntry, LogLevel};
pub use node::{Node, NodeInternals};
pub use overview::Overview;
pub use page::Page;
pub use plugin::{
    FederationLink, FederationUpstream, Shovel, StreamConsumer, StreamPublisher, TopProcess, Trace,
    TraceFile,
};
pub use policy::{Policy, PolicyDetails};
pub use queue::{Queue, QueueDetails};
pub use search::{SearchHit, SearchKind, SearchResult};
pub use series::Series;
pub use stats::{Details, Sample, Stat};
pub use table::{Table, Value};
pub use timestamp::Timestamp;
pub use user::{User, UserDetails};
pub use vhost::{Permission, TopicPermission, UserLimit, Vhost, VhostDetails, VhostLimit};
