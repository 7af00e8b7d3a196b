//! A certificate read for the eye of an operator, and for what makes it too weak.
//!
//! Nothing here decides about trust but the weakness: chains and signatures are the business of the TLS
//! library.

use aws_lc_rs::digest;
use jiff::Timestamp;
use rustls::client::verify_server_name;
use rustls::server::ParsedCertificate;
use rustls_pki_types::{CertificateDer, ServerName};
use x509_cert::Certificate;
use x509_cert::der::asn1::{ObjectIdentifier, UintRef};
use x509_cert::der::{Decode as _, Reader as _, SliceReader};
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::spki::SubjectPublicKeyInfoOwned;
use x509_cert::time::Time;

use crate::domain::{Fingerprint, Identity};
use crate::text::Untrusted;

/// Most bytes of a name that are kept.
const NAME: usize = 1024;
/// Most names that are kept.
const NAMES: usize = 64;
/// Fewest bits of an RSA key.
const RSA_BITS: usize = 2048;

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");

/// Names of keys and curves.
const KEYS: [(&str, &str); 5] = [
    ("1.2.840.10045.3.1.7", "EC P-256"),
    ("1.3.132.0.34", "EC P-384"),
    ("1.3.132.0.35", "EC P-521"),
    ("1.3.101.112", "Ed25519"),
    ("1.3.101.113", "Ed448"),
];

/// Names of signature algorithms; those of the third column are broken.
const SIGNATURES: [(&str, &str, bool); 14] = [
    ("1.2.840.113549.1.1.2", "RSA with MD2", true),
    ("1.2.840.113549.1.1.4", "RSA with MD5", true),
    ("1.2.840.113549.1.1.5", "RSA with SHA-1", true),
    ("1.3.14.3.2.29", "RSA with SHA-1", true),
    ("1.2.840.10040.4.3", "DSA with SHA-1", true),
    ("1.2.840.10045.4.1", "ECDSA with SHA-1", true),
    ("1.2.840.113549.1.1.10", "RSA-PSS", false),
    ("1.2.840.113549.1.1.11", "RSA with SHA-256", false),
    ("1.2.840.113549.1.1.12", "RSA with SHA-384", false),
    ("1.2.840.113549.1.1.13", "RSA with SHA-512", false),
    ("1.2.840.10045.4.3.2", "ECDSA with SHA-256", false),
    ("1.2.840.10045.4.3.3", "ECDSA with SHA-384", false),
    ("1.2.840.10045.4.3.4", "ECDSA with SHA-512", false),
    ("1.3.101.112", "Ed25519", false),
];

/// SHA-256 of a certificate.
pub(super) fn fingerprint(certificate: &CertificateDer<'_>) -> Fingerprint {
    let digest = digest::digest(&digest::SHA256, certificate);
    let mut bytes = [0; 32];
    for (to, from) in bytes.iter_mut().zip(digest.as_ref()) {
        *to = *from;
    }
    Fingerprint::new(bytes)
}

/// What a certificate says, and what makes it too weak to prove anything.
///
/// One that cannot be read has a fingerprint all the same, and says so in its subject.
pub(super) fn read(der: &CertificateDer<'_>, server: &ServerName<'_>) -> (Identity, Option<String>) {
    let name_matches = ParsedCertificate::try_from(der)
        .is_ok_and(|certificate| verify_server_name(&certificate, server).is_ok());
    let unreadable = Identity {
        fingerprint: fingerprint(der),
        subject: "(the certificate cannot be read)".into(),
        issuer: Untrusted::default(),
        self_issued: false,
        names: Vec::new(),
        name_matches,
        not_before: None,
        not_after: None,
        key: Untrusted::default(),
        signature: Untrusted::default(),
        serial: Untrusted::default(),
    };
    let Ok(certificate) = Certificate::from_der(der) else { return (unreadable, None) };
    let tbs = certificate.tbs_certificate();
    let (key, short) = key(tbs.subject_public_key_info());
    let (signature, broken) = signature(&certificate.signature_algorithm().oid);
    let weakness = if short {
        Some(format!("its key is {key}, and {RSA_BITS} bits are the least"))
    } else {
        broken.then(|| format!("it is signed by {signature}, which can be forged"))
    };
    let identity = Identity {
        subject: cut(&tbs.subject().to_string()),
        issuer: cut(&tbs.issuer().to_string()),
        self_issued: tbs.subject() == tbs.issuer(),
        names: names(&certificate),
        not_before: timestamp(tbs.validity().not_before),
        not_after: timestamp(tbs.validity().not_after),
        key: key.into(),
        signature: signature.into(),
        serial: cut(&tbs.serial_number().to_string()),
        ..unreadable
    };
    (identity, weakness)
}

