//! Where a selection stands in a list, and which part of the list is on the screen: the arithmetic of all lists.

use crate::keymap::Command;

/// Where a movement leads from `position`; `count` repeats it, or names the row for the first and last row. A place
/// after the end is the caller's to cut. None for what is no movement.
pub(super) fn moved(
    position: usize,
    command: Command,
    count: Option<usize>,
    (rows, height): (usize, usize),
) -> Option<usize> {
    let page = height.max(1);
    let times = count.unwrap_or(1);
    Some(match command {
        Command::MoveDown => position.saturating_add(times),
        Command::MoveUp => position.saturating_sub(times),
        Command::PageDown => position.saturating_add(times.saturating_mul(page)),
        Command::PageUp => position.saturating_sub(times.saturating_mul(page)),
        Command::HalfDown => position.saturating_add(times.saturating_mul(page.div_ceil(2))),
        Command::HalfUp => position.saturating_sub(times.saturating_mul(page.div_ceil(2))),
        Command::First => count.map_or(0, |row| row.saturating_sub(1)),
        Command::Last => count.map_or(rows.saturating_sub(1), |row| row.saturating_sub(1)),
        _ => return None,
    })
}

/// The one after or before `chosen` among a few, round and round.
pub(super) fn stepped<T: Copy + PartialEq>(all: &[T], chosen: T, command: Command) -> T {
    let place = all.iter().position(|other| *other == chosen).unwrap_or(0);
    let step = match command {
        Command::MoveDown => 1,
        Command::MoveUp => all.len().saturating_sub(1),
        _ => 0,
    };
    all.get((place + step) % all.len().max(1)).copied().unwrap_or(chosen)
}

/// The first row on the screen, as near to `offset` as it can be with `position` in sight and no room left empty.
pub(super) fn in_sight(offset: usize, position: usize, (rows, height): (usize, usize)) -> usize {
    let height = height.max(1);
    let most = rows.saturating_sub(height);
    let least = position.saturating_sub(height - 1);
    offset.min(most).min(position).max(least)
}
