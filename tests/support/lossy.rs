//! A wire to a server that swallows chosen answers: the server has done its work, the client never hears of it.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// The wire; ends when dropped.
pub struct Lossy {
    pub address: SocketAddr,
    /// Answers still to pass before one is swallowed; 0 swallows nothing.
    countdown: Arc<AtomicU32>,
    lost: Arc<AtomicU32>,
    stop: Arc<AtomicBool>,
}

impl Lossy {
    pub fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let wire = Self {
            address: listener.local_addr().unwrap(),
            countdown: Arc::default(),
            lost: Arc::default(),
            stop: Arc::default(),
        };
        let (countdown, lost, stop) = (wire.countdown.clone(), wire.lost.clone(), wire.stop.clone());
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                let Ok(server) = TcpStream::connect(server) else { continue };
                let (countdown, lost) = (countdown.clone(), lost.clone());
                std::thread::spawn(move || join(client, server, &countdown, &lost));
            }
        });
        wire
    }

    /// The n-th answer from now on is swallowed.
    pub fn swallow(&self, answer: u32) {
        self.countdown.store(answer, Ordering::SeqCst);
    }

    /// Answers swallowed so far.
    pub fn lost(&self) -> u32 {
        self.lost.load(Ordering::SeqCst)
    }
}

impl Drop for Lossy {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
    }
}

fn join(client: TcpStream, server: TcpStream, countdown: &AtomicU32, lost: &AtomicU32) {
    let (mut from, mut to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Write);
    });
    let (mut from, mut to) = (server, client);
    let mut buffer = [0; 65536];
    while let Ok(read) = from.read(&mut buffer) {
        if read == 0 {
            break;
        }
        // Answers come one after the other, each beginning a piece of its own on this wire.
        let counted = buffer[..read].starts_with(b"HTTP/1.") && countdown.load(Ordering::SeqCst) > 0;
        if counted && countdown.fetch_sub(1, Ordering::SeqCst) == 1 {
            lost.fetch_add(1, Ordering::SeqCst);
            break;
        }
        if to.write_all(&buffer[..read]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
    let _ = from.shutdown(Shutdown::Both);
}
