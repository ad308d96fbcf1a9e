//! Server functions of the Sessions tab, the report and what hangs on them, one file an area. Types here are what those
//! screens show; rules are the services'.

mod attempts;
mod deleted;
mod people;
mod report;
mod rows;

pub use attempts::*;
pub use deleted::*;
pub use people::*;
pub use report::*;
pub use rows::*;

use serde::{Deserialize, Serialize};

/// What a person may do on these screens, for leaving out what they may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct May {
    /// See and copy invite links.
    pub see_links: bool,
    /// Add, edit and delete candidates.
    pub edit: bool,
    /// Grant retakes.
    pub retake: bool,
    /// End sessions and run analyses again.
    pub end: bool,
    /// Decide.
    pub decide: bool,
}

#[cfg(feature = "ssr")]
mod ssr {
    use super::May;
    use crate::error::AppError;
    use parley_domain::account::{Action, Actor, Resource, can};

    pub(super) fn may(actor: &Actor) -> May {
        let may = |action| actor.workspace().is_some_and(|w| can(actor, action, &Resource::of(w)));
        May {
            see_links: may(Action::SeeLinks),
            edit: may(Action::EditCandidates),
            retake: may(Action::GrantRetakes),
            end: may(Action::EndSessions),
            decide: may(Action::Decide),
        }
    }

    pub(super) fn ids<T: std::str::FromStr>(text: &[String]) -> Result<Vec<T>, AppError> {
        text.iter()
            .map(|id| id.parse().map_err(|_| AppError::NotFound.answered()))
            .collect()
    }
}
