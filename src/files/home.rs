//! `~/` where no shell sees it: in a file, or in what is typed into the program.

use std::path::{Path, PathBuf};

/// The path of a text. `~/` begins it at the home directory, where there is one.
pub fn from_home(path: &str, home: Option<&Path>) -> PathBuf {
    match (path.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => home.join(rest.trim_start_matches('/')),
        _ => PathBuf::from(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tilde_and_a_slash_begin_at_the_home_directory_and_nothing_else_does() {
        for (path, whole) in [
            ("~/plan.json", "/home/ops/plan.json"),
            ("~//etc/passwd", "/home/ops/etc/passwd"),
            ("~other/x", "~other/x"),
            ("x/~/y", "x/~/y"),
            ("/x", "/x"),
            ("", ""),
        ] {
            assert_eq!(from_home(path, Some(Path::new("/home/ops"))), Path::new(whole), "{path}");
        }
        assert_eq!(from_home("~/x", None), Path::new("~/x"));
    }
}
