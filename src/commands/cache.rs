//! `staticc cache`: shows how large the cache is, and removes what it holds.

use bytesize::ByteSize;

use super::context::Context;
use super::outcome::{Exit, Failure, Outcome};
use crate::cli::{CacheVerb, CacheVerbArgs};
use crate::model::{Code, Problem};
use crate::pipeline::loading::source_of;
use crate::report::text::clean;
use crate::settings::CacheSettings;
use crate::settings::load::{Overrides, load};
use crate::state::cache::eviction::CacheUsage;

pub fn run(context: &mut Context, args: &CacheVerbArgs) -> Outcome {
    let settings = load_cache_settings(context, args)?;
    let cache = context.cache(&args.location, &settings);
    let Some(directory) = cache.directory() else {
        let message = "there is no cache directory: the home directory is unknown";
        let problem = Problem::error(Code::NoCache, message);
        return Err(problem.help("name one with --cache-dir").into());
    };
    let shown = clean(&directory.to_string_lossy());
    let line = match &args.verb {
        CacheVerb::Info => cache.usage().map(|usage| {
            let limit = ByteSize(settings.max_size);
            let sharing = if cache.is_shared() {
                "; others may write in it, so copies are compared with their files, and \
                 nothing is recorded"
            } else {
                ""
            };
            format!("{shown}: {}, at most {limit}{sharing}", format_usage(usage))
        }),
        CacheVerb::Clear => cache
            .clear()
            .map(|usage| format!("{shown}: removed {}", format_usage(usage))),
        CacheVerb::Prune { max_size } => cache
            .prune(max_size.map_or(settings.max_size, |size| size.as_u64()))
            .map(|usage| format!("{shown}: removed {}", format_usage(usage))),
    };
    let line = line.map_err(|error| {
        Problem::error(Code::CacheUnusable, format!("the cache: {error}")).in_file(directory)
    })?;
    context.console.print_line(&line);
    Ok(Exit::Done)
}

/// Loads `[staticc.cache]`; without a settings file, the defaults hold.
fn load_cache_settings(context: &Context, args: &CacheVerbArgs) -> Result<CacheSettings, Failure> {
    let has_file = ["settings.toml", "pyproject.toml"]
        .iter()
        .any(|name| context.directory.join(name).is_file());
    if args.settings.is_none() && !has_file {
        return Ok(CacheSettings::default());
    }
    let source = source_of(args.settings.as_deref());
    let loaded = load(source, &Overrides::default(), &context.directory).map_err(Failure::usage)?;
    Ok(loaded.settings.cache)
}

fn format_usage(usage: CacheUsage) -> String {
    let plural = if usage.entries == 1 { "y" } else { "ies" };
    format!("{} entr{plural}, {}", usage.entries, ByteSize(usage.size))
}
