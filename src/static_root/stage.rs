//! Preparing one content: its compressed copies, and its files beside their
//! places. Reads bytes only where somebody needs them; puts nothing in force.

use std::fs::{self, Metadata};

use super::staged_file::{Likeness, Source, StagedFile};
use super::static_root::cannot_read;
use super::transaction::{NUMBERS, Ready, Transaction};
use crate::disk;
use crate::encode::{CompressionSpec, Encoded};
use crate::model::{AssetId, Code, ContentId, Encoding, Encodings, LogicalPath, Problem, Stamp};
use crate::plan::model::{ContentSource, Plan, Target, UniqueContent};
use crate::plan::model::{CurrentState, Existing};
use crate::state::cache::copy::copy;

impl Transaction<'_> {
    /// Prepares what one content needs; what is ready, by target number.
    pub(super) fn prepare_piece(
        &self,
        plan: &Plan,
        piece: &UniqueContent,
        looks: &[CurrentState],
    ) -> Result<Vec<(usize, Ready)>, Problem> {
        // Files that are there come first: others can be made of them.
        let (mut open, complete): (Vec<usize>, Vec<usize>) = piece
            .targets
            .clone()
            .partition(|&target| looks[target].is_incomplete());
        open.sort_by_key(|&target| looks[target].before != Existing::Same);
        let mut bytes = Bytes::new(self, piece);
        let mut recipes: Vec<(u32, Vec<Encoded>)> = Vec::new();
        for recipe in open
            .iter()
            .filter_map(|&target| plan.targets[target].recipe)
        {
            if recipes.iter().all(|(known, _)| *known != recipe) {
                let copies = self.encode(piece, &plan.recipes[recipe as usize], &mut bytes)?;
                recipes.push((recipe, copies));
            }
        }
        let is_file = |index: &usize| !self.looker.links(&plan.targets[*index]);
        let mut twin = complete.into_iter().find(is_file).map(|index| Duplicate {
            target: &plan.targets[index],
            number: index * NUMBERS,
            ready: Ready::untouched(looks[index]),
        });
        let mut ready = Vec::with_capacity(open.len());
        for index in open {
            let target = &plan.targets[index];
            let own = |(recipe, _): &&(u32, Vec<Encoded>)| Some(*recipe) == target.recipe;
            let order = Order {
                number: index * NUMBERS,
                target,
                look: looks[index],
                copies: recipes.iter().find(own).map_or(&[], |(_, copies)| copies),
                twin: twin
                    .as_ref()
                    .filter(|twin| twin.target.recipe == target.recipe),
            };
            let prepared = self.prepare_target(&order, &mut bytes)?;
            if is_file(&index) {
                twin.get_or_insert(Duplicate {
                    target,
                    number: index * NUMBERS,
                    ready: prepared,
                });
            }
            ready.push((index, prepared));
        }
        Ok(ready)
    }

    /// The compressed copies of a content that are worth keeping.
    fn encode(
        &self,
        piece: &UniqueContent,
        recipe: &CompressionSpec,
        bytes: &mut Bytes<'_>,
    ) -> Result<Vec<Encoded>, Problem> {
        recipe.keep(|encoding| copy(self.cache, piece.id, (recipe, encoding), || bytes.get()))
    }

    fn prepare_target(&self, order: &Order<'_>, bytes: &mut Bytes<'_>) -> Result<Ready, Problem> {
        let mut ready = Ready::untouched(order.look);
        let path = &order.target.path;
        let source = || self.looker.assets[order.target.asset.index()].source();
        let links = self.looker.links(order.target);
        let like = if order.look.before == Existing::Same {
            // The copies of a link are like what it leads to.
            let found = if links {
                fs::metadata(source()).ok()
            } else {
                self.looker.root.look(path)?
            };
            found.as_ref().map(Likeness::of)
        } else {
            let slot = self.looker.root.slot(path, order.number);
            let like = if links {
                let source = source();
                self.looker.root.prepare_link(&slot, &source)?;
                fs::metadata(source).as_ref().ok().map(Likeness::of)
            } else {
                let twin = order.twin.map(|twin| self.place_of(twin, None));
                let linked = twin.and_then(|twin| self.looker.root.prepare_twin(&slot, &twin));
                Some(linked.map_or_else(|| bytes.prepare(&slot), Ok)?)
            };
            let stamp = like.map_or_else(Stamp::default, |like| like.stamp);
            ready.placed.add_file(&stamp);
            like
        };
        for copy in order.copies {
            let path = path.with_suffix(copy.encoding.suffix());
            ready.kept.insert(copy.encoding);
            if !ready.placed.file && self.is_copy(&path, &copy.bytes, like) {
                continue;
            }
            let slot = self
                .looker
                .root
                .slot(&path, order.number + 1 + copy.encoding as usize);
            let twin = order
                .twin
                .filter(|twin| twin.ready.kept.contains(copy.encoding))
                .map(|twin| self.place_of(twin, Some(copy.encoding)));
            let linked = twin.and_then(|twin| self.looker.root.prepare_twin(&slot, &twin));
            let source = Source::Bytes(&copy.bytes);
            let made = linked.map_or_else(|| self.looker.root.prepare(&slot, &source, like), Ok)?;
            ready.placed.add_copy(copy.encoding, &made.stamp);
        }
        // A client must not get the old content's copy for the new file.
        let replaced = if ready.placed.file {
            Encodings::default()
        } else {
            ready.kept
        };
        ready.obsolete = order.look.present.without(replaced);
        Ok(ready)
    }

    /// Where a twin, or its compressed copy, is at the moment.
    fn place_of(&self, twin: &Duplicate<'_>, encoding: Option<Encoding>) -> LogicalPath {
        let path = twin
            .target
            .path
            .with_suffix(encoding.map_or("", Encoding::suffix));
        let (own, waits) = match encoding {
            None => (0, twin.ready.placed.file),
            Some(encoding) => (
                1 + encoding as usize,
                twin.ready.placed.copies.contains(encoding),
            ),
        };
        if waits {
            let slot = self.looker.root.slot(&path, twin.number + own);
            slot.temporary().clone()
        } else {
            path
        }
    }

    /// Whether a compressed copy is as this run would make it.
    fn is_copy(&self, path: &LogicalPath, bytes: &[u8], like: Option<Likeness>) -> bool {
        let found = self.looker.root.look_at_file(path);
        let is_like = |found: &Metadata| like.is_some_and(|like| like.has_time_of(found));
        found.as_ref().is_some_and(is_like) && self.looker.root.holds_bytes(path, bytes)
    }
}

