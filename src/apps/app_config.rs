//! Finds the configuration class of an app, as Django's `AppConfig.create` does. Reads Python as
//! text, and runs nothing. Does not know where apps are.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::advice;
use super::modules;
use super::modules::FoundModule;
use super::python_source;
use super::python_source::{Class, Module};
use super::python_value::{PythonValue, Scope, evaluate};
use super::search_path::SearchPath;
use crate::model::{Code, Problem};

/// A configuration class, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Config {
    /// Where it is defined, to tell classes apart.
    origin: (String, String),
    /// The app's dotted name.
    pub(super) name: Option<String>,
    /// The app's directory, where it says so.
    pub(super) path: Option<String>,
    pub(super) label: Label,
    default: Option<bool>,
}

/// What a configuration says of its label.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Label {
    /// The class states no label.
    #[default]
    Default,
    Given(String),
    /// Something that only running it would tell.
    Unknown,
}

/// How far bases and imports are followed.
const DEPTH: usize = 16;

/// How often: each may lead to several others.
const STEPS: usize = 10_000;

/// So many characters of an expression are shown.
const SHOWN: usize = 100;

/// Reads the configuration of one app.
pub(super) struct Reader<'a> {
    /// The entry of INSTALLED_APPS.
    entry: &'a str,
    search: &'a SearchPath,
    /// Modules read so far, and those that are not there.
    sources: RefCell<HashMap<String, Option<Rc<ModuleSource>>>>,
    /// The names that led to where the reader is: modules and names there.
    trail: RefCell<Vec<(String, String)>>,
    /// How many names may still be followed.
    steps: Cell<usize>,
}

/// A module with its source read.
struct ModuleSource {
    found: FoundModule,
    module: Module,
}

impl<'a> Reader<'a> {
    /// A reader for one entry of INSTALLED_APPS.
    pub(super) fn new(entry: &'a str, search: &'a SearchPath) -> Self {
        Self {
            entry,
            search,
            sources: RefCell::default(),
            trail: RefCell::default(),
            steps: Cell::new(STEPS),
        }
    }

    /// The configuration that `entry.apps` makes the default, if any.
    pub(super) fn default_config(&self) -> Result<Option<Config>, Problem> {
        let entry = self.entry;
        let Some(source) = self.source(&format!("{entry}.apps")) else {
            return Ok(None);
        };
        let mut candidates = self.configs(&source)?;
        candidates.retain(|config| config.default != Some(false));
        if candidates.len() != 1 {
            candidates.retain(|config| config.default == Some(true));
        }
        match &candidates[..] {
            [] => Ok(None),
            [config] => Ok(Some(config.clone())),
            several => {
                let names: Vec<String> = several
                    .iter()
                    .map(|config| format!("'{}'", config.origin.1))
                    .collect();
                Err(Problem::error(
                    Code::AppUnclear,
                    format!(
                        "'{entry}.apps' declares more than one default AppConfig: {}.",
                        names.join(", ")
                    ),
                ))
            }
        }
    }

    /// The configuration class that the entry names.
    pub(super) fn named_config(&self) -> Result<Config, Problem> {
        let entry = self.entry;
        let Some((module, class)) = entry.rsplit_once('.') else {
            return Err(advice::no_such_app(entry, self.search));
        };
        let Some(source) = self.source(module) else {
            return Err(advice::no_such_app(entry, self.search));
        };
        if let Some(config) = self.resolve(&source, class)? {
            return Ok(config);
        }
        let configs = self.configs(&source)?;
        let choices: Vec<&str> = configs.iter().map(|config| &config.origin.1[..]).collect();
        Err(advice::no_such_class(entry, &choices, self.search))
    }

