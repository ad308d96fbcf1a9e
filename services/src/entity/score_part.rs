//! Scores of one session per criterion and question, as rows that can be added up.

use sea_orm::entity::prelude::*;

/// A row of `score_part`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "score_part")]
pub struct Model {
    /// The workspace it belongs to.
    pub workspace_id: Uuid,
    /// The session.
    #[sea_orm(primary_key, auto_increment = false)]
    pub session_id: Uuid,
    /// The criterion or the question: ids tell them apart.
    #[sea_orm(primary_key, auto_increment = false)]
    pub part_id: Uuid,
    /// The interview.
    pub interview_id: Uuid,
    /// Ten times the score.
    pub score_key: i32,
    /// Whether its session is the attempt that counts, of a candidate who is not deleted.
    pub counted: bool,
}

impl ActiveModelBehavior for ActiveModel {}
