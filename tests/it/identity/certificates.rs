//! Certificates of every kind that a server may show, good ones and others, each with what is expected of it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

use cckm_tui::domain::Fingerprint;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, CustomExtension, DnType, ExtendedKeyUsagePurpose,
    GeneralSubtree, IsCa, KeyPair, NameConstraints, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384,
    PKCS_ECDSA_P521_SHA512, PKCS_ED25519, PKCS_RSA_SHA256, PublicKeyData, RsaKeySize, SanType,
    SignatureAlgorithm, SigningKey, date_time_ymd,
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

/// What comes of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expect {
    /// It is believed.
    Believed,
    /// It is refused with these words.
    Refused(&'static str),
}

use Expect::{Believed, Refused};

/// A certificate as a server shows it, with its chain.
pub(crate) struct Chain {
    pub(crate) name: &'static str,
    pub(crate) certificates: Vec<CertificateDer<'static>>,
    /// The key the server signs with.
    pub(crate) key: PrivateKeyDer<'static>,
    /// The CA file for it, PEM.
    pub(crate) ca: String,
    /// What is made of it with that CA file.
    pub(crate) by_ca: Expect,
    /// What is made of it when it is pinned.
    pub(crate) by_pin: Expect,
}

pub(crate) type Ca = CertifiedIssuer<'static, KeyPair>;

/// SHA-256, by the same library as the program's but not by its code.
pub(crate) fn fingerprint(certificate: &[u8]) -> Fingerprint {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, certificate);
    Fingerprint::new(digest.as_ref().try_into().unwrap())
}

fn key() -> KeyPair {
    KeyPair::generate().unwrap()
}

fn rsa(size: RsaKeySize) -> KeyPair {
    KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, size).unwrap()
}

fn with(algorithm: &'static SignatureAlgorithm) -> KeyPair {
    KeyPair::generate_for(algorithm).unwrap()
}

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// A certificate for 127.0.0.1 in these years.
fn here() -> CertificateParams {
    let mut params = CertificateParams::new(vec![HERE.to_string()]).unwrap();
    params.distinguished_name.push(DnType::CommonName, "web.ciphertrustmanager.local");
    (params.not_before, params.not_after) = (date_time_ymd(2025, 1, 1), date_time_ymd(2125, 1, 1));
    params
}

fn authority(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    (params.not_before, params.not_after) = (date_time_ymd(2025, 1, 1), date_time_ymd(2125, 1, 1));
    params
}

fn ca_with(key: KeyPair) -> Ca {
    CertifiedIssuer::self_signed(authority("CipherTrust Root CA"), key).unwrap()
}

fn private(key: &KeyPair) -> PrivateKeyDer<'static> {
    PrivateKeyDer::Pkcs8(key.serialize_der().into())
}

/// A certificate of `params` signed by `ca`, which is in the CA file.
fn leaf(name: &'static str, params: &CertificateParams, key: &KeyPair, ca: &Ca, by_ca: Expect) -> Chain {
    let certificate = params.signed_by(key, ca).unwrap();
    Chain {
        name,
        certificates: vec![certificate.der().clone()],
        key: private(key),
        ca: ca.pem(),
        by_ca,
        by_pin: Believed,
    }
}

/// `depth` authorities under each other, the root first.
fn ladder(depth: usize, shape: impl Fn(usize, &mut CertificateParams)) -> Vec<Ca> {
    let mut issuers: Vec<Ca> = Vec::new();
    for step in 0..depth {
        let mut params = authority(&format!("Authority {step}"));
        shape(step, &mut params);
        let issuer = match issuers.last() {
            None => CertifiedIssuer::self_signed(params, key()),
            Some(above) => CertifiedIssuer::signed_by(params, key(), above),
        };
        issuers.push(issuer.unwrap());
    }
    issuers
}

/// A certificate under the last of the ladder, with all but the root in its chain.
fn under(name: &'static str, ladder: &[Ca], by_ca: Expect) -> Chain {
    let key = key();
    let (root, last) = (ladder.first().unwrap(), ladder.last().unwrap());
    let mut chain = leaf(name, &here(), &key, last, by_ca);
    chain.certificates.extend(ladder[1..].iter().rev().map(|issuer| issuer.der().clone()));
    chain.ca = root.pem();
    chain
}

/// A key of which only the public half is known: its signatures prove nothing.
struct Hollow {
    public: Vec<u8>,
    algorithm: &'static SignatureAlgorithm,
}

