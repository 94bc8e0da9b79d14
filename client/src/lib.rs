//! The typed client of the metering API.
//!
//! ```no_run
//! # async fn example() -> Result<(), client::ClientError> {
//! use client::{Client, Credentials, Endpoints, HttpTransport};
//!
//! let endpoints = Endpoints::at("http://127.0.0.1:8777".parse().expect("an address"));
//! let client = Client::new(HttpTransport::new()?, endpoints);
//! let session = client.sign_in(&Credentials::new("guest", "guest")).await?.session;
//! for broker in session.brokers().await?.iter() {
//!     println!("{}: {:?}", broker.name, session.overview(&broker.name).await?.queue_totals);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # One tick's answer is parsed once
//!
//! Ten thousand viewers who watch one broker ask ten thousand times for the
//! same thing. So a [`Client`] keeps the last answers, parsed, by address and
//! `ETag`, and sends the validators it has along. The API compares them with
//! what *this* caller may see, and answers `304` naming the one that fits; the
//! value handed out is that one's and never another's. A caller who may see
//! less has other validators and so other values: the cache cannot leak,
//! whoever shares it.
//!
//! # Lists of any length
//!
//! Telemetry's lists, such as [`Session::samples`], are [`Items`]: a stream
//! that holds no more than the item it is at. What is known to be short is had
//! whole by [`Items::all`].
//!
//! # Layout
//!
//! | module | what |
//! |---|---|
//! | `transport` | HTTP, or straight to a router in the same process |
//! | `endpoints` | where the services are, and how the catalog is read |
//! | `sign_in`, `projects` | Keystone's v3 sign-in; one token for another, and for which projects |
//! | `session` | what a token may ask, renewal on a 401 |
//! | `meters`, `samples`, `statistics`, `resources`, `complex`, `events`, `alarms`, `capabilities` | Ceilometer's part of the API |
//! | `dashboard`, `series`, `lists`, `details`, `search`, `health`, `logs`, `alerts` | the rabbit part's queries |
//! | `guests` | guest tokens, portals, share links |
//! | `query` | which samples, in the protocol's two ways |
//! | `items` | lists, item by item as they come |
//! | `request` | one request: conditions, answer, errors |
//! | `cache` | parsed answers by address and `ETag` |
//! | `error` | what can go wrong, and error bodies in words |

mod alarms;
mod alerts;
mod cache;
mod capabilities;
mod client;
mod complex;
mod credentials;
mod dashboard;
mod details;
mod endpoints;
mod error;
mod events;
mod guests;
mod health;
mod items;
mod lists;
mod logs;
mod meters;
mod path;
mod projects;
mod query;
mod request;
mod resources;
mod samples;
mod search;
mod series;
mod session;
mod sign_in;
mod statistics;
mod token;
mod transport;

pub use client::Client;
pub use complex::ComplexQuery;
pub use credentials::{Credentials, TokenScope};
pub use details::Samples;
pub use endpoints::{Endpoints, Interface};
pub use error::ClientError;
pub use events::EventQuery;
pub use items::Items;
pub use meters::MeterQuery;
pub use query::Query;
pub use resources::ResourceQuery;
pub use samples::{NewSample, SampleQuery};
pub use session::Session;
pub use sign_in::SignIn;
pub use statistics::StatisticsQuery;
pub use tls::{TlsError, TlsFiles};
pub use token::{InvalidToken, Token};
pub use transport::{
    BodyStream, BoxFuture, Cause, HttpOptions, HttpTransport, InProcess, Transport, TransportError,
};
