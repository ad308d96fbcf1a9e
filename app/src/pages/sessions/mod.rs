//! The Sessions tab and what hangs on it: adding and editing candidates, Recently deleted, the report.

mod actions;
mod address;
mod analyse_all;
mod bulk;
mod columns;
mod compare;
mod create;
mod deleted;
mod desk;
mod earlier;
mod fields;
mod fill;
mod filters;
mod merge;
mod queue;
mod report;
mod retake;
mod row;
mod selection;
mod tab;
mod table;
mod when;

pub use address::{compare_href, deleted_href, queue_href, report_href, sessions_href};
pub use analyse_all::AnalyseAll;
pub use compare::ComparePage;
pub use deleted::DeletedPage;
pub use queue::RetakeQueuePage;
pub use report::ReportPage;
pub use tab::{AllSessionsPage, SessionsTab};