impl PublicKeyData for Hollow {
    fn der_bytes(&self) -> &[u8] {
        &self.public
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        self.algorithm
    }
}

impl SigningKey for Hollow {
    fn sign(&self, _message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        Ok(vec![0x5a; 128])
    }
}

/// The public half of an RSA key of 1024 bits: no library makes one any more.
fn short_rsa() -> Hollow {
    let modulus =
        [&[0x30, 0x81, 0x89, 0x02, 0x81, 0x81, 0x00][..], &[0xc5; 128], &[0x02, 0x03, 0x01, 0x00, 0x01]];
    Hollow { public: modulus.concat(), algorithm: &PKCS_RSA_SHA256 }
}

/// A self-signed certificate whose signature is of a kind that can be forged: `from` and `to` are the ends of
/// the algorithm's identifier, of the same length.
fn forgeable(name: &'static str, key: &KeyPair, from: &[u8], to: &[u8], words: &'static str) -> Chain {
    let mut der = here().self_signed(key).unwrap().der().to_vec();
    let places: Vec<_> =
        der.windows(from.len()).enumerate().filter(|(_, window)| *window == from).map(|(at, _)| at).collect();
    assert_eq!(places.len(), 2, "once in what is signed, once beside it");
    for at in places {
        der[at..at + to.len()].copy_from_slice(to);
    }
    weak(name, der, key, words)
}

fn weak(name: &'static str, der: Vec<u8>, key: &KeyPair, words: &'static str) -> Chain {
    Chain {
        name,
        certificates: vec![der.into()],
        key: private(key),
        ca: ca_with(self::key()).pem(),
        by_ca: Refused(words),
        by_pin: Refused(words),
    }
}

/// Names as hostile as they come.
fn hostile() -> CertificateParams {
    let mut params = here();
    params
        .distinguished_name
        .push(DnType::CommonName, "\u{1b}[2J\u{1b}]0;owned\u{7}\r\nTRUSTED\u{202e}moc.kcca");
    params.distinguished_name.push(DnType::OrganizationName, "a\0b\u{200b}\u{feff}c");
    params
}

fn changed(change: impl FnOnce(&mut CertificateParams)) -> CertificateParams {
    let mut params = here();
    change(&mut params);
    params
}

/// Extension object identifier of nobody.
fn critical() -> CustomExtension {
    let mut extension = CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 99_999, 1], vec![5, 0]);
    extension.set_criticality(true);
    extension
}

static ROOT: LazyLock<Ca> = LazyLock::new(|| ca_with(key()));

const NAME: Expect = Refused("made out for another name");
const UNKNOWN: Expect = Refused("authority unknown to this host");

/// One that nothing is wrong with, new each time, of one authority.
pub(crate) fn good() -> Chain {
    leaf("P-256", &here(), &key(), &ROOT, Believed)
}

/// The one of this name.
pub(crate) fn named(name: &str) -> &'static Chain {
    ALL.iter().find(|chain| chain.name == name).unwrap()
}

/// All of them, made once.
pub(crate) static ALL: LazyLock<Vec<Chain>> = LazyLock::new(all);

fn all() -> Vec<Chain> {
    let mut chains = vec![good()];
    chains.extend(keys());
    chains.extend(chains_of_authorities());
    chains.extend(times_and_names());
    chains.extend(uses());
    chains.extend(oddities());
    chains
}

