//! What is seen: every screen at every class of size, and what no screen may ever show.

mod hostile;
mod looks;
mod pictures;
mod rules;
mod screens;
