//! What a message costs, by the length of the list.
#![allow(clippy::expect_used, clippy::unwrap_used, unreachable_pub, missing_docs, reason = "a bench")]

mod support;

use cckm_tui::app::list::Row;
use cckm_tui::app::{Message, Reply, State, update};
use cckm_tui::domain::{Organization, Page};
use cckm_tui::input::KeySequence;
use cckm_tui::keymap::Keymap;
use cckm_tui::text::{Skeleton, imitates};
use divan::Bencher;
use support::{lengths, list_or_sign_in, loaded, page, replied, stamped};

fn main() {
    divan::main();
}

/// Applies keys, in the keymap's notation.
fn press(state: &mut State, keymap: &Keymap, keys: &str) {
    let keys: KeySequence = keys.parse().unwrap();
    for key in keys.keys() {
        update(state, keymap, stamped(Message::Key(*key)));
    }
}

/// One key on a state that the given keys lead to.
fn key_after(bencher: Bencher<'_, '_>, n: usize, before: &str, key: &str) {
    let keymap = Keymap::shipped();
    let mut state = loaded(n, &keymap);
    press(&mut state, &keymap, before);
    bencher.with_inputs(|| state.clone()).bench_local_refs(|state| press(state, &keymap, key));
}

/// A page of a refresh on a list that is not at its end.
fn refreshed(bencher: Bencher<'_, '_>, n: usize, page: impl Fn() -> Page<Organization>) {
    let keymap = Keymap::shipped();
    let mut state = loaded(n, &keymap);
    let key = "r".parse().unwrap();
    let request = list_or_sign_in(&update(&mut state, &keymap, stamped(Message::Key(key))));
    bencher.with_inputs(|| (state.clone(), page())).bench_local_values(|(mut state, page)| {
        update(&mut state, &keymap, stamped(replied(request, Reply::Listed(Ok(page.into())))));
        state
    });
}

#[divan::bench(args = lengths(), sample_count = 20)]
fn page_of_100_unchanged(bencher: Bencher<'_, '_>, n: usize) {
    refreshed(bencher, n, || page(0, 100, n + 1000, 0));
}

#[divan::bench(args = lengths(), sample_count = 20)]
fn page_of_100_changed(bencher: Bencher<'_, '_>, n: usize) {
    refreshed(bencher, n, || page(0, 100, n + 1000, 1));
}

#[divan::bench(args = lengths(), sample_count = 20)]
fn page_of_100_new(bencher: Bencher<'_, '_>, n: usize) {
    refreshed(bencher, n, || page(n, n + 100, n + 1000, 0));
}

#[divan::bench(args = lengths(), sample_count = 20)]
fn page_of_1000_new(bencher: Bencher<'_, '_>, n: usize) {
    refreshed(bencher, n, || page(n, n + 1000, n + 2000, 0));
}

#[divan::bench(args = lengths(), sample_count = 20)]
fn filter_first_letter(bencher: Bencher<'_, '_>, n: usize) {
    key_after(bencher, n, "/", "s");
}

#[divan::bench(args = lengths(), sample_count = 20)]
fn filter_refined(bencher: Bencher<'_, '_>, n: usize) {
    key_after(bencher, n, "/ s f d c - 1", "7");
}

/// A letter that stands in few connections: names and ids are looked through.
#[divan::bench(args = lengths(), sample_count = 20)]
fn filter_first_letter_of_a_name(bencher: Bencher<'_, '_>, n: usize) {
    key_after(bencher, n, "/", "m");
}

#[divan::bench(args = lengths(), sample_count = 20)]
fn filter_name_refined(bencher: Bencher<'_, '_>, n: usize) {
    key_after(bencher, n, "/ m", "e");
}

#[divan::bench(args = lengths(), sample_count = 20)]
fn one_row_down(bencher: Bencher<'_, '_>, n: usize) {
    key_after(bencher, n, "5 0 G", "j");
}

#[divan::bench(args = lengths(), sample_count = 20)]
fn sort_reversed(bencher: Bencher<'_, '_>, n: usize) {
    key_after(bencher, n, "j", "S");
}

#[divan::bench(args = lengths(), sample_count = 20)]
fn sort_by_connection(bencher: Bencher<'_, '_>, n: usize) {
    key_after(bencher, n, "s j j j", "enter");
}

#[divan::bench(args = lengths(), sample_count = 20)]
fn sort_by_time_of_creation_then_id(bencher: Bencher<'_, '_>, n: usize) {
    key_after(bencher, n, "s j j j j j j space j j j j j", "S");
}

/// What the names of all rows look like, found out once when they come.
#[divan::bench(args = lengths(), sample_count = 20)]
fn look_alike_skeletons(bencher: Bencher<'_, '_>, n: usize) {
    let state = loaded(n, &Keymap::shipped());
    let rows = (0..).map_while(|at| state.list.rows.at(at));
    let names: Vec<_> = rows.filter_map(Row::organization).map(|sound| sound.name.clone()).collect();
    bencher.bench_local(|| {
        names
            .iter()
            .filter(|name| imitates(name.as_sent()) || Skeleton::of(name.as_sent()) == Skeleton::default())
            .count()
    });
}

/// Whether any of all rows may be taken for another: what the list asks of the rows in sight.
#[divan::bench(args = lengths(), sample_count = 20)]
fn look_alikes_among_all_rows(bencher: Bencher<'_, '_>, n: usize) {
    let state = loaded(n, &Keymap::shipped());
    let rows = &state.list.rows;
    bencher.bench_local(|| {
        let doubtful =
            |row: &&Row| rows.name_look_alike(row).or_else(|| rows.connection_look_alike(row)).is_some();
        (0..).map_while(|at| rows.at(at)).filter(doubtful).count()
    });
}
