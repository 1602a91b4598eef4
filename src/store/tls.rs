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

/// Returns the certificates that count beside those of the system: those of `AWS_CA_BUNDLE`, and
/// those that the program has of its own where the system has none, as in a container with
/// nothing else in it. `from_pem_bundle` and `from_der` are those of a client's certificate.
pub(super) fn certificates<C, E>(
    from_pem_bundle: impl FnOnce(&[u8]) -> Result<Vec<C>, E>,
    from_der: impl Fn(&[u8]) -> Result<C, E>,
) -> Result<Vec<C>, Problem> {
    let mut certificates = named_certificates(from_pem_bundle)?;
    if !has_system_certificates() {
        let bundled = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter();
        certificates.extend(bundled.flat_map(|der| from_der(der)));
    }
    Ok(certificates)
}

/// Systems other than Linux always have certificates.
fn has_system_certificates() -> bool {
    !cfg!(target_os = "linux") || !rustls_native_certs::load_native_certs().certs.is_empty()
}

fn named_certificates<C, E>(
    from_pem_bundle: impl FnOnce(&[u8]) -> Result<Vec<C>, E>,
) -> Result<Vec<C>, Problem> {
    let Some(file) = env::var_os(CA_BUNDLE).filter(|file| !file.is_empty()) else {
        return Ok(Vec::new());
    };
    let path = PathBuf::from(file);
    let help = format!("correct {CA_BUNDLE}");
    let bytes = disk::read(&path)
        .map_err(|error| Problem::failed(FileStep::Read, &path, &error).help(help.as_str()))?;
    let parsed = from_pem_bundle(&bytes).ok();
    parsed
        .filter(|certificates| !certificates.is_empty())
        .ok_or_else(|| {
            let message = "holds no certificates in the PEM format";
            Problem::error(Code::StoreUnusable, message)
                .in_file(path)
                .help(help)
        })
}
