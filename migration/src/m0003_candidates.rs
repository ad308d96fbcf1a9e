//! Candidates, sessions, turns, events, analyses, decisions and stored files.

use crate::columns::{
    bytes, flag, id, id_null, index, json_null, moment, moment_null, number, parent, small, text, text_null, unique,
    workspace_table,
};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        create_files(m).await?;
        create_candidates(m).await?;
        create_sessions(m).await?;
        create_session_lists(m).await?;
        create_turns(m).await?;
        create_results(m).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        for name in [
            "decision",
            "analysis",
            "session_event",
            "turn",
            "session",
            "candidate",
            "file",
        ] {
            m.drop_table(Table::drop().table(name).take()).await?;
        }
        Ok(())
    }
}

async fn create_files(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut file = workspace_table("file");
    file.col(bytes("sha256"))
        .col(number("size"))
        .col(text("content_type"))
        .col(text("storage_key"));
    m.create_table(file).await?;
    m.create_index(unique("file", "sha256", &["workspace_id", "sha256"]))
        .await
}

async fn create_candidates(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut candidate = workspace_table("candidate");
    candidate.col(id("interview_id")).col(text("name"));
    for name in [
        "email",
        "email_norm",
        "phone",
        "school",
        "major",
        "degree",
        "work_experience",
        "notes",
    ] {
        candidate.col(text_null(name));
    }
    candidate
        .col(ColumnDef::new("graduation_year").integer().null())
        .col(flag("email_verified"));
    // Folded name, email, phone and school: what the search box looks at.
    candidate
        .col(text("search_key"))
        .col(text("source"))
        .col(id_null("import_id"));
    candidate.col(id_null("resume_file_id")).col(text_null("resume_name"));
    candidate
        .col(small("link_version"))
        .col(text("link_key"))
        .col(bytes("link_hash"))
        .col(moment_null("link_expires_at"));
    candidate
        .col(id_null("possible_duplicate_of"))
        .col(moment_null("deleted_at"));
    candidate.foreign_key(&mut parent("candidate", "interview_id", "interview"));
    m.create_table(candidate).await?;
    m.create_index(unique("candidate", "link", &["link_hash"])).await?;
    m.create_index(index("candidate", "email", &["interview_id", "email_norm"]))
        .await?;
    m.create_index(index("candidate", "added", &["interview_id", "id"]))
        .await?;
    m.create_index(index("candidate", "deleted", &["deleted_at"])).await?;
    m.create_index(index("candidate", "import", &["import_id"])).await
}

async fn create_sessions(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut session = workspace_table("session");
    session
        .col(id("interview_id"))
        .col(id_null("candidate_id"))
        .col(id_null("version_id"));
    session
        .col(small("attempt"))
        .col(flag("counts"))
        .col(text("status"))
        .col(text_null("awaiting"))
        .col(text_null("end_reason"));
    // Where the conversation stands: the question (from 0), what exactly is asked, follow-ups spent on it.
    session
        .col(small("question_index"))
        .col(id_null("prompt_id"))
        .col(small("follow_ups"))
        .col(small("turns"));
    session.col(number("holder")).col(text("presence"));
    session
        .col(text_null("consent_version"))
        .col(text_null("consent_language"))
        .col(moment_null("consent_at"));
    // Why this attempt was granted, for attempts after the first.
    session.col(text_null("retake_reason")).col(text_null("retake_note"));
    for name in ["opened_at", "started_at", "last_seen_at", "deadline", "completed_at"] {
        session.col(moment_null(name));
    }
    session.col(number("active_ms")).col(text("analysis_state"));
    session
        .col(ColumnDef::new("score").double().null())
        .col(ColumnDef::new("score_attempt").integer().null());
    // For the list: written in the same transactions, never null (a keyset cannot step over NULL).
    session
        .col(flag("is_current"))
        .col(flag("listed"))
        .col(text("source"))
        .col(text("name_key"))
        .col(text("email_norm"));
    session
        .col(moment("added_key"))
        .col(small("score_key"))
        .col(number("duration_key"));
    session.col(moment("started_key")).col(moment("finished_key"));
    session.foreign_key(&mut parent("session", "interview_id", "interview"));
    session.foreign_key(&mut parent("session", "candidate_id", "candidate"));
    m.create_table(session).await?;
    m.create_index(unique("session", "attempt", &["candidate_id", "attempt"]))
        .await?;
    let open = unique("session", "one_open", &["candidate_id"])
        .and_where(Expr::col("status").ne("completed"))
        .to_owned();
    m.create_index(open).await?;
    m.create_index(index("session", "deadline", &["status", "deadline"]))
        .await?;
    m.create_index(index("session", "seen", &["status", "last_seen_at"]))
        .await
}

