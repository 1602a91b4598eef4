//! The schemas of what programs read: ours of a JSON line, and the official one
//! of SARIF. Knows no case.

use std::fs;
use std::path::Path;

use jsonschema::Validator;
use serde_json::Value;

pub struct Schemas {
    line: Validator,
    sarif: Validator,
}

impl Schemas {
    pub fn new() -> Self {
        let read = |path: &str| {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
            fs::read_to_string(path).unwrap()
        };
        let parse = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        let compile = |schema: &Value| {
            let options = jsonschema::options().should_validate_formats(true);
            options.build(schema).unwrap()
        };
        let mut line = parse(&read("docs/json.schema.json"));
        // Readers take keys that they don't know; we know all of ours.
        for event in line["$defs"].as_object_mut().unwrap().values_mut() {
            if event.get("properties").is_some() {
                event["additionalProperties"] = false.into();
            }
        }
        // A pattern with a stray bracket, which errata 01 of SARIF corrects.
        let sarif = read("fixtures/schemas/sarif-2.1.0.json");
        let sarif = sarif.replace("|^[a-zA-Z]{2}-[a-zA-Z]{2}]?$", "(-[a-zA-Z]{2})?$");
        Self {
            line: compile(&line),
            sarif: compile(&parse(&sarif)),
        }
    }

    /// Validates each line of JSON, and asserts that the last one counts the problems.
    pub fn lines(&self, name: &str, text: &str) {
        let mut last = Value::Null;
        for line in text.lines() {
            last = serde_json::from_str(line).unwrap();
            let result = self.line.validate(&last);
            assert!(result.is_ok(), "{name}: {line}: {}", result.unwrap_err());
        }
        assert_eq!(last["event"], "problems", "{name}");
    }

    /// Validates a SARIF document. Returns it without the texts of the documentation
    /// and without the version.
    pub fn sarif(&self, name: &str, text: &str) -> String {
        let mut document: Value = serde_json::from_str(text).unwrap();
        let result = self.sarif.validate(&document);
        assert!(result.is_ok(), "{name}: {}", result.unwrap_err());
        let driver = &mut document["runs"][0]["tool"]["driver"];
        for version in ["version", "semanticVersion"] {
            assert_eq!(driver[version], env!("CARGO_PKG_VERSION"));
            driver[version] = "{version}".into();
        }
        for list in ["rules", "notifications"] {
            for rule in driver[list].as_array_mut().unwrap() {
                let id = rule["id"].as_str().unwrap().to_owned();
                for key in ["shortDescription", "fullDescription", "help"] {
                    let text = rule[key]["text"].as_str().unwrap();
                    assert!(!text.is_empty(), "{id} has no {key}");
                    rule.as_object_mut().unwrap().remove(key);
                }
            }
        }
        format!("{document:#}\n")
    }
}
