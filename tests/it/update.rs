//! Decisions: what happens goes in, what the state says and what is asked of the world come out.

mod change;
mod checked;
mod columns;
mod connections;
mod export;
mod help;
mod identity;
mod keyboard;
mod list;
mod marks;
mod mouse;
mod order;
mod palette;
mod phases;
mod place;
mod plan;
mod plan_files;
mod reload;
mod remembered;
mod rest;
mod saved_views;
mod server_filter;
mod session;
mod settle;
mod switching;
