//! Eleven candidates, and the lists that they stand in.

use crate::common::{TestBed, token};
use parley_domain::{
    candidate::{CandidateInput, Source},
    id::{CandidateId, InterviewId},
    paging::PageRequest,
    session::{RetakeReason, SessionFilter, SessionOrder, SessionPage, SessionRow},
    time::MINUTE,
};
use parley_services::{
    candidates::{self, OnDuplicate},
    conversation::{self, StartInput},
    entity,
    sessions::{self, RetakeInput},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, sea_query::Expr};

pub fn order(text: &str) -> SessionOrder {
    text.parse().unwrap()
}

pub async fn page(
    bed: &TestBed,
    of: InterviewId,
    filter: &SessionFilter,
    sort: &str,
    cursor: Option<String>,
) -> SessionPage {
    let request = PageRequest { limit: Some(4), cursor };
    sessions::list(&bed.s, &bed.owner, Some(of), filter, order(sort), &request)
        .await
        .unwrap()
}

pub fn names(page: &SessionPage) -> Vec<String> {
    page.rows.iter().map(|r| r.name.clone()).collect()
}

/// Eleven candidates: every third started, two of them done, scores and names with repetitions.
pub async fn people(bed: &TestBed) -> InterviewId {
    let interview = bed.interview(2, |_| {}).await;
    let all = [
        "Zoë",
        "ana",
        "Ana",
        "Łukasz",
        "王小明",
        "Bo",
        "Bo",
        "Émile",
        "d",
        "50% off_er",
        "Omar",
    ];
    let sources = [Source::Invited, Source::Api, Source::Imported];
    for (n, name) in all.into_iter().enumerate() {
        let input = CandidateInput {
            name: name.into(),
            email: (n % 2 == 0).then(|| format!("p{n}@example.org")),
            school: Some(format!("School {}", n / 4)),
            ..Default::default()
        };
        let source = sources[n % 3];
        let c = candidates::create(&bed.s, &bed.owner, interview, input, source, OnDuplicate::Refuse)
            .await
            .unwrap();
        if n % 3 == 0 {
            let start = StartInput {
                consent: true,
                language: "en".into(),
                ..Default::default()
            };
            conversation::start(&bed.s, &token(&c), start).await.unwrap();
        }
        if n % 6 == 0 {
            bed.clock.advance(MINUTE);
            sessions::end(&bed.s, &bed.owner, c.session.id).await.unwrap();
            let key = i32::try_from(n).unwrap() * 10;
            entity::session::Entity::update_many()
                .col_expr(entity::session::Column::ScoreKey, Expr::value(key))
                .filter(entity::session::Column::Id.eq(c.session.id.0))
                .exec(bed.s.db.read())
                .await
                .unwrap();
        }
        bed.clock.advance(1_000);
    }
    interview
}

/// All rows of a list of few.
pub async fn found(bed: &TestBed, of: Option<InterviewId>, filter: &SessionFilter, sort: &str) -> Vec<SessionRow> {
    let request = PageRequest::default();
    sessions::list(&bed.s, &bed.owner, of, filter, order(sort), &request)
        .await
        .unwrap()
        .rows
}

pub async fn retaken(bed: &TestBed, candidate: CandidateId) {
    let input = RetakeInput {
        reason: RetakeReason::Requested,
        note: String::new(),
    };
    sessions::retake(&bed.s, &bed.owner, candidate, input).await.unwrap();
}

/// Gives PostgreSQL's planner something to plan for: on a table of eleven rows it reads everything and sorts, and is
/// right.
pub async fn fill_up(conn: &impl ConnectionTrait) {
    let columns = "workspace_id, interview_id, candidate_id, version_id, attempt, counts, status, awaiting, end_reason, \
        question_index, prompt_id, follow_ups, turns, holder, presence, opened_at, started_at, last_seen_at, deadline, \
        completed_at, active_ms, analysis_state, score, score_attempt, is_current, listed, source, name_key, email_norm, \
        added_key, score_key, duration_key, started_key, finished_key, created_at, updated_at";
    let copied = columns
        .replace("candidate_id", "NULL::uuid")
        .replace("name_key", "name_key || n")
        .replace("email_norm", "email_norm || n")
        .replace("added_key", "added_key + n")
        .replace("duration_key", "duration_key + n")
        .replace("started_key", "started_key + n")
        .replace("finished_key", "finished_key + n")
        .replace("score_key", "n % 100");
    conn.execute_unprepared(&format!(
        "INSERT INTO session (id, {columns}) SELECT gen_random_uuid(), {copied} FROM session, generate_series(1, 3000) n"
    ))
    .await
    .unwrap();
    conn.execute_unprepared("ANALYZE session").await.unwrap();
}
