//! The vhost sets whose sums a viewer requested of late: the collector computes only these.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::vhost_set::{VhostSet, VhostSetId};

/// The sums of a vhost set are computed for this long after the last request.
const WANTED_FOR: Duration = Duration::from_mins(1);
/// Most sets at once; the one that was requested longest ago goes first.
const MAX_VHOST_SETS: usize = 64;

/// Vhost sets, each with the time of the last request.
#[derive(Debug, Default)]
pub(crate) struct RecentVhostSets(Mutex<HashMap<VhostSetId, (VhostSet, Instant)>>);

impl RecentVhostSets {
    /// The sets that were requested within the last minute.
    pub(crate) fn all(&self) -> Vec<VhostSet> {
        let mut vhost_sets = self.lock();
        vhost_sets.retain(|_, (_, requested_at)| requested_at.elapsed() < WANTED_FOR);
        vhost_sets
            .values()
            .map(|(vhost_set, _)| vhost_set.clone())
            .collect()
    }

    /// Notes a request for the sums of this set.
    pub(crate) fn note(&self, vhost_set: &VhostSet) {
        let mut vhost_sets = self.lock();
        if vhost_sets.len() >= MAX_VHOST_SETS && !vhost_sets.contains_key(&vhost_set.id) {
            let oldest = vhost_sets
                .iter()
                .min_by_key(|(_, (_, requested_at))| *requested_at);
            if let Some(oldest) = oldest.map(|(&id, _)| id) {
                vhost_sets.remove(&oldest);
            }
        }
        vhost_sets.insert(vhost_set.id, (vhost_set.clone(), Instant::now()));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<VhostSetId, (VhostSet, Instant)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
