//! What the parts of the Sessions tab share.

use super::address::{Place, trail};
use crate::{
    error::AppError,
    server_fns::sessions::{Column, ListData, ListQuery, May, Subject},
};
use leptos::prelude::*;
use parley_domain::{
    id::{CandidateId, SessionId},
    session::{SessionCounts, SessionRow, Status},
};
use std::collections::{BTreeMap, BTreeSet};

/// Loaded data, or why there is none.
pub(super) type Loaded = Resource<Result<ListData, AppError>>;

/// How many sessions stand where, under the present filters less the status.
pub(super) type Counted = Resource<Result<SessionCounts, AppError>>;

/// Signals of the tab; in context for everything on it.
#[derive(Clone, Copy)]
pub(super) struct Desk {
    /// Whose list.
    pub place: Memo<Place>,
    /// What the address says.
    pub query: Memo<ListQuery>,
    /// What its reports' addresses say of it.
    pub trail: Memo<String>,
    /// The rows.
    pub data: Loaded,
    /// How many there are.
    pub counts: Counted,
    /// What came last for which address: it stays while the server cannot be reached.
    kept: RwSignal<Option<(ListQuery, ListData)>>,
    /// Counted up to load again what is shown.
    pub version: RwSignal<u32>,
    /// The scripts are there: what only they can do is left out of the page that the server sends.
    pub live: RwSignal<bool>,
    /// The selected candidates, on this page and others of the same filter.
    pub selected: RwSignal<BTreeMap<CandidateId, Subject>>,
    /// Whose earlier attempts are unfolded.
    pub unfolded: RwSignal<BTreeSet<CandidateId>>,
    /// Columns hidden since the page came; none: as it came.
    pub hidden: RwSignal<Option<Vec<Column>>>,
    /// The sheet that adds a candidate is open.
    pub creating: RwSignal<bool>,
    /// Who is being edited.
    pub editing: RwSignal<Option<CandidateId>>,
    /// Who is to be given a retake.
    pub retaking: RwSignal<Vec<Subject>>,
    /// Who may be somebody else's second entry.
    pub merging: RwSignal<Option<CandidateId>>,
    /// Whose session is to be ended.
    pub ending: RwSignal<Option<SessionId>>,
    /// Whose link is to be replaced.
    pub relinking: RwSignal<Option<CandidateId>>,
    /// Whose links are to work until another moment.
    pub extending: RwSignal<Vec<CandidateId>>,
    /// Who is to be deleted.
    pub deleting: RwSignal<Vec<CandidateId>>,
    /// Whose links are to be copied.
    pub copying: RwSignal<Vec<CandidateId>>,
    /// What the browser did not let us copy: it is shown for copying by hand.
    pub by_hand: RwSignal<String>,
    /// What could not be done, and why.
    pub trouble: RwSignal<Option<AppError>>,
    /// Who was ticked last: with Shift held, the next tick takes everyone between.
    last: StoredValue<Option<CandidateId>>,
}

impl Desk {
    /// For a list at the present address.
    pub fn new(
        place: Memo<Place>,
        query: Memo<ListQuery>,
        (data, counts): (Loaded, Counted),
        version: RwSignal<u32>,
    ) -> Self {
        let kept = RwSignal::new(None);
        Effect::new(move |_| {
            if let Some(Ok(data)) = data.get() {
                kept.set(Some((query.get_untracked(), data)));
            }
        });
        Self {
            place,
            query,
            trail: Memo::new(move |_| place.with(|p| query.with(|q| trail(p, q)))),
            data,
            counts,
            kept,
            version,
            live: RwSignal::new(false),
            selected: RwSignal::default(),
            unfolded: RwSignal::default(),
            hidden: RwSignal::new(None),
            creating: RwSignal::new(false),
            editing: RwSignal::new(None),
            retaking: RwSignal::default(),
            merging: RwSignal::new(None),
            ending: RwSignal::new(None),
            relinking: RwSignal::new(None),
            extending: RwSignal::default(),
            deleting: RwSignal::default(),
            copying: RwSignal::default(),
            by_hand: RwSignal::default(),
            trouble: RwSignal::new(None),
            last: StoredValue::new(None),
        }
    }

