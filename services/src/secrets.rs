//! The installation's keys and everything derived from them: invite tokens, candidate cookies, random secrets.
//!
//! Keys form a list: the newest signs, older ones still derive, so that links made earlier stay what they were. A key is
//! never used itself: HKDF-SHA256 gives one sub-key per purpose. Sources: RFC 5869 (HKDF), RFC 2104 (HMAC).

use crate::error::{Result, ServiceError};
use anyhow::{Context, anyhow};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use parley_domain::id::CandidateId;
use ring::{aead, digest, hkdf, hmac, rand::SecureRandom};
use std::{fmt, path::Path};

/// What a sub-key is for. The word is part of its derivation: never change one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Names the key without telling anything about it.
    KeyId,
    /// Notices a wrong key at start.
    Canary,
    /// Invite tokens.
    InviteLink,
    /// The candidate's cookie.
    CandidateCookie,
    /// Secrets of others that are kept for use: the key of the AI server.
    Sealing,
}

impl Purpose {
    const fn word(self) -> &'static [u8] {
        match self {
            Self::KeyId => b"parley key id v1",
            Self::Canary => b"parley canary v1",
            Self::InviteLink => b"parley invite link v1",
            Self::CandidateCookie => b"parley candidate cookie v1",
            Self::Sealing => b"parley sealing v1",
        }
    }
}

/// What a candidate's cookie says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CandidateCookie {
    /// Whose it is.
    pub candidate: CandidateId,
    /// Of which version of their link.
    pub link_version: i32,
    /// For which window alone, where not everybody with the link may look in.
    pub lease: Option<i64>,
}

/// One installation key.
struct Key {
    id: String,
    prk: hkdf::Prk,
}

impl Key {
    fn new(secret: &[u8]) -> Result<Self> {
        let salt = hkdf::Salt::new(hkdf::HKDF_SHA256, b"parley");
        let prk = salt.extract(secret);
        let mut key = Self { id: String::new(), prk };
        let name = hmac::sign(&key.sub_key(Purpose::KeyId)?, b"id");
        key.id = URL_SAFE_NO_PAD.encode(&name.as_ref()[..6]);
        Ok(key)
    }

    fn sub_key(&self, purpose: Purpose) -> Result<hmac::Key> {
        let info = [purpose.word()];
        let okm = self
            .prk
            .expand(&info, hmac::HMAC_SHA256)
            .map_err(|_| failed("deriving a key"))?;
        Ok(hmac::Key::from(okm))
    }

    fn sealing_key(&self) -> Result<aead::LessSafeKey> {
        let info = [Purpose::Sealing.word()];
        let okm = self
            .prk
            .expand(&info, &aead::AES_256_GCM)
            .map_err(|_| failed("deriving a key"))?;
        Ok(aead::LessSafeKey::new(aead::UnboundKey::from(okm)))
    }
}

/// The keys and the source of randomness.
pub struct Secrets {
    keys: Vec<Key>,
    random: ring::rand::SystemRandom,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets")
            .field("keys", &self.keys.len())
            .finish_non_exhaustive()
    }
}

fn failed(what: &str) -> ServiceError {
    ServiceError::internal(anyhow!("{what} failed"))
}

impl Secrets {
    /// From `PARLEY_SECRET`: one key, or several separated by commas, newest first. Each has at least 32 characters.
    ///
    /// # Errors
    /// When a key is too short.
    pub fn parse(list: &str) -> Result<Self> {
        let mut keys = Vec::new();
        for secret in list.split([',', '\n']).map(str::trim).filter(|s| !s.is_empty()) {
            if secret.len() < 32 {
                return Err(ServiceError::internal(anyhow!(
                    "a key of the secret has fewer than 32 characters"
                )));
            }
            keys.push(Key::new(secret.as_bytes())?);
        }
        if keys.is_empty() {
            return Err(ServiceError::internal(anyhow!("the secret holds no key")));
        }
        Ok(Self {
            keys,
            random: ring::rand::SystemRandom::new(),
        })
    }

    /// From the file `secret` in the data folder; made (mode 0600) if `may_create` and there is none.
    ///
    /// # Errors
    /// When it cannot be read or made.
    pub fn load(data_dir: &Path, may_create: bool) -> Result<Self> {
        let path = data_dir.join("secret");
        match std::fs::read_to_string(&path) {
            Ok(text) => Self::parse(&text),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound && may_create => {
                let secret = new_key()?;
                write_private(&path, &secret).map_err(ServiceError::internal)?;
                Self::parse(&secret)
            }
            Err(e) => Err(ServiceError::internal(
                anyhow::Error::new(e).context(format!("reading the installation's key from {}", path.display())),
            )),
        }
    }

