//! What is seen: every screen at every class of size, and what no screen may ever show.

mod hostile;
mod pictures;
mod rules;
mod screens;