/// One index per sort of the Sessions tab. The status stands behind the sort key, so that a filter by status is
/// answered from the index too; the first one serves counts and the filter in the default order.
async fn create_session_lists(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    let status = ["interview_id", "listed", "is_current", "status", "added_key", "id"];
    m.create_index(index("session", "by_status", &status)).await?;
    // All attempts, and all interviews of a workspace: in the default order only. These begin with fewer columns on
    // purpose, so that no planner prefers them where one of an interview serves.
    let attempts = ["interview_id", "listed", "added_key", "id"];
    m.create_index(index("session", "by_attempts", &attempts)).await?;
    let workspace = ["workspace_id", "added_key", "id", "listed", "is_current"];
    m.create_index(index("session", "by_workspace", &workspace)).await?;
    let keys = [
        "added_key",
        "name_key",
        "email_norm",
        "attempt",
        "source",
        "score_key",
        "duration_key",
        "started_key",
        "finished_key",
    ];
    for key in keys {
        let columns = ["interview_id", "listed", "is_current", key, "id", "status"];
        m.create_index(index("session", &format!("by_{key}"), &columns)).await?;
    }
    Ok(())
}

async fn create_turns(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut turn = workspace_table("turn");
    turn.col(id("session_id"))
        .col(small("number"))
        .col(text("speaker"))
        .col(text("kind"));
    turn.col(id_null("question_id"))
        .col(id_null("prompt_id"))
        .col(text("text"))
        .col(text_null("client_id"));
    turn.col(flag("scripted")).col(number("pause_ms"));
    turn.foreign_key(&mut parent("turn", "session_id", "session"));
    m.create_table(turn).await?;
    m.create_index(unique("turn", "number", &["session_id", "number"]))
        .await?;
    m.create_index(unique("turn", "client", &["session_id", "client_id"]))
        .await?;

    let mut event = workspace_table("session_event");
    event
        .col(id("session_id"))
        .col(text("kind"))
        .col(text("actor"))
        .col(text_null("code"))
        .col(moment("at"));
    event.foreign_key(&mut parent("session_event", "session_id", "session"));
    m.create_table(event).await?;
    m.create_index(index("session_event", "at", &["session_id", "at", "id"]))
        .await
}

async fn create_results(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut analysis = workspace_table("analysis");
    analysis
        .col(id("session_id"))
        .col(small("run"))
        .col(text("state"))
        .col(text("engine"))
        .col(text_null("model"));
    analysis
        .col(text_null("prompt_version"))
        .col(json_null("result"))
        .col(text_null("error"));
    analysis.foreign_key(&mut parent("analysis", "session_id", "session"));
    m.create_table(analysis).await?;
    m.create_index(unique("analysis", "run", &["session_id", "run"]))
        .await?;

    let mut decision = workspace_table("decision");
    decision
        .col(id("session_id"))
        .col(text("verdict"))
        .col(text("reason"))
        .col(text("actor"));
    decision.foreign_key(&mut parent("decision", "session_id", "session"));
    m.create_table(decision).await?;
    m.create_index(index("decision", "session", &["session_id", "created_at", "id"]))
        .await
}
