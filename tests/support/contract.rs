//! The harness of the contract servers: an HTTP server on loopback that hands every request to one function.
//! What the function refuses is what the vendor's published text refuses; `support/vendors` has one file each.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

/// A request, read to its end.
pub struct Asked {
    pub method: String,
    pub path: String,
    pub query: BTreeMap<String, String>,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Asked {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }

    /// The body as JSON; `Null` if it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The body as an urlencoded form.
    pub fn form(&self) -> BTreeMap<String, String> {
        pairs(&String::from_utf8_lossy(&self.body))
    }

    /// The parts of a `multipart/form-data` body, or what is wrong with it.
    pub fn parts(&self) -> Result<Vec<Part>, String> {
        let kind = self.header("content-type");
        let boundary = kind.strip_prefix("multipart/form-data; boundary=").ok_or("no multipart/form-data")?;
        let delimiter = format!("--{boundary}");
        let mut parts = Vec::new();
        let mut rest =
            self.body.strip_prefix(delimiter.as_bytes()).ok_or("does not begin with the boundary")?;
        loop {
            if rest == b"--\r\n" || rest == b"--" {
                return Ok(parts);
            }
            rest = rest.strip_prefix(b"\r\n").ok_or("no line end after a boundary")?;
            let end = find(rest, format!("\r\n{delimiter}").as_bytes()).ok_or("not closed")?;
            parts.push(Part::of(&rest[..end])?);
            rest = &rest[end + 2 + delimiter.len()..];
        }
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

/// One part of a form.
pub struct Part {
    pub name: String,
    pub file_name: Option<String>,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

impl Part {
    fn of(bytes: &[u8]) -> Result<Self, String> {
        let end = find(bytes, b"\r\n\r\n").ok_or("a part without a head")?;
        let head = std::str::from_utf8(&bytes[..end]).map_err(|e| e.to_string())?;
        let line = |line: &str| line.split_once(": ").map(|(n, v)| (n.to_lowercase(), v.to_owned()));
        let headers: BTreeMap<String, String> = head.split("\r\n").filter_map(line).collect();
        let disposition = headers.get("content-disposition").ok_or("a part without Content-Disposition")?;
        let value = |name: &str| {
            let rest = disposition.split(&format!("{name}=\"")).nth(1)?;
            rest.split('"').next().map(str::to_owned)
        };
        Ok(Self {
            name: value("; name").ok_or("a part without a name")?,
            file_name: value("; filename"),
            body: bytes[end + 4..].to_vec(),
            headers,
        })
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }
}

/// An answer with JSON in it.
pub fn answer(status: u16, body: Value) -> Response {
    let kind = ("content-type", "application/json");
    let response = Response::builder().status(StatusCode::from_u16(status).unwrap()).header(kind.0, kind.1);
    response.body(Body::from(body.to_string())).unwrap()
}

/// A page for people, as proxies and login servers send it.
pub fn page(status: u16, header: (&str, &str)) -> Response {
    let response =
        Response::builder().status(status).header("content-type", "text/html").header(header.0, header.1);
    response.body(Body::from("<html><body>Bitte anmelden</body></html>")).unwrap()
}

/// An answer without a body that points somewhere.
pub fn created(location: &str) -> Response {
    Response::builder().status(201).header("location", location).body(Body::empty()).unwrap()
}

/// A refusal with the vendor's kind of reason.
pub fn reason(status: u16, text: &str) -> Response {
    answer(status, json!({ "reason": text, "message": text, "Message": text, "error": { "message": text } }))
}

fn pairs(text: &str) -> BTreeMap<String, String> {
    let decoded = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(name), decoded(&value.replace('+', " ")))
    };
    text.split('&').filter(|p| !p.is_empty()).map(pair).collect()
}

/// What a system has: the documents of each delivery id, and every refusal it uttered.
#[derive(Default)]
pub struct Stored {
    pub objects: BTreeMap<String, Vec<Vec<u8>>>,
    pub refusals: Vec<String>,
    /// Whatever else a system remembers: tokens, blobs, sessions.
    pub notes: BTreeMap<String, Value>,
    /// Bytes that are up but belong to no object yet.
    pub loose: BTreeMap<String, Vec<u8>>,
    /// The next answers instead of real ones, for trouble; `None` lets a request through.
    pub script: Vec<Option<Response>>,
}

/// A running server.
pub struct Contract {
    pub address: SocketAddr,
    pub stored: Arc<Mutex<Stored>>,
    _runtime: tokio::runtime::Runtime,
}

impl Contract {
    /// Serves with that function; state and request in, answer out.
    pub fn start(serve: fn(&mut Stored, &Asked) -> Response) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let stored = Arc::new(Mutex::new(Stored::default()));
        let state = stored.clone();
        let handle = move |request: Request| {
            let state = state.clone();
            async move {
                let (head, body) = request.into_parts();
                let Ok(body) = to_bytes(body, 64 << 20).await else { return reason(400, "body cut off") };
                let asked = Asked {
                    method: head.method.to_string(),
                    path: head.uri.path().to_owned(),
                    query: pairs(head.uri.query().unwrap_or_default()),
                    headers: head.headers,
                    body: body.to_vec(),
                };
                let mut stored = state.lock().unwrap();
                if !stored.script.is_empty()
                    && let Some(response) = stored.script.remove(0)
                {
                    return response;
                }
                let response = serve(&mut stored, &asked);
                if response.status().is_client_error() {
                    stored.refusals.push(format!("{} {} {}", response.status(), asked.method, asked.path));
                }
                response
            }
        };
        runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            axum::serve(listener, axum::Router::new().fallback(handle)).await.unwrap();
        });
        Self { address, stored, _runtime: runtime }
    }

    /// `delivery id -> number of objects`.
    pub fn counts(&self) -> BTreeMap<String, usize> {
        self.stored.lock().unwrap().objects.iter().map(|(id, all)| (id.clone(), all.len())).collect()
    }

    pub fn refusals(&self) -> Vec<String> {
        self.stored.lock().unwrap().refusals.clone()
    }
}
