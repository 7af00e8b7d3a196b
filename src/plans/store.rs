//! The plans that were being applied when their run ended: in `plans/` of the state directory until they are done.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::file::{LARGEST, Sealed, parse, text};
use crate::domain::{Plan, PlanId};
use crate::files::{Demands, Directory, FileError};
use crate::text::one_line;

/// The directory in the state directory.
const NAME: &str = "plans";

/// Most plans that are looked at.
const MOST: usize = 100;

/// The sign that a run is applying a plan, which the kernel takes away when that run dies (WR-27).
#[derive(Debug)]
pub struct Held {
    _locked: File,
}

/// Where plans are kept while they are applied.
#[derive(Clone, Debug)]
pub struct Store {
    directory: PathBuf,
}

impl Store {
    /// The store in the program's state directory. Nothing is made before a plan is kept.
    pub fn new(state: &Path) -> Self {
        Self { directory: state.join(NAME) }
    }

    /// Keeps a plan; it is on the disk when this returns, and held by this run for as long as what is returned.
    ///
    /// # Errors
    ///
    /// When it is not known to be.
    pub fn keep(&self, plan: &Plan) -> Result<Held, FileError> {
        let (directory, name) = (Directory::ensure(&self.directory)?, name(plan.id));
        if is_held(&directory, &name) {
            return Err(directory.error(&name, io::Error::other(ANOTHER)));
        }
        directory.replace(&name, text(plan).as_bytes())?;
        let file = directory.existing(&name)?;
        file.try_lock().map_err(|error| directory.error(&name, io::Error::from(error)))?;
        Ok(Held { _locked: file })
    }

    /// Forgets a plan that is done; that there is none is no error.
    ///
    /// # Errors
    ///
    /// When it stays.
    pub fn forget(&self, id: PlanId) -> Result<(), FileError> {
        match Directory::open(&self.directory) {
            Ok(directory) => directory.remove(&name(id)),
            Err(error) if error.leads_nowhere() => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// The plans that are kept, and in a line what is wrong with those that cannot be read.
    pub fn unfinished(&self) -> (Vec<Sealed>, Vec<String>) {
        let (mut plans, mut wrong) = (Vec::new(), Vec::new());
        match self.names() {
            Ok(names) if names.is_empty() => {}
            Ok(names) => match Directory::open(&self.directory) {
                Ok(directory) => {
                    for name in names {
                        match sealed(&directory, &name) {
                            Ok(sealed) => plans.push(sealed),
                            Err(why) => wrong.push(why),
                        }
                    }
                }
                Err(error) => wrong.push(error.to_string()),
            },
            Err(error) => wrong.push(format!("{}: {error}", one_line(&self.directory.to_string_lossy()))),
        }
        plans.sort_by_key(|sealed| sealed.plan.id);
        (plans, wrong)
    }

    /// The names of plans in the directory; none when there is no directory.
    fn names(&self) -> io::Result<Vec<String>> {
        let entries = match fs::read_dir(&self.directory) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let names = entries.take(MOST).filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let is_plan =
            |file: &String| file.strip_suffix(".json").is_some_and(|id| id.parse::<PlanId>().is_ok());
        Ok(names.filter(is_plan).collect())
    }
}

/// Why a plan is left alone.
const ANOTHER: &str = "the plan is being applied by another instance on this machine";

/// Whether another run is applying the plan.
fn is_held(directory: &Directory, file: &str) -> bool {
    let open = directory.existing(file);
    open.is_ok_and(|open| matches!(open.try_lock(), Err(TryLockError::WouldBlock)))
}

fn name(id: PlanId) -> String {
    format!("{id}.json")
}

fn sealed(directory: &Directory, file: &str) -> Result<Sealed, String> {
    let place = one_line(&directory.path().join(file).to_string_lossy());
    if is_held(directory, file) {
        return Err(format!("{place}: {ANOTHER}"));
    }
    let contents = directory.read(file, Demands::trusted(LARGEST)).map_err(|error| error.to_string())?;
    let sealed = parse(&contents.bytes).map_err(|what| format!("{place}: {what}"))?;
    if name(sealed.plan.id) == file { Ok(sealed) } else { Err(format!("{place}: it is another plan")) }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::super::file::tests::plan;
    use super::*;

    #[test]
    fn wr_21_a_plan_is_kept_until_it_is_done() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::new(home.path());
        assert_eq!(store.unfinished(), (Vec::new(), Vec::new()));
        store.forget(plan().id).unwrap();
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0, "looking makes nothing");
        let held = store.keep(&plan()).unwrap();
        let (plans, wrong) = store.unfinished();
        assert_eq!(plans, Vec::new(), "wr_27: who applies it has it");
        assert!(wrong[0].contains("p7f3a9c-2.json: the plan is being applied by another"), "{wrong:?}");
        assert!(store.keep(&plan()).is_err(), "nor is it taken away");
        drop(held);
        drop(store.keep(&plan()).unwrap());
        let path = home.path().join("plans/p7f3a9c-2.json");
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(store.unfinished(), (vec![Sealed { plan: plan(), hash: plan().hash() }], Vec::new()));
        store.forget(plan().id).unwrap();
        assert_eq!(store.unfinished(), (Vec::new(), Vec::new()));
    }

    #[test]
    fn wr_26_what_lies_there_and_is_no_plan_of_that_name_is_named() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::new(home.path());
        drop(store.keep(&plan()).unwrap());
        let at = |name: &str| home.path().join("plans").join(name);
        fs::copy(at("p7f3a9c-2.json"), at("p7f3a9c-3.json")).unwrap();
        fs::write(at("p7f3a9c-4.json"), "{").unwrap();
        fs::write(at("notes.txt"), "mine").unwrap();
        fs::write(at(".p7f3a9c-5.json.tmp"), "torn").unwrap();
        fs::copy(at("p7f3a9c-2.json"), at("p7f3a9c-6.json")).unwrap();
        fs::set_permissions(at("p7f3a9c-6.json"), fs::Permissions::from_mode(0o666)).unwrap();
        let (plans, mut wrong) = store.unfinished();
        wrong.sort();
        assert_eq!(plans.len(), 1);
        assert_eq!(wrong.len(), 3, "{wrong:?}");
        assert!(wrong[0].contains("p7f3a9c-3.json: it is another plan"), "{wrong:?}");
        assert!(wrong[1].contains("p7f3a9c-4.json: not a plan"), "{wrong:?}");
        assert!(wrong[2].contains("others can write it"), "{wrong:?}");
    }
}
