//! `staticc cache`: how full the cache is, and making room in it.

use std::path::Path;

use bytesize::ByteSize;

use super::Exit;
use super::tell;
use crate::cli;
use crate::model::{Code, Problem};
use crate::report::console::Console;
use crate::settings::load::{Overrides, load};
use crate::settings::{CacheSettings, Settings};
use crate::state::cache::{Cache, Usage};

/// The cache that flags, settings and the user's home name, in this order.
pub fn open(flag: Option<&Path>, settings: &CacheSettings, directory: &Path) -> Cache {
    let flag = flag.map(|flag| directory.join(flag));
    let place = flag.or_else(|| settings.dir.clone());
    Cache::new(place.or_else(Cache::default_directory), settings.max_size)
}

/// The same, unless there is to be `none`; a problem if the project would serve
/// or collect it.
pub fn of_project(
    none: bool,
    flag: Option<&Path>,
    settings: &Settings,
    directory: &Path,
) -> Result<Cache, Problem> {
    if none {
        return Ok(Cache::new(None, 0));
    }
    let cache = open(flag, &settings.cache, directory);
    misplaced(&cache, settings).map_or(Ok(cache), Err)
}

/// What is wrong with the place of a cache: it would be served, or collected.
fn misplaced(cache: &Cache, settings: &Settings) -> Option<Problem> {
    let place = cache.directory()?;
    let (around, why) = if place.starts_with(&settings.static_root) {
        (settings.static_root.clone(), "is served")
    } else {
        (settings.source_around(place)?, "is collected")
    };
    let problem = Problem::error(
        Code::MisplacedCache,
        format!("the cache is in {}, which {why}", around.display()),
    );
    let help = "name another directory with --cache-dir or in [staticc.cache]";
    Some(problem.in_file(place).help(help))
}

/// Runs the verb.
pub fn run(args: &cli::CacheArgs, console: &mut Console) -> Exit {
    let directory = console.directory.clone();
    let settings = match settings(args, &directory) {
        Ok(settings) => settings,
        Err(problems) => {
            tell(console, problems);
            return Exit::Usage;
        }
    };
    let cache = open(args.cache_dir.as_deref(), &settings, &directory);
    let Some(place) = cache.directory() else {
        let problem = Problem::error(
            Code::NoCache,
            "there is no cache directory: no home is known",
        );
        tell(console, vec![problem.help("name one with --cache-dir")]);
        return Exit::Failed;
    };
    let result = match &args.verb {
        cli::CacheVerb::Info => cache.usage().map(|usage| {
            let limit = ByteSize(settings.max_size);
            format!("{}: {}, at most {limit}", place.display(), count(usage))
        }),
        cli::CacheVerb::Clear => cache
            .clear()
            .map(|usage| format!("{}: removed {}", place.display(), count(usage))),
        cli::CacheVerb::Prune { max_size } => cache
            .prune(max_size.map_or(settings.max_size, |size| size.as_u64()))
            .map(|usage| format!("{}: removed {}", place.display(), count(usage))),
    };
    match result {
        Ok(line) => {
            console.say(&line);
            Exit::Done
        }
        Err(error) => {
            let problem = Problem::error(Code::CacheUnusable, format!("the cache: {error}"));
            tell(console, vec![problem.in_file(place)]);
            Exit::Failed
        }
    }
}

fn count(usage: Usage) -> String {
    let plural = if usage.entries == 1 { "y" } else { "ies" };
    format!("{} entr{plural}, {}", usage.entries, ByteSize(usage.size))
}

/// What the settings say of the cache; where there are none, the defaults.
fn settings(args: &cli::CacheArgs, directory: &Path) -> Result<CacheSettings, Vec<Problem>> {
    let there = ["settings.toml", "pyproject.toml"].map(|name| directory.join(name).is_file());
    if args.settings.is_none() && there == [false, false] {
        return Ok(CacheSettings::default());
    }
    load(
        crate::pipeline::loading::source_of(args.settings.as_deref()),
        &Overrides::default(),
        directory,
    )
    .map(|loaded| loaded.settings.cache)
}
