//! Chooses the store of the remote cache. The environment takes precedence over the settings, so
//! that CI decides who writes in it. Opens no connection.

use std::env::{self, VarError};

use crate::model::{Code, Problem};
use crate::settings::CacheSettings;
use crate::settings::choices::{REMOTE_ACCESS, names, one_of};
use crate::state::remote_cache::RemoteCache;
use crate::store::url::{StoreKind, StoreUrl};

/// The variable of the store.
const REMOTE: &str = "STATICC_CACHE_REMOTE";

/// The variable that says whether the run writes in the store.
const ACCESS: &str = "STATICC_CACHE_REMOTE_ACCESS";

/// Returns the remote cache of the environment or the settings, if there is one. Fails if the
/// environment names none that can be.
pub fn remote_cache(settings: &CacheSettings) -> Result<Option<RemoteCache>, Problem> {
    let store = match value(REMOTE)? {
        Some(text) => Some(StoreUrl::parse(&text).map_err(|problem| problem.in_file(REMOTE))?),
        None => settings.remote.clone(),
    };
    let access = match value(ACCESS)? {
        Some(text) => {
            let known = REMOTE_ACCESS.iter().find(|(word, _)| *word == text);
            let unknown = || {
                let words = one_of(&names(&REMOTE_ACCESS));
                Problem::error(Code::BadValue, format!("{ACCESS} must be {words}"))
            };
            known.ok_or_else(unknown)?.1
        }
        None => settings.remote_access,
    };
    Ok(store.map(|store| {
        // The environment may name a store of another kind than the settings.
        let endpoint = settings.remote_endpoint.clone();
        let own = endpoint.filter(|_| store.kind == StoreKind::S3);
        RemoteCache::new(store, own, access)
    }))
}

/// Returns the value of a variable. An empty one counts as not set, as CI leaves those that a
/// project does not define.
fn value(name: &str) -> Result<Option<String>, Problem> {
    match env::var(name) {
        Ok(text) => Ok(Some(text).filter(|text| !text.is_empty())),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => {
            let message = format!("{name} is not UTF-8");
            Err(Problem::error(Code::BadValue, message))
        }
    }
}
