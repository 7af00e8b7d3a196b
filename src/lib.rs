//! Terminal dashboard for the Salesforce organizations of CipherTrust Cloud Key Manager: see the
//! organizations, open one, change its connection, read what became of it; see the connections, test them, and who
//! uses each.
//!
//! # The flow
//!
//! ```text
//!  terminal ─ keys, sizes ──┐
//!  tasks ─ answers ─────────┼─▶ Stamped{at, Message} ─▶ app::update(&mut State) ─▶ Vec<Effect>
//!  deadline ─ sleep_until ──┤                               │                         │
//!  signals ─────────────────┘                               ▼                         ▼
//!                                        ui::view(&State) ─▶ terminal      runtime: one task each
//!                                        (once a batch, 60 a second)                  │
//!            ◀──────────── Message::Replied{request, reply} ◀── api ◀─────────────────┘
//! ```
//!
//! Everything that happens is a [`Message`](app::Message) with a time. [`app::update`] applies it to the one
//! mutable value, [`State`](app::State), and returns [`Effect`](app::Effect)s as plain data. The
//! [`runtime`] turns effects into tasks, whose answers come back as messages. [`ui::view`] reads the state
//! and paints, over the frame before where there is one ([`ui::repaint`]): it can be skipped, repeated or run at
//! another size without consequence.
//!
//! # The rooms
//!
//! A module imports only from lower ranks; a test reads the source and holds it to that.
//!
//! | rank | module | what it is |
//! |---|---|---|
//! | 1 | [`text`] | text from outside made fit for a terminal: escape, measure, cut, wrap |
//! | 1 | [`input`] | keys: parse, print, compare |
//! | 2 | [`files`] | files opened so that nobody else decides what is in them |
//! | 2 | [`domain`] | the field's nouns; lower than usual stands only `text`, since all their strings are untrusted |
//! | 2 | [`layout`] | the only arithmetic on rectangles, for core and painters alike |
//! | 3 | [`keymap`] | commands, places and their keys, from `assets/keymap.toml` |
//! | 3 | [`theme`] | themes, and what of them a terminal can show; the only room that names colours |
//! | 3 | [`export`] | lists as CSV, TSV, JSON and JSON Lines, for other programs |
//! | 3 | [`redact`] | secrets masked wherever text may carry them out |
//! | 4 | [`app`] | the core: the state, its reducer, and the words that scroll in its windows |
//! | 5 | [`ui`] | the painters |
//! | 5 | [`api`] | the client of the server |
//! | 5 | [`demo`] | the demo server; it shares no body type with the client |
//! | 5 | [`trust`] | the certificate each server was trusted with, in a file of the operator's |
//! | 5 | [`memory`] | how the list of each profile was shown, from run to run |
//! | 5 | [`journal`] | every change, step by step, in a file that shows if it was altered |
//! | 5 | [`plans`] | plans in files: to be handed on, and kept while they are applied |
//! | 6 | [`config`] | settings: flags, environment, profile, file, default |
//! | 7 | [`commands`] | what runs without a screen |
//! | 7 | [`runtime`] | the loop, the terminal, signals, tasks; the only one that talks to a terminal and asks a clock |
//! | 8 | [`cli`], [`logging`] | the command line; the log |
//! | 8 | [`headless`] | the same core by itself, for commands that read a server or apply a plan |
//! | 8 | [`plain`] | the same dashboard line by line, on the same core |
//! | 9 | [`start`], `main` | wiring: from the command line to a running program, from a destination to a client |
//!
//! # One place at a time
//!
//! A place is a server, a domain, an account and what may be done there: [`app::Settings`]. Another one is
//! reached by [`app::switch::leave_for`] with a [`Destination`](app::Destination), which says what differs from
//! the configuration: another profile, another domain, or nothing at all when a certificate was trusted
//! meanwhile. [`start`] reads the configuration again and makes a client that has sent nothing
//! ([`runtime::connector`]); only then the core forgets the old place and asks for `Effect::Enter`, with which
//! the runtime drops the old client and ends its session. Nobody leaves a change that is not settled.
//!
//! # What is deliberately absent
//!
//! - **The core has no clock, no randomness, no I/O, no async.** `update` is a function: the same in gives
//!   the same out, and every decision is tested by calling it.
//! - **Drawing has no effects.** Offsets, focus and selection are computed by the core with the same
//!   geometry the painters use.
//! - **No server text reaches a screen but through [`text::Untrusted::display`]**, which escapes and never
//!   strips: two names that differ look different.
//! - **No second request for a change.** [`app::change`] makes the one PATCH from a reviewed and recorded
//!   intent; nothing below repeats a write. It is sent once more in one case: after a 401, when the record,
//!   read back, proves that nothing was applied. What became of it is found out by reading.
//! - **No byte of a change before its intent is on the disk**, and no outcome on the screen before it is: the
//!   phases of [`app::change`] wait for the [`journal`].
//! - **No write without the right to it.** [`api::Reader`] has no method that writes; a read-only session
//!   holds nothing else.
//! - **No secret that prints.** Passwords and tokens live in types whose `Debug` says nothing; what servers say,
//!   the log, crash reports and complaints pass through [`redact`].
//! - **Nothing before the first frame** but the settings and the terminal: the journal, the log, the authorities
//!   of this host and the server are all asked for after it.
//! - **No tick.** The loop sleeps until [`app::next_deadline`], or until something happens.
//!
//! # Where to start reading
//!
//! [`app::Message`] and [`app::Effect`], then `app/update` (it routes) and `app/keys` (what keys do);
//! for the change of a connection [`app::change`], whose picture shows its phases, and [`app::plan`] for many. Tests: `tests/it` holds
//! stories of the core (`update.rs`), screens (`view.rs`), the client against a scripted server
//! (`contract/`), the demo server against the documents (`demo/`), the loop (`runtime_loop.rs`), and
//! thousands of changes held against the server's own history (`history.rs`);
//! `tests/e2e` runs the program in a pseudo-terminal.

pub mod api;
pub mod app;
pub mod cli;
pub mod commands;
pub mod config;
pub mod demo;
pub mod domain;
pub mod export;
pub mod files;
pub mod headless;
pub mod input;
pub mod journal;
pub mod keymap;
pub mod layout;
pub mod logging;
pub mod memory;
pub mod plain;
pub mod plans;
pub mod redact;
pub mod runtime;
pub mod start;
pub mod text;
pub mod theme;
pub mod trust;
pub mod ui;
