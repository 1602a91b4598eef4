//! What is wrong with settings, collected: the first ones with their places,
//! the others as a number, so that a hostile text costs no more than a plain
//! one.

use std::cell::{Cell, RefCell};

use super::tree::Span;
use crate::model::{Code, Problem};

/// So many are told one by one.
const TOLD: usize = 100;

/// Everything found wrong so far.
#[derive(Default)]
pub struct Problems {
    told: RefCell<Vec<Problem>>,
    more: Cell<usize>,
    /// Whether any of the others fails the run.
    more_fail: Cell<bool>,
}

impl Problems {
    /// Adds one.
    pub fn add(&self, problem: Problem) {
        self.add_with(problem, |problem| problem);
    }

    /// Adds one, said of a place.
    pub fn add_at(&self, spot: &Span, problem: Problem) {
        self.add_with(problem, |problem| spot.mark(problem));
    }

    /// Adds one; `mark` says the rest of it, if it is told.
    pub fn add_with(&self, problem: Problem, mark: impl FnOnce(Problem) -> Problem) {
        let mut told = self.told.borrow_mut();
        if told.len() < TOLD {
            told.push(mark(problem));
        } else {
            self.more.set(self.more.get() + 1);
            self.more_fail
                .set(self.more_fail.get() || problem.is_error());
        }
    }

    /// All of them.
    pub fn into_inner(self) -> Vec<Problem> {
        let mut problems = self.told.into_inner();
        let more = self.more.get();
        if more > 0 {
            let message = format!("the settings have {more} more problems");
            problems.push(if self.more_fail.get() {
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
    fn an_error_among_those_not_told_fails_the_run() {
        let problems = Problems::default();
        for _ in 0..TOLD + 5 {
            problems.add(Problem::warning(Code::BadValue, "odd"));
        }
        problems.add(Problem::error(Code::BadValue, "bad"));
        let problems = problems.into_inner();
        assert_eq!(problems.len(), TOLD + 1);
        let last = problems.last().unwrap();
        assert!(
            last.is_error() && last.message.contains("6 more"),
            "{last:?}"
        );
    }
}
