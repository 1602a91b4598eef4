//! Putting in force what is prepared: only renames and removals, hashed
//! files before plain ones, the manifest after all files, removals last.

use std::collections::HashMap;

use rayon::prelude::*;

use super::staged_file::StagedFile;
use super::transaction::{NUMBERS, Ready, Transaction, in_order};
use crate::model::{AssetId, Encoding, Encodings, LogicalPath, Problem};
use crate::plan::model::Existing;
use crate::plan::model::{Done, Placed};
use crate::plan::model::{Plan, Role, Target};

impl Transaction<'_> {
    /// A source that is named as a compressed copy gives way to the copy.
    pub(super) fn give_way(&self, plan: &Plan, ready: &mut [Ready]) -> Result<(), Problem> {
        let named: HashMap<&LogicalPath, usize> = plan
            .targets
            .iter()
            .enumerate()
            .filter(|(_, target)| {
                let is_copy = |encoding: Encoding| {
                    target
                        .path
                        .as_bytes()
                        .ends_with(encoding.suffix().as_bytes())
                };
                Encoding::ALL.into_iter().any(is_copy)
            })
            .map(|(index, target)| (&target.path, index))
            .collect();
        for (index, target) in plan.targets.iter().enumerate() {
            for encoding in ready[index].kept.iter() {
                if let Some(&other) = named.get(&target.path.with_suffix(encoding.suffix())) {
                    if ready[other].placed.file {
                        let root = self.looker.root;
                        let slot = root.slot(&plan.targets[other].path, other * NUMBERS);
                        root.remove(slot.temporary())?;
                    }
                    ready[other].gives_way();
                }
            }
        }
        Ok(())
    }

    /// Puts everything in force. Only renames and removals.
    pub(super) fn put(
        &self,
        plan: &Plan,
        ready: &[Ready],
        manifest: Option<&StagedFile>,
    ) -> Result<Vec<Done>, Problem> {
        for role in [Role::Hashed, Role::Plain] {
            plan.targets
                .par_iter()
                .zip(ready)
                .enumerate()
                .filter(|(_, (target, ready))| target.role == role && ready.is_work())
                .try_for_each(|(index, (target, ready))| {
                    self.put_target(plan, index * NUMBERS, target, *ready)
                })?;
        }
        self.looker.root.settle()?;
        if let Some(manifest) = manifest {
            self.looker.root.put(manifest)?;
            self.looker.root.settle()?;
        }
        let targets = plan.targets.iter().zip(ready).enumerate();
        let mut done: Vec<Done> = targets
            .map(|(index, (target, ready))| Done {
                asset: target.asset,
                role: target.role,
                path: target.path.clone(),
                before: ready.before,
                copies: ready.kept,
                target: (!ready.gives_way).then_some(index),
                placed: ready.placed,
                written: ready.is_work(),
            })
            .collect();
        for &asset in &plan.removals {
            let path = &self.looker.assets[asset.index()].path;
            done.push(self.removed(asset));
            // A copy never stays without its file.
            for encoding in Encoding::ALL {
                let copy = path.with_suffix(encoding.suffix());
                if !plan.paths.contains(&copy) {
                    self.looker.root.remove(&copy)?;
                }
            }
            self.looker.root.remove(path)?;
        }
        self.looker.root.tidy()?;
        Ok(in_order(done))
    }

    fn put_target(
        &self,
        plan: &Plan,
        number: usize,
        target: &Target,
        ready: Ready,
    ) -> Result<(), Problem> {
        for encoding in ready.obsolete.iter() {
            let copy = target.path.with_suffix(encoding.suffix());
            if !plan.paths.contains(&copy) {
                self.looker.root.remove(&copy)?;
            }
        }
        if ready.placed.file {
            let slot = self.looker.root.slot(&target.path, number);
            self.looker.root.put(&slot)?;
        }
        for encoding in ready.placed.copies.iter() {
            let copy = target.path.with_suffix(encoding.suffix());
            let number = number + 1 + encoding as usize;
            let slot = self.looker.root.slot(&copy, number);
            self.looker.root.put(&slot)?;
        }
        Ok(())
    }

    /// What is told of an asset whose plain file goes: Django copies it
    /// first, unless it is there.
    fn removed(&self, asset: AssetId) -> Done {
        let path = &self.looker.assets[asset.index()].path;
        let content = &self.contents[asset.index()];
        let before = match self.looker.root.look(path) {
            Ok(None) => Existing::Absent,
            _ if self.looker.root.holds(path, content.id, content.stamp.size) => Existing::Same,
            _ => Existing::Other,
        };
        Done {
            asset,
            role: Role::Plain,
            path: path.clone(),
            before,
            copies: Encodings::default(),
            target: None,
            placed: Placed::default(),
            written: before != Existing::Absent,
        }
    }
}
