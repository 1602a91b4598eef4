//! What to do about a finding: for every server, and in the words of the configuration of nginx,
//! Apache and WhiteNoise. `docs/verify.md` has these configurations whole.

use super::finding::SiteFinding;
use super::server::ServerKind;
use crate::store::web::answer::WebFailureKind;
use crate::store::web::url::WebUrl;

/// Servers whose configuration is shown if nobody knows which one answers.
const SHOWN: [ServerKind; 3] = [
    ServerKind::Nginx,
    ServerKind::Apache,
    ServerKind::WhiteNoise,
];

/// The names of fingerprinted files, and how long browsers keep them.
const NGINX_CACHE: &str = r#"map $uri $static_cache { default "max-age=60, public"; "~\.[0-9a-f]{12}(\.[^./]+)?$" "max-age=315360000, public, immutable"; } and add_header Cache-Control $static_cache;"#;
const APACHE_CACHE: &str = r#"<LocationMatch "\.[0-9a-f]{12}(\.[^./]+)?(\.br|\.gz)?$"> Header set Cache-Control "max-age=315360000, public, immutable" </LocationMatch>"#;

/// Returns the help of a finding: the line of configuration if the server is known.
pub fn cure(finding: &SiteFinding, url: &WebUrl, server: ServerKind) -> String {
    match line(finding, url, server) {
        Some(text) => format!("{}: {text}", name(server)),
        None => advice(finding).to_owned(),
    }
}

/// Returns lines of configuration for the common servers, if the server is not known.
pub fn recipes(finding: &SiteFinding, url: &WebUrl, server: ServerKind) -> Vec<String> {
    if server != ServerKind::Unknown {
        return Vec::new();
    }
    let lines = SHOWN.into_iter().filter_map(|shown| {
        let text = line(finding, url, shown)?;
        Some(format!("{}: {text}", name(shown)))
    });
    lines.collect()
}

fn name(server: ServerKind) -> &'static str {
    match server {
        ServerKind::Nginx => "in nginx",
        ServerKind::Apache => "in Apache",
        ServerKind::WhiteNoise => "with WhiteNoise",
        ServerKind::Store => "in the object store",
        ServerKind::Unknown => "in the server",
    }
}

/// Returns what helps whatever the server is.
fn advice(finding: &SiteFinding) -> &'static str {
    match finding {
        SiteFinding::NoAnswer(failure) => match failure.kind {
            WebFailureKind::Unreachable => {
                "correct the URL, start the site, or set HTTPS_PROXY if a proxy is between"
            }
            WebFailureKind::Certificate => {
                "renew the certificate, or name that of your organisation with AWS_CA_BUNDLE"
            }
            WebFailureKind::Timeout => "ask for less at a time with -j, or wait longer: --timeout",
            WebFailureKind::Broken => {
                "restart the server: it may remember the size of an earlier file"
            }
        },
        SiteFinding::OtherStatus(_) => {
            "deploy this STATIC_ROOT, let everybody read its files, and give the URL of STATIC_URL"
        }
        SiteFinding::Redirect { .. } => {
            "verify the URL that the site redirects to, or serve files here"
        }
        SiteFinding::OtherContent { .. } => {
            "deploy this STATIC_ROOT, purge the CDN, and turn off what changes files on their way"
        }
        SiteFinding::UnwantedEncoding { .. } | SiteFinding::OneEncoding { .. } => {
            "send each reader an encoding that Accept-Encoding names, or the file as it is"
        }
        SiteFinding::NotCompressed { .. } => {
            "let the server send the compressed copies, and keep Accept-Encoding in front of it"
        }
        SiteFinding::WrongType { .. } | SiteFinding::PoorType { .. } => {
            "set the type of this extension in the server"
        }
        SiteFinding::NoVary => {
            "send Vary: Accept-Encoding with every file that has compressed copies"
        }
        SiteFinding::Lasting { .. } => "send immutable only with fingerprinted names",
        SiteFinding::NotLasting { .. } => {
            "send Cache-Control: max-age=315360000, public, immutable with fingerprinted names"
        }
        SiteFinding::NoPermission {
            is_origin_known, ..
        } => {
            if *is_origin_known {
                "send Access-Control-Allow-Origin: *"
            } else {
                "send Access-Control-Allow-Origin: *, or name the origin of the pages: --origin"
            }
        }
        SiteFinding::NotRevalidated { .. } => {
            "let the server compare ETag and Last-Modified, and give all machines the same times"
        }
        SiteFinding::HeadDiffers { .. } => "let HEAD reach the server of the files",
        SiteFinding::PublicManifest => "this does no harm; only Django needs to read the manifest",
    }
}

/// Returns the line of a server's configuration that mends a finding, if there is one.
fn line(finding: &SiteFinding, url: &WebUrl, server: ServerKind) -> Option<String> {
    match server {
        ServerKind::Nginx => nginx_line(finding, url.path()),
        ServerKind::Apache => apache_line(finding, url.path()),
        ServerKind::WhiteNoise => white_noise_line(finding),
        ServerKind::Store => store_line(finding).map(str::to_owned),
        ServerKind::Unknown => None,
    }
}

