//! From the files found to the plan: what is not known is read, what does not
//! hold is rewritten. Writes nothing.

use super::collect::Run;
use super::fail_on;
use super::policy::Policy;
use super::project::Project;
use crate::nouns::{AssetId, Fingerprint, Problem};
use crate::output::look::Looker;
use crate::output::plan::{self, Plan, Processed};
use crate::output::record::World;
use crate::rewrite::rewrite;
use crate::settings::AllowKind;
use crate::sources::{self, Content, Read};

/// What a run knows once everything is read and named.
pub(super) struct Named {
    /// By asset number.
    pub(super) contents: Vec<Content>,
    /// What post-processing gave.
    pub(super) processed: Processed,
    /// What STATIC_ROOT shall hold.
    pub(super) plan: Plan,
    /// What is odd about the texts.
    pub(super) warnings: Vec<Problem>,
}

impl Run<'_> {
    /// Reads what is not known, rewrites what does not hold, and plans.
    pub(super) fn name(
        &self,
        project: &Project<'_>,
        world: &World,
        looker: &Looker<'_>,
    ) -> Result<Named, Vec<Problem>> {
        let settings = self.settings;
        let assets = &project.found.assets;
        let post_process = !self.flags.no_post_process && !self.flags.dry_run;
        let hashes = post_process && settings.backend.hashes();
        // Links that lead nowhere are links all the same.
        let mut read = if self.flags.link && !post_process {
            Read::of(sources::unread(assets))
        } else if self.flags.dry_run {
            Read::of(sources::read_leniently(assets))
        } else {
            sources::read(assets, hashes, looker.record)
        };
        let (mut processed, mut warnings) = (Processed::default(), Vec::new());
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
        Ok(Named {
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
        processed: &mut Processed,
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
        let unreadable = sources::read_texts(assets, &mut read.contents, &unread);
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
        let policy = Policy::new(settings);
        let mut rewritten = project.with_job(&policy, &fingerprints, |job| rewrite(job, texts));
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
