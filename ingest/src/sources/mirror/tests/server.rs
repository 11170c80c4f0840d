//! A store that answers as S3 does: XML by hand, over plain HTTP on the loopback interface.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// An object as it stands; versions of a key follow one another, the newest first.
#[derive(Debug, Clone)]
pub(super) struct Object {
    pub(super) key: String,
    pub(super) version: String,
    pub(super) body: Vec<u8>,
    pub(super) class: &'static str,
    pub(super) is_latest: bool,
    pub(super) is_delete_marker: bool,
    /// Headers of a `HEAD` beyond size and tag.
    pub(super) headers: Vec<(String, String)>,
    /// The checksum that a `HEAD` with checksum mode states.
    pub(super) checksum: Option<String>,
    pub(super) part_sizes: Vec<usize>,
    /// What is sent of its body.
    pub(super) sent: Option<Vec<u8>>,
}

impl Object {
    /// An object in Standard-IA with its digest.
    pub(super) fn new(key: &str, body: &str) -> Self {
        Self {
            key: format!("ci/{key}"),
            version: "v1".to_owned(),
            body: body.as_bytes().to_vec(),
            class: "STANDARD_IA",
            is_latest: true,
            is_delete_marker: false,
            headers: Vec::new(),
            checksum: Some(STANDARD.encode(Sha256::digest(body))),
            part_sizes: Vec::new(),
            sent: None,
        }
    }

    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    fn etag(&self) -> String {
        format!("\"{:.8}\"", hex(&Sha256::digest(&self.body)))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// How it behaves.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) objects: Vec<Object>,
    pub(super) page_size: usize,
    /// Questions that are refused, by [`question`], with status and code.
    pub(super) refused: HashMap<&'static str, (u16, &'static str)>,
    /// Questions that are refused while they ask for a checksum.
    pub(super) are_checksums_refused: bool,
    /// How often each request is told to slow down before it is answered.
    pub(super) n_slow_downs: usize,
    /// Answers to questions about the bucket.
    pub(super) answers: HashMap<&'static str, String>,
    /// What was asked, in order: question and key.
    pub(super) asked: Vec<String>,
    slowed: HashMap<String, usize>,
    /// Keys whose download breaks off after some bytes, as often as told.
    pub(super) broken: HashMap<String, usize>,
}

/// A store that runs until the test ends.
pub(super) struct S3 {
    port: u16,
    pub(super) state: Arc<Mutex<State>>,
}

impl S3 {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Mutex::new(State {
            page_size: 1000,
            ..State::default()
        }));
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&shared)));
            }
        });
        Self { port, state }
    }

    pub(super) fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(super) fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock().unwrap());
    }

    pub(super) fn set(&self, objects: Vec<Object>) {
        self.change(|state| state.objects = objects);
    }

    /// How often a question was asked.
    pub(super) fn n_asked(&self, question: &str) -> usize {
        let state = self.state.lock().unwrap();
        state
            .asked
            .iter()
            .filter(|asked| asked.split(' ').next() == Some(question))
            .count()
    }
}

struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    /// Length that is told, where it is another.
    length: usize,
}

impl Answer {
    fn xml(body: String) -> Self {
        Self {
            status: 200,
            headers: vec![("content-type".to_owned(), "application/xml".to_owned())],
            length: body.len(),
            body: body.into_bytes(),
        }
    }

    fn error(status: u16, code: &str) -> Self {
        let body = format!("<Error><Code>{code}</Code><Message>said the store</Message></Error>");
        Self {
            status,
            ..Self::xml(body)
        }
    }
}

async fn serve(mut stream: TcpStream, state: Arc<Mutex<State>>) {
    let mut request = Vec::new();
    let mut chunk = [0; 4096];
    while !request.windows(4).any(|window| window == b"\r\n\r\n") {
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => return,
            Ok(n) => request.extend_from_slice(&chunk[..n]),
        }
    }
    let request = String::from_utf8(request).unwrap();
    let mut words = request.split(' ');
    let (method, target) = (words.next().unwrap(), words.next().unwrap());
    let wants_checksum = request.to_ascii_lowercase().contains("x-amz-checksum-mode: enabled");
    let answer = state.lock().unwrap().answer(method, target, wants_checksum);
    let mut head = format!("HTTP/1.1 {} X\r\nconnection: close\r\n", answer.status);
    for (name, value) in &answer.headers {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    let _ = write!(head, "content-length: {}\r\n\r\n", answer.length);
    let _ = stream.write_all(head.as_bytes()).await;
    if method != "HEAD" {
        let _ = stream.write_all(&answer.body).await;
    }
    let _ = stream.shutdown().await;
}

/// What a request asks for.
fn question(method: &str, key: &str, query: &HashMap<String, String>) -> &'static str {
    let names: HashSet<&str> = query.keys().map(String::as_str).collect();
    match (method, key.is_empty()) {
        ("HEAD", true) => "bucket",
        ("HEAD", false) => "head",
        (_, false) if names.contains("attributes") => "attributes",
        (_, false) => "get",
        _ => [
            "versioning",
            "object-lock",
            "lifecycle",
            "encryption",
            "publicAccessBlock",
            "policyStatus",
            "replication",
            "versions",
        ]
        .into_iter()
        .find(|name| names.contains(name))
        .unwrap_or("list"),
    }
}

