//! A file looked at as a whole: every mistake in it, whichever profile is chosen later.

use std::path::{Path, PathBuf};

use super::error::{ConfigError, Mistake};
use super::file::File;
use super::layer::Layer;
use super::{secret, typed};

/// The names of the profiles in the file, when nothing is wrong with it; `home` is what `~/` stands for.
///
/// # Errors
///
/// [`ConfigError`] has every mistake, in the order of their lines.
pub fn check(path: &Path, home: Option<PathBuf>) -> Result<Vec<String>, ConfigError> {
    let mut file = File::read(path, home)?;
    let mut mistakes = std::mem::take(&mut file.mistakes);
    let profiles: Vec<_> = file.profiles().map(str::to_owned).collect();
    let whole = std::iter::once(vec![file.layer()]);
    let with_profile = profiles.iter().filter_map(|name| Some(vec![file.layer(), file.profile(name)?]));
    for layers in whole.chain(with_profile) {
        let mut found = Vec::new();
        let _source_is_checked = secret::source(&layers, Some(&file), &mut found);
        let values =
            Layer::merged(layers).map_err(|error| ConfigError::new("settings", error.to_string()))?;
        found.extend(typed::config(&values).1);
        for mistake in found {
            if !mistakes.contains(&mistake) {
                mistakes.push(mistake);
            }
        }
    }
    mistakes.sort_by_key(|mistake: &Mistake| file.line(&mistake.place));
    ConfigError::unless_empty(mistakes)?;
    Ok(profiles)
}
