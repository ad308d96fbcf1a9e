//! Interviews: list, new, and the pages of one interview.

mod choices;
mod content;
mod describe;
mod draft;
mod editing;
mod frame;
mod list;
mod new;
mod parts;
mod reorder;
mod settings;
mod store;
mod writer;

pub use content::ContentTab;
pub use describe::DescribePage;
pub use frame::{InterviewFrame, InterviewHome, OneInterview, Then, use_interview};
pub use list::{InterviewList, InterviewTable};
pub use new::NewInterview;
pub use settings::SettingsTab;

use crate::components::Tone;
use crate::messages::creator;
use parley_domain::interview::InterviewState;

/// A state's word and colour.
#[must_use]
pub const fn state_words(state: InterviewState) -> (&'static str, Tone) {
    let t = creator().interviews;
    match state {
        InterviewState::Draft => (t.state_draft, Tone::Idle),
        InterviewState::Open => (t.state_open, Tone::Done),
        InterviewState::Paused => (t.state_paused, Tone::Busy),
        InterviewState::Archived => (t.state_archived, Tone::Idle),
    }
}