impl State {
    fn answer(&mut self, method: &str, target: &str, wants_checksum: bool) -> Answer {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let query: HashMap<String, String> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let path = path.trim_start_matches('/');
        let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
        assert_eq!(bucket, "acme-mirror");
        let key: String = url::form_urlencoded::parse(format!("k={key}").as_bytes())
            .map(|(_, key)| key.into_owned())
            .collect();
        let question = question(method, &key, &query);
        let slowed = self.slowed.entry(format!("{method} {target}")).or_default();
        if *slowed < self.n_slow_downs {
            *slowed += 1;
            return Answer::error(503, "SlowDown");
        }
        self.asked.push(format!("{question} {key}"));
        if let Some((status, code)) = self.refused.get(question) {
            return Answer::error(*status, code);
        }
        match question {
            "bucket" => Answer::xml(String::new()),
            "versions" => self.versions(&query),
            "list" => self.list(&query),
            "head" | "get" | "attributes" => self.object(question, &key, &query, wants_checksum),
            question => match self.answers.get(question) {
                Some(answer) => Answer::xml(answer.clone()),
                None if question == "versioning" => Answer::xml("<VersioningConfiguration/>".to_owned()),
                None => Answer::error(404, "NoSuchConfiguration"),
            },
        }
    }

    fn object(&mut self, question: &str, key: &str, query: &HashMap<String, String>, wants_checksum: bool) -> Answer {
        if wants_checksum && self.are_checksums_refused {
            return Answer::error(403, "AccessDenied");
        }
        let version = query.get("versionId");
        let found = self
            .objects
            .iter()
            .find(|object| object.key == key && version.map_or(object.is_latest, |version| *version == object.version));
        let Some(object) = found.cloned() else {
            return Answer::error(404, "NoSuchKey");
        };
        if question == "attributes" {
            let mut parts = String::new();
            for (index, size) in object.part_sizes.iter().enumerate() {
                let number = index + 1;
                let _ = write!(
                    parts,
                    "<Part><PartNumber>{number}</PartNumber><Size>{size}</Size></Part>"
                );
            }
            return Answer::xml(format!(
                "<GetObjectAttributesResponse><ObjectParts><IsTruncated>false</IsTruncated>{parts}</ObjectParts></GetObjectAttributesResponse>"
            ));
        }
        let body = object.sent.clone().unwrap_or_else(|| object.body.clone());
        let mut answer = Answer {
            status: 200,
            headers: object.headers.clone(),
            length: body.len(),
            body,
        };
        answer.headers.push(("etag".to_owned(), object.etag()));
        answer
            .headers
            .push(("x-amz-storage-class".to_owned(), object.class.to_owned()));
        if wants_checksum && let Some(checksum) = &object.checksum {
            answer
                .headers
                .push(("x-amz-checksum-sha256".to_owned(), checksum.clone()));
        }
        if question == "get"
            && let Some(left) = self.broken.get_mut(key)
            && *left > 0
        {
            *left -= 1;
            answer.body.truncate(answer.length / 2);
        }
        answer
    }

    /// Entries of a page, and where the next one begins.
    fn page(&self, from: Option<&String>, is_in: impl Fn(&Object) -> bool) -> (Vec<&Object>, Option<String>) {
        let from: usize = from.map_or(0, |from| from.rsplit('#').next().unwrap().parse().unwrap());
        let all: Vec<_> = self.objects.iter().filter(|object| is_in(object)).collect();
        let page: Vec<_> = all.iter().skip(from).take(self.page_size).copied().collect();
        let next = from + page.len();
        (page, (next < all.len()).then(|| format!("at+#{next}")))
    }

    fn versions(&self, query: &HashMap<String, String>) -> Answer {
        let (page, next) = self.page(query.get("key-marker"), |_| true);
        let mut text = "<ListVersionsResult><EncodingType>url</EncodingType>".to_owned();
        for object in page {
            let element = if object.is_delete_marker {
                "DeleteMarker"
            } else {
                "Version"
            };
            let _ = write!(
                text,
                "<{element}>{}<VersionId>{}</VersionId><IsLatest>{}</IsLatest>{}</{element}>",
                named(object),
                object.version,
                object.is_latest,
                if object.is_delete_marker {
                    String::new()
                } else {
                    sized(object)
                }
            );
        }
        let _ = match next {
            // As S3 does, encoded like the keys.
            Some(next) => write!(
                text,
                "<IsTruncated>true</IsTruncated><NextKeyMarker>{}</NextKeyMarker><NextVersionIdMarker>v</NextVersionIdMarker>",
                encoded(&next)
            ),
            None => write!(text, "<IsTruncated>false</IsTruncated>"),
        };
        Answer::xml(text + "</ListVersionsResult>")
    }

    fn list(&self, query: &HashMap<String, String>) -> Answer {
        let is_current = |object: &Object| object.is_latest && !object.is_delete_marker;
        let (page, next) = self.page(query.get("continuation-token"), is_current);
        let mut text = "<ListBucketResult><EncodingType>url</EncodingType>".to_owned();
        for object in page {
            let _ = write!(text, "<Contents>{}{}</Contents>", named(object), sized(object));
        }
        let _ = match next {
            Some(next) => write!(
                text,
                "<IsTruncated>true</IsTruncated><NextContinuationToken>{next}</NextContinuationToken>"
            ),
            None => write!(text, "<IsTruncated>false</IsTruncated>"),
        };
        Answer::xml(text + "</ListBucketResult>")
    }
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn named(object: &Object) -> String {
    format!(
        "<Key>{}</Key><LastModified>2026-03-01T10:00:00.000Z</LastModified>",
        encoded(&object.key)
    )
}

fn sized(object: &Object) -> String {
    format!(
        "<Size>{}</Size><ETag>{}</ETag><StorageClass>{}</StorageClass>",
        object.body.len(),
        object.etag().replace('"', "&quot;"),
        object.class
    )
}