    /// Has the part of the page around this wait for rows and counts.
    pub fn wait(self) {
        self.data.track();
        self.counts.track();
    }

    /// Loads again what is shown.
    pub fn reload(self) {
        self.version.update(|n| *n = n.wrapping_add(1));
    }

    /// The rows that are shown now.
    pub fn rows(self) -> Vec<SessionRow> {
        self.with(|d| d.page.rows.clone()).unwrap_or_default()
    }

    /// Who is on the page, in the order of the rows.
    pub fn subjects(self) -> Vec<Subject> {
        self.with(|d| d.page.rows.iter().map(Subject::from).collect())
            .unwrap_or_default()
    }

    /// How many of the page are ticked, and how many there are.
    fn ticked(self) -> (usize, usize) {
        self.with(|d| {
            let rows = &d.page.rows;
            let ticked =
                |s: &BTreeMap<CandidateId, Subject>| rows.iter().filter(|r| s.contains_key(&r.candidate_id)).count();
            (self.selected.with(ticked), rows.len())
        })
        .unwrap_or_default()
    }

    /// Whether everybody on the page is ticked, and there is somebody.
    pub fn page_selected(self) -> bool {
        let (ticked, of) = self.ticked();
        ticked > 0 && ticked == of
    }

    /// Whether some of the page are ticked, and others are not.
    pub fn page_mixed(self) -> bool {
        let (ticked, of) = self.ticked();
        ticked > 0 && ticked < of
    }

    /// Ticks or unticks somebody; with Shift held, as far as the one before.
    pub fn tick(self, candidate: CandidateId, shift: bool) {
        let page = untrack(|| self.subjects());
        let at = |id: CandidateId| page.iter().position(|one| one.candidate == id);
        let Some(here) = at(candidate) else { return };
        let from = self.last.get_value().filter(|_| shift).and_then(at).unwrap_or(here);
        self.last.set_value(Some(candidate));
        self.selected.update(|s| {
            let off = s.contains_key(&candidate);
            for one in &page[from.min(here)..=from.max(here)] {
                if off {
                    s.remove(&one.candidate);
                } else {
                    s.insert(one.candidate, one.clone());
                }
            }
        });
    }

    /// How many the present filters name, once it is known.
    pub fn total(self) -> Option<u64> {
        let status = self.query.with(|q| q.status.parse::<Status>().ok());
        self.counts.with(|c| {
            let counts = c.as_ref()?.as_ref().ok()?;
            let n = match status {
                None => counts.all,
                Some(Status::NotStarted) => counts.not_started,
                Some(Status::InProgress) => counts.in_progress,
                Some(Status::Completed) => counts.completed,
            };
            Some(n.unsigned_abs())
        })
    }

    /// What the person may do; nothing before it is known.
    pub fn may(self) -> May {
        self.with(|d| d.may).unwrap_or_default()
    }

    /// What the person may do, for what is made once.
    pub fn may_now(self) -> May {
        self.data
            .with_untracked(|d| d.as_ref().and_then(|d| d.as_ref().ok()).map(|d| d.may))
            .unwrap_or_default()
    }

    /// The columns that are not shown.
    pub fn hidden_columns(self) -> Vec<Column> {
        self.hidden
            .get()
            .or_else(|| self.with(|d| d.hidden.clone()))
            .unwrap_or_default()
    }

    /// Reads the data once it is there; what came before, where loading it again failed.
    pub fn with<T>(self, f: impl FnOnce(&ListData) -> T) -> Option<T> {
        self.data.with(|d| match d {
            None => None,
            Some(Ok(d)) => Some(f(d)),
            Some(Err(_)) => self.kept.with(|kept| {
                let (of, data) = kept.as_ref()?;
                self.query.with(|query| query == of).then(|| f(data))
            }),
        })
    }

    /// Keeps what an action answered: trouble is shown above the table.
    pub fn settle<T>(self, result: Result<T, AppError>) -> Option<T> {
        match result {
            Ok(value) => {
                self.trouble.set(None);
                Some(value)
            }
            Err(error) => {
                self.trouble.set(Some(error));
                None
            }
        }
    }
}

/// The desk around this part.
pub(super) fn use_desk() -> Desk {
    expect_context()
}
