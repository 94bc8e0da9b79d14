//! `cargo xtask test`: everything a change must pass.

mod steps;

use std::time::{Duration, Instant};

use crate::{Error, Runner, project::Project, say};
pub(crate) use steps::{BY_NAME_ONLY, STEPS};

/// A step, by itself or among all.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) what: &'static str,
    /// Steps whose failure leaves this one nothing to work with.
    needs: &'static [&'static str],
    run: fn(&Project, &Runner) -> Result<(), Error>,
}

/// Which steps are wanted: without any `only`, all but those of [`BY_NAME_ONLY`].
#[derive(Debug, Default)]
pub(crate) struct Selection {
    pub(crate) only: Vec<&'static str>,
    pub(crate) skip: Vec<&'static str>,
}

impl Selection {
    fn wants(&self, step: &str) -> bool {
        (self.only.is_empty() || self.only.contains(&step)) && !self.skip.contains(&step)
    }

    /// The wanted steps, in their order.
    fn steps(&self) -> impl Iterator<Item = &'static Step> {
        let by_name = BY_NAME_ONLY.iter();
        let by_name = by_name.filter(|step| self.only.contains(&step.name));
        STEPS
            .iter()
            .chain(by_name)
            .filter(|step| self.wants(step.name))
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Outcome {
    Passed,
    Failed,
    /// A step it needs has failed.
    NotRun,
}

#[derive(Debug)]
struct Line {
    name: &'static str,
    outcome: Outcome,
    took: Duration,
}

pub(crate) fn run(project: &Project, runner: &Runner, selection: &Selection) -> Result<(), Error> {
    let mut table: Vec<Line> = Vec::new();
    let mut last_words: Vec<String> = Vec::new();
    for step in selection.steps() {
        let lacks = |need: &&str| {
            table
                .iter()
                .any(|line| line.name == *need && line.outcome != Outcome::Passed)
        };
        if let Some(need) = step.needs.iter().find(|need| lacks(need)) {
            say::note(&format!("{}: not run, for {need} did not pass", step.name));
            table.push(Line {
                name: step.name,
                outcome: Outcome::NotRun,
                took: Duration::ZERO,
            });
            continue;
        }
        say::doing(&format!("step {}: {}", step.name, step.what));
        let start = Instant::now();
        let result = (step.run)(project, runner);
        let took = start.elapsed();
        let outcome = match result {
            Ok(()) => Outcome::Passed,
            Err(Error::Interrupted) => return Err(Error::Interrupted),
            Err(e) => {
                say::failure(&format!(
                    "step {}: {e}; to run it alone: cargo xtask test --only {0}",
                    step.name
                ));
                if let Error::Failed {
                    last_words: said, ..
                } = e
                {
                    last_words.push(format!("\n{}, at its end:\n{said}", step.name));
                }
                Outcome::Failed
            }
        };
        table.push(Line {
            name: step.name,
            outcome,
            took,
        });
    }
    // Again, where one looks first: much was printed since.
    eprint!("{}\n{}", last_words.concat(), render(&table));
    let failed: Vec<_> = table
        .iter()
        .filter(|line| line.outcome != Outcome::Passed)
        .map(|line| line.name)
        .collect();
    if failed.is_empty() {
        Ok(())
    } else {
        Err(Error::Steps(failed.join(", ")))
    }
}

fn render(table: &[Line]) -> String {
    use std::fmt::Write;
    let mut text = String::new();
    let mut total = Duration::ZERO;
    for Line {
        name,
        outcome,
        took,
    } in table
    {
        let outcome = match outcome {
            Outcome::Passed => "passed",
            Outcome::Failed => "FAILED",
            Outcome::NotRun => "not run",
        };
        total += *took;
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "  {name:12} {outcome:8} {:>7.1} s",
            took.as_secs_f64()
        );
    }
    let _ = writeln!(
        text,
        "  {:12} {:8} {:>7.1} s",
        "all",
        "",
        total.as_secs_f64()
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_choice_every_step_is_wanted() {
        assert!(Selection::default().wants("fmt"));
    }

    #[test]
    fn only_leaves_the_others_out() {
        let selection = Selection {
            only: vec!["fmt"],
            skip: vec![],
        };
        assert!(selection.wants("fmt") && !selection.wants("clippy"));
    }

    #[test]
    fn some_steps_run_by_name_only() {
        let name = BY_NAME_ONLY[0].name;
        let named = |only: Vec<&'static str>| {
            let selection = Selection { only, skip: vec![] };
            let mut steps = selection.steps();
            steps.any(|step| step.name == name)
        };
        assert!(named(vec![name]) && !named(vec![]) && !named(vec!["fmt"]));
    }

    #[test]
    fn skip_leaves_one_out() {
        let selection = Selection {
            only: vec![],
            skip: vec!["fmt"],
        };
        assert!(!selection.wants("fmt") && selection.wants("clippy"));
    }

    #[test]
    fn a_step_needs_only_steps_before_it() {
        for (i, step) in STEPS.iter().enumerate() {
            for need in step.needs {
                let before = STEPS[..i].iter().any(|earlier| earlier.name == *need);
                assert!(
                    before,
                    "{} needs {need}, which does not come before it",
                    step.name
                );
            }
        }
    }
}