/// Kinds of keys, of servers and of authorities.
fn keys() -> Vec<Chain> {
    let own = |name, key: KeyPair| leaf(name, &here(), &key, &ROOT, Believed);
    let signed = |name, issuer: KeyPair| leaf(name, &here(), &key(), &ca_with(issuer), Believed);
    let weak_key = weak(
        "RSA 1024",
        here().self_signed(&short_rsa()).unwrap().der().to_vec(),
        &key(),
        "its key is RSA 1024",
    );
    let rsa_key = rsa(RsaKeySize::_2048);
    let sha256_rsa: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b];
    let ecdsa_sha256: &[u8] = &[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
    let ecdsa_of_another_hash: &[u8] = &[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x01];
    let with_end = |end: u8| [&sha256_rsa[..8], &[end]].concat();
    let mut sha224 = forgeable("ECDSA with SHA-224", &key(), ecdsa_sha256, ecdsa_of_another_hash, "");
    // Nobody vouches for it, but it is not broken: pinned it stands.
    (sha224.by_ca, sha224.by_pin) = (UNKNOWN, Believed);
    vec![
        own("P-384", with(&PKCS_ECDSA_P384_SHA384)),
        own("P-521", with(&PKCS_ECDSA_P521_SHA512)),
        own("Ed25519", with(&PKCS_ED25519)),
        leaf("RSA 2048", &here(), &rsa_key, &ROOT, Believed),
        own("RSA 4096", rsa(RsaKeySize::_4096)),
        signed("by P-384", with(&PKCS_ECDSA_P384_SHA384)),
        signed("by P-521", with(&PKCS_ECDSA_P521_SHA512)),
        signed("by Ed25519", with(&PKCS_ED25519)),
        signed("by RSA 2048", rsa(RsaKeySize::_2048)),
        own("P-256 again", with(&PKCS_ECDSA_P256_SHA256)),
        weak_key,
        forgeable("SHA-1", &rsa_key, sha256_rsa, &with_end(5), "signed by RSA with SHA-1"),
        forgeable("MD5", &rsa_key, sha256_rsa, &with_end(4), "signed by RSA with MD5"),
        forgeable("MD2", &rsa_key, sha256_rsa, &with_end(2), "signed by RSA with MD2"),
        sha224,
    ]
}

fn chains_of_authorities() -> Vec<Chain> {
    let nothing = |_: usize, _: &mut CertificateParams| {};
    let mut shuffled = under("intermediates in disorder", &ladder(4, nothing), Believed);
    shuffled.certificates[1..].reverse();
    let mut missing = under("intermediate missing", &ladder(3, nothing), UNKNOWN);
    missing.certificates.pop();
    let mut stranger = under("a stranger in the chain", &ladder(2, nothing), Believed);
    stranger.certificates.push(ca_with(key()).der().clone());
    let whole = ladder(2, nothing);
    let mut rooted = under("root in the chain", &whole, Believed);
    rooted.certificates.push(whole[0].der().clone());
    let expired = ladder(2, |step, params| {
        if step == 1 {
            params.not_after = date_time_ymd(2025, 2, 1);
        }
    });
    let young = ladder(2, |step, params| {
        if step == 1 {
            params.not_before = date_time_ymd(2124, 1, 1);
        }
    });
    let short = ladder(3, |step, params| {
        if step == 1 {
            params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        }
    });
    let powerless = ladder(2, |step, params| {
        if step == 1 {
            params.is_ca = IsCa::ExplicitNoCa;
        }
    });
    let elsewhere = ladder(2, |step, params| {
        if step == 1 {
            let permitted = GeneralSubtree::IpAddress(rcgen::CidrSubnet::from_addr_prefix(
                "10.0.0.0".parse().unwrap(),
                8,
            ));
            params.name_constraints =
                Some(NameConstraints { permitted_subtrees: vec![permitted], excluded_subtrees: Vec::new() });
        }
    });
    let mut hundred = under("100 certificates", &ladder(2, nothing), Refused("more than 10 certificates"));
    let filler = hundred.certificates[1].clone();
    hundred.certificates.resize(100, filler);
    hundred.by_pin = hundred.by_ca;
    let mut nine = under("10 certificates", &ladder(2, nothing), Believed);
    let filler = nine.certificates[1].clone();
    nine.certificates.resize(10, filler);
    vec![
        under("1 intermediate", &ladder(2, nothing), Believed),
        under("3 intermediates", &ladder(4, nothing), Believed),
        under("8 intermediates", &ladder(9, nothing), Refused("not trusted")),
        shuffled,
        missing,
        stranger,
        rooted,
        under("intermediate expired", &expired, Refused("an authority of its chain has expired")),
        under("intermediate not yet valid", &young, Refused("an authority of its chain is not valid yet")),
        under("path too long", &short, Refused("not trusted")),
        under("intermediate that is no authority", &powerless, Refused("not trusted")),
        under("name not permitted", &elsewhere, Refused("not trusted")),
        hundred,
        nine,
    ]
}