/// One target to prepare.
struct Order<'a> {
    /// The first of its numbers.
    number: usize,
    target: &'a Target,
    look: CurrentState,
    /// Its compressed copies.
    copies: &'a [Encoded],
    /// Another target with the same bytes and copies.
    twin: Option<&'a Duplicate<'a>>,
}

/// A target whose bytes are there already, in their place or beside it.
struct Duplicate<'a> {
    target: &'a Target,
    /// The first of its numbers.
    number: usize,
    ready: Ready,
}

/// The bytes of a content, read when somebody needs them.
struct Bytes<'a> {
    stage: &'a Transaction<'a>,
    body: ContentSource,
    id: ContentId,
    read: Option<Vec<u8>>,
}

impl<'a> Bytes<'a> {
    fn new(stage: &'a Transaction<'a>, piece: &UniqueContent) -> Self {
        Self {
            stage,
            body: piece.body,
            id: piece.id,
            read: None,
        }
    }

    fn get(&mut self) -> Result<&[u8], Problem> {
        match self.body {
            ContentSource::Source(asset) => {
                if self.in_memory(asset).is_none() {
                    self.read = Some(self.read(asset)?);
                }
                Ok(self.in_memory(asset).unwrap_or_default())
            }
            ContentSource::Text(asset) | ContentSource::Settled(asset) => {
                let adjusted = self.stage.processed.adjusted(asset);
                let text = adjusted.and_then(|adjusted| adjusted.text.as_ref());
                text.map(String::as_bytes).ok_or_else(|| {
                    Problem::error(
                        Code::NoText,
                        "was changed in STATIC_ROOT while the run looked",
                    )
                    .in_file(self.stage.looker.assets[asset.index()].source())
                    .help("run again")
                })
            }
        }
    }

    /// The bytes of a source, if they were read.
    fn in_memory(&self, asset: AssetId) -> Option<&[u8]> {
        let loaded = self.stage.contents[asset.index()].bytes();
        loaded.or(self.read.as_deref())
    }

    fn read(&self, asset: AssetId) -> Result<Vec<u8>, Problem> {
        let source = self.stage.looker.assets[asset.index()].source();
        let bytes = disk::read(&source).map_err(|error| cannot_read(&source, &error))?;
        if blake3::hash(&bytes) == self.id {
            Ok(bytes)
        } else {
            Err(crate::sources::read::changed(&source))
        }
    }

    /// Prepares a file with these bytes.
    fn prepare(&mut self, slot: &StagedFile) -> Result<Likeness, Problem> {
        let root = self.stage.looker.root;
        if let ContentSource::Source(asset) = self.body {
            let source = self.stage.looker.assets[asset.index()].source();
            let stamp = &self.stage.contents[asset.index()].stamp;
            let source = Source::File(&source, stamp, self.in_memory(asset));
            return root.prepare(slot, &source, None);
        }
        let bytes = self.get()?;
        root.prepare(slot, &Source::Bytes(bytes), None)
    }
}
