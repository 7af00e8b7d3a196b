//! What is left of a session in memory: nothing in what was freed, whoever held it.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::{FileExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use cckm_tui::config::PasswordSource;
use cckm_tui::domain::Window;

use super::*;

/// The variable that makes this test the process whose memory is looked at.
const HOME: &str = "CCKM_TUI_TEST_MEMORY";

/// What hides a needle from a search of the memory that it is in.
const HIDDEN: u8 = 0x5a;

fn hidden(text: &[u8]) -> Vec<u8> {
    text.iter().map(|byte| byte ^ HIDDEN).collect()
}

/// Where the needles are in this process's own writable memory; a stretch of it each.
fn finds(needles: &[(&str, Vec<u8>)]) -> Vec<String> {
    let memory = File::open("/proc/self/mem").unwrap();
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    let mut found = Vec::new();
    for line in maps.lines().filter(|line| line.contains(" rw")) {
        let (from, to) = line.split(' ').next().unwrap().split_once('-').unwrap();
        let [from, to] = [from, to].map(|hex| u64::from_str_radix(hex, 16).unwrap());
        let mut bytes = vec![0; usize::try_from(to - from).unwrap()];
        if memory.read_exact_at(&mut bytes, from).is_err() {
            continue;
        }
        for byte in &mut bytes {
            *byte ^= HIDDEN;
        }
        for (what, needle) in needles {
            let count = memchr::memmem::find_iter(&bytes, needle).count();
            if count > 0 {
                found.push(format!("{count} times the {what} in {line}"));
            }
        }
    }
    found
}

/// A session from sign-in to sign-out, and a look at what it left.
fn one_session(home: &Path) {
    let base = fs::read_to_string(home.join("base")).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let password_file = PasswordSource::File(home.join("password"));
    // Hidden by another process's hand: as text it was never here.
    let password = fs::read(home.join("hidden")).unwrap();
    let needles =
        [("password", password), ("token", hidden(b"eyJ0eXAiOi")), ("token", hidden(b"eyJhbGciOi"))];
    assert_eq!(finds(&needles), [""; 0], "before");
    runtime.block_on(async {
        let password = password_file.read().await.unwrap();
        let server = Server { base: base_url(&base).unwrap(), trust: Trust::System };
        let credentials = Credentials { password, ..Credentials::new("admin") };
        let reader = Reader::new(server, credentials, limits()).unwrap();
        reader.sign_in(None).await.unwrap();
        assert_eq!(reader.organizations(Window::FIRST, &Criteria::NONE).await.unwrap().records.len(), 56);
        assert!(finds(&needles).len() > 1, "the search finds what is there");
        reader.sign_out().await;
    });
    drop(runtime);
    assert_eq!(finds(&needles), [""; 0], "after");
}

/// Killed when the test is over.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

#[test]
fn sk_15_after_sign_out_neither_the_password_nor_a_token_is_in_memory() {
    if let Some(home) = std::env::var_os(HOME) {
        return one_session(Path::new(&home));
    }
    let mut server = Command::new(env!("CARGO_BIN_EXE_cckm-tui"));
    server.args(["demo-server", "--http", "--listen", "127.0.0.1:0"]).stdout(Stdio::piped());
    let mut server = Process(server.spawn().unwrap());
    let lines = BufReader::new(server.0.stdout.take().unwrap()).lines();
    let lines: Vec<_> = lines.take(3).map(Result::unwrap).collect();
    let password = lines[2].strip_prefix("password ").unwrap();
    let home = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| {
        fs::write(home.path().join(name), bytes).unwrap();
        fs::set_permissions(home.path().join(name), fs::Permissions::from_mode(0o600)).unwrap();
    };
    put("base", lines[0].as_bytes());
    put("password", password.as_bytes());
    put("hidden", &hidden(password.as_bytes()));
    let name = "contract::memory::sk_15_after_sign_out_neither_the_password_nor_a_token_is_in_memory";
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args([name, "--exact", "--test-threads=1"]).env(HOME, home.path());
    let output = child.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert!(String::from_utf8(output.stdout).unwrap().contains("1 passed"));
}
