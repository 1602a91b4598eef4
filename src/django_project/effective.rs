//! What a project says, made whole: nothing is left to be found out, and
//! Django's own checks have all they compare.

use toml::{Table, Value};

use super::answers::Answers;
use super::value::{of_path, to_toml};
use crate::model::DjangoVersion;
use crate::settings::given::ProjectSettings;

/// The settings of a project as they are at this moment.
pub fn live(answers: &Answers, given: &ProjectSettings) -> ProjectSettings {
    let mut given = given.clone();
    for name in ["MEDIA_URL", "MEDIA_ROOT", "DEBUG"] {
        let setting = answers.settings.get(name).filter(|it| it.set);
        let value = setting.and_then(|it| to_toml(it.written.as_ref().unwrap_or(&it.value)));
        given
            .values
            .extend(value.map(|value| (name.to_owned(), value)));
    }
    let own = given.values.entry("staticc");
    let own = own.or_insert_with(|| Table::new().into());
    if let Value::Table(own) = own {
        for (key, value) in whereabouts(answers) {
            own.entry(key).or_insert(value);
        }
    }
    given
}

/// Where everything is, so that nobody looks for it.
fn whereabouts(answers: &Answers) -> Table {
    let apps = answers.apps.iter().flatten();
    let apps = apps.map(|app| (app.entry.clone(), of_path(&app.directory)));
    let mut own = Table::new();
    own.insert("app_directories".into(), apps.collect::<Table>().into());
    let (django, python_path) = match DjangoVersion::of(&answers.versions.django) {
        Some(django) => (Some(django), vec![]),
        // Whose rules are not known, the settings say what to do about.
        None => (None, vec![of_path(&answers.versions.prefix)]),
    };
    own.insert("python_path".into(), python_path.into());
    own.extend(django.map(|django| ("django".to_owned(), django.as_str().into())));
    own
}
