//! Collects the problems of settings: the first ones, and the number of the others, so that a
//! hostile text costs no more than a normal one.

use std::cell::{Cell, RefCell};

use crate::model::{Code, Problem};

/// The problems that are reported one by one.
const MAX_REPORTED: usize = 100;

#[derive(Default)]
pub struct ProblemList {
    reported: RefCell<Vec<Problem>>,
    others: Cell<usize>,
    /// Whether any of the others is an error.
    others_fail: Cell<bool>,
}

impl ProblemList {
    pub fn add(&self, problem: Problem) {
        self.add_with(problem, |problem| problem);
    }

    /// Adds a problem. `complete` adds the rest of it, if it is reported.
    pub fn add_with(&self, problem: Problem, complete: impl FnOnce(Problem) -> Problem) {
        let mut reported = self.reported.borrow_mut();
        if reported.len() < MAX_REPORTED {
            reported.push(complete(problem));
        } else {
            self.others.set(self.others.get() + 1);
            self.others_fail
                .set(self.others_fail.get() || problem.is_error());
        }
    }

    /// Returns the reported problems, and one for the others.
    pub fn into_problems(self) -> Vec<Problem> {
        let mut problems = self.reported.into_inner();
        let others = self.others.get();
        if others > 0 {
            let message = format!("the settings have {others} more problems");
            problems.push(if self.others_fail.get() {
                Problem::error(Code::MoreProblems, message)
            } else {
                Problem::warning(Code::MoreProblems, message)
            });
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_among_the_others_fails_the_run() {
        let problems = ProblemList::default();
        for _ in 0..MAX_REPORTED + 5 {
            problems.add(Problem::warning(Code::BadValue, "odd"));
        }
        problems.add(Problem::error(Code::BadValue, "bad"));
        let problems = problems.into_problems();
        assert_eq!(problems.len(), MAX_REPORTED + 1);
        let last = problems.last().unwrap();
        assert!(
            last.is_error() && last.message.contains("6 more"),
            "{last:?}"
        );
    }
}
