//! What keys do in the palette.

use super::windows;
use crate::app::clipboard;
use crate::app::cx::Cx;
use crate::app::effect::Effect;
use crate::app::list::{Columns, Narrowed as _, Sort};
use crate::app::modal::Modal;
use crate::app::notice::Notice;
use crate::app::palette::{Action, Entry, Palette, Phrase, Scope, new_and_where, understand};
use crate::app::plan::outside;
use crate::app::query;
use crate::app::reload;
use crate::app::saved::SavedView;
use crate::app::state::State;
use crate::app::switch;
use crate::keymap::{Command, Keymap};
use crate::text;
use crate::theme::Theme;

/// `:`: opens it, and reads which profiles there are.
pub(super) fn open(state: &mut State) -> Vec<Effect> {
    if matches!(state.modals.last(), Some(Modal::Palette(_))) {
        return Vec::new();
    }
    state.modals.push(Modal::Palette(Palette::of(Scope::Everything)));
    let mut cx = Cx { now: state.now, requests: &mut state.requests };
    state.profiles.refresh(&mut cx)
}

/// `x`: opens it for what can be done with the selected row.
pub(super) fn open_for_row(state: &mut State) {
    state.modals.push(Modal::Palette(Palette::of(Scope::Row)));
}

/// `/` in the help: its keys are narrowed by what is typed, and `Enter` runs one.
pub(super) fn open_for_help(state: &mut State) {
    state.modals.pop();
    state.modals.push(Modal::Palette(Palette::of(Scope::Keys)));
}

pub(super) fn on_palette(state: &mut State, keymap: &Keymap, command: Command) -> Vec<Effect> {
    let Some(Modal::Palette(palette)) = state.modals.last() else { return Vec::new() };
    let entries = palette.entries(state, keymap);
    let Some(Modal::Palette(palette)) = state.modals.last_mut() else { return Vec::new() };
    let recalls = palette.chosen.is_none() && palette.scope == Scope::Everything;
    let recalls = recalls && (palette.field.text().is_empty() || state.commands.is_recalled());
    match command {
        Command::MoveUp | Command::MoveDown if recalls => {
            match state.commands.recall(command == Command::MoveUp) {
                Some(line) => palette.fill(line),
                None => palette.go(command == Command::MoveDown, &entries),
            }
            understand(state);
        }
        Command::MoveDown => palette.go(true, &entries),
        Command::MoveUp => palette.go(false, &entries),
        Command::Complete => {
            palette.complete(&entries);
            understand(state);
        }
        Command::Back => {
            let closed = state.modals.pop();
            state.commands.leave();
            if matches!(closed, Some(Modal::Palette(Palette { scope: Scope::Keys, .. }))) {
                windows::open_help(state);
            }
        }
        Command::Accept => {
            let Some(entry) = palette.highlighted(&entries).and_then(|place| entries.get(place)) else {
                if palette.field.text().trim().is_empty() {
                    state.modals.pop();
                } else {
                    state.notice = Some(Notice::info("there is no such command here", state.now));
                }
                return Vec::new();
            };
            return accept(state, keymap, entry);
        }
        _ => {}
    }
    Vec::new()
}

/// Runs a line; one whose words are not whole goes into the field, and one that cannot run says why.
fn accept(state: &mut State, keymap: &Keymap, entry: &Entry) -> Vec<Effect> {
    if let Some(why) = &entry.obstacle {
        state.notice = Some(Notice::warning(format!("{}: {why}", text::escape_typed(&entry.name))));
        return Vec::new();
    }
    if let Action::Say(phrase, words) = &entry.action
        && let Err(why) = phrase.weigh(state, words)
    {
        if let Some(Modal::Palette(palette)) = state.modals.last_mut() {
            palette.fill(&phrase.line(words));
        }
        understand(state);
        state.notice = Some(Notice::info(format!("{}: {why}", phrase.name()), state.now));
        return Vec::new();
    }
    let closed = state.modals.pop();
    if matches!(closed, Some(Modal::Palette(Palette { scope: Scope::Everything, .. }))) {
        state.commands.add(&entry.name);
    }
    run(state, keymap, entry.action.clone())
}

fn run(state: &mut State, keymap: &Keymap, action: Action) -> Vec<Effect> {
    match action {
        Action::Command(command) => super::act(state, keymap, command, None),
        Action::Quit => super::quit(state),
        Action::Settings => {
            state.modals.push(Modal::Settings { scroll: 0 });
            Vec::new()
        }
        Action::Reload => reload::ask(state),
        Action::Keys => clipboard::copy("the keys in effect", &keymap.toml()),
        Action::Switch(to) => switch::leave_for(state, to),
        Action::Say(phrase, words) => say(state, phrase, &words),
    }
}

/// Does what a phrase asks for with words that were weighed.
fn say(state: &mut State, phrase: Phrase, words: &str) -> Vec<Effect> {
    match phrase {
        Phrase::Columns => choose_columns(state, words),
        Phrase::Sort => order(state, words),
        Phrase::View => {
            if let Some(view) = state.settings.view(words).cloned() {
                show_view(state, &view);
            }
        }
        Phrase::Filter => {
            let wall_clock = state.wall_clock();
            state.narrowed().filter_by(words, wall_clock);
        }
        Phrase::ServerFilter => {
            let wall_clock = state.wall_clock();
            state.list.filter_by(&format!("/{words}"), wall_clock);
        }
        Phrase::Theme => {
            if let Some(theme) = Theme::named(words) {
                let before = std::mem::replace(&mut state.theme, theme);
                windows::tell_theme(state, before);
            }
        }
        Phrase::SetConnection => {
            let (new, expression) = new_and_where(words);
            let query =
                query::parse(expression.unwrap_or_default(), &query::ORGANIZATIONS, state.wall_clock());
            if let Some(query) = query.ok().filter(|query| !query.is_empty()) {
                return super::plan_for(state, &new.into(), &query);
            }
        }
        Phrase::Plan => return vec![outside::read(state, words.to_owned())],
    }
    Vec::new()
}

fn choose_columns(state: &mut State, words: &str) {
    if let Ok(columns) = Columns::parse(words, state.list.rows.others()) {
        state.list.columns = columns.widened(state.list.columns.wide);
    }
}

fn order(state: &mut State, words: &str) {
    if let Ok(sort) = Sort::parse(words, state.list.rows.others()) {
        state.list.sort_by(sort);
    }
}

/// Shows the list as a view says; what it says nothing of stays. It may name fields that no record has had yet.
fn show_view(state: &mut State, view: &SavedView) {
    let SavedView { name: _, filter, sort, columns } = view;
    let others = state.list.rows.others_mut();
    others.learn(sort);
    others.learn(columns);
    choose_columns(state, columns);
    order(state, sort);
    if !filter.is_empty() {
        let wall_clock = state.wall_clock();
        state.list.filter_by(filter, wall_clock);
    }
}