fn cut(text: &str) -> Untrusted {
    let end = text.floor_char_boundary(NAME);
    match text.get(..end) {
        Some(head) if end < text.len() => format!("{head}...").into(),
        _ => text.into(),
    }
}

fn timestamp(time: Time) -> Option<Timestamp> {
    Timestamp::from_second(i64::try_from(time.to_unix_duration().as_secs()).ok()?).ok()
}

/// The names and addresses of the extension that counts; a common name counts for nothing.
fn names(certificate: &Certificate) -> Vec<Untrusted> {
    let Ok(Some((_critical, SubjectAltName(names)))) = certificate.tbs_certificate().get_extension() else {
        return Vec::new();
    };
    names.iter().take(NAMES).map(name).collect()
}

fn name(name: &GeneralName) -> Untrusted {
    match name {
        GeneralName::DnsName(name) => cut(name.as_str()),
        GeneralName::IpAddress(bytes) => cut(&address(bytes.as_bytes())),
        GeneralName::Rfc822Name(name) => cut(&format!("mail {}", name.as_str())),
        GeneralName::UniformResourceIdentifier(name) => cut(&format!("URI {}", name.as_str())),
        GeneralName::DirectoryName(name) => cut(&format!("name {name}")),
        GeneralName::OtherName(_) | GeneralName::EdiPartyName(_) | GeneralName::RegisteredId(_) => {
            "(a name of another kind)".into()
        }
    }
}

fn address(bytes: &[u8]) -> String {
    if let Ok(four) = <[u8; 4]>::try_from(bytes) {
        return std::net::Ipv4Addr::from(four).to_string();
    }
    match <[u8; 16]>::try_from(bytes) {
        Ok(sixteen) => std::net::Ipv6Addr::from(sixteen).to_string(),
        Err(_) => "(an address of no known length)".to_owned(),
    }
}

/// What kind of key, and whether it is an RSA key that is too short.
fn key(info: &SubjectPublicKeyInfoOwned) -> (String, bool) {
    let algorithm = info.algorithm.oid;
    if algorithm == RSA {
        let bits = info.subject_public_key.as_bytes().and_then(rsa_bits);
        let short = bits.is_some_and(|bits| bits < RSA_BITS);
        return (bits.map_or("RSA".to_owned(), |bits| format!("RSA {bits}")), short);
    }
    let kind = if algorithm == EC {
        let curve = info.algorithm.parameters.as_ref();
        curve.and_then(|curve| curve.decode_as::<ObjectIdentifier>().ok()).unwrap_or(algorithm)
    } else {
        algorithm
    };
    let kind = kind.to_string();
    let known = KEYS.iter().find(|(oid, _)| *oid == kind).map(|(_, name)| (*name).to_owned());
    (known.unwrap_or(kind), false)
}

fn rsa_bits(key: &[u8]) -> Option<usize> {
    let mut reader = SliceReader::new(key).ok()?;
    let modulus = reader.sequence(|fields| {
        let modulus = UintRef::decode(fields)?.as_bytes();
        let _exponent = UintRef::decode(fields)?;
        Ok::<_, x509_cert::der::Error>(modulus)
    });
    let modulus = modulus.ok()?;
    let unused = modulus.first()?.leading_zeros();
    Some(modulus.len() * 8 - usize::try_from(unused).ok()?)
}

/// How it is signed, and whether such a signature can be forged.
fn signature(algorithm: &ObjectIdentifier) -> (String, bool) {
    let oid = algorithm.to_string();
    match SIGNATURES.iter().find(|(known, ..)| *known == oid) {
        Some((_, name, broken)) => ((*name).to_owned(), *broken),
        None => (oid, false),
    }
}
