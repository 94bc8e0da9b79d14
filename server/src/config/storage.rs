//! Where samples and the system log are kept, and how long.

use std::path::{Path, PathBuf};

use store::Retention;

use super::keys;
use super::refusal::{Origin, Refusal};
use super::values::{self, Reader};

impl Reader<'_> {
    /// The folder that is named; else the one that a service manager gives, else the account's own.
    pub(super) fn data_dir(
        &mut self,
        directory: &Path,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Option<PathBuf> {
        if let Some(setting) = self.raw.one(&keys::DATA_DIR) {
            if setting.text == "none" {
                return None;
            }
            return self.one(&keys::DATA_DIR, |text| values::data_dir(directory, text));
        }
        let own = |name: &str, below: &str| {
            let folder = environment(name).filter(|folder| folder.starts_with('/'))?;
            Some(Path::new(&folder).join(below))
        };
        let folder = own("STATE_DIRECTORY", "")
            .or_else(|| own("XDG_DATA_HOME", "warren"))
            .or_else(|| own("HOME", ".local/share/warren"))?;
        let text = folder.to_string_lossy();
        match values::data_dir(directory, &text) {
            Ok(folder) => Some(folder),
            Err(reason) => {
                self.refusals.push(Refusal {
                    key: keys::DATA_DIR.name.into(),
                    origin: Origin::Default,
                    value: Some(text.into_owned()),
                    reason: reason.into(),
                    accepts: keys::DATA_DIR.accepts.into(),
                });
                None
            }
        }
    }

    pub(super) fn retention(&mut self) -> Retention {
        let defaults = Retention::default();
        let mut kept = |key, default| self.one(key, values::retention).unwrap_or(default);
        let retention = Retention {
            raw: kept(&keys::RETENTION_RAW, defaults.raw),
            minutes: kept(&keys::RETENTION_MINUTES, defaults.minutes),
            ten_minutes: kept(&keys::RETENTION_TEN_MINUTES, defaults.ten_minutes),
            hours: kept(&keys::RETENTION_HOURS, defaults.hours),
            posted: kept(&keys::RETENTION_POSTED, defaults.posted),
            log: kept(&keys::RETENTION_LOG, defaults.log),
        };
        for (key, kept, finer) in [
            (&keys::RETENTION_MINUTES, retention.minutes, retention.raw),
            (
                &keys::RETENTION_TEN_MINUTES,
                retention.ten_minutes,
                retention.minutes,
            ),
            (
                &keys::RETENTION_HOURS,
                retention.hours,
                retention.ten_minutes,
            ),
        ] {
            if kept < finer {
                let origin = self.raw.one(key).map(|setting| setting.origin.clone());
                self.refusals.push(Refusal {
                    key: key.name.into(),
                    origin: origin.unwrap_or(Origin::Default),
                    value: Some(
                        self.raw
                            .one(key)
                            .map_or(key.default, |setting| &setting.text)
                            .to_owned(),
                    ),
                    reason: "less than the finer level is kept".into(),
                    accepts: key.accepts.into(),
                });
            }
        }
        retention
    }
}
