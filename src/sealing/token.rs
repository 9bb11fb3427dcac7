//! A key in a token or security module, reached by PKCS#11: it never leaves it, only hashes go in.

use super::algorithm::Algorithm;
use super::key_file;
use super::town_seal::SealKey;
use crate::error::{Error, Result};
use crate::model::town::TokenPlace;
use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error as Pkcs11Error, RvError};
use cryptoki::mechanism::rsa::{PkcsMgfType, PkcsPssParams};
use cryptoki::mechanism::{Mechanism, MechanismType};
use cryptoki::object::{Attribute, ObjectClass};
use cryptoki::session::{Session, UserType};
use cryptoki::types::AuthPin;
use openssl::bn::BigNum;
use openssl::ecdsa::EcdsaSig;
use openssl::hash::hash;
use openssl::x509::X509;
use std::sync::{Mutex, PoisonError};

/// A token, and the session that is open on it, if one is.
#[derive(Debug)]
struct Token {
    place: TokenPlace,
    module: Pkcs11,
    session: Mutex<Option<Session>>,
}

/// Loads the module and takes the certificates from their file.
pub(super) fn open(place: &TokenPlace) -> Result<(Box<dyn SealKey>, Vec<X509>)> {
    let module = Pkcs11::new(&place.module).map_err(silent)?;
    match module.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
        // Another part of this process opened the same module.
        Ok(()) | Err(Pkcs11Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
        Err(error) => return Err(silent(error)),
    }
    let token = Token { place: place.clone(), module, session: Mutex::default() };
    Ok((Box::new(token), key_file::chain(&place.certificate_file)?))
}

impl SealKey for Token {
    fn sign(&self, algorithm: Algorithm, data: &[u8]) -> Result<Vec<u8>> {
        let digest = hash(algorithm.digest(), data)?;
        let mut kept = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        let session = match kept.take() {
            Some(session) => session,
            None => self.log_in()?,
        };
        let label = Attribute::Label(self.place.key.clone().into_bytes());
        let found = session.find_objects(&[Attribute::Class(ObjectClass::PRIVATE_KEY), label]);
        let key = found.map_err(silent)?.first().copied().ok_or_else(|| {
            Error::seal(
                "token_key",
                format!("Im Token gibt es keinen Schlüssel „{}“", self.place.key),
                "pkcs11_key unter [seal] prüfen",
            )
        })?;
        let signed = session.sign(&mechanism(algorithm), key, &digest).map_err(silent)?;
        // Kept only after it worked: a token that was pulled is logged in to anew.
        *kept = Some(session);
        if algorithm.is_rsa() {
            return Ok(signed);
        }
        let (r, s) = signed.split_at(signed.len() / 2);
        Ok(EcdsaSig::from_private_components(BigNum::from_slice(r)?, BigNum::from_slice(s)?)?.to_der()?)
    }
}

impl Token {
    fn log_in(&self) -> Result<Session> {
        let slots = self.module.get_slots_with_token().map_err(silent)?;
        let named = |slot: &cryptoki::slot::Slot| {
            self.module.get_token_info(*slot).is_ok_and(|info| info.label() == self.place.token)
        };
        let slot = slots.into_iter().find(named).ok_or_else(|| {
            Error::seal(
                "token_gone",
                format!("Das Token „{}“ steckt nicht", self.place.token),
                "Token einstecken oder pkcs11_token unter [seal] prüfen; es wird weiter versucht",
            )
        })?;
        let session = self.module.open_ro_session(slot).map_err(silent)?;
        let pin = AuthPin::new(key_file::secret(&self.place.pin_file)?.into());
        match session.login(UserType::User, Some(&pin)) {
            Ok(()) => Ok(session),
            Err(Pkcs11Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(session),
            Err(error) => Err(silent(error)),
        }
    }
}

fn mechanism(algorithm: Algorithm) -> Mechanism<'static> {
    if !algorithm.is_rsa() {
        return Mechanism::Ecdsa;
    }
    Mechanism::RsaPkcsPss(PkcsPssParams {
        hash_alg: MechanismType::SHA256,
        mgf: PkcsMgfType::MGF1_SHA256,
        s_len: 32.into(),
    })
}

fn silent(error: Pkcs11Error) -> Error {
    Error::seal(
        "token",
        format!("Das Token siegelt nicht: {error}"),
        "Token, Treiber und PIN prüfen; es wird weiter versucht",
    )
}
