//! What a frame costs, by the length of the list.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    unreachable_pub,
    missing_docs,
    dead_code,
    reason = "a bench"
)]

mod support;

use cckm_tui::app::{Message, update};
use cckm_tui::input::KeySequence;
use cckm_tui::keymap::Keymap;
use cckm_tui::theme::Surface;
use cckm_tui::ui::{Look, Sheet, repaint, view};
use divan::Bencher;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use support::{lengths, loaded, stamped};

fn main() {
    divan::main();
}

/// The frame at 120x40 of a state that the given keys lead to.
fn frame(bencher: Bencher<'_, '_>, n: usize, keys: &str) {
    let (keymap, surface) = (Keymap::shipped(), Surface::default());
    let mut state = loaded(n, &keymap);
    let keys: KeySequence = keys.parse().unwrap();
    for key in keys.keys() {
        update(&mut state, &keymap, stamped(Message::Key(*key)));
    }
    let mut terminal = Terminal::new(TestBackend::new(120, 40)).unwrap();
    let look = Look { surface, keymap: &keymap };
    bencher.bench_local(|| {
        terminal.draw(|frame| _ = view(&state, look, frame.buffer_mut())).unwrap();
    });
}

#[divan::bench(args = lengths())]
fn first_row_selected(bencher: Bencher<'_, '_>, n: usize) {
    frame(bencher, n, "g");
}

#[divan::bench(args = lengths())]
fn last_row_selected(bencher: Bencher<'_, '_>, n: usize) {
    frame(bencher, n, "G");
}

#[divan::bench(args = lengths())]
fn filtered(bencher: Bencher<'_, '_>, n: usize) {
    frame(bencher, n, "/ s f d c - 1 enter");
}

/// What the program paints for a key: the frame of the next row over the frame before.
#[divan::bench(args = lengths())]
fn one_row_down_over_the_frame_before(bencher: Bencher<'_, '_>, n: usize) {
    let keymap = Keymap::shipped();
    let look = Look { surface: Surface::default(), keymap: &keymap };
    let mut state = loaded(n, &keymap);
    let one = state.clone();
    update(&mut state, &keymap, stamped(Message::Key("j".parse().unwrap())));
    let (mut sheet, mut turn) = (Sheet::default(), false);
    bencher.bench_local(|| {
        turn = !turn;
        repaint(if turn { &state } else { &one }, look, one.size, &mut sheet);
        sheet.changed().len()
    });
}
