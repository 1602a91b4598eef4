//! What imports what: between rooms, and between the files of a room. A room is a
//! module of `src/lib.rs`.

use std::collections::{BTreeMap, BTreeSet};

use super::imports::{Import, Parsed, parse};

/// From each name to those that it imports.
pub type Graph = BTreeMap<String, BTreeSet<String>>;

/// A path of names from the crate's root: `["plan", "model"]`.
type ModulePath = Vec<String>;

/// The rooms from top to bottom, as the documentation in `lib.rs` lists them:
/// `` //! - [`model`]: … ``.
pub fn documented_rooms(lib: &str) -> Vec<String> {
    let names = lib.lines().filter_map(|line| {
        let (name, _) = line.strip_prefix("//! - [`")?.split_once("`]:")?;
        Some(name.to_owned())
    });
    names.collect()
}

/// The rooms that `lib.rs` declares.
pub fn declared_rooms(lib: &str) -> BTreeSet<String> {
    let names = lib.lines().filter_map(|line| {
        let name = line.trim_start_matches("pub ").strip_prefix("mod ")?;
        name.strip_suffix(';').map(str::to_owned)
    });
    names.collect()
}

struct Module {
    file: String,
    parsed: Parsed,
}

/// All sources below `src/`.
pub struct Sources {
    modules: BTreeMap<ModulePath, Module>,
}

impl Sources {
    /// Reads files: each has its path in `src/` and its text. Unit tests at the end
    /// of a file may import what they like.
    pub fn new<'t>(files: impl IntoIterator<Item = (&'t str, &'t str)>) -> Self {
        let files: Vec<_> = files
            .into_iter()
            .map(|(file, text)| (module_path(file), file.to_owned(), text))
            .collect();
        let children = |parent: &ModulePath| -> Vec<String> {
            let paths = files.iter().map(|(path, ..)| path);
            let inner = paths.filter(|path| path.len() == parent.len() + 1);
            let inner = inner.filter(|path| path.starts_with(parent));
            inner.map(|path| path[parent.len()].clone()).collect()
        };
        let modules = files.iter().map(|(path, file, text)| {
            let code = text.split("#[cfg(test)]\nmod ").next().unwrap();
            let module = Module {
                file: file.clone(),
                parsed: parse(code, &children(path)),
            };
            (path.clone(), module)
        });
        Self {
            modules: modules.collect(),
        }
    }

    /// From each room to the rooms that it imports.
    pub fn rooms(&self) -> Graph {
        let mut graph = Graph::new();
        for (importer, imported) in self.pairs() {
            if importer[0] != imported[0] {
                let rooms = graph.entry(importer[0].clone()).or_default();
                rooms.insert(imported[0].clone());
            }
        }
        graph
    }

    /// The imports of rooms that stand after the own one.
    pub fn wrong_imports(&self, order: &[String]) -> Vec<String> {
        let position = |room: &str| order.iter().position(|known| known == room);
        let wrong = self.pairs().into_iter().filter_map(|(importer, imported)| {
            let file = &self.modules[&importer].file;
            let (own, other) = (position(&importer[0]), position(&imported[0]));
            match (own, other) {
                (None, _) => Some(format!("{file} is in no known room")),
                (Some(own), Some(other)) if other > own => {
                    let (room, later) = (&importer[0], &imported[0]);
                    Some(format!("{file} imports {later}, which stands after {room}"))
                }
                _ => None,
            }
        });
        wrong.collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// From each file to the files of the same room that it imports. A file that only
    /// re-exports takes no part: who imports it imports the file behind it.
    pub fn files(&self) -> Graph {
        let mut graph = Graph::new();
        for (importer, imported) in self.pairs() {
            let [one, other] = [&importer, &imported].map(|path| &self.modules[path]);
            let takes_part = !one.parsed.only_declares && !other.parsed.only_declares;
            if importer[0] == imported[0] && importer != imported && takes_part {
                let files = graph.entry(one.file.clone()).or_default();
                files.insert(other.file.clone());
            }
        }
        graph
    }

    /// Each module with each module that it imports.
    fn pairs(&self) -> BTreeSet<(ModulePath, ModulePath)> {
        let mut pairs = BTreeSet::new();
        for (importer, module) in &self.modules {
            for import in &module.parsed.imports {
                if is_used(import, &module.parsed) {
                    let imported = self.resolve(importer, &import.path);
                    pairs.extend(imported.into_iter().map(|path| (importer.clone(), path)));
                }
            }
        }
        pairs
    }

    /// The modules that a path leads to, through re-exports.
    fn resolve(&self, importer: &ModulePath, path: &[String]) -> BTreeSet<ModulePath> {
        let absolute = self.absolute(importer, path);
        let is_module = |length: &usize| self.modules.contains_key(&absolute[..*length]);
        let Some(length) = (1..=absolute.len()).rev().find(is_module) else {
            return BTreeSet::new();
        };
        let (found, rest) = absolute.split_at(length);
        let found = found.to_vec();
        let exports = self.modules[&found].parsed.imports.iter();
        let exports = exports.filter(|import| match (&import.exported_as, rest.first()) {
            (Some(name), Some(wanted)) => name == wanted || name == "*" || wanted == "*",
            _ => false,
        });
        let mut modules = BTreeSet::new();
        for export in exports {
            if self.absolute(&found, &export.path) != absolute {
                modules.extend(self.resolve(&found, &export.path));
            }
        }
        let is_exported = !modules.is_empty() && rest.first().is_some_and(|name| name != "*");
        if !is_exported {
            modules.insert(found);
        }
        modules
    }

    /// The path from the crate's root. A path that begins with no module is of
    /// another crate, and has no module as its beginning.
    fn absolute(&self, importer: &ModulePath, path: &[String]) -> ModulePath {
        let mut absolute = importer.clone();
        let mut rest = path;
        match path.first().map(String::as_str) {
            Some("crate") => {
                absolute.clear();
                rest = &path[1..];
            }
            Some("self") => rest = &path[1..],
            Some("super") => {
                while rest.first().is_some_and(|word| word == "super") {
                    absolute.pop();
                    rest = &rest[1..];
                }
            }
            Some(name) => {
                absolute.push(name.to_owned());
                if !self.modules.contains_key(&absolute) {
                    return vec![format!("::{name}")];
                }
                absolute.pop();
            }
            None => {}
        }
        absolute.extend_from_slice(rest);
        absolute
    }
}

