use super::*;
use crate::domain::{IdRef, OrganizationId, Sheet};

const JWT: &str = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJl-_";

fn words_of(secrets: &Secrets, text: &str) -> String {
    secrets.mask_words(text.into()).into_owned()
}

#[test]
fn sk_06_secrets_are_masked_by_value() {
    let secrets = Secrets::default();
    secrets.learn_token("opaque.canary-token");
    secrets.learn_password(&Password::new("can\"ary"));
    assert_eq!(secrets.mask_data("Bearer opaque.canary-token!".into()), "Bearer •••!");
    assert_eq!(words_of(&secrets, r#"{"got":"can\"ary"}"#), r#"{"got":"•••"}"#);
    assert_eq!(words_of(&secrets, "can\"ary"), "•••");
    assert_eq!(secrets.mask_data("can\"ary".into()), "can\"ary", "a name may be the password's");
    secrets.forget();
    assert_eq!(words_of(&secrets, "opaque.canary-token can\"ary"), "opaque.canary-token can\"ary");
}

#[test]
fn sk_06_a_secret_is_masked_as_json_and_addresses_spell_it() {
    let secrets = Secrets::default();
    secrets.learn_password(&Password::new("pä ss/w\\\"rd\n"));
    for spelled in [
        "pä ss/w\\\"rd\n",
        r#"pä ss/w\\\"rd\n"#,
        r#"p\u00e4 ss/w\\\"rd\n"#,
        "p%C3%A4%20ss%2Fw%5C%22rd%0A",
        "p%C3%A4+ss%2Fw%5C%22rd%0A",
    ] {
        assert_eq!(words_of(&secrets, &format!("<{spelled}>")), "<•••>");
    }
}

#[test]
fn sk_06_the_longer_of_two_secrets_is_masked_whole() {
    let secrets = Secrets::default();
    secrets.learn_password(&Password::new("hunter"));
    secrets.learn_token("hunter-and-more");
    assert_eq!(words_of(&secrets, "hunter-and-more hunter"), "••• •••");
}

#[test]
fn sk_06_a_token_is_masked_by_its_form() {
    let secrets = Secrets::default();
    for (text, masked) in [
        (format!("Bearer {JWT}"), "Bearer •••".to_owned()),
        (format!("\"{JWT}\",{JWT}."), "\"•••\",•••.".to_owned()),
        (format!("x{JWT}.more.parts y"), "x••• y".to_owned()),
    ] {
        assert_eq!(secrets.mask_data(text.into()), masked);
    }
    for text in [
        "eyJ",
        "eyJ.a.b",
        "eyJhbGciOiJIUzI1NiJ9",
        "eyJhbGciOiJIUzI1NiJ9.",
        "greyJackets.and.more",
        "greyJacketsofmywardrobe.example.com",
    ] {
        assert_eq!(words_of(&secrets, text), text);
    }
}

#[test]
fn sk_16_credentials_are_masked_by_their_form_and_sentences_are_not() {
    let secrets = Secrets::default();
    for (text, masked) in [
        ("authorization: Bearer 0123456789abcdef0 end", "authorization: Bearer ••• end"),
        ("proxy: Basic dXNlcjpwYXNzMQ==", "proxy: Basic •••"),
        ("http://user:pa:ss@proxy.example.com:3128/x", "http://user:•••@proxy.example.com:3128/x"),
        ("?grant_type=password&password=x%20y&z=1", "?grant_type=password&password=•••&z=1"),
        ("client_secret=\"abc\" refresh_token=def", "client_secret=\"•••\" refresh_token=•••"),
    ] {
        assert_eq!(words_of(&secrets, text), masked);
    }
    for text in [
        "Unauthorized: Bearer token malformed: Token is expired by 50s",
        "Basic authentication is off",
        "wrong password: try again",
        "https://cm.example.com:8443/api mail@example.com",
        "http://user@proxy.example.com",
        "refresh_token_id=5",
    ] {
        assert_eq!(words_of(&secrets, text), text);
    }
}

#[test]
fn sk_06_secrets_are_masked_by_key() {
    let secrets = Secrets::default();
    let mask = |text: &'static str| secrets.mask_data(text.into()).into_owned();
    for (text, masked) in [
        (
            r#"{"a":1,"client_secret" : "x\"y","b":{"password":"z"}}"#,
            r#"{"a":1,"client_secret" : "•••","b":{"password":"•••"}}"#,
        ),
        (r#"{"jwt":"cut off"#, r#"{"jwt":"•••"#),
        (r#"{"password":12345,"a":1}"#, r#"{"password":"•••","a":1}"#),
        (r#"{"private_key":["a","]b"],"a":1}"#, r#"{"private_key":"•••","a":1}"#),
        (r#"{"passphrase":{"a":{"b":"}"}},"a":1}"#, r#"{"passphrase":"•••","a":1}"#),
        (r#"{"oldPassword":"a","Access-Token":"b"}"#, r#"{"oldPassword":"•••","Access-Token":"•••"}"#),
        (
            r#"{"m":"{\"client_secret\":\"a\\\"b\",\"x\":1}"}"#,
            r#"{"m":"{\"client_secret\":\"•••\",\"x\":1}"}"#,
        ),
    ] {
        assert_eq!(mask(text), masked);
    }
    for text in [
        r#"{"password":""}"#,
        r#"{"password":null,"x":"password"}"#,
        r#"{"password":true,"token_type":"Bearer","refresh_token_id":"a"}"#,
        "\"password",
        "password:",
        "\"password\":",
    ] {
        assert_eq!(mask(text), text);
    }
}

#[test]
fn only_the_last_tokens_are_remembered() {
    let secrets = Secrets::default();
    (0..20).for_each(|n| secrets.learn_token(&format!("token-{n:02}")));
    assert_eq!(secrets.mask_data("token-11 token-12 token-19".into()), "token-11 ••• •••");
}

#[test]
fn sk_04_what_the_program_says_is_masked_for_every_session_that_is_alive() {
    let (one, other) = (Secrets::default(), Secrets::default());
    one.learn_token("first-canary");
    other.learn_password(&Password::new("second-canary"));
    assert_eq!(mask("first-canary second-canary".into()), "••• •••");
    drop(one);
    assert_eq!(mask("first-canary second-canary".into()), "first-canary •••");
    assert_eq!(format!("{other:?}"), "Secrets(…)");
}

#[test]
fn sk_06_the_password_is_masked_where_a_record_is_only_shown() {
    let secrets = Secrets::default();
    secrets.learn_password(&Password::new("canary"));
    let record = |name: &str, json: &str| Organization {
        id: OrganizationId::new("1").unwrap(),
        name: name.into(),
        organization_id: "00D".into(),
        connection: "c".into(),
        cloud_name: "sfdc".into(),
        kind: "Regular".into(),
        created_at: "".into(),
        updated_at: "".into(),
        uri: "u".into(),
        json: json.into(),
    };
    let mask = |mut organization| {
        secrets.mask_organization(&mut organization);
        organization
    };
    assert_eq!(mask(record("n", "x canary")), record("n", "x •••"));
    assert_eq!(
        mask(record("canary", r#"{"name":"canary","note":"is canary","to":["canary"]}"#)),
        record("canary", r#"{"name":"canary","note":"is •••","to":["•••"]}"#),
        "no name"
    );
    let escaped = r#"{"a":1,"note":"\u0042earer abcdef0123456789 \u0063anary","b":"canaries"}"#;
    let masked = mask(record("n", escaped));
    assert_eq!(
        masked.json.as_sent(),
        r#"{"a":1,"note":"Bearer ••• •••","b":"canaries"}"#,
        "the record spells it otherwise"
    );
    let damaged = |json: &str| Record::damaged(json.into(), "".into());
    let masked = |page: &str, json: &str| {
        let mut records = [damaged(json), Record::Sound(Listed::from(record("n", json)))];
        secrets.mask_records(page, &mut records);
        records
    };
    let both = |json: &str| [damaged(json), Record::Sound(Listed::from(record("n", json)))];
    assert_eq!(masked("[{canary]", "{canary"), both("{•••"));
    assert_eq!(masked(r"[\u0063anary]", "canary"), both("•••"), "the page spells it otherwise");
    assert_eq!(masked("[{canaries]", "{canaries"), both("{canaries"));
}

#[test]
fn what_is_masked_in_one_record_of_a_page_is_kept_by_no_other() {
    let secrets = Secrets::default();
    secrets.learn_password(&Password::new("canary"));
    let parts = |note: &str| {
        let page = Untrusted::from(format!(r#"{{"id":"a","note":"{note}"}},{{"id":"b"}}"#));
        let mut sheet = Sheet::new(page.clone());
        for json in page.as_sent().split_inclusive('}').map(|json| json.trim_start_matches(',')) {
            let id = IdRef::of(json.get(7..8).unwrap()).unwrap();
            sheet.take(json, id, [""; Organization::KEYS.len()]).unwrap();
        }
        let sheet = sheet.shared();
        let records = (0..2).filter_map(|nth| Listed::of(&sheet, nth)).map(Record::Sound);
        let mut records: Vec<_> = records.collect();
        secrets.mask_records(page.as_sent(), &mut records);
        let is_part =
            |record: &&Record<Listed>| matches!(record, Record::Sound(listed) if listed.place().is_some());
        records.iter().filter(is_part).count()
    };
    assert_eq!([parts("x"), parts(r"x \u0026 y")], [2, 2], "nothing is masked");
    assert_eq!([parts("canary"), parts(r"\u0063anary")], [0, 0]);
}
