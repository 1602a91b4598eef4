//! Quotes a value for the language of a configuration, so that it stays one value whatever its
//! characters are. Knows no template.

/// The language of a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetQuoting {
    Nginx,
    Apache,
    Caddy,
    Python,
    Shell,
    /// A string of JSON, which is one of TOML and of YAML, too.
    Json,
    /// uWSGI's, where nothing is quoted.
    Ini,
}

impl TargetQuoting {
    /// Returns whether no quoted value may have this character.
    pub fn refuses(self, character: char) -> bool {
        let special = match self {
            // Begins a variable, also in quotes.
            Self::Nginx => "$",
            // Variables, and patterns in the name of a directory.
            Self::Apache => "$*?[]\\",
            // Placeholders, and patterns in the matcher of a path.
            Self::Caddy => "{}*?[]\\",
            Self::Ini => "%$@#;=",
            Self::Python | Self::Shell | Self::Json => "",
        };
        character.is_control() || special.contains(character)
    }

    /// Returns the value in quotes.
    pub fn quote(self, value: &str) -> String {
        match self {
            Self::Nginx | Self::Apache => format!("\"{}\"", escape(value, "\"\\")),
            Self::Caddy => format!("\"{}\"", escape(value, "\"")),
            Self::Python | Self::Json => serde_json::Value::from(value).to_string(),
            Self::Shell => shell(value),
            Self::Ini => value.to_owned(),
        }
    }
}

/// Puts a backslash in front of some characters.
fn escape(value: &str, special: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for character in value.chars() {
        if special.contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

fn shell(value: &str) -> String {
    let is_plain =
        |character: char| character.is_ascii_alphanumeric() || "@%+=:,./-_".contains(character);
    if !value.is_empty() && value.chars().all(is_plain) {
        value.to_owned()
    } else {
        format!("'{}'", value.replace('\'', "'\"'\"'"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Reads a value in double quotes as nginx and Apache do, with what follows it.
    fn read(text: &str) -> Option<(String, String)> {
        let mut characters = text.strip_prefix('"')?.chars();
        let mut value = String::new();
        loop {
            match characters.next()? {
                '"' => return Some((value, characters.collect())),
                '\\' => match characters.next()? {
                    special @ ('"' | '\\') => value.push(special),
                    other => value.extend(['\\', other]),
                },
                other => value.push(other),
            }
        }
    }

    proptest! {
        #[test]
        fn quoted_value_is_one_value(value in any::<String>()) {
            for quoting in [TargetQuoting::Nginx, TargetQuoting::Apache, TargetQuoting::Caddy] {
                if value.chars().any(|character| quoting.refuses(character)) {
                    continue;
                }
                let quoted = format!("{}; rest", quoting.quote(&value));
                prop_assert_eq!(read(&quoted), Some((value.clone(), "; rest".to_owned())));
            }
            let json: String = serde_json::from_str(&TargetQuoting::Json.quote(&value)).unwrap();
            prop_assert_eq!(&json, &value);
            let toml: toml::Table = format!("a = {}", TargetQuoting::Json.quote(&value)).parse().unwrap();
            prop_assert_eq!(toml["a"].as_str(), Some(&value[..]));
        }
    }

    #[test]
    fn shell_takes_a_quoted_value_as_one_word() {
        for value in [
            "a",
            "",
            "a b",
            "it's",
            "$HOME;`ls`",
            "{a,b}",
            "é\n",
            "-n",
            "~",
        ] {
            let script = format!("printf %s {}", TargetQuoting::Shell.quote(value));
            let output = std::process::Command::new("sh")
                .args(["-c", &script])
                .output()
                .unwrap();
            assert_eq!(String::from_utf8(output.stdout).unwrap(), value, "{script}");
        }
    }
}
