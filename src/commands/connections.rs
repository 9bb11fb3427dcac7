//! `connections`: the table for whoever looks after the firewall.

use super::{DONE, Outcome, pipeline};
use crate::config::reach::{Connection, Direction, connections, revocation_list};
use crate::error::Error;
use crate::sealing::{file_outlook, seal_outlook};
use std::path::Path;

/// Every connection the configuration can make; nothing else ever leaves this program.
pub fn run(config: Option<&Path>, json: bool) -> Outcome {
    let pipeline = pipeline(config)?;
    let mut rows = connections(&pipeline);
    if let Some(seal) = &pipeline.seal {
        // A certificate that cannot be read hides its list; the others are still worth printing.
        let mut chain = seal_outlook(seal).unwrap_or_else(|error| {
            eprintln!("{error}");
            Vec::new()
        });
        if let Some(path) = &seal.timestamp_ca_file {
            chain.extend(file_outlook(path).inspect_err(|error| eprintln!("{error}")).unwrap_or_default());
        }
        let mut lists: Vec<String> = chain.into_iter().flat_map(|c| c.lists).collect();
        lists.sort();
        lists.dedup();
        rows.extend(lists.iter().filter_map(|list| revocation_list(list, seal.proxy.as_deref())));
    }
    if !json {
        println!("Richtung;Adresse;Port;Protokoll;Schutz;Abschnitt;Zweck");
    }
    for row in &rows {
        if json {
            println!("{}", serde_json::to_string(row).map_err(Error::from)?);
        } else {
            println!("{}", line(row));
        }
    }
    if !json {
        if pipeline.seal.as_ref().is_some_and(|seal| !seal.timestamp_urls.is_empty()) {
            eprintln!(
                "Sperrlisten der Zeitstempeldienste stehen erst in deren Zertifikaten (HTTP, Port 80)."
            );
        }
        eprintln!(
            "{} Verbindungen. Dazu der Namensdienst (DNS) des Rechners; Freigaben hängt das System ein.",
            rows.len()
        );
    }
    Ok(DONE)
}

fn line(row: &Connection) -> String {
    let Connection { direction, host, port, protocol, tls, proxy, section, purpose } = row;
    let way = match direction {
        Direction::Outbound => "ausgehend",
        Direction::Inbound => "eingehend",
    };
    let proxy = proxy.as_ref().map(|proxy| format!(" (über Proxy {proxy})")).unwrap_or_default();
    format!("{way};{host};{port};{protocol};{tls};{section};{purpose}{proxy}")
}
