//! From the files found to the plan: what is not known is read, what does not
//! hold is rewritten. Writes nothing.

use super::project::Project;
use super::run::fail_on;
use super::severity::SeverityPolicy;
use crate::cli;
use crate::model::{AssetId, Fingerprint, Problem};
use crate::plan::model::{Plan, PostProcessed};
use crate::plan::plan;
use crate::rewrite::collection::rewrite;
use crate::settings::{AllowKind, Settings};
use crate::sources;
use crate::sources::read::{Content, Read};
use crate::state::collect_record::InputsDigest;
use crate::static_root::inspect::Inspector;

/// What a run knows once everything is read and named.
pub struct Processed {
    /// By asset number.
    pub contents: Vec<Content>,
    /// What post-processing gave.
    pub processed: PostProcessed,
    /// What STATIC_ROOT shall hold.
    pub plan: Plan,
    /// What is odd about the texts.
    pub warnings: Vec<Problem>,
}

/// What naming depends on besides the files.
pub struct ProcessContext<'a> {
    /// The flags of the run.
    pub args: &'a cli::CollectArgs,
    /// The settings of the project.
    pub settings: &'a Settings,
}

impl ProcessContext<'_> {
    /// Reads what is not known, rewrites what does not hold, and plans.
    pub fn name(
        &self,
        project: &Project<'_>,
        world: &InputsDigest,
        looker: &Inspector<'_>,
    ) -> Result<Processed, Vec<Problem>> {
        let settings = self.settings;
        let assets = &project.found.assets;
        let post_process = !self.args.no_post_process && !self.args.dry_run;
        let hashes = post_process && settings.backend.hashes();
        // Links that lead nowhere are links all the same.
        let mut read = if self.args.link && !post_process {
            Read::of(sources::read::unread(assets))
        } else if self.args.dry_run {
            Read::of(sources::read::read_leniently(assets))
        } else {
            sources::read::read(assets, hashes, looker.record)
        };
        let (mut processed, mut warnings) = (PostProcessed::default(), Vec::new());
        if hashes {
            processed.adjusted =
                looker
                    .record
                    .settled(world, assets, &read.contents, |path, output| {
                        looker.is_intact(path, output)
                    });
            warnings = self.rewrite(project, &mut read, &mut processed)?;
        }
        fail_on(read.problems)?;
        let contents = read.contents;
        let plan = plan::plan(
            settings,
            assets,
            &contents,
            post_process.then_some(&processed),
        );
        Ok(Processed {
            contents,
            processed,
            plan,
            warnings,
        })
    }

    /// Rewrites all css and js that is not settled, and says what is odd about
    /// them; fails if anything in them is wrong.
    fn rewrite(
        &self,
        project: &Project<'_>,
        read: &mut Read,
        processed: &mut PostProcessed,
    ) -> Result<Vec<Problem>, Vec<Problem>> {
        let settings = self.settings;
        let assets = &project.found.assets;
        let open = |id: &AssetId| {
            let adjustable = assets[id.index()].path.is_adjustable();
            adjustable && processed.adjusted(*id).is_none() && !read.unreadable.contains(id)
        };
        let open: Vec<AssetId> = (0..).map(AssetId).take(assets.len()).filter(open).collect();
        let unread = |id: &AssetId| read.contents[id.index()].text().is_none();
        let unread: Vec<AssetId> = open.iter().copied().filter(unread).collect();
        let unreadable = sources::read::read_texts(assets, &mut read.contents, &unread);
        let contents = &read.contents;
        let texts = open
            .into_iter()
            .filter_map(|id| Some((id, contents[id.index()].text()?)))
            .collect();
        let fingerprint = |(id, content): (u32, &Content)| {
            let adjusted = processed.adjusted(AssetId(id));
            adjusted.map_or(content.fingerprint, |it| Some(it.fingerprint))
        };
        let fingerprints: Vec<Option<Fingerprint>> = (0..).zip(contents).map(fingerprint).collect();
        let policy = SeverityPolicy::new(settings);
        let mut rewritten =
            project.with_rewrite_context(&policy, &fingerprints, |job| rewrite(job, texts));
        let mut problems = std::mem::take(&mut rewritten.problems);
        problems.extend(unreadable);
        problems.append(&mut read.problems);
        problems.extend(policy.unused(AllowKind::is_of_collecting));
        Problem::sort(&mut problems);
        if problems.iter().any(Problem::is_error) {
            return Err(problems);
        }
        processed.adjusted.extend(rewritten.adjusted);
        processed.hashed = Some(rewritten.hashed);
        Ok(problems)
    }
}