fn times_and_names() -> Vec<Chain> {
    let dated = |from, to| changed(|params| (params.not_before, params.not_after) = (from, to));
    let named = |names: &[&str]| {
        let mut params =
            CertificateParams::new(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).unwrap();
        params.distinguished_name.push(DnType::CommonName, "cm.example.com");
        (params.not_before, params.not_after) = (date_time_ymd(2025, 1, 1), date_time_ymd(2125, 1, 1));
        params
    };
    let here_only = HERE.to_string();
    let mut common = named(&[]);
    common.distinguished_name.push(DnType::CommonName, here_only.as_str());
    let mut nameless = named(&[]);
    nameless.distinguished_name = rcgen::DistinguishedName::new();
    let mut many = here();
    many.subject_alt_names
        .extend((0..100).map(|n| SanType::DnsName(format!("host{n}.example.com").try_into().unwrap())));
    let odd = changed(|params| {
        params.subject_alt_names.push(SanType::DnsName("a\u{1b}[2Jb.example.com".try_into().unwrap()));
    });
    let mut long = here();
    long.distinguished_name.push(DnType::CommonName, "x".repeat(10_240));
    long.distinguished_name.push(DnType::OrganizationName, "y".repeat(10_240));
    let of = |name, params: &CertificateParams, by_ca| leaf(name, params, &key(), &ROOT, by_ca);
    vec![
        of(
            "expired",
            &dated(date_time_ymd(2020, 1, 1), date_time_ymd(2021, 2, 3)),
            Refused("it expired on 2021-02-03"),
        ),
        of(
            "not yet valid",
            &dated(date_time_ymd(2120, 4, 5), date_time_ymd(2121, 1, 1)),
            Refused("it is not valid before 2120-04-05"),
        ),
        of("until 9999", &dated(date_time_ymd(2025, 1, 1), date_time_ymd(9999, 12, 31)), Believed),
        of("since 1950", &dated(date_time_ymd(1975, 1, 1), date_time_ymd(2125, 1, 1)), Believed),
        of("wrong name", &named(&["cm.example.com"]), NAME),
        of("wrong address", &named(&["127.0.0.2"]), NAME),
        of("IPv6 only", &named(&[&Ipv6Addr::LOCALHOST.to_string()]), NAME),
        of("common name only", &common, NAME),
        of("no name at all", &nameless, NAME),
        of("wildcard", &named(&["*.example.com"]), NAME),
        of("101 names", &many, Believed),
        of("10 kB names", &long, Believed),
        of("hostile names", &hostile(), Believed),
        of("hostile host name", &odd, Believed),
    ]
}

fn uses() -> Vec<Chain> {
    let ca = ca_with(key());
    let twin = ca_with(key());
    let mut foreign = leaf("authority of the same name", &here(), &key(), &twin, Refused("not trusted"));
    foreign.ca = ca.pem();
    let own = key();
    let self_signed = here().self_signed(&own).unwrap();
    let alone = |name, listed: bool| Chain {
        name,
        certificates: vec![self_signed.der().clone()],
        key: private(&own),
        ca: if listed { self_signed.pem() } else { ca.pem() },
        by_ca: if listed { Believed } else { UNKNOWN },
        by_pin: Believed,
    };
    let mut both = here();
    both.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let both_key = key();
    let both = both.self_signed(&both_key).unwrap();
    let ca_as_leaf = Chain {
        name: "authority as server",
        certificates: vec![both.der().clone()],
        key: private(&both_key),
        ca: both.pem(),
        by_ca: Refused("certificate of an authority"),
        by_pin: Believed,
    };
    let client = changed(|params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth]);
    let serving = changed(|params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth]);
    vec![
        foreign,
        alone("self-signed", false),
        alone("self-signed and listed", true),
        ca_as_leaf,
        leaf("for clients only", &client, &key(), &ca, Refused("not trusted")),
        leaf("for servers", &serving, &key(), &ca, Believed),
    ]
}

fn oddities() -> Vec<Chain> {
    let mut foreign = leaf("foreign key", &here(), &key(), &ROOT, Refused("does not have the key"));
    foreign.key = private(&key());
    foreign.by_pin = foreign.by_ca;
    let demanding = changed(|params| params.custom_extensions.push(critical()));
    let mut demanding = leaf("unknown critical extension", &demanding, &key(), &ROOT, Refused("not trusted"));
    demanding.by_pin = Refused("");
    let mut garbage = leaf("garbage", &here(), &key(), &ROOT, Refused(""));
    garbage.certificates = vec![CertificateDer::from(vec![0x30, 0x03, 0x02, 0x01, 0x00])];
    garbage.by_pin = Refused("");
    let mut cut = leaf("cut off", &here(), &key(), &ROOT, Refused(""));
    let der = cut.certificates[0].to_vec();
    cut.certificates = vec![CertificateDer::from(der[..der.len() - 20].to_vec())];
    cut.by_pin = Refused("");
    vec![foreign, demanding, garbage, cut]
}