    /// Names of all keys, the signing one first.
    pub fn key_ids(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|k| k.id.as_str())
    }

    /// The name of the key that signs now.
    #[must_use]
    pub fn current_key(&self) -> &str {
        self.keys.first().map_or("", |k| k.id.as_str())
    }

    /// The value by which the database recognises key `id`; `None` for a key that is not here.
    ///
    /// # Errors
    /// When derivation fails.
    pub fn canary(&self, id: &str) -> Result<Option<Vec<u8>>> {
        let Some(key) = self.keys.iter().find(|k| k.id == id) else {
            return Ok(None);
        };
        Ok(Some(
            hmac::sign(&key.sub_key(Purpose::Canary)?, b"canary").as_ref().to_vec(),
        ))
    }

    /// The invite token of a candidate's link: 160 bits, URL-safe, always the same for the same link version and key.
    ///
    /// # Errors
    /// When the key that made the link is not here any more.
    pub fn invite_token(&self, key_id: &str, candidate: CandidateId, link_version: i32) -> Result<String> {
        let key = self
            .keys
            .iter()
            .find(|k| k.id == key_id)
            .ok_or_else(|| failed("finding the key of a link"))?;
        let mut message = candidate.0.as_bytes().to_vec();
        message.extend_from_slice(&link_version.to_be_bytes());
        let tag = hmac::sign(&key.sub_key(Purpose::InviteLink)?, &message);
        Ok(URL_SAFE_NO_PAD.encode(&tag.as_ref()[..20]))
    }

    /// The candidate cookie's value: who, which link version, where it was made for one window alone its lease, and a tag
    /// that only we can make.
    ///
    /// # Errors
    /// When derivation fails.
    pub fn candidate_cookie(&self, cookie: &CandidateCookie) -> Result<String> {
        let key = self.keys.first().ok_or_else(|| failed("finding a key"))?;
        let CandidateCookie {
            candidate,
            link_version,
            lease,
        } = cookie;
        let mut body = format!("{candidate}.{link_version}");
        if let Some(lease) = lease {
            body.push_str(&format!(".{lease}"));
        }
        let tag = hmac::sign(&key.sub_key(Purpose::CandidateCookie)?, body.as_bytes());
        Ok(format!("{body}.{}", URL_SAFE_NO_PAD.encode(&tag.as_ref()[..20])))
    }

    /// Reads a candidate cookie back; `None` if we did not make it.
    #[must_use]
    pub fn read_candidate_cookie(&self, value: &str) -> Option<CandidateCookie> {
        let (body, tag) = value.rsplit_once('.')?;
        let tag = URL_SAFE_NO_PAD.decode(tag).ok()?;
        let genuine = self.keys.iter().any(|key| {
            key.sub_key(Purpose::CandidateCookie).is_ok_and(|sub| {
                let expected = hmac::sign(&sub, body.as_bytes());
                same_bytes(&expected.as_ref()[..20], &tag)
            })
        });
        let mut parts = body.split('.');
        let cookie = CandidateCookie {
            candidate: parts.next()?.parse().ok()?,
            link_version: parts.next()?.parse().ok()?,
            lease: parts.next().map(str::parse).transpose().ok()?,
        };
        (genuine && parts.next().is_none()).then_some(cookie)
    }

    /// Encrypts a secret of somebody else's (AES-256-GCM) under a sub-key of [`Secrets::current_key`]. `bound` says what it
    /// is: it opens as nothing else.
    ///
    /// # Errors
    /// When derivation or randomness fails.
    pub fn seal(&self, bound: &[u8], secret: &[u8]) -> Result<Vec<u8>> {
        let key = self
            .keys
            .first()
            .ok_or_else(|| failed("finding a key"))?
            .sealing_key()?;
        // Random: a key seals a handful of values in its life, far from where 96 bits would repeat.
        let nonce = self.random::<{ aead::NONCE_LEN }>()?;
        let mut sealed = secret.to_vec();
        key.seal_in_place_append_tag(
            aead::Nonce::assume_unique_for_key(nonce),
            aead::Aad::from(bound),
            &mut sealed,
        )
        .map_err(|_| failed("sealing"))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Decrypts what [`Secrets::seal`] made under key `key_id`.
    ///
    /// # Errors
    /// When that key is not here any more, or the value was not sealed by it as this.
    pub fn open(&self, key_id: &str, bound: &[u8], sealed: &[u8]) -> Result<Vec<u8>> {
        let key = self.keys.iter().find(|k| k.id == key_id);
        let key = key
            .ok_or_else(|| failed("finding the key of a sealed value"))?
            .sealing_key()?;
        let (nonce, rest) = sealed
            .split_at_checked(aead::NONCE_LEN)
            .ok_or_else(|| failed("opening"))?;
        let nonce = aead::Nonce::try_assume_unique_for_key(nonce).map_err(|_| failed("opening"))?;
        let mut rest = rest.to_vec();
        let open = key.open_in_place(nonce, aead::Aad::from(bound), &mut rest);
        Ok(open.map_err(|_| failed("opening"))?.to_vec())
    }

    /// `N` random bytes.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn random<const N: usize>(&self) -> Result<[u8; N]> {
        let mut bytes = [0; N];
        self.random.fill(&mut bytes).map_err(|_| failed("reading randomness"))?;
        Ok(bytes)
    }

    /// A random secret of 256 bits, URL-safe, with `prefix`: login cookies, API keys.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn random_token(&self, prefix: &str) -> Result<String> {
        Ok(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(self.random::<32>()?)))
    }
}