/// A `pub use` alone passes a name on. Whether the file needs it shows in the code.
fn is_used(import: &Import, parsed: &Parsed) -> bool {
    match &import.exported_as {
        Some(name) => parsed.count(name) > 1 && name != "*",
        None => true,
    }
}

/// `plan/model.rs` is `["plan", "model"]`, and `plan/mod.rs` is `["plan"]`.
fn module_path(file: &str) -> ModulePath {
    let path = file.strip_suffix(".rs").unwrap();
    let path = path.strip_suffix("/mod").unwrap_or(path);
    path.split('/').map(str::to_owned).collect()
}

/// Names that import each other, directly or through others. Each circle is sorted.
pub fn circles(graph: &Graph) -> BTreeSet<Vec<String>> {
    let reachable = |start: &String| {
        let mut reached = BTreeSet::new();
        let mut open = vec![start];
        while let Some(name) = open.pop() {
            for next in graph.get(name).into_iter().flatten() {
                if reached.insert(next.clone()) {
                    open.push(next);
                }
            }
        }
        reached
    };
    let reached: Graph = graph
        .keys()
        .map(|name| (name.clone(), reachable(name)))
        .collect();
    let circle = |(name, others): (&String, &BTreeSet<String>)| -> Option<Vec<String>> {
        let leads_back =
            |other: &&String| reached.get(*other).is_some_and(|back| back.contains(name));
        let members: Vec<String> = others.iter().filter(leads_back).cloned().collect();
        (!members.is_empty()).then_some(members)
    };
    reached.iter().filter_map(circle).collect()
}
