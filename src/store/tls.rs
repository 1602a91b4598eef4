//! What all connections share: the provider of TLS, more certificates, and whether requests may
//! go without encryption. Opens no connection.

use std::env;
use std::path::PathBuf;

use crate::disk;
use crate::model::{Code, FileStep, Problem};

/// The variable that allows requests without encryption to other machines.
pub const ALLOW_HTTP: &str = "STATICC_ALLOW_HTTP";

/// The variable with a file of more certificates.
const CA_BUNDLE: &str = "AWS_CA_BUNDLE";

/// Makes ring the provider of TLS.
pub(super) fn install_provider() {
    // Fails only if it is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// Returns whether the environment allows requests without encryption to other machines.
pub(super) fn allows_http_to_others() -> bool {
    env::var_os(ALLOW_HTTP).is_some_and(|value| value == "1")
}

/// Returns the certificates of `AWS_CA_BUNDLE`, which count beside those of the system. `parse`
/// reads them from a text in the PEM format.
pub(super) fn certificates<C, E>(
    parse: impl FnOnce(&[u8]) -> Result<Vec<C>, E>,
) -> Result<Vec<C>, Problem> {
    let Some(file) = env::var_os(CA_BUNDLE).filter(|file| !file.is_empty()) else {
        return Ok(Vec::new());
    };
    let path = PathBuf::from(file);
    let help = format!("correct {CA_BUNDLE}");
    let bytes = disk::read(&path)
        .map_err(|error| Problem::failed(FileStep::Read, &path, &error).help(help.as_str()))?;
    parse(&bytes).map_err(|_| {
        let message = "holds no certificates in the PEM format";
        Problem::error(Code::StoreUnusable, message)
            .in_file(path)
            .help(help)
    })
}
