//! The conversation of a session, as its candidate has it: landing, start, answer, heartbeat, finish; and the
//! interviewer's next turn.
//!
//! The invite token is the candidate's credential. Nothing here returns anything but the candidate-facing types of the
//! domain. An answer commits with the scripted interviewer's turn after it, or, where a model is asked, alone; the model's
//! turn is a step of its own that can be run again by anybody (the request, its repetition, a resume, the sweeper) and has
//! effect once.

mod again;
mod answer;
mod desk;
mod door;
mod guard;
mod interviewer;
mod known;
pub mod phrases;
pub mod preview;
mod proposal;
mod public;
mod pulse;
mod scenes;
mod scripted;
mod start;
mod store;
mod together;
mod transcripts;
mod view;
mod window;

pub use again::{ask_retake, ask_retake_by};
pub use answer::{AnswerInput, answer, finish, finish_by, heartbeat};
pub use desk::{Desk, Desks, Draft};
pub use door::{cookie, landing, observe_opened, token_of_cookie};
pub use interviewer::advance;
pub use known::{ComesBack, session_of_cookie};
pub use public::{PublicStart, public_landing, start_public};
pub use pulse::{Standing, pulse};
pub use scenes::Scenes;
pub use start::{CONSENT_VERSION, StartInput, start};
pub use together::Together;
pub use transcripts::Transcripts;
pub use view::view;