    /// A module, read once.
    fn source(&self, name: &str) -> Option<Rc<ModuleSource>> {
        if let Some(known) = self.sources.borrow().get(name) {
            return known.clone();
        }
        let read = || {
            let found = modules::find(name, self.search)?;
            let text = modules::read_source(found.file.as_ref()?)?;
            let module = python_source::read(&text);
            Some(Rc::new(ModuleSource { found, module }))
        };
        let source = read();
        let mut sources = self.sources.borrow_mut();
        sources.insert(name.to_owned(), source.clone());
        source
    }

    /// Follows a name of a module, unless that leads round in a circle or
    /// too far.
    fn follow<T: Default>(
        &self,
        source: &ModuleSource,
        name: &str,
        step: impl FnOnce() -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let place = (source.found.name.clone(), name.to_owned());
        {
            let mut trail = self.trail.borrow_mut();
            if trail.len() == DEPTH || trail.contains(&place) {
                return Ok(T::default());
            }
            trail.push(place);
        }
        let Some(steps) = self.steps.get().checked_sub(1) else {
            let what = "too many names lead from module to module";
            return Err(unclear(source, 1, what, self.entry));
        };
        self.steps.set(steps);
        let result = step()?;
        self.trail.borrow_mut().pop();
        Ok(result)
    }

    /// All configuration classes that a module has a name for.
    fn configs(&self, source: &ModuleSource) -> Result<Vec<Config>, Problem> {
        self.follow(source, "*", || self.configs_of(source))
    }

    fn configs_of(&self, source: &ModuleSource) -> Result<Vec<Config>, Problem> {
        let own = source.module.classes.iter().map(|class| &class.name);
        let imported = source.module.imports.iter().map(|(here, ..)| here);
        let mut configs = Vec::new();
        for name in own.chain(imported) {
            configs.extend(self.resolve(source, name)?);
        }
        for star in &source.module.stars {
            if let Some(source) = self.source(&absolute(star, source.found.package())) {
                configs.extend(self.configs(&source)?);
            }
        }
        let mut seen = HashSet::new();
        configs.retain(|config| seen.insert(config.origin.clone()));
        Ok(configs)
    }

    /// The configuration class that a name means in a module; `None` if it
    /// means something else.
    fn resolve(&self, source: &ModuleSource, name: &str) -> Result<Option<Config>, Problem> {
        self.follow(source, name, || self.meaning(source, name))
    }

    fn meaning(&self, source: &ModuleSource, name: &str) -> Result<Option<Config>, Problem> {
        let mut own = source
            .module
            .classes
            .iter()
            .filter(|class| class.name == name);
        if let Some(class) = own.next() {
            let config = self.config_of(source, class)?;
            for other in own {
                if self.config_of(source, other)? != config {
                    return Err(unclear(
                        source,
                        other.number,
                        &format!("class {name} is defined more than once"),
                        self.entry,
                    ));
                }
            }
            return Ok(config);
        }
        // `apps.AppConfig` after `from django import apps`.
        let (head, rest) = name.split_once('.').unwrap_or((name, ""));
        for (here, module, there) in &source.module.imports {
            let module = absolute(module, source.found.package());
            let target = if here == name && !there.is_empty() {
                (module, there.clone())
            } else if !rest.is_empty() && there.is_empty() && name.starts_with(&format!("{here}."))
            {
                (module, name[here.len() + 1..].to_owned())
            } else if !rest.is_empty() && here == head && !there.is_empty() {
                (format!("{module}.{there}"), rest.to_owned())
            } else {
                continue;
            };
            return self.imported(&target.0, &target.1);
        }
        for star in &source.module.stars {
            let module = absolute(star, source.found.package());
            if let Some(config) = self.imported(&module, name)? {
                return Ok(Some(config));
            }
        }
        Ok(None)
    }

    /// The configuration class of a name in another module.
    fn imported(&self, module: &str, name: &str) -> Result<Option<Config>, Problem> {
        if is_app_config(module, name) {
            return Ok(None);
        }
        // Most imports are not classes at all.
        if !name.chars().any(char::is_uppercase) {
            return Ok(None);
        }
        match self.source(module) {
            Some(source) => self.resolve(&source, name),
            None => Ok(None),
        }
    }

