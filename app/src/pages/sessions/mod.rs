//! The Sessions tab and what hangs on it: adding and editing candidates, Recently deleted, the report.

mod actions;
mod address;
mod analyse_all;
mod columns;
mod create;
mod deleted;
mod desk;
mod fields;
mod filters;
mod live;
mod report;
mod row;
mod selection;
mod tab;
mod table;
mod when;

pub use address::{deleted_href, report_href, sessions_href};
pub use analyse_all::AnalyseAll;
pub use deleted::DeletedPage;
pub use report::ReportPage;
pub use tab::{AllSessionsPage, SessionsTab};
