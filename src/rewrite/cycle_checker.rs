//! Computes the names of collected texts that refer to each other in a circle, from the texts as
//! they are in STATIC_ROOT. Changes nothing.

use std::collections::{HashMap, HashSet};

use super::cycle_names::{ZEROS, cycle_fingerprints};
use super::graph::order;
use super::reference_checker::ReferenceChecker;
use super::rules::browser_references;
use super::url_resolve::{UrlResolution, fingerprint_in};
use crate::model::{Asset, Fingerprint, LogicalPath};

/// A collected text whose name may be that of a circle.
pub struct CycleMember<'a> {
    /// The file in STATIC_ROOT.
    pub file: &'a Asset,
    /// The path without the fingerprint.
    pub path: LogicalPath,
    pub text: Vec<u8>,
}

/// A reference from one member to another.
struct InnerReference {
    target: usize,
    /// Where the fingerprint of the target is in the text.
    at: usize,
}

impl ReferenceChecker<'_> {
    /// Returns the fingerprint of each text that is in a circle with others.
    pub fn cycle_names(&self, members: &[CycleMember<'_>]) -> Vec<Option<Fingerprint>> {
        let by_path: HashMap<&LogicalPath, usize> = members
            .iter()
            .enumerate()
            .map(|(index, member)| (&member.file.path, index))
            .collect();
        let references: Vec<Vec<InnerReference>> = members
            .iter()
            .map(|member| self.inner_references(member, members, &by_path))
            .collect();
        let targets: Vec<Vec<usize>> = references
            .iter()
            .map(|list| list.iter().map(|reference| reference.target).collect())
            .collect();
        let mut names = vec![None; members.len()];
        for group in order(&targets).groups(&targets).into_iter().flatten() {
            let in_group: HashSet<usize> = group.iter().copied().collect();
            let is_inner = |reference: &&InnerReference| in_group.contains(&reference.target);
            let with_zeros = |index: &usize| {
                let mut text = members[*index].text.clone();
                for reference in references[*index].iter().filter(is_inner) {
                    text[reference.at..reference.at + ZEROS.len()].copy_from_slice(&ZEROS);
                }
                text
            };
            if !references[group[0]]
                .iter()
                .any(|reference| is_inner(&reference))
            {
                // It only refers to a circle.
                continue;
            }
            let texts: Vec<Vec<u8>> = group.iter().map(with_zeros).collect();
            let paths = group.iter().map(|&index| &members[index].path);
            let with_paths = paths.zip(texts.iter().map(Vec::as_slice));
            let fingerprints = cycle_fingerprints(&with_paths.collect::<Vec<_>>());
            for (index, name) in group.iter().zip(fingerprints) {
                names[*index] = Some(name);
            }
        }
        names
    }

    fn inner_references(
        &self,
        member: &CycleMember<'_>,
        members: &[CycleMember<'_>],
        by_path: &HashMap<&LogicalPath, usize>,
    ) -> Vec<InnerReference> {
        let mut inner = Vec::new();
        for found in browser_references(&member.file.path, &member.text) {
            let resolution = self.resolver.resolve_url(member.file, &found.specifier);
            let UrlResolution::Asset(id, _) = resolution else {
                continue;
            };
            let path = &self.resolver.index.asset(id).path;
            let Some(&target) = by_path.get(path) else {
                continue;
            };
            let url = &member.text[found.span.clone()];
            let place = fingerprint_in(&members[target].path, path)
                .and_then(|fingerprint| memchr::memmem::rfind(url, fingerprint.as_bytes()));
            inner.extend(place.map(|place| InnerReference {
                target,
                at: found.span.start + place,
            }));
        }
        inner
    }
}
