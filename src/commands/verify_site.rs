//! `staticc verify URL`: checks that a deployed site serves STATIC_ROOT as browsers need it.

use std::time::Duration;

use super::context::Context;
use super::outcome::{Exit, Failure, Outcome};
use crate::cli::VerifyArgs;
use crate::model::{Code, LinkMode, Problem};
use crate::pipeline::expected_files::ServedFiles;
use crate::pipeline::site_asker::SiteAsker;
use crate::report::progress_bar::BytesBar;
use crate::settings::Settings;
use crate::site::expected::{ExpectedFile, ExpectedFiles, PageOrigin};
use crate::static_root::lock::LockMode;
use crate::static_root::root::StaticRoot;
use crate::store::web::client::WebClient;
use crate::store::web::url::{WebUrl, parse_origin};

/// Requests at a time, unless the command line says how many.
const JOBS: usize = 8;

pub fn run(context: &mut Context, args: &VerifyArgs, url: &str) -> Outcome {
    let url = WebUrl::parse(url).map_err(Failure::usage)?;
    let origin = args.site.origin.as_deref().map(parse_origin);
    let origin = origin.transpose().map_err(Failure::usage)?;
    let settings = context.load_settings(&args.project, None)?;
    let expected = ExpectedFiles {
        files: expected_files(context, args, &settings)?,
        pages: page_origin(origin, &settings.static_url, &url),
    };
    let client = WebClient::open(Duration::from_secs(args.site.timeout.into()))?;
    let bar = BytesBar::new(args.site.progress.decided(), "Asking for");
    let asker = SiteAsker {
        client: &client,
        url: &url,
        jobs: args.threads.jobs.map_or(JOBS, usize::from),
        progress: &bar,
    };
    let asked = asker.ask(&expected);
    bar.finish();
    let errors = asker.report(&asked?, &expected, &mut context.console);
    Ok(if errors == 0 {
        Exit::Done
    } else {
        Exit::Failed
    })
}

/// Reads STATIC_ROOT. It is locked no longer than that: asking a site may take minutes.
fn expected_files(
    context: &mut Context,
    args: &VerifyArgs,
    settings: &Settings,
) -> Result<Vec<ExpectedFile>, Failure> {
    let root = StaticRoot::new(settings, LinkMode::Copy, false);
    context.lock(&root, LockMode::Read, &args.wait)?;
    if !root.path().is_dir() {
        let problem = Problem::error(Code::NoStaticRoot, "STATIC_ROOT is not there");
        let help = "collect first: `staticc collect`";
        return Err(problem.in_file(root.path()).help(help).into());
    }
    Ok(ServedFiles::new(&root, settings).expected()?)
}

/// Returns where the pages are. A STATIC_URL with a host says that they are elsewhere.
fn page_origin(given: Option<String>, static_url: &str, url: &WebUrl) -> PageOrigin {
    match given {
        Some(origin) if origin == url.origin() => PageOrigin::Same,
        Some(origin) => PageOrigin::Other(origin),
        None if static_url.contains("//") => PageOrigin::Unknown,
        None => PageOrigin::Same,
    }
}
