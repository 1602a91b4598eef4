//! Goes through the answers of a site: takes each as it comes, says what else is to be asked, and
//! gathers what is wrong. Asks nothing itself.

use std::collections::{BTreeMap, BTreeSet};

use super::answer_checks::{SentForm, check_answer, check_forms};
use super::expected::ExpectedFiles;
use super::finding::SiteFinding;
use super::findings::SiteFindings;
use super::later_checks::{check_later, later_requests};
use super::sample::sample;
use super::server::ServerKind;
use super::site_request::{Accept, LATER_ACCEPT, RequestKind, SiteRequest};
use crate::publish::published_object::ObjectRole;
use crate::store::web::answer::{WebAnswer, WebFailure, WebHeaders};

/// After this many answers of a site in trouble, nothing more is asked.
pub const MAX_TROUBLE: usize = 20;

pub struct SiteChecker<'a> {
    expected: &'a ExpectedFiles,
    /// The forms of each file, in the order of [`Accept::ALL`].
    forms: Vec<[Option<SentForm>; Accept::ALL.len()]>,
    /// The files that are asked for again.
    sample: BTreeSet<usize>,
    /// The headers of the answers that later ones are compared with.
    got: BTreeMap<usize, WebHeaders>,
    pub findings: SiteFindings,
    pub server: ServerKind,
    /// How many requests were answered, or not.
    pub requests: usize,
    trouble: usize,
}

impl<'a> SiteChecker<'a> {
    pub fn new(expected: &'a ExpectedFiles) -> Self {
        Self {
            expected,
            forms: vec![Default::default(); expected.files.len()],
            sample: sample(&expected.files),
            got: BTreeMap::new(),
            findings: SiteFindings::default(),
            server: ServerKind::default(),
            requests: 0,
            trouble: 0,
        }
    }

    /// Takes an answer, or the reason why there is none.
    pub fn take(&mut self, request: &SiteRequest, answer: Result<WebAnswer, WebFailure>) {
        self.requests += 1;
        let file = &self.expected.files[request.file];
        let trouble = &mut self.trouble;
        let findings = &mut self.findings;
        let find = |finding: SiteFinding| {
            *trouble += usize::from(finding.is_trouble());
            findings.add(request.file, finding);
        };
        let answer = match answer {
            Ok(answer) => answer,
            // Whether the manifest is public does not matter then.
            Err(_) if file.role == ObjectRole::Manifest => return,
            Err(failure) => {
                let mut find = find;
                find(SiteFinding::NoAnswer(failure));
                return;
            }
        };
        if self.server == ServerKind::Unknown {
            self.server = ServerKind::of(&answer.headers);
        }
        match (&request.kind, self.got.get(&request.file)) {
            (&RequestKind::Get(accept), _) => {
                let form = check_answer(file, accept, &answer, &self.expected.pages, find);
                let is_compared = form.is_some() && accept == LATER_ACCEPT;
                self.forms[request.file][accept as usize] = form;
                if is_compared && self.sample.contains(&request.file) {
                    self.got.insert(request.file, answer.headers);
                }
            }
            (kind, Some(got)) => check_later(kind, got, &answer, find),
            (_, None) => {}
        }
    }

    /// Returns whether the site is in so much trouble that nothing more should be asked.
    pub fn gives_up(&self) -> bool {
        self.trouble >= MAX_TROUBLE
    }

    /// Compares what different readers were sent, once all contents were asked for. Returns the
    /// requests that follow.
    pub fn compare(&mut self) -> Vec<SiteRequest> {
        for (index, (file, forms)) in self.expected.files.iter().zip(&self.forms).enumerate() {
            check_forms(file, forms, |finding| self.findings.add(index, finding));
        }
        let got = self.got.iter();
        got.flat_map(|(file, headers)| later_requests(*file, headers))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Code;
    use crate::site::expected::{ExpectedFile, PageOrigin, sample_file};
    use crate::site::site_request::first_requests;
    use crate::store::web::answer::WebFailureKind;

    fn expected(files: Vec<ExpectedFile>) -> ExpectedFiles {
        ExpectedFiles {
            files,
            pages: PageOrigin::Same,
        }
    }

    fn answer(body: &str) -> WebAnswer {
        let headers = [
            ("content-type", "text/css"),
            ("cache-control", "max-age=60"),
            ("etag", "\"1\""),
            ("server", "nginx"),
        ];
        let pairs = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
        WebAnswer {
            status: 200,
            headers: WebHeaders(pairs.into()),
            body: body.into(),
            is_too_long: false,
        }
    }

    #[test]
    fn later_requests_follow_what_came_whole() {
        let expected = expected(vec![sample_file("a.css", "a"), sample_file("b.css", "b")]);
        let mut checker = SiteChecker::new(&expected);
        for request in first_requests(&expected.files) {
            checker.take(&request, Ok(answer("a")));
        }
        assert_eq!(checker.server, ServerKind::Nginx);
        let later = checker.compare();
        assert_eq!(later.len(), 2);
        assert!(later.iter().all(|request| request.file == 0));
        for request in &later {
            checker.take(request, Ok(answer("")));
        }
        assert_eq!(checker.requests, 8);
        let found = checker.findings.by_file();
        let wanted = [(0, Code::SiteRevalidation), (1, Code::SiteContent)];
        assert_eq!(found, BTreeSet::from(wanted));
    }

    #[test]
    fn a_site_in_trouble_is_given_up() {
        let files = (0..MAX_TROUBLE).map(|number| sample_file(&number.to_string(), ""));
        let expected = expected(files.collect());
        let mut checker = SiteChecker::new(&expected);
        let failure = WebFailure {
            kind: WebFailureKind::Timeout,
            detail: String::new(),
        };
        for (index, request) in first_requests(&expected.files).iter().enumerate() {
            assert_eq!(checker.gives_up(), index >= MAX_TROUBLE);
            checker.take(request, Err(failure.clone()));
        }
    }
}
