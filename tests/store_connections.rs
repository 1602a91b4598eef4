//! How staticc connects to stores: certificates, proxies, credentials of profiles, and what it
//! says if a server refuses. The servers are threads of the test.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use crate::support::project::{Project, Run};

/// A collected project that publishes to this server.
fn project(endpoint: &str) -> Project {
    let project = Project::new().file("src/a.txt", "a");
    let settings = fs::read_to_string(project.path("settings.toml")).unwrap();
    let publish =
        format!("[staticc.publish]\nstore = \"s3://bucket/static\"\nendpoint = \"{endpoint}\"\n");
    project.write("settings.toml", format!("{settings}{publish}"));
    project.collect().success();
    project
}

/// `staticc publish` with keys, and with nothing else of AWS or of a proxy.
fn publish(project: &Project) -> Run<'_> {
    let mut run = project.verb(["publish"]);
    for name in [
        "AWS_CA_BUNDLE",
        "AWS_PROFILE",
        "AWS_REGION",
        "HTTPS_PROXY",
        "NO_PROXY",
        "https_proxy",
        "no_proxy",
    ] {
        run = run.env(name, "");
    }
    run.env("AWS_ACCESS_KEY_ID", "demo")
        .env("AWS_SECRET_ACCESS_KEY", "hunter2")
}

/// Starts a server that gives each request this answer; returns its address and the first lines
/// of the requests.
fn server(status: &'static str, body: &'static str) -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (sender, requests) = channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut reader = BufReader::new(stream.unwrap());
            let mut first = String::new();
            reader.read_line(&mut first).unwrap();
            let mut length = 0;
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                let header = line.trim().to_ascii_lowercase();
                if let Some(value) = header.strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                if header.is_empty() {
                    break;
                }
            }
            reader.read_exact(&mut vec![0; length]).unwrap();
            let _ = sender.send(first.trim().to_owned());
            let answer = format!(
                "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
            reader.into_inner().write_all(answer.as_bytes()).unwrap();
        }
    });
    (address, requests)
}

#[test]
fn refusals_of_a_server_have_a_help() {
    for (status, body, message, help) in [
        (
            "404 Not Found",
            "<Error><Code>NoSuchBucket</Code><Message>No bucket.</Message></Error>",
            "there is no bucket bucket",
            "make it, or correct the store's URL",
        ),
        (
            "403 Forbidden",
            "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>",
            "no permission to read .staticc/current",
            "s3:GetObject",
        ),
        (
            "403 Forbidden",
            "<Error><Code>InvalidAccessKeyId</Code><Message>Unknown.</Message></Error>",
            "accepts no credentials",
            "AWS_ACCESS_KEY_ID",
        ),
        (
            "403 Forbidden",
            "<Error><Code>RequestTimeTooSkewed</Code><Message>Late.</Message></Error>",
            "the clock of this machine differs",
            "set the clock",
        ),
        (
            "301 Moved Permanently",
            "<Error><Code>PermanentRedirect</Code><Message>Elsewhere.</Message></Error>",
            "is in another region",
            "AWS_REGION",
        ),
        (
            "400 Bad Request",
            "<Error><Code>AuthorizationHeaderMalformed</Code>\
             <Message>expecting 'eu-west-1'</Message></Error>",
            "expecting 'eu-west-1'",
            "AWS_REGION",
        ),
    ] {
        let (address, _requests) = server(status, body);
        let project = project(&format!("http://{address}"));
        let outcome = publish(&project).failure(1);
        outcome
            .stderr(["[store-unusable]", message, help])
            .no_stderr(["hunter2"]);
    }
}

#[test]
fn a_system_without_certificates_does_not_stop_publishing() {
    let project = project("https://127.0.0.1:1");
    project.write("none.pem", "");
    fs::create_dir(project.path("none")).unwrap();
    let run = publish(&project)
        .env("SSL_CERT_FILE", project.path("none.pem"))
        .env("SSL_CERT_DIR", project.path("none"));
    run.failure(1).stderr(["does not answer"]);
}

#[test]
fn a_bundle_without_certificates_is_refused() {
    let project = project("https://127.0.0.1:1");
    project.write("none.pem", "");
    let run = publish(&project).env("AWS_CA_BUNDLE", project.path("none.pem"));
    run.failure(2)
        .stderr(["holds no certificates", "correct AWS_CA_BUNDLE"]);
}

#[test]
fn publish_connects_through_a_proxy() {
    let (address, requests) = server("403 Forbidden", "");
    let project = project("https://store.invalid");
    let run = publish(&project).env("HTTPS_PROXY", format!("http://{address}"));
    run.failure(1).stderr(["does not answer"]);
    assert_eq!(
        requests.recv().unwrap(),
        "CONNECT store.invalid:443 HTTP/1.1"
    );
}

#[test]
fn publish_asks_the_tool_of_aws_for_a_profile() {
    let (address, _requests) = server("403 Forbidden", "<Code>AccessDenied</Code>");
    let project = project(&format!("http://{address}"));
    let with_profile = || {
        publish(&project)
            .env("AWS_ACCESS_KEY_ID", "")
            .env("AWS_SECRET_ACCESS_KEY", "")
            .env("AWS_PROFILE", "dev")
            .env("PATH", project.path("bin"))
    };
    let outcome = with_profile().failure(2);
    outcome.stderr(["needs the program aws, which is not on PATH"]);
    let write_tool = |script: &str| {
        project.write("bin/aws", format!("#!/bin/sh\n{script}\n"));
        let executable = fs::Permissions::from_mode(0o755);
        fs::set_permissions(project.path("bin/aws"), executable).unwrap();
    };
    write_tool(r#"echo '{"AccessKeyId": "a", "SecretAccessKey": "hunter2"}'"#);
    let outcome = with_profile().failure(1);
    outcome
        .stderr(["no permission to read"])
        .no_stderr(["hunter2"]);
    write_tool("echo hunter2 >&2; exit 1");
    let outcome = with_profile().failure(2);
    outcome
        .stderr(["aws sso login --profile dev"])
        .no_stderr(["hunter2"]);
}

#[test]
fn only_stores_with_access_control_lists_take_one() {
    let project = project("http://127.0.0.1:1");
    let settings = fs::read_to_string(project.path("settings.toml")).unwrap();
    let with_acl = |lines: &str, acl: &str| {
        let text = format!("{lines}acl = \"{acl}\"\n");
        project.write("settings.toml", text);
    };
    with_acl(&settings, "public-read");
    publish(&project).failure(1).stderr(["does not answer"]);
    let lines = settings.lines();
    let without_endpoint: String = lines
        .filter(|line| !line.starts_with("endpoint"))
        .flat_map(|line| [line, "\n"])
        .collect();
    with_acl(&without_endpoint, "public-read");
    let directory = format!("file://{}", project.path("store").to_str().unwrap());
    let run = publish(&project).arguments([&directory]);
    run.failure(2)
        .stderr(["has no access control lists", "remove `acl`"]);
    with_acl(&settings, "everybody");
    publish(&project).failure(2).stderr(["acl", "public-read"]);
}

#[test]
fn keys_in_the_settings_are_refused() {
    let project = project("https://store.invalid");
    let settings = fs::read_to_string(project.path("settings.toml")).unwrap();
    project.write("settings.toml", settings + "access_key = \"hunter2\"\n");
    let outcome = publish(&project).failure(2);
    outcome
        .stderr(["access_key", "environment"])
        .no_stderr(["hunter2"]);
}
