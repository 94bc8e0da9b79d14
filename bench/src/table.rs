//! What has been measured so far.

use xtask::{Error, say};

use super::{args::Options, report::Figure, row::Row};

#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) figures: Vec<Figure>,
    /// Names of rows.
    pub(super) failed: Vec<&'static str>,
}

impl Table {
    /// Measures a row; where that fails, the others are measured all the same.
    pub(super) fn attempt(
        &mut self,
        row: Row,
        measure: impl FnOnce() -> Result<Figure, Error>,
    ) -> Result<(), Error> {
        say::doing(&format!("{}: {}", row.name(), row.what()));
        match measure() {
            Ok(figure) => {
                let beside = figure.beside.as_deref().unwrap_or("-");
                say::done(&format!("{}; beside it: {beside}", figure.warren));
                self.figures.push(figure);
            }
            Err(Error::Interrupted) => return Err(Error::Interrupted),
            Err(e) => {
                say::failure(&format!("{}: {e}", row.name()));
                self.failed.push(row.name());
            }
        }
        Ok(())
    }

    /// If the set-up of some rows failed, those that were wanted and are not measured have failed.
    pub(super) fn unless_measured(
        &mut self,
        options: &Options,
        rows: &[Row],
        set_up: Result<(), Error>,
    ) -> Result<(), Error> {
        match set_up {
            Ok(()) => Ok(()),
            Err(Error::Interrupted) => Err(Error::Interrupted),
            Err(e) => {
                say::failure(&e.to_string());
                let known = |row: &Row| {
                    self.failed.contains(&row.name())
                        || self.figures.iter().any(|figure| figure.row == *row)
                };
                let missing = rows
                    .iter()
                    .filter(|row| options.wants(**row) && !known(row));
                let missing: Vec<_> = missing.map(|row| row.name()).collect();
                self.failed.extend(missing);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_that_fails_costs_no_other() {
        let mut table = Table::default();
        let wrong = || Err(Error::Wrong("so".to_owned()));
        table.attempt(Row::Day, wrong).expect("goes on");
        assert_eq!(table.failed, ["day"]);
        let set_up = Err(Error::Wrong("so".to_owned()));
        table
            .unless_measured(&Options::default(), &[Row::Day, Row::Month], set_up)
            .expect("goes on");
        assert_eq!(table.failed, ["day", "month"]);
        let interrupted = table.attempt(Row::Day, || Err(Error::Interrupted));
        assert!(matches!(interrupted, Err(Error::Interrupted)));
    }
}