/// `path` is that of the static files.
fn nginx_line(finding: &SiteFinding, path: &str) -> Option<String> {
    let text = match finding {
        SiteFinding::OtherStatus(_) => {
            format!("location {path} {{ alias /path/of/STATIC_ROOT/; }}")
        }
        SiteFinding::PublicManifest => {
            format!("location = {path}staticfiles.json {{ return 404; }}")
        }
        SiteFinding::Lasting { .. } | SiteFinding::NotLasting { .. } => NGINX_CACHE.to_owned(),
        SiteFinding::NoVary => "gzip_vary off; add_header Vary Accept-Encoding;".to_owned(),
        SiteFinding::NoPermission { .. } => {
            r#"add_header Access-Control-Allow-Origin "*";"#.to_owned()
        }
        SiteFinding::NotCompressed { .. } => {
            "gzip_static on; brotli_static on; (package libnginx-mod-http-brotli-static)".to_owned()
        }
        other => {
            let (extension, expected) = missing_type(other)?;
            format!("types {{ {expected} {extension}; }} beside include mime.types;")
        }
    };
    Some(text)
}

/// `path` is that of the static files.
fn apache_line(finding: &SiteFinding, path: &str) -> Option<String> {
    let text = match finding {
        SiteFinding::OtherStatus(_) => format!("Alias {path} /path/of/STATIC_ROOT/"),
        SiteFinding::PublicManifest => {
            "<Files staticfiles.json> Require all denied </Files>".to_owned()
        }
        SiteFinding::Lasting { .. } | SiteFinding::NotLasting { .. } => APACHE_CACHE.to_owned(),
        SiteFinding::NoVary => "Header merge Vary Accept-Encoding".to_owned(),
        SiteFinding::NoPermission { .. } => {
            r#"Header set Access-Control-Allow-Origin "*""#.to_owned()
        }
        other => {
            let (extension, expected) = missing_type(other)?;
            format!(
                r#"AddType {expected} .{extension} and <FilesMatch "\.{extension}\.(br|gz)$"> ForceType {expected} </FilesMatch>"#
            )
        }
    };
    Some(text)
}

fn white_noise_line(finding: &SiteFinding) -> Option<String> {
    let text = match finding {
        SiteFinding::OtherStatus(_) | SiteFinding::OtherContent { .. } => {
            "restart the server after collecting"
        }
        SiteFinding::NoVary => "it sends Vary: keep this header in the proxy before it",
        SiteFinding::NotLasting {
            has_extension: false,
            ..
        } => "it takes no name without an extension for a fingerprinted one",
        SiteFinding::NotLasting { .. } => {
            "restart the server after collecting; WHITENOISE_IMMUTABLE_FILE_TEST must match"
        }
        SiteFinding::Lasting { .. } => {
            "correct WHITENOISE_IMMUTABLE_FILE_TEST and WHITENOISE_MAX_AGE"
        }
        SiteFinding::NoPermission { .. } => "WHITENOISE_ALLOW_ALL_ORIGINS = True",
        other => {
            let (extension, expected) = missing_type(other)?;
            return Some(format!(
                r#"WHITENOISE_MIMETYPES = {{".{extension}": "{expected}"}}"#
            ));
        }
    };
    Some(text.to_owned())
}

fn store_line(finding: &SiteFinding) -> Option<&'static str> {
    match finding {
        SiteFinding::NoPermission { .. } => {
            Some("allow GET from the origin of the pages in the CORS rules of the bucket")
        }
        SiteFinding::NotLasting { .. }
        | SiteFinding::Lasting { .. }
        | SiteFinding::WrongType { .. }
        | SiteFinding::PoorType { .. } => {
            Some("publish with `staticc publish`, which sets Cache-Control and Content-Type")
        }
        _ => None,
    }
}

/// Returns the extension that a server gives a wrong type, and the type that it should have.
fn missing_type(finding: &SiteFinding) -> Option<(&str, &str)> {
    match finding {
        SiteFinding::WrongType {
            extension,
            expected,
            ..
        }
        | SiteFinding::PoorType {
            extension,
            expected,
            ..
        } if !extension.is_empty() => Some((extension, expected)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_servers_get_their_line_and_others_all_of_them() {
        let url = WebUrl::parse("https://example.com/static/").unwrap();
        let finding = SiteFinding::WrongType {
            extension: "mjs".to_owned(),
            found: String::new(),
            expected: "text/javascript".to_owned(),
        };
        let help = cure(&finding, &url, ServerKind::Nginx);
        assert_eq!(
            help,
            "in nginx: types { text/javascript mjs; } beside include mime.types;"
        );
        assert!(recipes(&finding, &url, ServerKind::Nginx).is_empty());
        assert_eq!(recipes(&finding, &url, ServerKind::Unknown).len(), 3);
        let manifest = cure(&SiteFinding::PublicManifest, &url, ServerKind::Nginx);
        assert!(
            manifest.contains("location = /static/staticfiles.json"),
            "{manifest}"
        );
    }
}
