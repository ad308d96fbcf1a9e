//! Sessions: their life (who may change a status, and how) and what creators read of them.

mod ask;
mod compare;
mod convert;
mod cursor;
mod export;
mod lifecycle;
mod list;
mod query;
mod queue;
mod report;
mod retake;
mod score;
mod select;
mod sheet;
mod sweep;

pub use ask::{Asked, ask, decline, grant};
pub(crate) use ask::{own_retakes_left, waiting as waiting_request};
pub use compare::{comparison, mark_counts};
pub use convert::to_session;
pub(crate) use convert::{to_turn, with_total, word};
pub use export::{ExportFile, ExportFormat, export};
pub use lifecycle::end;
pub(crate) use lifecycle::{
    change_status, clock_of, event, keep_clock, lock, new_session, rules_of, store_clock, tell, tell_what_came_of,
};
#[doc(hidden)]
pub use list::plan;
pub(crate) use list::question_totals;
pub use list::{completed_last, counts, earlier, list, neighbours};
pub use query::Scope;
pub(crate) use query::pattern as search_pattern;
pub use queue::{decided, decided_page, request, requests, requests_page, waiting};
pub(crate) use report::find as find_session;
pub use report::{Report, actor_names, decide, decision, events, get, of_candidate, report, transcript};
pub use retake::{NotRetaken, RetakeInput, Retaken, retake, retake_many};
pub use score::mark_score;
pub(crate) use score::score_key;
#[doc(hidden)]
pub use select::still_plan;
pub use select::{Selected, select, still};
pub(crate) use sweep::end_archived;
#[doc(hidden)]
pub use sweep::sweep_plans;
pub use sweep::{run as run_sweeper, run_turns, sweep};
