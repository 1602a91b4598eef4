//! The recipes: their names, what each is for, and the template of each. Knows no values.

use super::quoting::Quoting;

/// A configuration that `staticc recipe` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recipe {
    Whitenoise,
    Servestatic,
    Starlette,
    Runserver,
    Gunicorn,
    Uwsgi,
    ModWsgi,
    Daphne,
    Uvicorn,
    Hypercorn,
    Nginx,
    Apache,
    Caddy,
    S3,
    Cloudfront,
    Azure,
    Spaces,
}

/// What a recipe consists of.
struct RecipeParts {
    name: &'static str,
    summary: &'static str,
    template: &'static str,
    quoting: Quoting,
}

impl Recipe {
    /// In the order in which they are listed.
    pub const ALL: &[Self] = &[
        Self::Whitenoise,
        Self::Servestatic,
        Self::Starlette,
        Self::Runserver,
        Self::Gunicorn,
        Self::Uwsgi,
        Self::ModWsgi,
        Self::Daphne,
        Self::Uvicorn,
        Self::Hypercorn,
        Self::Nginx,
        Self::Apache,
        Self::Caddy,
        Self::S3,
        Self::Cloudfront,
        Self::Azure,
        Self::Spaces,
    ];

    /// Returns the name on the command line.
    pub fn name(self) -> &'static str {
        self.parts().name
    }

    /// Returns what the recipe is for, in one line.
    pub fn summary(self) -> &'static str {
        self.parts().summary
    }

    pub(super) fn template(self) -> &'static str {
        self.parts().template
    }

    /// Returns how values are quoted.
    pub fn quoting(self) -> Quoting {
        self.parts().quoting
    }

    /// Returns the first character of a value that the configuration cannot express.
    pub fn refused_character(self, value: &str) -> Option<char> {
        let is_refused = |character: &char| {
            let is_special = match self {
                // Starlette takes names in braces for parts of a path that vary.
                Self::Starlette => matches!(character, '{' | '}'),
                // The policy is JSON within the script.
                Self::S3 => matches!(character, '"' | '\\'),
                _ => false,
            };
            is_special || self.quoting().refuses(*character)
        };
        value.chars().find(is_refused)
    }

    fn parts(self) -> RecipeParts {
        match self {
            Self::Whitenoise => RecipeParts {
                name: "whitenoise",
                summary: "Django's own processes serve the files (settings.py)",
                template: include_str!("templates/whitenoise.py"),
                quoting: Quoting::Python,
            },
            Self::Servestatic => RecipeParts {
                name: "servestatic",
                summary: "the same with ServeStatic, also for ASGI (settings.py)",
                template: include_str!("templates/servestatic.py"),
                quoting: Quoting::Python,
            },
            Self::Starlette => RecipeParts {
                name: "starlette",
                summary: "Starlette serves files and uploads beside Django (an ASGI module)",
                template: include_str!("templates/starlette.py"),
                quoting: Quoting::Python,
            },
            Self::Runserver => RecipeParts {
                name: "runserver",
                summary: "WhiteNoise in development, without collecting (settings.py)",
                template: include_str!("templates/runserver.py"),
                quoting: Quoting::Python,
            },
            Self::Gunicorn => RecipeParts {
                name: "gunicorn",
                summary: "WSGI server (gunicorn.conf.py)",
                template: include_str!("templates/gunicorn.py"),
                quoting: Quoting::Python,
            },
            Self::Uwsgi => RecipeParts {
                name: "uwsgi",
                summary: "WSGI server (uwsgi.ini)",
                template: include_str!("templates/uwsgi.ini"),
                quoting: Quoting::Ini,
            },
            Self::ModWsgi => RecipeParts {
                name: "mod-wsgi",
                summary: "Django in Apache (a site of Apache)",
                template: include_str!("templates/mod-wsgi.conf"),
                quoting: Quoting::Apache,
            },
            Self::Daphne => RecipeParts {
                name: "daphne",
                summary: "ASGI server of Channels (a shell script)",
                template: include_str!("templates/daphne.sh"),
                quoting: Quoting::Shell,
            },
            Self::Uvicorn => RecipeParts {
                name: "uvicorn",
                summary: "ASGI server (a shell script)",
                template: include_str!("templates/uvicorn.sh"),
                quoting: Quoting::Shell,
            },
            Self::Hypercorn => RecipeParts {
                name: "hypercorn",
                summary: "ASGI server with HTTP/2 (hypercorn.toml)",
                template: include_str!("templates/hypercorn.toml"),
                quoting: Quoting::Json,
            },
            other => other.server_parts(),
        }
    }

    /// The recipes of web servers and clouds.
    fn server_parts(self) -> RecipeParts {
        match self {
            Self::Apache => RecipeParts {
                name: "apache",
                summary: "web server in front of Django (a site of Apache)",
                template: include_str!("templates/apache.conf"),
                quoting: Quoting::Apache,
            },
            Self::Caddy => RecipeParts {
                name: "caddy",
                summary: "web server in front of Django, with HTTPS (Caddyfile)",
                template: include_str!("templates/Caddyfile"),
                quoting: Quoting::Caddy,
            },
            Self::S3 => RecipeParts {
                name: "s3",
                summary: "a bucket that everybody may read (a shell script)",
                template: include_str!("templates/s3.sh"),
                quoting: Quoting::Shell,
            },
            Self::Cloudfront => RecipeParts {
                name: "cloudfront",
                summary: "a private bucket of S3 behind CloudFront (CloudFormation)",
                template: include_str!("templates/cloudfront.yaml"),
                quoting: Quoting::Json,
            },
            Self::Azure => RecipeParts {
                name: "azure",
                summary: "a container of Azure Blob Storage (a shell script)",
                template: include_str!("templates/azure.sh"),
                quoting: Quoting::Shell,
            },
            Self::Spaces => RecipeParts {
                name: "spaces",
                summary: "DigitalOcean Spaces (a shell script)",
                template: include_str!("templates/spaces.sh"),
                quoting: Quoting::Shell,
            },
            _ => RecipeParts {
                name: "nginx",
                summary: "web server in front of Django (a file of conf.d)",
                template: include_str!("templates/nginx.conf"),
                quoting: Quoting::Nginx,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn recipes_have_names_of_their_own() {
        let names: BTreeSet<&str> = Recipe::ALL.iter().map(|recipe| recipe.name()).collect();
        assert_eq!(names.len(), 17);
    }
}
