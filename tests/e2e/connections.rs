//! The connections with real keys: open the list, test one, see who uses it, and come back.

use crate::terminal::Terminal;

#[test]
fn a14_a_connection_is_tested_its_organizations_are_shown_and_esc_leads_back() {
    for size in [(80, 24), (60, 16)] {
        let mut terminal = Terminal::start(&["--demo"], &[], size);
        terminal.wait_for_text("Organizations 56");
        terminal.send("c");
        let screen = terminal.wait_for_text("Connections 18");
        assert!(screen.contains("MISSING") && screen.contains("unused"), "{screen}");
        terminal.send("/apac-2025\r");
        terminal.wait_for_text("Connections 1/18");
        terminal.send("t");
        let screen = terminal.wait_for_text("test of sfdc-apac-2025: Fail: invalid_client");
        assert!(screen.contains("Fail"), "{screen}");
        terminal.send("\t");
        terminal.wait_for_text("thales-apac.my.salesforce.com");
        terminal.send("\t\x1b");
        terminal.wait_for_text("Connections 18");
        terminal.send("/name=legacy-sfdc\r");
        terminal.wait_for_text("Connections 1/18");
        terminal.send("\r");
        terminal.wait_for_text("Organizations 2/56");
        terminal.send("\x1b");
        terminal.wait_for_text("Connections 1/18");
        terminal.send("\x1b");
        terminal.wait_for_text("Connections 18");
        terminal.send("\x1b");
        terminal.wait_for_text("Organizations 56");
        terminal.send("q");
        assert_eq!(terminal.wait_for_exit(), 0);
        terminal.assert_given_back();
    }
}
