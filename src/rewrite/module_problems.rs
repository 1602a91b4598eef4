//! Words the problems of JavaScript modules that only all texts together show: a module that runs
//! twice, and a missing module that a page needs. Knows no disk and no templates.

use std::collections::HashMap;

use crate::model::{Asset, AssetId, Code, Problem, SourceSpan};

/// A reference to a module which stays as it is, although the module has a fingerprint.
#[derive(Clone, Debug)]
pub struct PlainModule {
    pub referrer: AssetId,
    pub target: AssetId,
    pub span: SourceSpan,
    /// The reference as written, shortened.
    pub text: String,
}

/// A missing module, which matters only if a page loads the file that refers to it.
#[derive(Clone, Debug)]
pub struct MissingModule {
    pub referrer: AssetId,
    /// The path that the reference names.
    pub target: String,
    pub problem: Problem,
}

/// Returns a warning for each module that is loaded by its plain URL and by its fingerprinted one.
/// `add_other` adds to the problem where the module is named with its fingerprint, or returns
/// `None` if that is nowhere.
pub fn module_twice_problems(
    assets: &[Asset],
    plain: &[PlainModule],
    add_other: impl Fn(AssetId, Problem) -> Option<Problem>,
) -> Vec<Problem> {
    let to_problem = |module: &PlainModule| {
        let (referrer, target) = (
            &assets[module.referrer.index()],
            &assets[module.target.index()],
        );
        let (from, to) = (referrer.key.to_text(), target.key.to_text());
        let message = format!("{} loads {to} a second time", module.text);
        let help = format!("add {to} to staticc.no_hash, or let staticc rewrite {from}");
        let problem = Problem::warning(Code::ModuleTwice, message)
            .in_file(referrer.source())
            .at(module.span.clone())
            .note(format!(
                "the text of {from} stays as it is, so this reference has no fingerprint"
            ))
            .help(help);
        let problem = add_other(module.target, problem)?;
        Some(problem.related(target.source(), None, "has a plain and a fingerprinted URL"))
    };
    plain.iter().filter_map(to_problem).collect()
}

/// Returns the same for files that other texts name with their fingerprints. `texts` are all
/// rewritten texts with their targets.
pub fn modules_twice_in_texts<'t>(
    assets: &[Asset],
    plain: &[PlainModule],
    texts: impl Iterator<Item = (AssetId, &'t [AssetId])>,
) -> Vec<Problem> {
    if plain.is_empty() {
        return Vec::new();
    }
    let referrers = fingerprinted_modules(assets, texts);
    module_twice_problems(assets, plain, |target, problem| {
        let other = referrers.get(&target)?;
        Some(with_referrer(assets, *other, problem))
    })
}

/// Returns the first text that names each asset with its fingerprint.
pub fn fingerprinted_modules<'t>(
    assets: &[Asset],
    texts: impl Iterator<Item = (AssetId, &'t [AssetId])>,
) -> HashMap<AssetId, AssetId> {
    let mut referrers = HashMap::new();
    for (referrer, targets) in texts {
        if assets[referrer.index()].treatment.rewrites() {
            for target in targets {
                let first = referrers.entry(*target).or_insert(referrer);
                *first = referrer.min(*first);
            }
        }
    }
    referrers
}

/// Adds the text that names a module with its fingerprint.
pub fn with_referrer(assets: &[Asset], referrer: AssetId, problem: Problem) -> Problem {
    let source = assets[referrer.index()].source();
    problem.related(source, None, "loads it with its fingerprint")
}
