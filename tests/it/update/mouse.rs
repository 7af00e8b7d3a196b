//! The mouse: it selects, scrolls and opens in the list, and is nowhere a way to anything else.

use cckm_tui::app::{Effect, Message, Run};
use cckm_tui::input::{Mouse, MouseAction};
use cckm_tui::layout::Pane;

use crate::support::app::{App, run, settings};
use crate::support::records::organization;

fn app() -> App {
    let app = App::of(Run { mouse: true, ..run() }, settings(), 80, 24);
    app.loaded((1..=100).map(organization).collect()).message(Message::Drawn)
}

/// Does this in the middle of this line of the list.
fn mouse(app: App, action: MouseAction, line: u16) -> App {
    let row = app.state.panes().list_rows.y + line;
    app.message(Message::Mouse { mouse: Mouse { action, column: 30, row }, times: 1 })
}

fn place(app: &App) -> (usize, usize) {
    (app.state.list.position, app.state.list.offset)
}

#[test]
fn e40_a_click_selects_the_row_it_is_on_and_a_click_beside_the_rows_nothing() {
    let app = mouse(app(), MouseAction::Press, 4);
    assert_eq!(place(&app), (4, 0));
    for row in [0, 1, 23] {
        let mouse = Mouse { action: MouseAction::Press, column: 3, row };
        assert_eq!(place(&app_with(mouse)), (0, 0));
    }
    assert!(app.state.takes_mouse());
}

fn app_with(mouse: Mouse) -> App {
    app().message(Message::Mouse { mouse, times: 1 })
}

#[test]
fn e40_the_wheel_scrolls_and_takes_the_selection_along_only_when_it_would_leave_the_screen() {
    let app = mouse(app(), MouseAction::Press, 5);
    let app = mouse(app, MouseAction::WheelDown, 0);
    assert_eq!(place(&app), (5, 3));
    let app = mouse(app, MouseAction::WheelDown, 0);
    assert_eq!(place(&app), (6, 6));
    let app = (0..100).fold(app, |app, _| mouse(app, MouseAction::WheelDown, 0));
    assert_eq!(place(&app), (89, 89), "the end of the list is the end");
    let app = (0..100).fold(app, |app, _| mouse(app, MouseAction::WheelUp, 0));
    assert_eq!(place(&app), (10, 0));
}

#[test]
fn e40_a_double_click_opens_the_detail_and_two_slow_ones_do_not() {
    let app = mouse(mouse(app(), MouseAction::Press, 2), MouseAction::Press, 3);
    assert_eq!(app.state.pane, Pane::List, "two rows are two clicks");
    let app = mouse(app, MouseAction::Press, 3);
    assert_eq!(app.state.pane, Pane::Detail);
    assert!(!app.state.takes_mouse(), "text is the terminal's to mark");
    let slow = mouse(app_at(2).wait(600), MouseAction::Press, 2);
    assert_eq!(slow.state.pane, Pane::List);
}

fn app_at(line: u16) -> App {
    mouse(app(), MouseAction::Press, line)
}

#[test]
fn e40_no_window_and_no_text_hears_the_mouse_and_without_the_setting_nothing_does() {
    for keys in ["e", "?", "@", ":", "s", "L", "tab", "T"] {
        let before = app().keys(keys).message(Message::Drawn);
        assert!(!before.state.takes_mouse(), "{keys}");
        let (modals, told) = (before.state.modals.clone(), before.effects.len());
        let after = (0..24).fold(before, |app, row| {
            [MouseAction::Press, MouseAction::WheelDown].into_iter().fold(app, |app, action| {
                app.message(Message::Mouse { mouse: Mouse { action, column: 40, row }, times: 2 })
            })
        });
        assert_eq!(after.state.modals, modals, "{keys}");
        assert_eq!(after.effects.len(), told, "{keys}");
    }
    let app = App::new(80, 24).with_organizations(50);
    let place_before = place(&app);
    assert!(!app.state.takes_mouse());
    assert_eq!(place(&mouse(app, MouseAction::Press, 4)), place_before);
}

#[test]
fn e40_a_click_in_the_middle_of_a_key_sequence_ends_it() {
    let app = mouse(app().keys("y"), MouseAction::Press, 4).keys("c");
    assert!(!app.effects.iter().any(|effect| matches!(effect, Effect::Copy { .. })));
}
