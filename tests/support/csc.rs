//! A seal service that keeps to the contract of the CSC API 2.0 and refuses what does not: access by client
//! credentials, one authorisation for one hash, the PIN of the credential, algorithms by their identifiers.

use super::authority::request;
use openssl::base64::{decode_block, encode_block};
use openssl::ecdsa::EcdsaSig;
use openssl::pkey::{Id, PKey};
use openssl::rsa::Padding;
use openssl::sign::RsaPssSaltlen;
use serde_json::{Value, json};
use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// What the service was asked, in order.
type Asked = Arc<Mutex<Vec<String>>>;

pub struct Csc {
    pub address: SocketAddr,
    asked: Asked,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Csc {
    /// Signs with that key; the first access it gives has run out by the time it is used.
    pub fn start(key: &Path) -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").unwrap(), key)
    }

    pub fn on(listener: TcpListener, key: &Path) -> Self {
        let address = listener.local_addr().unwrap();
        let (asked, stop) = (Asked::default(), Arc::new(AtomicBool::new(false)));
        let (list, stopped, key) = (asked.clone(), stop.clone(), PathBuf::from(key));
        let thread = std::thread::spawn(move || {
            let mut desk = Desk { key, given: 0, authorised: None };
            for line in listener.incoming() {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                let mut line = line.unwrap();
                let Some((head, body)) = request(&mut line) else { continue };
                let path = head.split_whitespace().nth(1).unwrap().to_owned();
                list.lock().unwrap().push(path.clone());
                let (status, answer) = desk.answer(&path, &head, &serde_json::from_slice(&body).unwrap());
                let answer = answer.to_string();
                let reply = format!(
                    "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{answer}",
                    answer.len()
                );
                let _ = line.write_all(reply.as_bytes());
            }
        });
        Self { address, asked, stop, thread: Some(thread) }
    }

    pub fn asked(&self, method: &str) -> usize {
        self.asked.lock().unwrap().iter().filter(|path| path.ends_with(method)).count()
    }
}

impl Drop for Csc {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = std::net::TcpStream::connect(self.address);
        let _ = self.thread.take().unwrap().join();
    }
}

struct Desk {
    key: PathBuf,
    given: u32,
    authorised: Option<(String, Value)>,
}

impl Desk {
    fn answer(&mut self, path: &str, head: &str, order: &Value) -> (u16, Value) {
        let refused = |why: &str| (400, json!({ "error": "invalid_request", "error_description": why }));
        if path == "/csc/v2/oauth2/token" {
            let good = order["grant_type"] == "client_credentials" && order["client_id"] == "poststelle";
            if !good || order["client_secret"] != "geheim" {
                return (401, json!({ "error": "invalid_client" }));
            }
            self.given += 1;
            return (
                200,
                json!({ "access_token": format!("zugang-{}", self.given), "token_type": "Bearer", "expires_in": 3600 }),
            );
        }
        // What was given first is refused once, as if its time were over.
        let bearer = format!("bearer zugang-{}", self.given);
        if self.given < 2 || !head.to_lowercase().contains(&bearer) {
            return (401, json!({ "error": "invalid_token" }));
        }
        if order["credentialID"] != "siegel-1" {
            return refused("unknown credential");
        }
        let hash = &order["hashes"][0];
        match path {
            "/csc/v2/credentials/authorize" => {
                if order["authData"] != json!([{ "id": "PIN", "value": "4711" }]) {
                    return refused("wrong PIN");
                }
                let sad = format!("sad-{}", hash.as_str().unwrap());
                self.authorised = Some((sad.clone(), hash.clone()));
                (200, json!({ "SAD": sad }))
            }
            "/csc/v2/signatures/signHash" => {
                let Some((sad, authorised)) = self.authorised.take() else {
                    return refused("not authorised");
                };
                if order["SAD"] != sad.as_str() || *hash != authorised {
                    return refused("another hash was authorised");
                }
                match self.sign(&decode_block(hash.as_str().unwrap()).unwrap(), order) {
                    Some(signature) => (200, json!({ "signatures": [encode_block(&signature)] })),
                    None => refused("algorithm does not fit the key"),
                }
            }
            _ => (404, json!({ "error": "not_found" })),
        }
    }

    fn sign(&self, digest: &[u8], order: &Value) -> Option<Vec<u8>> {
        let key = PKey::private_key_from_pem(&std::fs::read(&self.key).unwrap()).unwrap();
        let (algorithm, hash) = (order["signAlgo"].as_str()?, order["hashAlgorithmOID"].as_str()?);
        if key.id() == Id::RSA {
            // RSASSA-PSS needs its parameters beside it.
            if algorithm != "1.2.840.113549.1.1.10" || !order["signAlgoParams"].is_string() {
                return None;
            }
            let mut context = openssl::pkey_ctx::PkeyCtx::new(&key).unwrap();
            context.sign_init().unwrap();
            context.set_rsa_padding(Padding::PKCS1_PSS).unwrap();
            context.set_signature_md(openssl::md::Md::sha256()).unwrap();
            context.set_rsa_pss_saltlen(RsaPssSaltlen::DIGEST_LENGTH).unwrap();
            let mut signature = Vec::new();
            context.sign_to_vec(digest, &mut signature).unwrap();
            return Some(signature);
        }
        let fits = matches!(
            (algorithm, hash, digest.len()),
            ("1.2.840.10045.4.3.2", "2.16.840.1.101.3.4.2.1", 32)
                | ("1.2.840.10045.4.3.3", "2.16.840.1.101.3.4.2.2", 48)
        );
        fits.then(|| EcdsaSig::sign(digest, &key.ec_key().unwrap()).unwrap().to_der().unwrap())
    }
}
