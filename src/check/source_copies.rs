//! Finds compressed copies among the sources that are not copies of the file beside them.
//! Servers send such a copy instead of the file. Decodes one no further than it agrees.

use std::collections::HashMap;
use std::io;

use rayon::prelude::*;

use super::paths::{PathLevels, with_level};
use crate::disk;
use crate::encode::decode::is_copy;
use crate::model::{Asset, Code, Encoding, LogicalPath, Problem};

/// Returns a warning for each source that has the name of another one's compressed copy, and
/// another content.
pub fn source_copy_problems(assets: &[Asset], levels: &PathLevels<'_>) -> Vec<Problem> {
    let copies: Vec<(Encoding, LogicalPath, &Asset)> = assets
        .iter()
        .filter_map(|asset| {
            let (encoding, path) = copied_path(&asset.path)?;
            Some((encoding, path, asset))
        })
        .collect();
    if copies.is_empty() {
        return Vec::new();
    }
    let by_path: HashMap<&LogicalPath, &Asset> =
        assets.iter().map(|asset| (&asset.path, asset)).collect();
    let problems: Vec<Option<Problem>> = copies
        .par_iter()
        .map(|(encoding, path, copy)| wrong_copy(*encoding, copy, by_path.get(path)?))
        .collect();
    let with_copies = problems.into_iter().zip(copies);
    with_copies
        .filter_map(|(problem, (_, _, copy))| with_level(problem?, &copy.path, levels))
        .collect()
}

/// Returns the path of the file whose compressed copy has this path.
fn copied_path(path: &LogicalPath) -> Option<(Encoding, LogicalPath)> {
    Encoding::ALL.into_iter().find_map(|encoding| {
        let copied = path.as_bytes().strip_suffix(encoding.suffix().as_bytes())?;
        Some((encoding, LogicalPath::new(copied)))
    })
}

fn wrong_copy(encoding: Encoding, copy: &Asset, file: &Asset) -> Option<Problem> {
    let is_same = disk::open(&copy.source()).and_then(|(copy, _)| {
        let (content, _) = disk::open(&file.source())?;
        is_copy(encoding, copy, content)
    });
    let reason = match is_same {
        Ok(true) => return None,
        Ok(false) => "it has another content".to_owned(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
        Err(error) => format!("it cannot be decoded: {error}"),
    };
    let message = format!(
        "is not a compressed copy of {}, as its name says",
        file.path
    );
    let problem = Problem::warning(Code::WrongSourceCopy, message)
        .in_file(copy.source())
        .related(file.source(), None, "the file that it stands for")
        .note(format!("{reason}; a server sends it instead of the file"))
        .help("remove it: collecting makes the copy; or rename it");
    Some(problem)
}
