//! What templates make of JavaScript modules: a missing one is an error if a page loads the file
//! that refers to it, and one that runs twice may be named by a template. Reads no files.

use std::collections::{HashMap, VecDeque};

use super::templates::mention::TemplateMention;
use crate::model::{Asset, AssetId, Problem, Severity};
use crate::rewrite::module_problems::{
    MissingModule, PlainModule, fingerprinted_modules, module_twice_problems, with_referrer,
};

/// The files that a way from a template to a file names. The others are counted.
const MAX_STEPS: usize = 8;

/// Which files lead to which, from the templates on.
pub struct ModuleGraph<'a> {
    assets: &'a [Asset],
    /// Every text with the files that it names.
    texts: &'a [(AssetId, Vec<AssetId>)],
    /// Where a template names a file, by the file.
    mentions: HashMap<AssetId, &'a TemplateMention>,
}

impl<'a> ModuleGraph<'a> {
    pub fn new(
        assets: &'a [Asset],
        texts: &'a [(AssetId, Vec<AssetId>)],
        mentions: &'a [(AssetId, TemplateMention)],
    ) -> Self {
        let mut first = HashMap::new();
        for (id, mention) in mentions {
            first.entry(*id).or_insert(mention);
        }
        Self {
            assets,
            texts,
            mentions: first,
        }
    }

    /// Returns the problems of missing modules. Those that a template leads to are errors, if the
    /// settings do not say what they are: `is_default`.
    pub fn missing_module_problems(
        &self,
        missing: Vec<MissingModule>,
        is_default: impl Fn(&MissingModule) -> bool,
    ) -> Vec<Problem> {
        let parents = self.parents();
        let problems = missing.into_iter().map(|module| {
            if !is_default(&module) {
                return module.problem;
            }
            match way_to(module.referrer, &parents) {
                Some(way) => self.with_way(module.problem, &way),
                None => module.problem,
            }
        });
        problems.collect()
    }

    /// Returns a warning for each module that a text or a template names with its fingerprint, and
    /// a text that stays names without.
    pub fn module_twice_problems(&self, plain: &[PlainModule]) -> Vec<Problem> {
        let texts = self.texts.iter();
        let with_targets = texts.map(|(id, targets)| (*id, &targets[..]));
        let referrers = fingerprinted_modules(self.assets, with_targets);
        module_twice_problems(self.assets, plain, |target, problem| {
            let mention = self.mentions.get(&target);
            let by_template = mention.map(|mention| with_mention(problem.clone(), mention));
            by_template.or_else(|| {
                let referrer = referrers.get(&target)?;
                Some(with_referrer(self.assets, *referrer, problem))
            })
        })
    }

    /// Returns each file that templates lead to, with the file before it on the shortest way.
    fn parents(&self) -> HashMap<AssetId, Option<AssetId>> {
        let targets: HashMap<AssetId, &Vec<AssetId>> =
            self.texts.iter().map(|(id, list)| (*id, list)).collect();
        let mut roots: Vec<AssetId> = self.mentions.keys().copied().collect();
        roots.sort_unstable();
        let mut parents: HashMap<AssetId, Option<AssetId>> =
            roots.iter().map(|root| (*root, None)).collect();
        let mut queue = VecDeque::from(roots);
        while let Some(file) = queue.pop_front() {
            for &target in targets.get(&file).into_iter().copied().flatten() {
                parents.entry(target).or_insert_with(|| {
                    queue.push_back(target);
                    Some(file)
                });
            }
        }
        parents
    }

    /// Makes a problem an error, and shows the way from the template to the file that it is in.
    fn with_way(&self, problem: Problem, way: &[AssetId]) -> Problem {
        let mut error = Problem {
            severity: Severity::Error,
            ..problem
        };
        if let Some(mention) = way.first().and_then(|root| self.mentions.get(root)) {
            error = with_mention(error, mention);
        }
        let steps = way.windows(2);
        let more = steps.len().saturating_sub(MAX_STEPS);
        for step in steps.take(MAX_STEPS) {
            let [from, to] = [step[0], step[1]].map(|id| &self.assets[id.index()]);
            error = error.related(from.source(), None, format!("refers to {}", to.key));
        }
        if more > 0 {
            error = error.note(format!(
                "{more} more files are on the way from the template"
            ));
        }
        error
    }
}

/// Returns the files from the one that a template names to this one.
fn way_to(file: AssetId, parents: &HashMap<AssetId, Option<AssetId>>) -> Option<Vec<AssetId>> {
    let mut way = vec![file];
    while let Some(parent) = parents.get(way.last()?)? {
        way.push(*parent);
    }
    way.reverse();
    Some(way)
}

fn with_mention(problem: Problem, mention: &TemplateMention) -> Problem {
    let message = format!("loads it: {}", mention.text);
    problem.related(&mention.file, Some(mention.span.clone()), message)
}
