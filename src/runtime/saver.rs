//! New files that the operator asked for: complete or absent, theirs alone, and never over another.

use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use crate::app::export::{Content, Saved, What};
use crate::domain::PlanId;
use crate::export::{self, Written};
use crate::files::{Directory, FileError};
use crate::journal::{self, Contents, Wanted};
use crate::plans;
use crate::text::Untrusted;

/// Writes `content` to a new file in `directory`; the words say why it is not there.
pub(super) fn save(directory: &Path, name: &str, content: &Content) -> Result<Saved, Untrusted> {
    write(directory, name, content).map_err(|error| error.to_string().into())
}

/// Writes what is on record of a plan: under `name` as Markdown, and beside that as CSV. Both are there, or none.
pub(super) fn report(
    directory: &Path,
    name: &str,
    plan: PlanId,
    contents: &Contents,
) -> Result<Saved, Untrusted> {
    let wanted = Wanted { plan: Some(plan), since: None };
    let sheet = Path::new(name).with_extension("csv").to_string_lossy().into_owned();
    let texts = [(name, journal::report(contents, wanted)), (&sheet, journal::sheet(contents, wanted))];
    both(directory, &texts).map_err(|error| Untrusted::from(error.to_string()))?;
    let path = whole(directory).join(name).to_string_lossy().into_owned().into();
    Ok(Saved { path, what: What::Report })
}

fn both(directory: &Path, texts: &[(&str, String); 2]) -> Result<(), FileError> {
    let directory = Directory::for_new_files(&whole(directory))?;
    let drafts = texts.each_ref().map(|(name, text)| {
        let mut draft = directory.create(name)?;
        draft.write_all(text.as_bytes()).map_err(|error| directory.error(name, error))?;
        Ok(draft)
    });
    let [first, second] = drafts;
    let (first, second) = (first?, second?);
    first.keep()?;
    if let Err(error) = second.keep() {
        if let Err(error) = directory.remove(texts[0].0) {
            tracing::warn!(%error, "half a report stays");
        }
        return Err(error);
    }
    Ok(())
}

/// The whole path, so that the operator finds the file whatever the shell's directory is then.
fn whole(directory: &Path) -> PathBuf {
    directory.canonicalize().unwrap_or_else(|_| directory.to_owned())
}

fn write(directory: &Path, name: &str, content: &Content) -> Result<Saved, FileError> {
    let path = whole(directory);
    let directory = Directory::for_new_files(&path)?;
    let mut draft = directory.create(name)?;
    let mut buffer = BufWriter::new(&mut draft);
    let written = match content {
        Content::Organizations { format, records } => {
            export::organizations(*format, records.iter(), &mut buffer)
                .map(|Written { records, left_out }| What::Organizations { records, left_out })
        }
        Content::Connections { format, rows, left_out } => {
            export::connections(*format, rows.iter(), &mut buffer)
                .map(|Written { records, left_out: _ }| What::Connections { records, left_out: *left_out })
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
        let records = [Record::damaged("{\"id\":7}".into(), "no id".into())];
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
