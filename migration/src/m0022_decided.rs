//! What was decided about candidates, by which lists are filtered: the sessions that carry a decision by what it is, in the
//! order of adding, for an interview and for a whole workspace. Looked for in the order of a list, a rare one took a look at
//! every session. Few carry one, and nobody else stands in these indexes: who adds candidates writes none of them.

use crate::columns::index;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// The index of before, from which the Results tab counted; it counts from the first of the new ones.
const FORMER: (&str, &[&str]) = (
    "verdict",
    &[
        "interview_id",
        "listed",
        "is_current",
        "verdict",
        "status",
        "attempt",
        "id",
    ],
);

/// The attempt that stands for its candidate is said behind the order: SQLite is led here by hiding that column from its
/// planner, to which every index that begins with it looks as good.
const INDEXES: [(&str, &[&str]); 2] = [
    (
        "by_verdict",
        &[
            "interview_id",
            "listed",
            "verdict",
            "added_key",
            "id",
            "is_current",
            "status",
            "attempt",
        ],
    ),
    (
        "ws_verdict",
        &[
            "workspace_id",
            "listed",
            "verdict",
            "added_key",
            "id",
            "is_current",
            "status",
        ],
    ),
];

fn of_decided(name: &str, columns: &[&'static str]) -> IndexCreateStatement {
    index("session", name, columns)
        .and_where(Expr::col("verdict").is_not_null())
        .to_owned()
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        drop_index(m, FORMER.0).await?;
        for (name, columns) in INDEXES {
            m.create_index(of_decided(name, columns)).await?;
        }
        Ok(())
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        for (name, _) in INDEXES {
            drop_index(m, name).await?;
        }
        m.create_index(of_decided(FORMER.0, FORMER.1)).await
    }
}

async fn drop_index(m: &SchemaManager<'_>, name: &str) -> Result<(), DbErr> {
    m.drop_index(
        Index::drop()
            .name(format!("session_{name}"))
            .table("session")
            .to_owned(),
    )
    .await
}
