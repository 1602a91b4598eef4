//! The certificates that servers are verified by, beside those of the system. Sends no request.

use std::env;
use std::path::Path;

use object_store::Certificate;

use crate::disk;
use crate::model::{Code, FileStep, Problem};

/// Returns the certificates of `AWS_CA_BUNDLE`, and those that the program has of its own where
/// the system has none, as in a container with nothing else in it.
pub fn extra_certificates() -> Result<Vec<Certificate>, Problem> {
    let mut certificates = named_certificates()?;
    if !has_system_certificates() {
        let bundled = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter();
        certificates.extend(bundled.flat_map(|der| Certificate::from_der(der)));
    }
    Ok(certificates)
}

/// Systems other than Linux always have certificates.
fn has_system_certificates() -> bool {
    !cfg!(target_os = "linux") || !rustls_native_certs::load_native_certs().certs.is_empty()
}

fn named_certificates() -> Result<Vec<Certificate>, Problem> {
    let Some(file) = env::var_os("AWS_CA_BUNDLE").filter(|file| !file.is_empty()) else {
        return Ok(Vec::new());
    };
    let path = Path::new(&file);
    let help = "correct AWS_CA_BUNDLE";
    let bytes = disk::read(path)
        .map_err(|error| Problem::failed(FileStep::Read, path, &error).help(help))?;
    let parsed = Certificate::from_pem_bundle(&bytes).ok();
    parsed
        .filter(|certificates| !certificates.is_empty())
        .ok_or_else(|| {
            let message = "holds no certificates in the PEM format";
            Problem::error(Code::StoreUnusable, message)
                .in_file(path)
                .help(help)
        })
}
