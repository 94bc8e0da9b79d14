//! What all parts of the service work with: configuration, brokers, store, system log.

use std::sync::Arc;

use store::Store;
use tokio::sync::{Mutex, Notify};
use tokio_util::task::TaskTracker;

use crate::broker::broker_state::BrokerHandle;
use crate::config::{ApiConfig, ApiError};
use crate::http::etag::EntityTag;
use crate::system_log::SystemLog;

/// Configuration, brokers, store and system log of the service.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) config: ApiConfig,
    /// The address of the service for clients, with the path prefix and without a `/` at the end.
    pub(crate) base: String,
    /// How validators start. Differs with each start of the service: those of another run never match.
    pub(crate) etag: EntityTag,
    /// In the order of the configuration.
    pub(crate) brokers: Vec<Arc<BrokerHandle>>,
    /// Samples and the system log.
    pub(crate) store: Arc<dyn Store>,
    /// Writes to the store that no collector waits for.
    pub(crate) storing: TaskTracker,
    /// Writes the system log.
    pub(crate) system_log: SystemLog,
    /// Held from reading an alarm until its change is stored.
    pub(crate) alarm_writes: Mutex<()>,
    /// Signals a new message in the store.
    pub(crate) outbox_filled: Notify,
}

impl Context {
    /// # Errors
    /// If the configuration cannot work.
    pub(crate) fn new(config: ApiConfig, store: Arc<dyn Store>) -> Result<Self, ApiError> {
        config.check()?;
        let brokers = config
            .brokers
            .iter()
            .map(|broker| BrokerHandle::new(broker, &config).map(Arc::new));
        Ok(Self {
            brokers: brokers.collect::<Result<_, _>>()?,
            base: config.base_url(),
            etag: EntityTag::default().part(format_args!("{:08x}", rand::random::<u32>())),
            system_log: SystemLog::new(Arc::clone(&store), config.clock),
            storing: TaskTracker::new(),
            alarm_writes: Mutex::default(),
            outbox_filled: Notify::new(),
            store,
            config,
        })
    }
}
