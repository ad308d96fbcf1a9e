//! What the Results tab and the dashboard add up: scores per criterion and question as rows, the newest decision on the
//! session that lists show, and the indexes from which both are counted.

use crate::columns::{flag, id, index, parent, small};
use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        create_score_parts(m).await?;
        let verdict = ColumnDef::new("verdict").text().null().to_owned();
        m.alter_table(Table::alter().table("session").add_column(verdict).take())
            .await?;
        m.get_connection().execute_unprepared(VERDICTS).await?;
        m.get_connection()
            .execute_unprepared(match m.get_database_backend() {
                DbBackend::Sqlite => PARTS_SQLITE,
                _ => PARTS_POSTGRES,
            })
            .await?;
        // Partial ones, small and of no temptation to a planner that sorts a list.
        let by_opened = ["interview_id", "listed", "is_current", "started_key", "opened_at", "id"];
        let opened = index("session", "opened", &by_opened)
            .and_where(Expr::col("opened_at").is_not_null())
            .to_owned();
        m.create_index(opened).await?;
        let by_verdict = [
            "interview_id",
            "listed",
            "is_current",
            "verdict",
            "status",
            "attempt",
            "id",
        ];
        let verdicts = index("session", "verdict", &by_verdict)
            .and_where(Expr::col("verdict").is_not_null())
            .to_owned();
        m.create_index(verdicts).await?;
        let finished = index("session", "ws_finished", &["workspace_id", "finished_key", "id"])
            .and_where(Expr::col("finished_key").gt(0))
            .to_owned();
        m.create_index(finished).await?;
        // Counts over all interviews of a workspace, and its list filtered by status.
        let by_status = ["workspace_id", "listed", "is_current", "status", "added_key", "id"];
        m.create_index(index("session", "ws_status", &by_status)).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        for name in [
            "session_ws_status",
            "session_ws_finished",
            "session_verdict",
            "session_opened",
        ] {
            m.drop_index(Index::drop().name(name).table("session").to_owned())
                .await?;
        }
        m.alter_table(Table::alter().table("session").drop_column("verdict").take())
            .await?;
        m.drop_table(Table::drop().table("score_part").take()).await
    }
}

/// No id of its own and no times: a row is made and goes with the analysis of its session, and there are several per
/// session.
async fn create_score_parts(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut part = Table::create().table("score_part").to_owned();
    part.col(id("workspace_id"))
        .col(id("session_id"))
        .col(id("part_id"))
        .col(id("interview_id"))
        .col(small("score_key"))
        .col(flag("counted"))
        .primary_key(Index::create().col("session_id").col("part_id"));
    part.foreign_key(&mut parent("score_part", "session_id", "session"));
    m.create_table(part).await?;
    let sums = ["interview_id", "counted", "part_id", "score_key"];
    m.create_index(index("score_part", "sums", &sums)).await
}

/// The newest decision about a candidate, on their current attempt.
const VERDICTS: &str = "UPDATE session SET verdict = (SELECT d.verdict FROM decision d \
     JOIN session o ON o.id = d.session_id \
     WHERE o.candidate_id = session.candidate_id ORDER BY d.created_at DESC, d.id DESC LIMIT 1) \
   WHERE is_current AND candidate_id IN \
     (SELECT o.candidate_id FROM decision d JOIN session o ON o.id = d.session_id)";

/// Scores of the newest ready analysis of each session; those of the attempt that counts are counted.
const PARTS_SQLITE: &str = "INSERT INTO score_part (workspace_id, session_id, part_id, interview_id, score_key, counted) \
   SELECT s.workspace_id, s.id, unhex(replace(json_extract(p.value, '$.id'), '-', '')), s.interview_id, \
     CAST(round(json_extract(p.value, '$.score') * 10) AS INTEGER), \
     s.listed AND EXISTS (SELECT 1 FROM session c WHERE c.candidate_id = s.candidate_id AND c.is_current \
       AND c.score_attempt = s.attempt) \
   FROM analysis a JOIN session s ON s.id = a.session_id \
     JOIN json_each(json_array(json_extract(a.result, '$.criteria'), json_extract(a.result, '$.questions'))) l \
     JOIN json_each(l.value) p \
   WHERE s.candidate_id IS NOT NULL AND json_extract(p.value, '$.score') IS NOT NULL AND a.state = 'ready' \
     AND a.run = (SELECT max(n.run) FROM analysis n WHERE n.session_id = a.session_id AND n.state = 'ready')";

const PARTS_POSTGRES: &str = "INSERT INTO score_part (workspace_id, session_id, part_id, interview_id, score_key, counted) \
   SELECT s.workspace_id, s.id, (p.value->>'id')::uuid, s.interview_id, \
     round((p.value->>'score')::numeric * 10)::int, \
     s.listed AND EXISTS (SELECT 1 FROM session c WHERE c.candidate_id = s.candidate_id AND c.is_current \
       AND c.score_attempt = s.attempt) \
   FROM analysis a JOIN session s ON s.id = a.session_id \
     CROSS JOIN LATERAL jsonb_array_elements((a.result->'criteria') || (a.result->'questions')) p \
   WHERE s.candidate_id IS NOT NULL AND p.value->>'score' IS NOT NULL AND a.state = 'ready' \
     AND a.run = (SELECT max(n.run) FROM analysis n WHERE n.session_id = a.session_id AND n.state = 'ready')";
