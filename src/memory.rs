//! The files in which it is remembered how the list of each profile was shown: `view-PROFILE.json`, for the owner
//! alone. Losing one costs a few keys, so nothing depends on them.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::app::remembered::Remembered;
use crate::files::{Demands, Directory, FileError};
use crate::text::one_line;

/// Longest file that is read, in bytes.
const LARGEST: u64 = 1 << 20;

/// Most bytes of a profile's name in the name of a file.
const LONGEST: usize = 120;

/// The files of one directory.
#[derive(Clone, Debug)]
pub struct Memory {
    directory: PathBuf,
}

/// A file. What a later edition adds is left out by this one.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
struct View {
    sort: String,
    columns: String,
    wide: bool,
    filters: Vec<String>,
    commands: Vec<String>,
}

impl Memory {
    /// What is kept in a directory.
    pub const fn new(directory: PathBuf) -> Self {
        Self { directory }
    }

    /// What is remembered of a profile; nothing when there is no file yet.
    ///
    /// # Errors
    ///
    /// Why a file that is there cannot be used, in one line for the operator.
    pub fn read(&self, profile: Option<&str>) -> Result<Remembered, String> {
        let read = Directory::open(&self.directory)
            .and_then(|directory| directory.read(&name(profile), Demands::trusted(LARGEST)));
        let contents = match read {
            Err(error) if error.is_missing() || error.leads_nowhere() => return Ok(Remembered::default()),
            read => read.map_err(|error| forgotten(&error.to_string()))?,
        };
        let view: View = serde_json::from_slice(&contents.bytes).map_err(|error| {
            let path = self.directory.join(name(profile));
            forgotten(&format!("{}: {error}", path.display()))
        })?;
        let View { sort, columns, wide, filters, commands } = view;
        Ok(Remembered { sort, columns, wide, filters, commands })
    }

    /// Remembers this of a profile, instead of what was remembered before.
    ///
    /// # Errors
    ///
    /// [`FileError`] when the old file is still there, or none.
    pub fn write(&self, profile: Option<&str>, remembered: &Remembered) -> Result<(), FileError> {
        let Remembered { sort, columns, wide, filters, commands } = remembered.clone();
        let view = View { sort, columns, wide, filters, commands };
        let text = serde_json::to_string_pretty(&view).unwrap_or_default() + "\n";
        Directory::ensure(&self.directory)?.replace(&name(profile), text.as_bytes())
    }
}

fn forgotten(why: &str) -> String {
    format!("the list is shown as shipped: {}", one_line(why))
}

/// Name of the file of a profile: letters, digits, `-` and `_` as they are, any other byte as `%` and two digits.
fn name(profile: Option<&str>) -> String {
    let Some(profile) = profile else { return "view.json".to_owned() };
    let spelled = profile.bytes().fold(String::new(), |name, byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => {
            name + char::from(byte).encode_utf8(&mut [0; 4])
        }
        byte => name + &format!("%{byte:02x}"),
    });
    format!("view-{}.json", spelled.get(..LONGEST).unwrap_or(&spelled))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn remembered() -> Remembered {
        Remembered {
            sort: "connection,-updated".to_owned(),
            columns: "name:30,connection".to_owned(),
            wide: true,
            filters: vec!["acme".to_owned(), "re:^a.*\u{202e}".to_owned()],
            commands: vec!["theme dark".to_owned()],
        }
    }

    #[test]
    fn e6_e7_what_is_written_of_a_profile_is_read_of_it_and_of_no_other() {
        let home = tempfile::tempdir().unwrap();
        let memory = Memory::new(home.path().join("cckm-tui"));
        assert_eq!(memory.read(Some("prod")), Ok(Remembered::default()), "there is nothing yet");
        memory.write(Some("prod"), &remembered()).unwrap();
        assert_eq!(memory.read(Some("prod")), Ok(remembered()));
        assert_eq!(memory.read(Some("test")), Ok(Remembered::default()));
        assert_eq!(memory.read(None), Ok(Remembered::default()));
        let file = fs::metadata(home.path().join("cckm-tui/view-prod.json")).unwrap();
        assert_eq!(file.permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_file_that_cannot_be_used_is_told_and_replaced_by_the_next() {
        let home = tempfile::tempdir().unwrap();
        let memory = Memory::new(home.path().join("cckm-tui"));
        memory.write(None, &remembered()).unwrap();
        let file = home.path().join("cckm-tui/view.json");
        for broken in ["", "{", "[1]", "{\"sort\": 7}", "\u{0}"] {
            fs::write(&file, broken).unwrap();
            let told = memory.read(None).unwrap_err();
            assert!(told.contains("as shipped") && told.contains("view.json"), "{told}");
        }
        fs::write(&file, r#"{"sort": "name", "added_later": {}}"#).unwrap();
        assert_eq!(memory.read(None).map(|read| read.sort), Ok("name".to_owned()));
        memory.write(None, &remembered()).unwrap();
        assert_eq!(memory.read(None), Ok(remembered()));
    }

    #[test]
    fn fs_13_the_name_of_a_profile_cannot_lead_elsewhere() {
        for profile in ["../x", "a/b", ".", "", "\u{1b}[2J", &"n".repeat(500), "é日"] {
            let name = name(Some(profile));
            assert!(
                name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.%".contains(&byte)),
                "{name}"
            );
            assert!(name.len() < 140 && name.starts_with("view-"), "{name}");
        }
    }
}
