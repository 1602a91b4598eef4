//! What to do about a finding: for every server, and in the words of the configuration of nginx,
//! Apache and WhiteNoise. `docs/verify.md` has these configurations whole.

use super::finding::Finding;
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
pub fn cure(finding: &Finding, url: &WebUrl, server: ServerKind) -> String {
    match line(finding, url, server) {
        Some(text) => format!("{}: {text}", name(server)),
        None => advice(finding).to_owned(),
    }
}

/// Returns lines of configuration for the common servers, if the server is not known.
pub fn recipes(finding: &Finding, url: &WebUrl, server: ServerKind) -> Vec<String> {
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
fn advice(finding: &Finding) -> &'static str {
    match finding {
        Finding::NoAnswer(failure) => match failure.kind {
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
        Finding::OtherStatus(_) => {
            "deploy this STATIC_ROOT, let everybody read its files, and give the URL of STATIC_URL"
        }
        Finding::Redirect { .. } => {
            "verify the URL that the site redirects to, or serve files here"
        }
        Finding::OtherContent { .. } => {
            "deploy this STATIC_ROOT, purge the CDN, and turn off what changes files on their way"
        }
        Finding::UnwantedEncoding { .. } | Finding::OneEncoding { .. } => {
            "send each reader an encoding that Accept-Encoding names, or the file as it is"
        }
        Finding::NotCompressed { .. } => {
            "let the server send the compressed copies, and keep Accept-Encoding in front of it"
        }
        Finding::WrongType { .. } | Finding::PoorType { .. } => {
            "set the type of this extension in the server"
        }
        Finding::NoVary => "send Vary: Accept-Encoding with every file that has compressed copies",
        Finding::Lasting { .. } => "send immutable only with fingerprinted names",
        Finding::NotLasting { .. } => {
            "send Cache-Control: max-age=315360000, public, immutable with fingerprinted names"
        }
        Finding::NoPermission {
            is_origin_known, ..
        } => {
            if *is_origin_known {
                "send Access-Control-Allow-Origin: *"
            } else {
                "send Access-Control-Allow-Origin: *, or name the origin of the pages: --origin"
            }
        }
        Finding::NotRevalidated { .. } => {
            "let the server compare ETag and Last-Modified, and give all machines the same times"
        }
        Finding::HeadDiffers { .. } => "let HEAD reach the server of the files",
        Finding::PublicManifest => "this does no harm; only Django needs to read the manifest",
    }
}

/// Returns the line of a server's configuration that mends a finding, if there is one.
fn line(finding: &Finding, url: &WebUrl, server: ServerKind) -> Option<String> {
    let path = url.path();
    let fixed = |text: &str| Some(text.to_owned());
    match (server, finding) {
        (
            _,
            Finding::WrongType {
                extension,
                expected,
                ..
            }
            | Finding::PoorType {
                extension,
                expected,
                ..
            },
        ) => type_line(server, extension, expected),
        (ServerKind::Nginx, Finding::OtherStatus(_)) => Some(format!(
            "location {path} {{ alias /path/of/STATIC_ROOT/; }}"
        )),
        (ServerKind::Apache, Finding::OtherStatus(_)) => {
            Some(format!("Alias {path} /path/of/STATIC_ROOT/"))
        }
        (ServerKind::WhiteNoise, Finding::OtherStatus(_) | Finding::OtherContent { .. }) => {
            fixed("restart the server after collecting")
        }
        (ServerKind::Nginx, Finding::NoVary) => {
            fixed("gzip_vary off; add_header Vary Accept-Encoding;")
        }
        (ServerKind::Apache, Finding::NoVary) => fixed("Header merge Vary Accept-Encoding"),
        (ServerKind::WhiteNoise, Finding::NoVary) => {
            fixed("it sends Vary: keep this header in the proxy before it")
        }
        (ServerKind::Nginx, Finding::Lasting { .. } | Finding::NotLasting { .. }) => {
            fixed(NGINX_CACHE)
        }
        (ServerKind::Apache, Finding::Lasting { .. } | Finding::NotLasting { .. }) => {
            fixed(APACHE_CACHE)
        }
        (ServerKind::WhiteNoise, Finding::NotLasting { has_extension, .. }) => {
            if *has_extension {
                fixed(
                    "restart the server after collecting; WHITENOISE_IMMUTABLE_FILE_TEST must match",
                )
            } else {
                fixed("it takes no name without an extension for a fingerprinted one")
            }
        }
        (ServerKind::WhiteNoise, Finding::Lasting { .. }) => {
            fixed("correct WHITENOISE_IMMUTABLE_FILE_TEST and WHITENOISE_MAX_AGE")
        }
        (ServerKind::Nginx, Finding::NoPermission { .. }) => {
            fixed(r#"add_header Access-Control-Allow-Origin "*";"#)
        }
        (ServerKind::Apache, Finding::NoPermission { .. }) => {
            fixed(r#"Header set Access-Control-Allow-Origin "*""#)
        }
        (ServerKind::WhiteNoise, Finding::NoPermission { .. }) => {
            fixed("WHITENOISE_ALLOW_ALL_ORIGINS = True")
        }
        (ServerKind::Store, Finding::NoPermission { .. }) => {
            fixed("allow GET from the origin of the pages in the CORS rules of the bucket")
        }
        (ServerKind::Store, Finding::NotLasting { .. } | Finding::Lasting { .. }) => {
            fixed("publish with `staticc publish`, which sets Cache-Control")
        }
        (ServerKind::Nginx, Finding::NotCompressed { .. }) => {
            fixed("gzip_static on; brotli_static on; (package libnginx-mod-http-brotli-static)")
        }
        (ServerKind::Nginx, Finding::PublicManifest) => Some(format!(
            "location = {path}staticfiles.json {{ return 404; }}"
        )),
        (ServerKind::Apache, Finding::PublicManifest) => {
            fixed("<Files staticfiles.json> Require all denied </Files>")
        }
        _ => None,
    }
}

/// Returns the line that gives an extension its type.
fn type_line(server: ServerKind, extension: &str, expected: &str) -> Option<String> {
    if extension.is_empty() {
        return None;
    }
    match server {
        ServerKind::Nginx => Some(format!(
            "types {{ {expected} {extension}; }} beside include mime.types;"
        )),
        ServerKind::Apache => Some(format!(
            r#"AddType {expected} .{extension} and <FilesMatch "\.{extension}\.(br|gz)$"> ForceType {expected} </FilesMatch>"#
        )),
        ServerKind::WhiteNoise => Some(format!(
            r#"WHITENOISE_MIMETYPES = {{".{extension}": "{expected}"}}"#
        )),
        ServerKind::Store => {
            Some("publish with `staticc publish`, which sets Content-Type".to_owned())
        }
        ServerKind::Unknown => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_servers_get_their_line_and_others_all_of_them() {
        let url = WebUrl::parse("https://example.com/static/").unwrap();
        let finding = Finding::WrongType {
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
        let manifest = cure(&Finding::PublicManifest, &url, ServerKind::Nginx);
        assert!(
            manifest.contains("location = /static/staticfiles.json"),
            "{manifest}"
        );
    }
}
