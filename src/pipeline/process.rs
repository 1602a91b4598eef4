//! From the files found to the plan: reads the sources that no record knows,
//! rewrites the texts that changed, and plans STATIC_ROOT. Writes nothing.

use super::project::Project;
use super::severity::SeverityPolicy;
use crate::model::{Asset, AssetId, Fingerprint, Problem};
use crate::plan::builder;
use crate::plan::model::{Plan, PostProcessed};
use crate::rewrite::adjusted::rewrite;
use crate::rewrite::module_problems::modules_twice_in_texts;
use crate::rewrite::resolve::{Leftovers, NoLeftovers};
use crate::settings::AllowKind;
use crate::sources::content::Content;
use crate::sources::read::{Sources, read_all, read_none, read_possible, read_texts};
use crate::state::inputs_digest::InputsDigest;
use crate::state::releases::ReleaseFile;
use crate::static_root::inspect::Inspector;

/// The project's files with their final texts and names.
pub struct Processed {
    /// The contents, by the number of their asset.
    pub contents: Vec<Content>,
    pub post_processed: PostProcessed,
    pub plan: Plan,
    /// Problems in texts that don't fail the run.
    pub warnings: Vec<Problem>,
}

impl Processed {
    /// Returns the files that the manifest names.
    pub fn release_files<'a>(
        &'a self,
        assets: &'a [Asset],
    ) -> impl Iterator<Item = ReleaseFile> + 'a {
        let hashed = self.post_processed.hashed.iter().flatten();
        hashed.zip((0..).map(AssetId)).map(|(path, id)| {
            let adjusted = self.post_processed.adjusted(id);
            let in_cycle = adjusted.is_some_and(|adjusted| adjusted.in_cycle);
            let content = if in_cycle {
                adjusted.map(|adjusted| adjusted.id)
            } else if assets[id.index()].treatment.is_prehashed() {
                self.contents[id.index()].id
            } else {
                None
            };
            ReleaseFile {
                path: path.clone(),
                content,
            }
        })
    }
}

/// The flags of collect that processing depends on.
#[derive(Clone, Copy, Debug)]
pub struct ProcessOptions {
    pub link: bool,
    pub dry_run: bool,
    pub no_post_process: bool,
    /// Whether the run removes the files of earlier runs.
    pub clear: bool,
}

impl ProcessOptions {
    /// Reads, rewrites and plans. `inspector` tells which results of earlier
    /// runs are still in STATIC_ROOT.
    pub fn process(
        self,
        project: &Project<'_>,
        inputs: &InputsDigest,
        inspector: &Inspector<'_>,
    ) -> Result<Processed, Vec<Problem>> {
        let settings = project.settings;
        let assets = &project.found.assets;
        let record = inspector.record;
        let post_process = !self.no_post_process && !self.dry_run;
        let hashes = post_process && settings.backend.hashes();
        let mut sources = if self.link && !post_process {
            // A link to a source that can't be read is still a link.
            Sources::without_problems(read_none(assets))
        } else if self.dry_run {
            Sources::without_problems(read_possible(assets))
        } else {
            read_all(assets, hashes, settings.references, record)
        };
        let mut post_processed = PostProcessed::default();
        let mut warnings = Vec::new();
        if hashes {
            let is_intact = |path: &_, output: &_| inspector.is_intact(path, output);
            post_processed.adjusted =
                record.still_valid(inputs, assets, &sources.contents, is_intact);
            let earlier = project.earlier_files();
            let leftovers: &dyn Leftovers = if self.clear { &NoLeftovers } else { &earlier };
            warnings = rewrite_texts(project, leftovers, &mut sources, &mut post_processed)?;
        }
        Problem::fail_on_any(sources.problems)?;
        let planned = post_process.then_some(&post_processed);
        Ok(Processed {
            plan: builder::plan(settings, assets, &sources.contents, planned),
            contents: sources.contents,
            post_processed,
            warnings,
        })
    }
}

/// Rewrites the texts that no record knows. Returns the warnings; fails if a
/// file has an error.
fn rewrite_texts(
    project: &Project<'_>,
    leftovers: &dyn Leftovers,
    sources: &mut Sources,
    post_processed: &mut PostProcessed,
) -> Result<Vec<Problem>, Vec<Problem>> {
    let assets = &project.found.assets;
    let rules = project.settings.references;
    let is_unknown = |id: &AssetId| {
        let adjustable = assets[id.index()].is_scanned;
        adjustable && post_processed.adjusted(*id).is_none() && !sources.unreadable.contains(id)
    };
    let ids = (0..).map(AssetId).take(assets.len());
    let unknown: Vec<AssetId> = ids.filter(is_unknown).collect();
    let is_unread = |id: &AssetId| sources.contents[id.index()].text().is_none();
    let unread: Vec<AssetId> = unknown.iter().copied().filter(is_unread).collect();
    let unreadable = read_texts(assets, &mut sources.contents, &unread, rules);
    let contents = &sources.contents;
    let texts = unknown
        .into_iter()
        .filter_map(|id| Some((id, contents[id.index()].text()?)))
        .collect();
    let fingerprint = |(id, content): (u32, &Content)| {
        let adjusted = post_processed.adjusted(AssetId(id));
        adjusted.map_or(content.fingerprint, |adjusted| Some(adjusted.fingerprint))
    };
    let fingerprints: Vec<Option<Fingerprint>> = (0..).zip(contents).map(fingerprint).collect();
    let policy = SeverityPolicy::new(project.settings);
    let rewritten =
        project.with_rewrite_context(&policy, &fingerprints, leftovers, |rewrite_context| {
            rewrite(rewrite_context, texts)
        });
    let mut problems = rewritten.problems;
    problems.extend(unreadable);
    problems.append(&mut sources.problems);
    problems.extend(policy.unused(AllowKind::is_of_collecting));
    Problem::sort(&mut problems);
    if problems.iter().any(Problem::is_error) {
        return Err(problems);
    }
    post_processed.adjusted.extend(rewritten.adjusted);
    post_processed.hashed = Some(rewritten.hashed);
    let texts = post_processed.adjusted.iter();
    let targets = texts.map(|(id, adjusted)| (*id, &adjusted.targets[..]));
    problems.extend(modules_twice_in_texts(
        assets,
        &rewritten.plain_modules,
        targets,
    ));
    Problem::sort(&mut problems);
    Ok(problems)
}
