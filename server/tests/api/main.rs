//! The REST door through the router, without a socket.

mod bed;
mod candidates;
mod document;
mod errors;
mod interviews;
mod repeated;
mod sessions;
mod walk;
