//! `staticc check`: reports every problem of a project. Writes nothing but a
//! record, in the cache, of the files that have none.

use std::path::Path;

use super::context::{Context, use_threads};
use super::outcome::{Exit, Failure, Outcome};
use crate::check::modules::ModuleGraph;
use crate::check::paths::path_problems;
use crate::check::source_copies::source_copies;
use crate::check::templates::checker::{CheckedTemplates, TemplateChecker};
use crate::check::templates::mention::mentions_of;
use crate::check::texts::{CheckedTexts, check_texts};
use crate::cli::CheckArgs;
use crate::model::{
    AssetId, CheckSummary, Code, Event, Problem, ReferenceKind, ReferenceRules, Report as _,
    installed_package,
};
use crate::pipeline::clock::now;
use crate::pipeline::path_filter::PathFilter;
use crate::pipeline::project::Project;
use crate::pipeline::record_file::CheckRecordFile;
use crate::pipeline::severity::SeverityPolicy;
use crate::rewrite::context::RewriteContext;
use crate::settings::AllowKind;
use crate::settings::load::{Loaded, Places};
use crate::state::cache::Cache;
use crate::state::check_record::CheckRecord;

pub fn run(context: &mut Context, args: &CheckArgs) -> Outcome {
    let Loaded {
        settings,
        warnings,
        template_warnings,
        places,
    } = context.load(&args.project, Some(&args.ignore))?;
    use_threads(&args.threads);
    let directory = context.directory.clone();
    let filter = PathFilter::new(&args.files, &directory).map_err(Failure::usage)?;
    let cache = context.project_cache(&args.cache, &settings)?;
    let project = Project::find(&settings, &(&args.ignore).into());
    let checked = check_project(project, &cache, TemplateScope::of(args));
    let mut problems = checked.problems;
    problems.extend(warnings);
    if !args.no_templates {
        problems.extend(template_warnings);
        if checked.checkup.templates == 0 && !settings.template_dirs.is_empty() {
            problems.extend(no_templates(&places));
        }
    }
    problems.retain(|problem| filter.includes(problem));
    Problem::sort(&mut problems);
    let failed = problems.iter().any(Problem::is_error);
    context.report(problems);
    context.console.event(Event::Checked(checked.checkup));
    Ok(if failed { Exit::Failed } else { Exit::Done })
}

/// Returns the problem that TEMPLATES names directories in which there are no templates. Without
/// TEMPLATES nobody says that there are any.
fn no_templates(places: &Places) -> Option<Problem> {
    const KEY: &str = "TEMPLATES";
    let message = "TEMPLATES names directories, and there is no template in them";
    let problem = Problem::warning(Code::NoTemplates, message)
        .help("correct DIRS and APP_DIRS, or check without templates: --no-templates");
    places.has(KEY).then(|| places.mark(KEY, problem))
}

/// Which templates are checked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum TemplateScope {
    None,
    /// All, but problems in those of installed packages are only counted.
    Project,
    All,
}

impl TemplateScope {
    fn of(args: &CheckArgs) -> Self {
        match (args.no_templates, args.all_templates) {
            (true, _) => Self::None,
            (false, true) => Self::All,
            (false, false) => Self::Project,
        }
    }
}

/// What is wrong with a project.
struct CheckedProject {
    /// The problems so far, in no order.
    problems: Vec<Problem>,
    /// How much was checked.
    checkup: CheckSummary,
}

/// Checks names, texts and templates, and records the clean ones.
fn check_project(mut project: Project<'_>, cache: &Cache, scope: TemplateScope) -> CheckedProject {
    let settings = project.settings;
    let with_templates = scope != TemplateScope::None;
    let hashes = settings.backend.hashes();
    let mut problems = std::mem::take(&mut project.found.problems);
    problems.append(&mut project.found.warnings);
    let policy = SeverityPolicy::new(settings);
    let level_of_name = |path: &_, code| policy.level_of(path, code);
    problems.extend(path_problems(&project.found, &level_of_name));
    let copies = source_copies(&project.found.assets, None, &level_of_name);
    problems.extend(copies.problems);

    let record_file = CheckRecordFile::read(cache, &project);
    let record = &record_file.record;
    let started = now();
    let leftovers = project.earlier_files();
    let (mut texts, templates) =
        project.with_rewrite_context(&policy, &[], &leftovers, |rewrite_context| {
            let texts = check_texts(rewrite_context, record, hashes);
            let templates = if with_templates {
                check_templates(&project, &policy, rewrite_context, record, scope)
            } else {
                CheckedTemplates::default()
            };
            (texts, templates)
        });
    problems.extend(policy.unused(|kind| match kind {
        AllowKind::Problem(_) => true,
        AllowKind::Reference(ReferenceKind::Template) => with_templates,
        AllowKind::Reference(_) | AllowKind::AnyReference => hashes,
    }));
    record_file.update(&texts, with_templates.then_some(&templates), started);
    let checkup = CheckSummary {
        files: project.found.assets.len(),
        texts: texts.count,
        templates: templates.count,
    };
    problems.extend(module_problems(&project, &policy, &mut texts, scope));
    problems.extend(texts.problems);
    problems.extend(templates.problems);
    CheckedProject { problems, checkup }
}

/// Returns the problems of modules that depend on what templates load.
fn module_problems(
    project: &Project<'_>,
    policy: &SeverityPolicy<'_>,
    texts: &mut CheckedTexts,
    scope: TemplateScope,
) -> Vec<Problem> {
    let missing = std::mem::take(&mut texts.missing_modules);
    if missing.is_empty() && texts.plain_modules.is_empty() {
        return Vec::new();
    }
    let settings = project.settings;
    let assets = &project.found.assets;
    let follows_browser = settings.references == ReferenceRules::Browser;
    let mut mentions = Vec::new();
    if scope != TemplateScope::None && follows_browser {
        let all = (0..).map(AssetId).zip(assets);
        mentions = mentions_of(&settings.template_dirs, all, settings.backend.hashes());
        // Nobody may render the templates of a package.
        let counts = |file: &Path| scope == TemplateScope::All || installed_package(file).is_none();
        mentions.retain(|(_, mention)| counts(&mention.file));
    }
    let graph = ModuleGraph::new(assets, &texts.targets, &mentions);
    let mut problems = graph.missing_module_problems(missing, |module| {
        let referrer = &assets[module.referrer.index()].path;
        policy.is_default_for_module(referrer, Path::new(&module.target))
    });
    problems.extend(graph.module_twice_problems(&texts.plain_modules));
    problems
}

fn check_templates(
    project: &Project<'_>,
    policy: &SeverityPolicy<'_>,
    rewrite_context: &RewriteContext<'_>,
    record: &CheckRecord,
    scope: TemplateScope,
) -> CheckedTemplates {
    let checker = TemplateChecker {
        directories: &project.settings.template_dirs,
        context: rewrite_context,
        hashes: project.settings.backend.hashes(),
        all_templates: scope == TemplateScope::All,
        level: &|template, target| policy.level(template, ReferenceKind::Template, target),
    };
    checker.check(record)
}
