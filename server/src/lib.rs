//! The binary `parley`: command line, configuration, router, middleware, REST, worker loop.
//!
//! Knows HTTP and processes; what Parley does is in the services, what it looks like in the app.

// Generated routes and SSR nest deeply; the final crate's limit is the one that counts.
#![recursion_limit = "1024"]

pub mod address;
pub mod api;
pub mod arriving;
pub mod assets;
pub mod auth;
pub mod background;
pub mod candidate_answers;
pub mod candidate_events;
pub mod candidate_pages;
pub mod cli;
pub mod config;
pub mod connections;
pub mod downloads;
pub mod form;
pub mod health;
pub mod import_files;
pub mod logging;
pub mod lookups;
pub mod pages;
pub mod reading;
pub mod receive;
pub mod resume_files;
pub mod router;
pub mod seats;
pub mod security;
pub mod serve;
pub mod start;
pub mod state;
pub mod streams;
pub mod unread;
