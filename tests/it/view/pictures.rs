//! One picture a screen: each class of size, and the roles at 80x24.

use super::screens::{ALL, is_of_the_demo, resized};
use crate::support::screen;

/// One size of each class that shows panes: S, M, L, XL.
const SIZES: [(u16, u16); 4] = [(60, 16), (80, 24), (120, 36), (200, 60)];

#[test]
fn every_screen_looks_as_it_was_accepted() {
    for one in ALL {
        let mut picture = String::new();
        for (width, height) in SIZES {
            let app = (one.story)(width, height);
            let shown = if (width, height) == (80, 24) {
                screen::snapshot(&app.state)
            } else {
                screen::text(&app.state) + "\n"
            };
            picture.push_str(&format!("{width}x{height}\n{}\n{shown}\n", "=".repeat(usize::from(width))));
        }
        kept(one.name, &picture);
    }
}

/// Compares with the accepted picture of that name.
fn kept(name: &str, picture: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, picture));
}

#[test]
fn under_60x16_every_screen_is_the_same_notice() {
    let leaving = |name: &str| name == "question_leave";
    let small = |name: &str, width, height| {
        let one = ALL.iter().find(|one| one.name == name).unwrap();
        screen::text(&resized((one.story)(80, 24), width, height).state)
    };
    for (width, height) in [(40, 10), (59, 16), (60, 15), (20, 3)] {
        let expected = small("list", width, height);
        for one in ALL.iter().filter(|one| !leaving(one.name) && is_of_the_demo(one)) {
            assert_eq!(small(one.name, width, height), expected, "{}", one.name);
        }
    }
    let pictures = ["list", "list_read_only", "question_leave"].map(|name| small(name, 40, 10));
    kept("too_small", &pictures.join("\n========================================\n"));
}
