//! Asks a site for the files that it should serve, and reports what is wrong with its answers.
//! Reads no STATIC_ROOT.

use std::ops::ControlFlow;

use crate::model::{Event, Problem, Progress, Report, SiteSummary};
use crate::publish::purge_url::purge_url;
use crate::site::expected::ExpectedFiles;
use crate::site::finding::SiteFinding;
use crate::site::findings::SiteFindings;
use crate::site::server::ServerKind;
use crate::site::site_checker::SiteChecker;
use crate::site::site_request::{SiteRequest, first_requests};
use crate::store::web::answer::WebFailure;
use crate::store::web::client::WebClient;
use crate::store::web::url::WebUrl;

/// How a site is asked.
pub struct SiteAsker<'a> {
    pub client: &'a WebClient,
    pub url: &'a WebUrl,
    /// Requests at a time.
    pub jobs: usize,
    pub progress: &'a dyn Progress,
}

impl SiteAsker<'_> {
    /// Asks the site for everything. Fails if it does not answer at all.
    pub fn ask<'e>(&self, expected: &'e ExpectedFiles) -> Result<SiteChecker<'e>, Problem> {
        let requests = first_requests(&expected.files);
        let size = |request: &SiteRequest| expected.files[request.file].size;
        self.progress.expect(requests.iter().map(size).sum());
        let mut checker = SiteChecker::new(expected);
        // If the site cannot be reached, one request shows it.
        if let Some(failure) = self.failure_of_first(&requests, expected)? {
            let mut findings = SiteFindings::default();
            findings.add(0, SiteFinding::NoAnswer(failure));
            let mut problems = findings.problems(&expected.files, self.url, ServerKind::Unknown);
            return Err(problems.remove(0));
        }
        self.send(&requests, expected, &mut checker)?;
        let later = checker.compare();
        if !checker.gives_up() {
            self.send(&later, expected, &mut checker)?;
        }
        Ok(checker)
    }

    /// Sends the first request alone. Returns why there is no answer, if there is none.
    fn failure_of_first(
        &self,
        requests: &[SiteRequest],
        expected: &ExpectedFiles,
    ) -> Result<Option<WebFailure>, Problem> {
        let mut failure = None;
        self.client.send_all(
            &requests[..requests.len().min(1)],
            1,
            |request| request.to_web(expected, self.url),
            |_, answer| {
                failure = answer.err();
                ControlFlow::Continue(())
            },
        )?;
        Ok(failure)
    }

    fn send(
        &self,
        requests: &[SiteRequest],
        expected: &ExpectedFiles,
        checker: &mut SiteChecker<'_>,
    ) -> Result<(), Problem> {
        self.client.send_all(
            requests,
            self.jobs,
            |request| request.to_web(expected, self.url),
            |request, answer| {
                self.progress.advance(expected.files[request.file].size);
                checker.take(request, answer);
                if checker.gives_up() {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            },
        )
    }

    /// Reports what is wrong, and returns the number of errors.
    pub fn report(
        &self,
        checker: &SiteChecker<'_>,
        expected: &ExpectedFiles,
        report: &mut impl Report,
    ) -> usize {
        let files = &expected.files;
        let problems = checker.findings.problems(files, self.url, checker.server);
        let errors = problems.iter().filter(|problem| problem.is_error()).count();
        for problem in problems {
            report.event(Event::Problem(problem));
        }
        for (index, code) in checker.findings.by_file() {
            let url = purge_url(self.url.as_str(), files[index].path.as_bytes());
            report.event(Event::SiteProblem { code, url });
        }
        report.event(Event::SiteVerified(SiteSummary {
            url: self.url.as_str().to_owned(),
            files: files.len(),
            requests: checker.requests,
            gave_up: checker.gives_up(),
            errors,
            problems: checker.findings.table(files),
        }));
        errors
    }
}
