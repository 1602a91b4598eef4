//! `cargo xtask template-parity`: compares the references to static files that
//! staticc finds in random templates with those of real Django and Jinja2.

use serde_json::json;
use staticc::check::templates::engine::{Engine, references};

use super::answers::{Question, compare, fail_if_different};
use super::template_generator::TemplateGenerator;
use crate::support::print_line;
use crate::support::venv::Environment;

#[derive(clap::Args)]
pub struct Args {
    /// Number of random templates for each engine
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    cases: u64,
    /// Seed of the random templates
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

pub fn run(args: &Args) -> Result<(), String> {
    let Args { cases, seed } = *args;
    print_line("Django  engine  templates  refused by it  explained  differences");
    let mut differences = 0;
    for django in ["4.2", "6.1"] {
        let name = format!("templates-{django}");
        let environment = Environment::with_django(&name, django, &["Jinja2==3.1.*"]);
        let interpreter = environment.make()?;
        for engine in [Engine::Django, Engine::Jinja2] {
            let questions = questions(engine, cases, seed);
            let counts = compare(&interpreter, "template_parity.py", questions)?;
            print_line(&format!(
                "{django:<7} {:<7} {cases:>9} {:>14} {:>10} {:>12}",
                name_of(engine),
                counts.refused,
                counts.explained,
                counts.different,
            ));
            differences += counts.different;
        }
    }
    fail_if_different(differences, "the engines")
}

/// The engine's name in `template_parity.py`.
fn name_of(engine: Engine) -> &'static str {
    match engine {
        Engine::Jinja2 => "jinja2",
        _ => "django",
    }
}

fn questions(engine: Engine, cases: u64, seed: u64) -> impl Iterator<Item = Question> {
    let mut generator = TemplateGenerator::new(engine, seed);
    (0..cases).map(move |_| {
        let text = generator.template(3);
        let answer = references(text.as_bytes(), engine)
            .iter()
            .map(|reference| json!([reference.name, reference.start, reference.end]))
            .collect();
        Question {
            answer,
            input: json!([name_of(engine), text]),
        }
    })
}
