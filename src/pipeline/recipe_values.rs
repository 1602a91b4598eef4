//! Takes what recipes say about a project from its settings and from its manage.py. Reads no
//! static file, and does not know the templates.

use std::path::Path;

use globset::Glob;

use crate::django_project::manage_py;
use crate::model::{Code, Encoding, Problem};
use crate::recipe::values::{MediaValues, ProjectValues, RecipeValues, UrlValue};
use crate::settings::choices::{BACKENDS, name_of};
use crate::settings::{MediaSettings, Settings};

/// Returns the values; `directory` is the working directory.
pub fn recipe_values(settings: &Settings, directory: &Path) -> Result<RecipeValues, Problem> {
    let encodings: &[Encoding] = if settings.backend.compresses() {
        &settings.compression.encodings
    } else {
        &[]
    };
    let media = settings.media.as_ref();
    let values = RecipeValues {
        static_url: UrlValue::parse("STATIC_URL", &settings.static_url)?,
        static_root: text("STATIC_ROOT", &settings.static_root)?,
        media: media.map(media_values).transpose()?.flatten(),
        backend: name_of(&BACKENDS, &settings.backend).to_owned(),
        manifest: settings.manifest_name.clone(),
        brotli: false,
        gzip: false,
        keep_only_hashed: settings.keeps_only_hashed(),
        prehashed: Vec::new(),
        project: project_values(directory)?,
    };
    let prehashed = settings.treatments.prehashed.iter();
    let globs: Vec<Glob> = prehashed.map(|glob| glob.matcher.glob().clone()).collect();
    Ok(values.with_encodings(encodings).with_prehashed(&globs))
}

fn media_values(media: &MediaSettings) -> Result<Option<MediaValues>, Problem> {
    let url = UrlValue::parse("MEDIA_URL", &media.url)?;
    if url.host.is_some() {
        return Ok(None);
    }
    let root = text("MEDIA_ROOT", &media.root)?;
    let path = url.path;
    Ok(Some(MediaValues { path, root }))
}

/// Finds the modules of the project by its manage.py.
fn project_values(directory: &Path) -> Result<ProjectValues, Problem> {
    let manage = manage_py::find(directory);
    let module = manage.as_deref().and_then(manage_py::settings_module);
    let base = manage
        .as_deref()
        .and_then(Path::parent)
        .unwrap_or(directory);
    let package = module.as_deref().and_then(|module| package(module, base));
    let is_known = package.is_some();
    let name = package.unwrap_or_else(|| "mysite".to_owned());
    let settings_module = module
        .filter(|_| is_known)
        .unwrap_or_else(|| "mysite.settings".to_owned());
    Ok(ProjectValues {
        directory: text("the path of the project", base)?,
        package_directory: name.replace('.', "/"),
        package: name,
        settings_module,
        is_known,
    })
}

/// Returns the package with wsgi.py or asgi.py, above the settings module.
fn package(module: &str, base: &Path) -> Option<String> {
    let mut name = module;
    while let Some((parent, _)) = name.rsplit_once('.') {
        let directory = base.join(parent.replace('.', "/"));
        if ["wsgi.py", "asgi.py"]
            .iter()
            .any(|file| directory.join(file).is_file())
        {
            return Some(parent.to_owned());
        }
        name = parent;
    }
    None
}

fn text(setting: &str, path: &Path) -> Result<String, Problem> {
    path.to_str().map(str::to_owned).ok_or_else(|| {
        let message = format!("{setting} is not UTF-8, which no configuration can express");
        Problem::error(Code::BadValue, message).help(format!("change {setting}"))
    })
}
