//! Takes the compressed copies that the local cache misses from the remote cache, and gives it
//! those that the run makes. Knows no store.

use super::content_bytes::ContentBytesOnDemand;
use super::transaction::Transaction;
use crate::encode::spec::Encoded;
use crate::model::{Encoding, Encodings, Problem};
use crate::plan::model::{SpecIndex, TargetId, UniqueContent};
use crate::state::cache::copy::{compressed_copy, insert_copy, lacks_copies};
use crate::state::remote_cache::entry::EntryOf;
use crate::state::remote_cache::{RemoteAnswer, RemoteCache};

/// A spec of a content's incomplete targets.
pub(super) struct NeededSpec {
    pub spec: SpecIndex,
    /// The compressed copies that are there and stay, of all targets with this spec.
    pub staying: Encodings,
}

impl Transaction<'_> {
    /// Returns the specs of a content's targets, each once.
    pub(super) fn needed_specs(&self, targets: &[TargetId]) -> Vec<NeededSpec> {
        let mut needed: Vec<NeededSpec> = Vec::new();
        for &id in targets {
            let Some(spec) = self.plan.targets[id].spec else {
                continue;
            };
            let staying = self.states[id].staying_copies();
            match needed.iter_mut().find(|known| known.spec == spec) {
                Some(known) => known.staying = known.staying.intersection(staying),
                None => needed.push(NeededSpec { spec, staying }),
            }
        }
        needed
    }

    /// Asks the remote cache for the copies that the local one misses, if it is worth it.
    pub(super) fn ask_remote_cache(&self, contents: &[&UniqueContent]) {
        let Some(remote) = self.remote else { return };
        let entries = contents.iter().flat_map(|content| {
            let incomplete = content
                .targets()
                .filter(|&id| self.states[id].is_incomplete());
            let incomplete: Vec<TargetId> = incomplete.collect();
            let needed = self.needed_specs(&incomplete);
            needed.into_iter().filter_map(|needed| {
                let entry = self.entry_of(content, needed.spec)?;
                let missing = entry.spec.encodings.without(needed.staying);
                let is_wanted = RemoteCache::is_worth_asking(&entry)
                    && lacks_copies(self.cache, entry.content, entry.spec, missing);
                is_wanted.then_some(entry)
            })
        });
        remote.ask(entries);
    }

    /// Returns the copies worth keeping: those of the caches, and else made now.
    pub(super) fn encode_with(
        &self,
        content: &UniqueContent,
        needed: &NeededSpec,
        bytes: &mut ContentBytesOnDemand<'_>,
    ) -> Result<Vec<Encoded>, Problem> {
        let spec = &self.plan.specs[needed.spec];
        let remote = self.remote.zip(self.entry_of(content, needed.spec));
        let mut answer = match &remote {
            Some((remote, entry)) => remote.take(entry, || bytes.get())?,
            None => RemoteAnswer::Unknown,
        };
        let copies = spec.keep(needed.staying, |encoding| {
            if let Some((_, entry)) = &remote
                && let Some(copy) = answer.take_copy(encoding)
                && lacks_copies(self.cache, entry.content, spec, one(encoding))
            {
                insert_copy(self.cache, entry.content, spec, encoding, &copy);
                return Ok(Some(copy));
            }
            compressed_copy(self.cache, content.id, spec, encoding, || bytes.get())
        })?;
        // An entry has all copies of its recipe.
        if let Some((remote, entry)) = &remote
            && answer == RemoteAnswer::Absent
            && needed.staying.is_empty()
        {
            remote.put(entry, &copies);
        }
        Ok(copies)
    }

    fn entry_of(&self, content: &UniqueContent, spec: SpecIndex) -> Option<EntryOf<'_>> {
        Some(EntryOf {
            content: content.id?,
            size: content.size,
            spec: &self.plan.specs[spec],
        })
    }
}

fn one(encoding: Encoding) -> Encodings {
    [encoding].into_iter().collect()
}