    /// What a class says, if it is a configuration class.
    fn config_of(&self, source: &ModuleSource, class: &Class) -> Result<Option<Config>, Problem> {
        let mut inherited = None;
        for base in &class.bases {
            if means_app_config(source, base) {
                inherited = inherited.or(Some(Config::default()));
            } else if let Some(config) = self.resolve(source, base)? {
                inherited = Some(config);
            }
        }
        let Some(mut config) = inherited else {
            return Ok(None);
        };
        config.origin = (source.found.name.clone(), class.name.clone());
        let file = source.found.file.clone().unwrap_or_default();
        let assigned = |name: &str| {
            let own = class.assignments.iter().rev();
            let module = source.module.assignments.iter().rev();
            let mut all = own.chain(module).filter(|(known, ..)| known == name);
            all.next().map(|(_, value, _)| value.clone())
        };
        let scope = Scope {
            module: &source.found.name,
            package: source.found.package(),
            file: &file,
            lookup: &assigned,
        };
        for (name, expression, number) in &class.assignments {
            let value = evaluate(expression, &scope);
            match (name.as_str(), value) {
                ("name", Some(PythonValue::Text(text))) => config.name = Some(text),
                ("path", Some(PythonValue::Text(text))) => config.path = Some(text),
                ("label", Some(PythonValue::Text(text))) => config.label = Label::Given(text),
                ("label", _) => config.label = Label::Unknown,
                ("default", Some(PythonValue::Boolean(default))) => config.default = Some(default),
                ("name" | "path" | "default", _) => {
                    let start: String = expression.chars().take(SHOWN).collect();
                    let dots = if start.len() < expression.len() {
                        "…"
                    } else {
                        ""
                    };
                    let what =
                        format!("`{name} = {start}{dots}` cannot be known without running it");
                    return Err(unclear(source, *number, &what, self.entry));
                }
                _ => {}
            }
        }
        Ok(Some(config))
    }
}

/// Whether a base is Django's own `AppConfig`.
fn means_app_config(source: &ModuleSource, base: &str) -> bool {
    let (head, rest) = base.split_once('.').unwrap_or((base, ""));
    source.module.imports.iter().any(|(here, module, there)| {
        let module = absolute(module, source.found.package());
        if there.is_empty() {
            base.strip_prefix(here.as_str())
                .and_then(|rest| rest.strip_prefix('.'))
                .is_some_and(|rest| match rest.rsplit_once('.') {
                    Some((inner, name)) => is_app_config(&format!("{module}.{inner}"), name),
                    None => is_app_config(&module, rest),
                })
        } else if rest.is_empty() {
            here == base && is_app_config(&module, there)
        } else {
            here == head && is_app_config(&format!("{module}.{there}"), rest)
        }
    })
}

fn is_app_config(module: &str, name: &str) -> bool {
    matches!(module, "django.apps" | "django.apps.config") && name == "AppConfig"
}

/// A module name with leading dots, seen from a package.
fn absolute(module: &str, package: &str) -> String {
    let name = module.trim_start_matches('.');
    let dots = module.len() - name.len();
    if dots == 0 {
        return module.to_owned();
    }
    let mut base = package;
    for _ in 1..dots {
        base = base.rsplit_once('.').map_or("", |(base, _)| base);
    }
    match (base, name) {
        (base, "") => base.to_owned(),
        ("", name) => name.to_owned(),
        (base, name) => format!("{base}.{name}"),
    }
}

fn unclear(source: &ModuleSource, number: usize, what: &str, entry: &str) -> Problem {
    let file = source.found.file.clone().unwrap_or_default();
    advice::with_location_help(
        Problem::error(
            Code::AppUnclear,
            format!("cannot tell where the app '{entry}' is: {what}"),
        )
        .note(format!("in {}:{number}", file.display())),
        entry,
    )
}
