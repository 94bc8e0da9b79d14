//! The posted series that the writer knows, and how many of them each project has.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::catalog::{Identity, Series};
use crate::error::StoreError;

/// Series by what their samples share.
#[derive(Debug)]
pub(super) struct PostedSeries {
    known: HashMap<Arc<Identity>, Arc<Series>>,
    by_project: HashMap<Option<String>, usize>,
    /// Series that a project may have.
    most: usize,
}

impl PostedSeries {
    pub(super) fn new<'a>(series: impl Iterator<Item = &'a Arc<Series>>, most: usize) -> Self {
        let mut new = Self {
            known: HashMap::new(),
            by_project: HashMap::new(),
            most,
        };
        for series in series {
            new.insert(Arc::clone(series));
        }
        new
    }

    pub(super) fn get(&self, identity: &Identity) -> Option<&Arc<Series>> {
        self.known.get(identity)
    }

    pub(super) fn insert(&mut self, series: Arc<Series>) {
        let project = series.identity.project_id.clone();
        if self
            .known
            .insert(Arc::clone(&series.identity), series)
            .is_none()
        {
            *self.by_project.entry(project).or_default() += 1;
        }
    }

    pub(super) fn remove(&mut self, series: &Series) {
        if self.known.remove(&series.identity).is_none() {
            return;
        }
        let project = &series.identity.project_id;
        if let Some(count) = self.by_project.get_mut(project) {
            *count -= 1;
            if *count == 0 {
                self.by_project.remove(project);
            }
        }
    }

    /// # Errors
    /// If a project would have more series than the bound. Those that exist always take samples.
    pub(super) fn check(&self, post: &[Identity]) -> Result<(), StoreError> {
        let new = post.iter().filter(|identity| self.get(identity).is_none());
        let mut by_project: HashMap<_, usize> = HashMap::new();
        for identity in new.collect::<HashSet<_>>() {
            let project = &identity.project_id;
            let known = || self.by_project.get(project).copied().unwrap_or_default();
            let count = by_project.entry(project).or_insert_with(known);
            *count += 1;
            if *count > self.most {
                return Err(StoreError::TooManySeries {
                    project: project.clone().unwrap_or_default(),
                    most: self.most,
                });
            }
        }
        Ok(())
    }
}
