//! The recipes: their names, what each is for, and the template of each. Knows no values.

use super::quoting::TargetQuoting;

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
        match self {
            Self::Whitenoise => "whitenoise",
            Self::Servestatic => "servestatic",
            Self::Starlette => "starlette",
            Self::Runserver => "runserver",
            Self::Gunicorn => "gunicorn",
            Self::Uwsgi => "uwsgi",
            Self::ModWsgi => "mod-wsgi",
            Self::Daphne => "daphne",
            Self::Uvicorn => "uvicorn",
            Self::Hypercorn => "hypercorn",
            Self::Nginx => "nginx",
            Self::Apache => "apache",
            Self::Caddy => "caddy",
            Self::S3 => "s3",
            Self::Cloudfront => "cloudfront",
            Self::Azure => "azure",
            Self::Spaces => "spaces",
        }
    }

    /// Returns what the recipe is for, in one line.
    pub fn summary(self) -> &'static str {
        match self {
            Self::Whitenoise => "Django's own processes serve the files (settings.py)",
            Self::Servestatic => "the same with ServeStatic, also for ASGI (settings.py)",
            Self::Starlette => "Starlette serves files and uploads beside Django (an ASGI module)",
            Self::Runserver => "WhiteNoise in development, without collecting (settings.py)",
            Self::Gunicorn => "WSGI server (gunicorn.conf.py)",
            Self::Uwsgi => "WSGI server (uwsgi.ini)",
            Self::ModWsgi => "Django in Apache (a site of Apache)",
            Self::Daphne => "ASGI server of Channels (a shell script)",
            Self::Uvicorn => "ASGI server (a shell script)",
            Self::Hypercorn => "ASGI server with HTTP/2 (hypercorn.toml)",
            Self::Nginx => "web server in front of Django (a file of conf.d)",
            Self::Apache => "web server in front of Django (a site of Apache)",
            Self::Caddy => "web server in front of Django, with HTTPS (Caddyfile)",
            Self::S3 => "a bucket that everybody may read (a shell script)",
            Self::Cloudfront => "a private bucket of S3 behind CloudFront (CloudFormation)",
            Self::Azure => "a container of Azure Blob Storage (a shell script)",
            Self::Spaces => "DigitalOcean Spaces (a shell script)",
        }
    }

    /// Returns the text in which values are missing.
    pub(super) fn template(self) -> &'static str {
        match self {
            Self::Whitenoise => include_str!("templates/whitenoise.py"),
            Self::Servestatic => include_str!("templates/servestatic.py"),
            Self::Starlette => include_str!("templates/starlette.py"),
            Self::Runserver => include_str!("templates/runserver.py"),
            Self::Gunicorn => include_str!("templates/gunicorn.py"),
            Self::Uwsgi => include_str!("templates/uwsgi.ini"),
            Self::ModWsgi => include_str!("templates/mod-wsgi.conf"),
            Self::Daphne => include_str!("templates/daphne.sh"),
            Self::Uvicorn => include_str!("templates/uvicorn.sh"),
            Self::Hypercorn => include_str!("templates/hypercorn.toml"),
            Self::Nginx => include_str!("templates/nginx.conf"),
            Self::Apache => include_str!("templates/apache.conf"),
            Self::Caddy => include_str!("templates/Caddyfile"),
            Self::S3 => include_str!("templates/s3.sh"),
            Self::Cloudfront => include_str!("templates/cloudfront.yaml"),
            Self::Azure => include_str!("templates/azure.sh"),
            Self::Spaces => include_str!("templates/spaces.sh"),
        }
    }

    /// Returns how values are quoted.
    pub fn quoting(self) -> TargetQuoting {
        match self {
            Self::Whitenoise
            | Self::Servestatic
            | Self::Starlette
            | Self::Runserver
            | Self::Gunicorn => TargetQuoting::Python,
            Self::Uwsgi => TargetQuoting::Ini,
            Self::ModWsgi | Self::Apache => TargetQuoting::Apache,
            Self::Daphne | Self::Uvicorn | Self::S3 | Self::Azure | Self::Spaces => {
                TargetQuoting::Shell
            }
            Self::Hypercorn | Self::Cloudfront => TargetQuoting::Json,
            Self::Nginx => TargetQuoting::Nginx,
            Self::Caddy => TargetQuoting::Caddy,
        }
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
