//! A digest of everything that rewriting depends on besides the contents of files: the
//! version of staticc, the settings, and which files are collected.

use serde::{Deserialize, Serialize};

use crate::model::Asset;
use crate::settings::Settings;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputsDigest([u8; blake3::OUT_LEN]);

impl InputsDigest {
    pub fn of(settings: &Settings, assets: &[Asset]) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(env!("CARGO_PKG_VERSION").as_bytes());
        settings.digest_into(&mut hasher);
        for asset in assets {
            for path in [&asset.key, &asset.found_path] {
                hasher.update(path.as_bytes());
                hasher.update(&[0]);
            }
            hasher.update(asset.directory.as_os_str().as_encoded_bytes());
            // A bundler's manifest may change the treatment, too.
            let treatment = [asset.treatment.rewrites(), asset.treatment.keeps_name()];
            hasher.update(&[0, treatment[0].into(), treatment[1].into()]);
        }
        Self(hasher.finalize().into())
    }
}
