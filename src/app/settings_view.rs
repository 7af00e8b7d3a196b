//! The lines of the settings window: what is in effect, and who said so.

use super::line::{Line, labelled};
use super::settings::Effective;
use crate::text;
use crate::theme::Role;

/// Width of the column of keys.
const KEYS: usize = 19;

/// Every setting, the origin beside its value, or under it where both do not fit.
pub(super) fn lines(effective: &[Effective], width: usize) -> Vec<Line> {
    effective.iter().flat_map(|setting| row(setting, width)).collect()
}

fn row(setting: &Effective, width: usize) -> Vec<Line> {
    let value = setting.value.display().into_string();
    let origin = format!("({})", setting.origin.display());
    let (role, value) = if value.is_empty() { (Role::Dim, "–".to_owned()) } else { (Role::Text, value) };
    let label = setting.key;
    let room = width.saturating_sub(KEYS);
    if text::width(&value) + 2 + text::width(&origin) <= room {
        let mut lines = labelled(label, (role, &value), KEYS, width);
        if let Some(line) = lines.last_mut() {
            *line = std::mem::take(line).and(Role::Dim, format!("  {origin}"));
        }
        return lines;
    }
    let mut lines = labelled(label, (role, &value), KEYS, width);
    lines.extend(labelled("", (Role::Dim, &origin), KEYS + 2, width));
    lines
}
