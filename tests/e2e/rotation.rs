//! A credential was rotated: filter, mark, choose, look at the plan, agree, watch.

use crate::terminal::Terminal;

/// As far as three changes being applied.
pub(crate) fn apply_three(terminal: &mut Terminal) {
    terminal.wait_for_text("Organizations 56");
    terminal.send("/connection=sfdc-eu-2024");
    terminal.wait_for_text("Organizations 11/56");
    terminal.send("\r");
    terminal.wait_for_text("Enter open");
    terminal.send("   ");
    terminal.wait_for_text("3 marked");
    terminal.send("e");
    terminal.wait_for_text("Change the connection of 3 organizations");
    terminal.wait_for_text("18 of 18 connections");
    terminal.send("sfdc-eu-2025");
    terminal.wait_for_text("1 of 18 connections");
    terminal.send("\r");
    let screen = terminal.wait_for_text("To apply, press y and type:   3");
    assert!(screen.contains("3 changes · 0 warnings · 0 blocked"), "{screen}");
    assert!(screen.contains("sfdc-eu-2024 11 → 8"), "{screen}");
    crate::change::press_yes(terminal);
    terminal.wait_for_text("Type 3 [");
    terminal.send("3\r");
}

#[test]
fn a_plan_of_three_changes_is_made_agreed_to_and_verified_with_real_keys() {
    let mut terminal = Terminal::start(&["--demo"], &[], (80, 24));
    apply_three(&mut terminal);
    let screen = terminal.wait_for_text("applied 3 ");
    assert_eq!(screen.matches("200 VERIFIED").count(), 3, "{screen}");
    terminal.send("\x1b");
    let screen = terminal.wait_for_text("Organizations 8/56");
    assert!(!screen.contains("marked"), "{screen}");
    terminal.send("q");
    assert_eq!(terminal.wait_for_exit(), 0);
    terminal.assert_given_back();
}
