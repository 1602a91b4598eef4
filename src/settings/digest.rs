//! Hashes settings, so that a run notices that they have changed. Each struct is taken
//! apart field by field: the compiler reports a field that is missing here.

use std::path::Path;

use blake3::Hasher;

use super::choices::{REFERENCES, name_of};
use super::{
    Allow, AllowKind, CacheSettings, Compression, CompressionRule, Finder, OtherFinder, Settings,
    StaticDir, TreatmentGlobs,
};
use crate::model::{App, ReferenceKind};

impl Settings {
    /// Adds all settings to a hash.
    pub fn digest_into(&self, hasher: &mut Hasher) {
        let Self {
            static_url,
            static_root,
            finders,
            static_dirs,
            apps,
            template_dirs,
            ignore_patterns,
            default_ignore_patterns,
            backend,
            file_mode,
            directory_mode,
            manifest_name,
            js_aggregation,
            keep_only_hashed,
            skip_compress_extensions,
            django,
            references,
            treatments,
            missing_references,
            allow,
            compression,
            cache,
            // What is published later does not change what is collected.
            publish: _,
        } = self;
        let mut fields = Fields(hasher);
        fields.text(static_url).path(static_root);
        fields.list(finders, finder).list(static_dirs, static_dir);
        fields.list(apps, app);
        fields.list(template_dirs, |fields, directory| {
            fields.path(directory);
        });
        for patterns in [
            ignore_patterns,
            default_ignore_patterns,
            skip_compress_extensions,
        ] {
            fields.list(patterns, |fields, pattern| {
                fields.text(pattern);
            });
        }
        fields.number(*backend as u64);
        fields.option(*file_mode).option(*directory_mode);
        fields.text(manifest_name);
        fields.number(u64::from(*js_aggregation));
        fields.number(u64::from(*keep_only_hashed));
        fields.text(django.as_str());
        fields.text(name_of(&REFERENCES, references));
        add_treatments(&mut fields, treatments);
        for kind in ReferenceKind::ALL {
            fields.text(missing_references.of(kind).as_str());
        }
        fields.list(allow, allowed);
        add_compression(&mut fields, compression);
        add_cache(&mut fields, cache);
    }
}

fn add_treatments(fields: &mut Fields<'_>, treatments: &TreatmentGlobs) {
    for (_, _, globs) in treatments.by_key() {
        // Where a glob is in the settings file does not matter.
        fields.list(globs, |fields, glob| {
            fields.text(glob.text());
        });
    }
}

fn add_cache(fields: &mut Fields<'_>, cache: &CacheSettings) {
    // Copies are the same wherever they come from.
    let CacheSettings {
        dir,
        max_size,
        remote: _,
        remote_endpoint: _,
        remote_access: _,
    } = cache;
    fields.list(dir.as_slice(), |fields, dir| {
        fields.path(dir);
    });
    fields.number(*max_size);
}

fn finder(fields: &mut Fields<'_>, finder: &Finder) {
    fields.text(finder.name());
    if let Finder::Other(other) = finder {
        let OtherFinder {
            name: _,
            listings,
            ignore_patterns,
        } = &**other;
        fields.list(listings, |fields, listing| {
            fields.text(&listing.prefix).path(&listing.root);
            fields.list(&listing.files, |fields, file| {
                fields.bytes(file.as_bytes());
            });
        });
        fields.list(ignore_patterns.as_slice(), |fields, patterns| {
            fields.list(patterns, |fields, pattern| {
                fields.text(pattern);
            });
        });
    }
}

fn static_dir(fields: &mut Fields<'_>, directory: &StaticDir) {
    let StaticDir {
        prefix,
        root,
        written,
    } = directory;
    fields.text(prefix).path(root).text(written);
}

fn app(fields: &mut Fields<'_>, app: &App) {
    let App {
        entry,
        name,
        label,
        directory,
    } = app;
    fields.text(entry).text(name).path(directory);
    fields.list(label.as_slice(), |fields, label| {
        fields.text(label);
    });
}

fn allowed(fields: &mut Fields<'_>, allow: &Allow) {
    // Where the entry is in the settings file does not matter.
    let Allow {
        path,
        target,
        kind,
        level,
        file: _,
        place: _,
    } = allow;
    fields.text(path.glob().glob());
    fields.list(target.as_slice(), |fields, target| {
        fields.text(target.glob().glob());
    });
    fields.text(match kind {
        AllowKind::AnyReference => "",
        AllowKind::Reference(kind) => kind.as_str(),
        AllowKind::Problem(code) => code.as_str(),
    });
    fields.text(level.as_str());
}

fn add_compression(fields: &mut Fields<'_>, compression: &Compression) {
    let Compression {
        encodings,
        brotli_quality,
        min_saving,
        max_size,
        rules,
    } = compression;
    fields.list(encodings, |fields, encoding| {
        fields.text(encoding.suffix());
    });
    fields.number(u64::from(*brotli_quality));
    fields.number(min_saving.to_bits());
    fields.number(*max_size);
    fields.list(rules, |fields, rule| {
        let CompressionRule {
            path,
            encodings,
            brotli_quality,
            min_saving,
        } = rule;
        fields.text(path.glob().glob());
        fields.list(encodings.as_slice(), |fields, encodings| {
            fields.list(encodings, |fields, encoding| {
                fields.text(encoding.suffix());
            });
        });
        fields.option(*brotli_quality);
        fields.list(min_saving.as_slice(), |fields, saving| {
            fields.number(saving.to_bits());
        });
    });
}

/// Writes values to a hash, each with its length, so that no two lists of values are equal.
struct Fields<'h>(&'h mut Hasher);

impl Fields<'_> {
    fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.number(bytes.len() as u64);
        self.0.update(bytes);
        self
    }

    fn text(&mut self, text: &str) -> &mut Self {
        self.bytes(text.as_bytes())
    }

    fn path(&mut self, path: &Path) -> &mut Self {
        self.bytes(path.as_os_str().as_encoded_bytes())
    }

    fn number(&mut self, number: u64) -> &mut Self {
        self.0.update(&number.to_le_bytes());
        self
    }

    fn option(&mut self, number: Option<u32>) -> &mut Self {
        self.number(number.map_or(u64::MAX, u64::from))
    }

    fn list<T>(&mut self, items: &[T], add: impl Fn(&mut Self, &T)) -> &mut Self {
        self.number(items.len() as u64);
        for item in items {
            add(self, item);
        }
        self
    }
}
