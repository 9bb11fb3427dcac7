//! `[seal]`: where the key is.

use super::file;
use super::resolve::Check;
use crate::model::town::{KeyFilePlace, KeyPlace, SealSettings, ServicePlace, TokenPlace};
use toml::Spanned;

/// The settings; none, with a complaint, if it is not clear where the key is.
pub(super) fn seal(resolver: &mut Check<'_>, written: &Spanned<file::Seal>) -> Option<SealSettings> {
    let s = written.get_ref();
    let path = |p: &Option<std::path::PathBuf>| p.as_ref().map(|p| resolver.path(p));
    let secret = |p: &Option<std::path::PathBuf>| p.as_ref().map(|p| resolver.secret(p));
    let file = || {
        Some(KeyPlace::File(KeyFilePlace {
            key_file: path(&s.key_file)?,
            certificate_file: path(&s.certificate_file),
            password_file: secret(&s.password_file),
        }))
    };
    let token = || {
        Some(KeyPlace::Token(TokenPlace {
            module: path(&s.pkcs11_module)?,
            token: s.pkcs11_token.clone()?,
            key: s.pkcs11_key.clone()?,
            pin_file: secret(&s.pin_file)?,
            certificate_file: path(&s.certificate_file)?,
        }))
    };
    let service = || {
        Some(KeyPlace::Service(ServicePlace {
            url: s.csc_url.clone()?,
            credential: s.csc_credential.clone()?,
            client: s.csc_client.clone()?,
            secret_file: secret(&s.csc_secret_file)?,
            pin_file: secret(&s.pin_file)?,
            certificate_file: path(&s.certificate_file)?,
            ca_file: path(&s.csc_ca_file),
            proxy: s.proxy.clone(),
        }))
    };
    let key = match (&s.key_file, &s.pkcs11_module, &s.csc_url) {
        (Some(_), None, None) => file(),
        (None, Some(_), None) => token(),
        (None, None, Some(_)) => service(),
        _ => None,
    };
    // PIN and secret cross no network in the clear.
    let local = ["http://127.0.0.1:", "http://localhost:", "https://"];
    let plain = s.csc_url.as_ref().is_some_and(|url| !local.iter().any(|start| url.starts_with(start)));
    let key = key.filter(|_| !plain);
    let settings = key.map(|key| SealSettings {
        key,
        timestamp_urls: s.timestamp_urls.clone(),
        timestamp_ca_file: path(&s.timestamp_ca_file),
        timestamp_policy: s.timestamp_policy.clone(),
        proxy: s.proxy.clone(),
    });
    if settings.is_none() {
        resolver.complain(
            written.span(),
            "config.seal",
            "Es ist nicht klar, wo der Siegelschlüssel ist.",
            "Entweder key_file; oder pkcs11_module, pkcs11_token, pkcs11_key, pin_file, certificate_file; oder \
             csc_url (https), csc_credential, csc_client, csc_secret_file, pin_file, certificate_file.",
        );
    }
    settings
}