/// Compares without telling by its time where the first difference is.
fn same_bytes(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |diff, (x, y)| diff | (x ^ y)) == 0
}

/// SHA-256: how secrets of full entropy are stored and looked up.
#[must_use]
pub fn hash(secret: impl AsRef<[u8]>) -> Vec<u8> {
    digest::digest(&digest::SHA256, secret.as_ref()).as_ref().to_vec()
}

fn new_key() -> Result<String> {
    let mut bytes = [0_u8; 32];
    ring::rand::SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| failed("reading randomness"))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

fn write_private(path: &Path, text: &str) -> anyhow::Result<()> {
    use std::io::Write;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options
        .open(path)
        .with_context(|| format!("making {}", path.display()))?;
    file.write_all(text.as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn secrets(list: &str) -> Secrets {
        Secrets::parse(list).unwrap()
    }

    const OLD: &str = "an-old-key-of-more-than-32-characters";
    const NEW: &str = "a-new-key-of-more-than-32-characters!";

    #[test]
    fn tokens_are_stable_distinct_and_long() {
        let s = secrets(OLD);
        let me = CandidateId(Uuid::from_u128(1));
        let token = s.invite_token(s.current_key(), me, 1).unwrap();
        assert_eq!(token.len(), 27, "160 bits");
        assert_eq!(token, secrets(OLD).invite_token(s.current_key(), me, 1).unwrap());
        assert_ne!(token, s.invite_token(s.current_key(), me, 2).unwrap());
        assert_ne!(
            token,
            s.invite_token(s.current_key(), CandidateId(Uuid::from_u128(2)), 1)
                .unwrap()
        );
    }

    #[test]
    fn an_older_key_still_derives_its_links() {
        let old = secrets(OLD);
        let both = secrets(&format!("{NEW},{OLD}"));
        let me = CandidateId(Uuid::from_u128(1));
        let token = old.invite_token(old.current_key(), me, 1).unwrap();
        assert_eq!(both.invite_token(old.current_key(), me, 1).unwrap(), token);
        assert_ne!(both.current_key(), old.current_key());
        assert!(secrets(NEW).invite_token(old.current_key(), me, 1).is_err());
    }

    #[test]
    fn cookies_are_read_back_only_as_made() {
        let s = secrets(OLD);
        let mine = CandidateCookie {
            candidate: CandidateId(Uuid::from_u128(9)),
            link_version: 3,
            lease: None,
        };
        let cookie = s.candidate_cookie(&mine).unwrap();
        assert_eq!(s.read_candidate_cookie(&cookie), Some(mine));
        assert_eq!(s.read_candidate_cookie(&cookie.replace(".3.", ".4.")), None);
        let window = CandidateCookie {
            lease: Some(77),
            ..mine
        };
        let of_window = s.candidate_cookie(&window).unwrap();
        assert_eq!(s.read_candidate_cookie(&of_window), Some(window));
        for other in [".78.", "."] {
            assert_eq!(s.read_candidate_cookie(&of_window.replace(".77.", other)), None);
        }
        assert_eq!(secrets(NEW).read_candidate_cookie(&cookie), None);
        for broken in ["", ".", "a.b.c", &cookie[1..]] {
            assert_eq!(s.read_candidate_cookie(broken), None);
        }
    }

    #[test]
    fn sealed_values_open_only_as_what_they_are() {
        let old = secrets(OLD);
        let by = old.current_key().to_owned();
        let sealed = old.seal(b"ai key", b"sk-very-secret").unwrap();
        assert!(!String::from_utf8_lossy(&sealed).contains("very-secret"));
        assert_ne!(
            sealed,
            old.seal(b"ai key", b"sk-very-secret").unwrap(),
            "never the same twice"
        );
        // A newer key in front changes nothing for what an older one sealed.
        let both = secrets(&format!("{NEW},{OLD}"));
        assert_eq!(both.open(&by, b"ai key", &sealed).unwrap(), b"sk-very-secret");
        assert!(old.open(&by, b"other", &sealed).is_err());
        assert!(both.open(both.current_key(), b"ai key", &sealed).is_err());
        let mut broken = sealed.clone();
        *broken.last_mut().unwrap() ^= 1;
        assert!(old.open(&by, b"ai key", &broken).is_err());
        assert!(old.open(&by, b"ai key", &sealed[..5]).is_err());
        assert!(secrets(NEW).open(&by, b"ai key", &sealed).is_err());
    }

    #[test]
    fn short_keys_are_refused() {
        assert!(Secrets::parse("short").is_err());
        assert!(Secrets::parse(" , ").is_err());
    }

    #[test]
    fn the_key_file_is_made_once_and_private() {
        let dir = tempfile::tempdir().unwrap();
        let first = Secrets::load(dir.path(), true).unwrap();
        let second = Secrets::load(dir.path(), false).unwrap();
        assert_eq!(first.current_key(), second.current_key());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(dir.path().join("secret"))
                .unwrap()
                .permissions()
                .mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        let empty = tempfile::tempdir().unwrap();
        assert!(Secrets::load(empty.path(), false).is_err());
    }
}
