//! The keys of one store: sealing, look-up hashing, token signing; one file that only its owner may read.

use super::{Outcome, print_json, say};
use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use platform::crypto::{Cipher, KEY_BYTES, random_bytes};
use secrecy::{ExposeSecret, SecretSlice};
use serde::{Deserialize, Serialize};
use std::{
    io::Write,
    path::{Path, PathBuf},
};

/// Make a file of new keys for `serve`.
#[derive(Args, Debug)]
pub struct KeysArgs {
    /// File to make; it must not exist.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// The keys of one store.
pub struct Keys {
    sealing: SecretSlice<u8>,
    hashing: SecretSlice<u8>,
    signing: SecretSlice<u8>,
}

/// As kept in the file, hex.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyFile {
    sealing: String,
    hashing: String,
    signing: String,
}

impl Keys {
    /// New keys from the operating system's randomness.
    pub fn generate() -> Result<Self> {
        let key = || Ok::<_, platform::Error>(SecretSlice::from(random_bytes::<KEY_BYTES>()?.to_vec()));
        Ok(Self { sealing: key()?, hashing: key()?, signing: key()? })
    }

    /// Seals and hashes identity numbers.
    pub fn cipher(&self) -> Result<Cipher> {
        Ok(Cipher::new(self.sealing.expose_secret(), self.hashing.expose_secret())?)
    }

    /// The Ed25519 token signing key as PKCS#8.
    pub fn signing_pkcs8(&self) -> SecretSlice<u8> {
        // RFC 8410: version 0, algorithm 1.3.101.112, the 32 bytes in two octet strings.
        const HEADER: [u8; 16] = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
        SecretSlice::from([&HEADER, self.signing.expose_secret()].concat())
    }

    /// Reads a file; refuses one that others may read.
    pub fn read(path: &Path) -> Result<Self> {
        let shown = path.display();
        let data = std::fs::metadata(path).with_context(|| format!("the key file {shown} cannot be read"))?;
        refuse_open_to_others(&data, path)?;
        let text = std::fs::read_to_string(path).with_context(|| format!("the key file {shown} cannot be read"))?;
        // The parser's own words would repeat what the file holds.
        let Ok(file) = serde_json::from_str::<KeyFile>(&text) else { bail!("{shown} is no key file of onedoor") };
        let key = |name: &str, text: &str| {
            let bytes = hex::decode(text).ok().filter(|bytes| bytes.len() == KEY_BYTES);
            let bytes =
                bytes.with_context(|| format!("the {name} key in {shown} must have {KEY_BYTES} bytes in hex"))?;
            ensure!(bytes.iter().any(|byte| *byte != bytes[0]), "the {name} key in {shown} is one byte repeated");
            Ok(SecretSlice::from(bytes))
        };
        let keys = Self {
            sealing: key("sealing", &file.sealing)?,
            hashing: key("hashing", &file.hashing)?,
            signing: key("signing", &file.signing)?,
        };
        let distinct = keys.sealing.expose_secret() != keys.hashing.expose_secret()
            && keys.sealing.expose_secret() != keys.signing.expose_secret()
            && keys.hashing.expose_secret() != keys.signing.expose_secret();
        ensure!(distinct, "the keys in {shown} must differ from each other");
        Ok(keys)
    }

    /// Writes a new file that only its owner may read.
    pub fn write(&self, path: &Path) -> Result<()> {
        let shown = path.display();
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path).with_context(|| format!("the key file {shown} cannot be made"))?;
        let text = serde_json::to_string_pretty(&KeyFile {
            sealing: hex::encode(self.sealing.expose_secret()),
            hashing: hex::encode(self.hashing.expose_secret()),
            signing: hex::encode(self.signing.expose_secret()),
        })?;
        file.write_all(text.as_bytes())
            .and_then(|()| file.sync_all())
            .with_context(|| format!("{shown} cannot be written"))
    }

    /// Reads a file, or makes it when there is none.
    pub fn read_or_make(path: &Path) -> Result<Self> {
        if path.exists() {
            return Self::read(path);
        }
        let keys = Self::generate()?;
        keys.write(path)?;
        Ok(keys)
    }
}

#[cfg(unix)]
fn refuse_open_to_others(data: &std::fs::Metadata, path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = data.permissions().mode() & 0o777;
    ensure!(mode & 0o077 == 0, "the key file {} is open to others (mode {mode:o}); set it to 600", path.display());
    Ok(())
}

#[cfg(not(unix))]
fn refuse_open_to_others(_: &std::fs::Metadata, _: &Path) -> Result<()> {
    Ok(())
}

pub(super) fn run(args: &KeysArgs, json: bool) -> Result<Outcome> {
    Keys::generate()?.write(&args.out)?;
    if json {
        print_json(&serde_json::json!({ "keys": args.out }))?;
    } else {
        say(&format!("{}\n", args.out.display()))?;
    }
    Ok(Outcome::Done)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_key_file_is_its_owners_alone_and_reads_back() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("keys.json");
        let made = Keys::read_or_make(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let again = Keys::read_or_make(&path).unwrap().signing_pkcs8();
        assert_eq!(again.expose_secret(), made.signing_pkcs8().expose_secret());
        assert!(made.write(&path).is_err());

        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        assert!(Keys::read(&path).err().unwrap().to_string().contains("open to others"));
    }

    #[test]
    fn weak_keys_are_refused_without_a_word_of_their_content() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("keys.json");
        let refused = |text: &str| {
            std::fs::write(&path, text).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
            format!("{:#}", Keys::read(&path).err().unwrap())
        };
        let (a, b) = (hex::encode([1; 32]), hex::encode((0..32).collect::<Vec<u8>>()));
        let file = |sealing: &str, hashing: &str, signing: &str| {
            format!(r#"{{"sealing":"{sealing}","hashing":"{hashing}","signing":"{signing}"}}"#)
        };
        assert!(refused(&file(&a, &b, &b)).contains("one byte repeated"));
        assert!(refused(&file(&b, &b, &b)).contains("differ"));
        assert!(refused(&file("secret", &b, &b)).contains("must have 32 bytes"));
        let text = refused(r#"{"sealing":"hidden-word"}"#);
        assert!(text.contains("no key file") && !text.contains("hidden-word"));
    }
}
