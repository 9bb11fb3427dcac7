//! `vault` and `[s3]` as written -> as used. Pure.

use super::file::File;
use super::resolve::Check;
use crate::model::place::{Bucket, VaultPlace};
use crate::model::town::{HttpAccess, HttpLogin};
use std::num::NonZeroU64;
use std::path::Path;
use std::time::Duration;

/// Region of servers that have none of their own.
const REGION: &str = "us-east-1";
/// A storage that has not begun its answer by then does not answer.
const TIMEOUT_SECONDS: u64 = 30;

/// Bucket and prefix, if that is what stands there.
fn address(vault: &Path) -> Option<(&str, &str)> {
    let rest = vault.to_str()?.strip_prefix("s3://")?;
    Some(rest.split_once('/').unwrap_or((rest, "")))
}

/// A folder, or a bucket by its address.
pub(super) fn place(check: &Check<'_>, written: &File) -> VaultPlace {
    let (Some((name, prefix)), Some(s3)) = (address(written.vault.get_ref()), &written.s3) else {
        return VaultPlace::Folder(check.path(written.vault.get_ref()));
    };
    let s3 = s3.get_ref();
    VaultPlace::Bucket(Box::new(Bucket {
        name: name.to_owned(),
        prefix: prefix.trim_matches('/').to_owned(),
        region: s3.region.clone().unwrap_or_else(|| REGION.to_owned()),
        access: HttpAccess {
            url: s3.endpoint.get_ref().clone(),
            login: HttpLogin::None,
            ca_file: s3.ca_file.as_ref().map(|p| check.path(p)),
            client_certificate_file: None,
            proxy: s3.proxy.clone(),
            timeout: Duration::from_secs(s3.timeout_seconds.map_or(TIMEOUT_SECONDS, NonZeroU64::get)),
        },
        access_key: s3.access_key.clone(),
        secret_file: check.secret(&s3.secret_file),
        cache: check.path(&s3.cache),
    }))
}

/// What is wrong with it.
pub(super) fn is_sound(check: &mut Check<'_>, written: &File) {
    let vault = &written.vault;
    match (address(vault.get_ref()), &written.s3) {
        (None, None) => {}
        (None, Some(s3)) => check.complain(
            s3.span(),
            "config.s3_unused",
            "Der Tresor liegt in einem Ordner, nicht in einem Eimer.",
            "Weglassen, oder vault = \"s3://EIMER/PRÄFIX\".",
        ),
        (Some(_), None) => check.complain(
            vault.span(),
            "config.s3_missing",
            "Es ist nicht gesagt, auf welchem Server dieser Eimer liegt.",
            "[s3] mit endpoint, access_key, secret_file und cache ergänzen.",
        ),
        (Some((name, prefix)), Some(s3)) => {
            if !named(name, prefix) {
                check.complain(
                    vault.span(),
                    "config.s3_name",
                    "Keine Adresse eines Eimers.",
                    "s3://EIMER/PRÄFIX: a-z, 0-9, - und Punkte; im Präfix auch _, keine leeren Teile.",
                );
            }
            check.encrypted_or_here(&s3.get_ref().endpoint, "endpoint = \"https://…\".");
        }
    }
}

/// Names that every such server takes.
fn named(name: &str, prefix: &str) -> bool {
    let fine = |text: &str, more: &[char]| {
        text.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
            && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || more.contains(&c))
    };
    let prefix = prefix.trim_end_matches('/');
    (3..=63).contains(&name.len())
        && fine(name, &['-', '.'])
        && (prefix.is_empty() || prefix.split('/').all(|part| fine(part, &['-', '.', '_'])))
}
