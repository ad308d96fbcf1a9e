//! What can happen, and how often it is tried.

use crate::model::QUESTIONS;
use proptest::prelude::*;

/// One thing that happens.
#[derive(Clone, Debug)]
pub enum Step {
    Start {
        consent: bool,
    },
    /// `question` counts from 0; `back` is how many leases ago the window opened; `client` reuses an id of before.
    Answer {
        question: usize,
        back: i64,
        client: Option<usize>,
    },
    Heartbeat {
        back: i64,
    },
    /// By a window that opened so many leases ago; by one that does not say which.
    Finish {
        back: Option<i64>,
    },
    End,
    Retake,
    /// The candidate wants another attempt: one they may take by themselves, then they have to ask.
    Ask,
    /// Somebody decides on who asks.
    Decide {
        grant: bool,
    },
    /// The public link is revoked, or made again where there is none.
    PublicLink,
    /// The process dies after so many steps of what it does, and another one takes its place.
    Crash {
        act: Act,
        after: usize,
    },
    ReplaceLink,
    Pause(bool),
    Wait {
        hours: i64,
    },
    Sweep,
    Look,
}

/// What a process is in the middle of when it dies.
#[derive(Clone, Copy, Debug)]
pub enum Act {
    Start,
    Answer,
    Finish,
    Retake,
    Sweep,
}

pub fn steps() -> impl Strategy<Value = Vec<Step>> {
    let act = prop_oneof![
        2 => Just(Act::Start),
        3 => Just(Act::Answer),
        1 => Just(Act::Finish),
        1 => Just(Act::Retake),
        1 => Just(Act::Sweep),
    ];
    let step = prop_oneof![
        4 => any::<bool>().prop_map(|consent| Step::Start { consent }),
        10 => (0..QUESTIONS, prop_oneof![4 => Just(0i64), 1 => 1i64..3], proptest::option::weighted(0.15, 0usize..4))
            .prop_map(|(question, back, client)| Step::Answer { question, back, client }),
        2 => (0i64..2).prop_map(|back| Step::Heartbeat { back }),
        2 => proptest::option::weighted(0.7, 0i64..2).prop_map(|back| Step::Finish { back }),
        1 => Just(Step::End),
        2 => Just(Step::Retake),
        2 => Just(Step::Ask),
        2 => any::<bool>().prop_map(|grant| Step::Decide { grant }),
        1 => Just(Step::PublicLink),
        3 => (act, 0usize..32).prop_map(|(act, after)| Step::Crash { act, after }),
        1 => Just(Step::ReplaceLink),
        1 => any::<bool>().prop_map(Step::Pause),
        2 => (1i64..30).prop_map(|hours| Step::Wait { hours }),
        2 => Just(Step::Sweep),
        1 => Just(Step::Look),
    ];
    proptest::collection::vec(step, 1..40)
}
