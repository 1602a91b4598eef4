//! A small web server in a thread, which serves a directory as a good server does, and can be made
//! to answer otherwise.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

/// A request as it came.
pub struct Asked {
    pub method: String,
    /// The path below `/static/`, percent-decoded.
    pub path: String,
    /// With names in lower case.
    pub headers: BTreeMap<String, String>,
}

/// An answer to be sent.
pub struct Answered {
    pub status: u16,
    pub headers: BTreeMap<&'static str, String>,
    pub body: Vec<u8>,
    pub delivery: Delivery,
}

/// How an answer is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    Whole,
    /// Nothing is sent, and the connection stays open.
    Silent,
    /// The head comes, then one byte in each of these times.
    Slow(Duration),
    /// The body never ends.
    Endless,
    /// The body ends before its length.
    CutOff,
    /// As HTTP/1.0, without a length: the end of the connection is that of the body.
    Closed,
    /// These bytes, whatever they are.
    Raw(&'static str),
}

/// Ends with the process.
pub struct Site {
    pub url: String,
    pub requests: Arc<AtomicUsize>,
}

/// When everything was written last.
const DATE: &str = "Sun, 01 Nov 2026 00:00:00 GMT";

type Change = dyn Fn(&Asked, &mut Answered) + Send + Sync;

impl Site {
    /// Serves a directory at `/static/`. `change` makes another answer of a good one.
    pub fn serve(
        root: PathBuf,
        change: impl Fn(&Asked, &mut Answered) + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/static/", listener.local_addr().unwrap());
        let requests = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&requests);
        let change: Arc<Change> = Arc::new(change);
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let (root, change) = (root.clone(), Arc::clone(&change));
                let counter = Arc::clone(&counter);
                thread::spawn(move || {
                    // A client that goes away is no fault.
                    let _ = answer_all(&connection, &root, &*change, &counter);
                });
            }
        });
        Self { url, requests }
    }
}

fn answer_all(
    connection: &TcpStream,
    root: &Path,
    change: &Change,
    requests: &AtomicUsize,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(connection);
    while let Some(asked) = read_request(&mut reader)? {
        requests.fetch_add(1, Ordering::SeqCst);
        let mut answered = good_answer(&asked, root);
        change(&asked, &mut answered);
        send(connection, &asked, &answered)?;
        if answered.delivery != Delivery::Whole {
            break;
        }
    }
    Ok(())
}

fn read_request(reader: &mut BufReader<&TcpStream>) -> std::io::Result<Option<Asked>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace();
    let method = words.next().unwrap_or_default().to_owned();
    let url = words.next().unwrap_or_default();
    // A proxy is asked with the whole URL.
    let path = url.split_once("/static/").map_or("none", |(_, path)| path);
    let path = staticc::pystd::urllib::percent_decode(path.as_bytes());
    let mut headers = BTreeMap::new();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header)?;
        let Some((name, value)) = header.trim_end().split_once(": ") else {
            break;
        };
        headers.insert(name.to_lowercase(), value.to_owned());
    }
    Ok(Some(Asked {
        method,
        path: String::from_utf8(path).unwrap(),
        headers,
    }))
}

/// The answer of a server with compressed copies, immutable names and conditional requests.
fn good_answer(asked: &Asked, root: &Path) -> Answered {
    let header = |name: &str| asked.headers.get(name).map_or("", String::as_str);
    let place = root.join(&asked.path);
    let mut answered = Answered {
        status: 200,
        headers: BTreeMap::new(),
        body: Vec::new(),
        delivery: Delivery::Whole,
    };
    let Ok(content) = fs::read(&place) else {
        answered.status = 404;
        return answered;
    };
    let copies = [("br", "br"), ("gz", "gzip")];
    let copy = copies.into_iter().find_map(|(suffix, encoding)| {
        let bytes = fs::read(format!("{}.{suffix}", place.display())).ok()?;
        Some((encoding, bytes)).filter(|_| header("accept-encoding") == encoding)
    });
    let path = staticc::model::LogicalPath::new(asked.path.as_str());
    let is_fingerprinted = staticc::model::Fingerprint::path_without(&path).is_some();
    let cache = if is_fingerprinted {
        "public, max-age=31536000, immutable"
    } else {
        "public, max-age=60"
    };
    let headers = &mut answered.headers;
    headers.insert(
        "Content-Type",
        staticc::publish::content_type::content_type(&path),
    );
    headers.insert("Cache-Control", cache.to_owned());
    headers.insert("Vary", "Accept-Encoding".to_owned());
    headers.insert("Last-Modified", DATE.to_owned());
    answered.body = content;
    if let Some((encoding, bytes)) = copy {
        headers.insert("Content-Encoding", encoding.to_owned());
        answered.body = bytes;
    }
    let etag = format!("\"{}\"", blake3::hash(&answered.body).to_hex());
    if header("if-none-match") == etag || header("if-modified-since") == DATE {
        answered.status = 304;
        answered.body.clear();
    }
    headers.insert("ETag", etag);
    answered
}

fn send(mut connection: &TcpStream, asked: &Asked, answered: &Answered) -> std::io::Result<()> {
    let Answered {
        status,
        headers,
        body,
        delivery,
    } = answered;
    let version = match delivery {
        Delivery::Silent => {
            thread::sleep(Duration::from_secs(60));
            return Ok(());
        }
        Delivery::Raw(text) => return connection.write_all(text.as_bytes()),
        Delivery::Closed => "HTTP/1.0",
        _ => "HTTP/1.1",
    };
    let mut head = format!("{version} {status} X\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    let is_endless = *delivery == Delivery::Endless;
    if *delivery != Delivery::Closed && !is_endless && *status != 304 {
        head.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    connection.write_all(format!("{head}\r\n").as_bytes())?;
    match delivery {
        _ if asked.method == "HEAD" => Ok(()),
        Delivery::Endless => loop {
            connection.write_all(&[b' '; 4096])?;
        },
        Delivery::CutOff => connection.write_all(&body[..body.len() / 2]),
        Delivery::Slow(pause) => {
            for byte in body {
                connection.write_all(&[*byte])?;
                thread::sleep(*pause);
            }
            Ok(())
        }
        _ => connection.write_all(body),
    }
}
