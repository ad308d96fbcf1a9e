//! The model: the attempts of one candidate, and what becomes of them.

use parley_domain::{
    session::{EndReason, Status},
    time::{DAY, HOUR},
};

pub const QUESTIONS: usize = 3;
/// Retakes that the interview allows candidates by themselves.
pub const OWN: usize = 1;
/// Minutes of the time limit, where there is one: time goes by in whole hours, so that it is never just up.
pub const LIMIT: i64 = 390;

/// What should be true.
#[derive(Debug, Default)]
pub struct Model {
    pub attempts: Vec<Attempt>,
    pub paused: bool,
    pub clients: usize,
    /// The slug of the live public link.
    pub slug: Option<String>,
    /// Retakes that the candidate took by themselves.
    pub own: usize,
    /// A request waits for a decision.
    pub waits: bool,
    /// The interview has a time limit, which time away counts against.
    pub timed: bool,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attempt {
    pub started: bool,
    pub ended: Option<EndReason>,
    pub lease: i64,
    /// Client id and text, in order; the number of answers is the question that is current.
    pub answers: Vec<(String, String)>,
    /// Since somebody was seen.
    pub idle_hours: i64,
    /// Since something was said.
    pub mute_hours: i64,
    /// Since the start, where the clock runs.
    pub age_hours: i64,
}

impl Attempt {
    pub fn status(&self) -> Status {
        match (self.started, self.ended) {
            (_, Some(_)) => Status::Completed,
            (true, None) => Status::InProgress,
            (false, None) => Status::NotStarted,
        }
    }

    /// Whether its time has run out, noticed or not.
    pub fn is_up(&self, timed: bool) -> bool {
        timed && self.status() == Status::InProgress && self.age_hours * 60 > LIMIT
    }

    /// What a sweep makes of it.
    pub fn swept(&self, timed: bool) -> Option<EndReason> {
        let left = self.idle_hours * HOUR > DAY || self.mute_hours * HOUR > 4 * DAY;
        match self.is_up(timed) {
            true => Some(EndReason::TimeUp),
            false => (self.status() == Status::InProgress && left).then_some(EndReason::Inactivity),
        }
    }

    /// Begun; its lease goes on from those before.
    pub fn begun(&self) -> Self {
        Self {
            started: true,
            lease: self.lease + 1,
            ..Default::default()
        }
    }

    /// The one after it, which goes on with its leases.
    pub fn next(&self) -> Self {
        Self {
            lease: self.lease,
            ..Default::default()
        }
    }

    /// Something was said in it.
    pub fn says(&mut self, client: String, text: String) {
        self.answers.push((client, text));
        self.idle_hours = 0;
        self.mute_hours = 0;
    }
}

/// Why an attempt is closed when its candidate presses Finish.
pub fn finishing(attempt: &Attempt, timed: bool) -> EndReason {
    if attempt.is_up(timed) {
        EndReason::TimeUp
    } else {
        EndReason::Finished
    }
}
