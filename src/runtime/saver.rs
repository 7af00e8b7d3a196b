//! New files that the operator asked for: complete or absent, theirs alone, and never over another.

use std::io::{BufWriter, Write as _};
use std::path::Path;

use crate::app::export::{Content, Saved, What};
use crate::export::{self, Written};
use crate::files::{Directory, FileError};
use crate::plans;
use crate::text::Untrusted;

/// Writes `content` to a new file in `directory`; the words say why it is not there.
pub(super) fn save(directory: &Path, name: &str, content: &Content) -> Result<Saved, Untrusted> {
    write(directory, name, content).map_err(|error| error.to_string().into())
}

fn write(directory: &Path, name: &str, content: &Content) -> Result<Saved, FileError> {
    // The whole path, so that the operator finds the file whatever the shell's directory is then.
    let path = directory.canonicalize().unwrap_or_else(|_| directory.to_owned());
    let directory = Directory::for_new_files(&path)?;
    let mut draft = directory.create(name)?;
    let mut buffer = BufWriter::new(&mut draft);
    let written = match content {
        Content::Organizations { format, records } => {
            export::organizations(*format, records.iter(), &mut buffer)
                .map(|Written { records, left_out }| What::Organizations { records, left_out })
        }
        Content::Plan(plan) => {
            buffer.write_all(plans::text(plan).as_bytes()).map(|()| What::Plan(plan.rows.len()))
        }
    };
    let written = written.and_then(|what| buffer.flush().map(|()| what));
    drop(buffer);
    let what = written.map_err(|error| directory.error(name, error))?;
    draft.keep()?;
    Ok(Saved { path: path.join(name).to_string_lossy().into_owned().into(), what })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::domain::Record;
    use crate::export::Format;

    fn content() -> Content {
        let records = [Record::Damaged { json: "{\"id\":7}".into(), reason: "no id".into() }];
        Content::Organizations { format: Format::JsonLines, records: records.into() }
    }

    #[test]
    fn fs_13_a_new_file_is_the_operators_alone_and_none_is_overwritten() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("x.jsonl");
        let saved = save(place.path(), "x.jsonl", &content()).unwrap();
        assert_eq!(saved.path.as_sent(), path.to_str().unwrap());
        assert_eq!(saved.what, What::Organizations { records: 1, left_out: 0 });
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::write(&path, "mine").unwrap();
        let why = save(place.path(), "x.jsonl", &content()).unwrap_err();
        assert!(why.as_sent().ends_with("x.jsonl: it exists already; nothing is overwritten"), "{why:?}");
        assert_eq!(std::fs::read(&path).unwrap(), b"mine");
        assert!(save(place.path(), "../x", &content()).is_err());
        assert!(save(&place.path().join("none"), "x", &content()).is_err());
    }

    #[test]
    fn fs_13_a_directory_that_others_can_write_takes_exports() {
        let place = tempfile::tempdir().unwrap();
        std::fs::set_permissions(place.path(), std::os::unix::fs::PermissionsExt::from_mode(0o1777)).unwrap();
        save(place.path(), "x.jsonl", &content()).unwrap();
        let mode = place.path().join("x.jsonl").metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
