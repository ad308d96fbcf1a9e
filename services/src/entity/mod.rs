//! SeaORM entities, one file a table. Plain rows: rules live in the services.

pub mod ai_call;
pub mod ai_setting;
pub mod analysis;
pub mod analysis_batch;
pub mod api_key;
pub mod audit;
pub mod candidate;
pub mod decision;
pub mod file;
pub mod idempotency_key;
pub mod import;
pub mod import_mapping;
pub mod import_row;
pub mod interview;
pub mod interview_version;
pub mod job;
pub mod key_canary;
pub mod login_session;
pub mod membership;
pub mod public_link;
pub mod retake_request;
pub mod session;
pub mod session_event;
pub mod turn;
pub mod user;
pub mod workspace;
