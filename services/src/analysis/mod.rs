//! Analyses of completed sessions.

pub mod terms;

use crate::{Services, entity::session, error::Result};
use parley_domain::session::AnalysisState;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ConnectionTrait, IntoActiveModel};

/// Queues the analysis of a session that was just completed, in the same transaction.
pub(crate) async fn queue(tx: &impl ConnectionTrait, _s: &Services, row: session::Model) -> Result<session::Model> {
    let mut change = row.into_active_model();
    change.analysis_state = Set(AnalysisState::Queued.as_str().to_owned());
    Ok(change.update(tx).await?)
}
