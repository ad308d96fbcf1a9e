//! Results of an interview over all its candidates.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where something is not as it should be"
)]

mod common;

use common::{TestBed, token};
use parley_domain::{
    account::Role,
    candidate::Candidate,
    clock::Presence,
    conversation::CandidateView,
    id::{CriterionId, InterviewId},
    interview::Criterion,
    results::{Decisions, Funnel, InterviewResults},
    session::{RetakeReason, SessionFilter, Verdict},
    time::MINUTE,
};
use parley_migration::{Migrator, MigratorTrait};
use parley_services::{
    analysis, candidates, conversation,
    conversation::{AnswerInput, StartInput},
    demo, entity,
    error::ServiceError,
    interviews, jobs, results, sessions,
    sessions::RetakeInput,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Statement};
use serde_json::json;
use std::collections::HashMap;
use uuid::Uuid;

on_both_databases!(
    nobody_there_is_no_error,
    each_candidate_counts_once_with_the_attempt_that_counts,
    what_was_asked_before_is_named,
    deleted_candidates_leave_and_come_back,
    who_may_read,
    they_agree_with_a_second_way_of_counting,
    the_migration_adds_up_what_was_there,
    they_are_counted_from_indexes,
);

const GOOD: &str = "I was roasting coffee beans and cleaning the machine every day, and I showed it to others.";

async fn cafe(bed: &TestBed) -> InterviewId {
    bed.interview(2, |i| {
        i.criteria = vec![Criterion {
            id: CriterionId(Uuid::from_u128(77)),
            name: "Coffee".into(),
            description: "roasting coffee beans".into(),
            weight: 2.0,
        }];
        for question in &mut i.questions {
            question.expected_points = vec!["roasting coffee beans".into(), "cleaning the machine".into()];
        }
    })
    .await
}

async fn start(bed: &TestBed, token: &str) -> CandidateView {
    let input = StartInput {
        consent: true,
        ..Default::default()
    };
    conversation::start(&bed.s, token, input).await.unwrap()
}

/// Takes the current attempt with this answer to every question, and has it analysed.
async fn attempt(bed: &TestBed, of: &Candidate, answer: &str) {
    let token = token(of);
    let mut view = start(bed, &token).await;
    bed.clock.advance(MINUTE / 2);
    while let Some(question) = &view.question {
        let input = AnswerInput {
            client_id: format!("c{}", view.turns.len()),
            question: question.id,
            text: Some(answer.to_owned()),
            choices: Vec::new(),
            lease: Some(view.lease),
            presence: Presence::Live,
        };
        view = conversation::answer(&bed.s, &token, input).await.unwrap();
    }
    conversation::finish(&bed.s, &token).await.unwrap();
    jobs::run_due(&bed.s).await.unwrap();
}

async fn read(bed: &TestBed, id: InterviewId) -> InterviewResults {
    results::of_interview(&bed.s, &bed.owner, id).await.unwrap()
}

async fn retake(bed: &TestBed, of: &Candidate) {
    let input = RetakeInput {
        reason: RetakeReason::Requested,
        note: String::new(),
    };
    sessions::retake(&bed.s, &bed.owner, of.id, input).await.unwrap();
}

async fn session_of(bed: &TestBed, of: &Candidate, attempt: i32) -> parley_domain::session::Session {
    let all = sessions::of_candidate(&bed.s, &bed.owner, of.id).await.unwrap();
    all.into_iter().find(|s| s.attempt == attempt).unwrap()
}

async fn nobody_there_is_no_error(bed: TestBed) {
    let interview = cafe(&bed).await;
    let r = read(&bed, interview).await;
    assert_eq!(r.funnel, Funnel::default());
    assert_eq!((r.scores.count, r.scores.mean, r.scores.bands.len()), (0, None, 10));
    assert_eq!(r.median_seconds, None);
    // What is asked is named, with or without scores.
    assert_eq!(r.criteria.len(), 1);
    assert!(
        r.questions
            .iter()
            .all(|q| q.count == 0 && q.mean.is_none() && q.current)
    );
    assert_eq!(r.questions.len(), 2);
    assert_eq!(r.decisions, Decisions::default());
}

async fn each_candidate_counts_once_with_the_attempt_that_counts(bed: TestBed) {
    let interview = cafe(&bed).await;
    let mut all = Vec::new();
    for name in ["Ana", "Bo", "Cy", "Di"] {
        all.push(bed.candidate(interview, name, None).await);
    }
    let [ana, bo, cy, _di] = all.as_slice() else { panic!() };
    attempt(&bed, ana, GOOD).await;
    attempt(&bed, bo, "No.").await;
    start(&bed, &token(cy)).await;

    let r = read(&bed, interview).await;
    let funnel = |opened, started, completed, scored| Funnel {
        added: 4,
        opened,
        started,
        completed,
        scored,
    };
    assert_eq!(r.funnel, funnel(3, 3, 2, 2));
    let (a, b) = (session_of(&bed, ana, 1).await, session_of(&bed, bo, 1).await);
    let (a, b) = (a.score.unwrap(), b.score.unwrap());
    assert!(a > b);
    assert_eq!(r.scores.mean, Some(((a + b) * 5.0).round() / 10.0));
    assert_eq!(r.scores.bands.iter().map(|band| band.count).sum::<i64>(), 2);
    assert_eq!(r.criteria[0].count, 2);
    assert!(r.questions.iter().all(|q| q.count == 2), "{:?}", r.questions);
    assert_eq!(r.median_seconds, Some(30));
    assert_eq!(r.decisions.open, 2);

    // A retake in progress: still completed, still the score of attempt 1.
    retake(&bed, ana).await;
    assert_eq!(read(&bed, interview).await.scores, r.scores);
    let again = read(&bed, interview).await;
    assert_eq!((again.funnel, again.decisions.open), (funnel(3, 3, 2, 2), 2));
    assert_eq!(again.criteria[0].count, 2);
    // The retake is worse; being the newest it counts, in every figure alike.
    attempt(&bed, ana, "No.").await;
    let worse = read(&bed, interview).await;
    assert_eq!(worse.funnel, funnel(3, 3, 2, 2));
    assert_eq!(worse.scores.mean, Some(b));
    assert_eq!((worse.criteria[0].count, worse.questions[0].count), (2, 2));
    assert!(worse.questions[0].mean < r.questions[0].mean);
    // Until attempt 1 is marked as the one that counts.
    let first = session_of(&bed, ana, 1).await.id;
    sessions::mark_counts(&bed.s, &bed.owner, first).await.unwrap();
    let marked = read(&bed, interview).await;
    assert_eq!((&marked.scores, &marked.questions), (&r.scores, &r.questions));
    // Run again: the same scores, not twice as many.
    analysis::run_again(&bed.s, &bed.owner, first, None).await.unwrap();
    jobs::run_due(&bed.s).await.unwrap();
    assert_eq!(read(&bed, interview).await.questions, r.questions);

    // Decisions: the newest about a person holds, whichever attempt it is about.
    let decide = async |id, verdict| {
        sessions::decide(&bed.s, &bed.owner, id, verdict, "").await.unwrap();
    };
    decide(first, Verdict::Decline).await;
    decide(session_of(&bed, ana, 2).await.id, Verdict::Advance).await;
    decide(session_of(&bed, cy, 1).await.id, Verdict::Hold).await;
    let expected = Decisions {
        advance: 1,
        hold: 1,
        decline: 0,
        // Bo; Cy is decided about and has not completed.
        open: 1,
    };
    assert_eq!(read(&bed, interview).await.decisions, expected);
    // A further attempt keeps what was decided.
    retake(&bed, ana).await;
    assert_eq!(read(&bed, interview).await.decisions, expected);
}

async fn what_was_asked_before_is_named(bed: TestBed) {
    let interview = cafe(&bed).await;
    let ana = bed.candidate(interview, "Ana", None).await;
    attempt(&bed, &ana, GOOD).await;
    let before = read(&bed, interview).await;
    // One question goes, one is worded anew, one is new; the criterion goes.
    let present = interviews::get(&bed.s, &bed.owner, interview).await.unwrap();
    let mut kept = serde_json::to_value(&present.content.questions[1]).unwrap();
    kept["text"] = json!("Number two, worded anew?");
    let change = json!({"questions": [{"text": "A new one?"}, kept], "criteria": []});
    interviews::patch(&bed.s, &bed.owner, interview, &change, None)
        .await
        .unwrap();
    let r = read(&bed, interview).await;
    let seen: Vec<_> = r
        .questions
        .iter()
        .map(|q| (q.text.as_str(), q.current, q.count))
        .collect();
    assert_eq!(
        seen,
        [
            ("A new one?", true, 0),
            ("Number two, worded anew?", true, 1),
            ("Question number 1?", false, 1)
        ]
    );
    assert_eq!(r.questions[2].mean, before.questions[0].mean);
    assert_eq!((r.criteria.len(), r.criteria[0].current), (1, false));
    assert_eq!(r.criteria[0].name, "Coffee");
}

async fn deleted_candidates_leave_and_come_back(bed: TestBed) {
    let interview = cafe(&bed).await;
    let ana = bed.candidate(interview, "Ana", None).await;
    let bo = bed.candidate(interview, "Bo", None).await;
    attempt(&bed, &ana, GOOD).await;
    attempt(&bed, &bo, "No.").await;
    retake(&bed, &ana).await;
    sessions::decide(
        &bed.s,
        &bed.owner,
        session_of(&bed, &ana, 1).await.id,
        Verdict::Advance,
        "",
    )
    .await
    .unwrap();
    let before = read(&bed, interview).await;
    candidates::delete(&bed.s, &bed.owner, &[ana.id]).await.unwrap();
    let without = read(&bed, interview).await;
    assert_eq!((without.funnel.added, without.funnel.scored), (1, 1));
    assert_eq!((without.questions[0].count, without.criteria[0].count), (1, 1));
    assert_eq!((without.decisions.advance, without.decisions.open), (0, 1));
    candidates::restore(&bed.s, &bed.owner, &[ana.id]).await.unwrap();
    assert_eq!(read(&bed, interview).await, before);
    // Gone for good: with all their scores.
    candidates::delete(&bed.s, &bed.owner, &[ana.id]).await.unwrap();
    candidates::erase(&bed.s, &bed.owner, &[ana.id]).await.unwrap();
    assert_eq!(read(&bed, interview).await, without);
    let left = entity::score_part::Entity::find().all(bed.s.db.read()).await.unwrap();
    assert!(left.iter().all(|p| p.counted) && left.len() == 3, "{left:?}");
}

async fn who_may_read(bed: TestBed) {
    let interview = cafe(&bed).await;
    results::of_interview(&bed.s, &bed.member(Role::Viewer), interview)
        .await
        .unwrap();
    let stranger = bed.stranger().await;
    let foreign = results::of_interview(&bed.s, &stranger, interview).await;
    assert!(matches!(foreign, Err(ServiceError::NotFound)));
    let unknown = results::of_interview(&bed.s, &bed.owner, InterviewId(Uuid::from_u128(5))).await;
    assert!(matches!(unknown, Err(ServiceError::NotFound)));
}

/// Every figure of every interview of an invented workspace, counted once more from the sessions and analyses themselves.
async fn they_agree_with_a_second_way_of_counting(bed: TestBed) {
    let made = demo::fill(&bed.s, 300, |_| {}).await.unwrap();
    let user = entity::user::Entity::find()
        .filter(entity::user::Column::EmailNorm.eq(demo::EMAIL))
        .one(bed.s.db.read())
        .await
        .unwrap()
        .unwrap();
    let actor = parley_services::accounts::actor(&bed.s, user.id.into(), &made.slug)
        .await
        .unwrap();
    let list = interviews::list(&bed.s, &actor, Default::default(), &Default::default())
        .await
        .unwrap();
    let mut retaken = 0;
    for interview in list.items {
        let r = results::of_interview(&bed.s, &actor, interview.id).await.unwrap();
        let mut people: HashMap<Uuid, Vec<entity::session::Model>> = HashMap::new();
        let rows = entity::session::Entity::find()
            .filter(entity::session::Column::InterviewId.eq(interview.id.0))
            .all(bed.s.db.read())
            .await
            .unwrap();
        for row in rows {
            people.entry(row.candidate_id.unwrap()).or_default().push(row);
        }
        let mut funnel = Funnel::default();
        let mut overall = Vec::new();
        let mut parts: HashMap<Uuid, Vec<f64>> = HashMap::new();
        let mut verdicts: HashMap<String, i64> = HashMap::new();
        for attempts in people.values_mut() {
            attempts.sort_by_key(|a| -a.attempt);
            retaken += usize::from(attempts.len() > 1);
            funnel.added += 1;
            funnel.opened += i64::from(attempts.iter().any(|a| a.opened_at.is_some() || a.started_at.is_some()));
            funnel.started += i64::from(attempts.iter().any(|a| a.started_at.is_some()));
            let done = attempts.iter().find(|a| a.status == "completed");
            funnel.completed += i64::from(done.is_some());
            if let Some(done) = done {
                overall.extend(done.score);
                let said = analysis::get(&bed.s, &actor, done.id.into()).await.unwrap().result;
                let criteria = said.criteria.iter().filter_map(|c| Some((c.id.0, c.score?)));
                let questions = said.questions.iter().filter_map(|q| Some((q.id.0, q.score?)));
                for (id, score) in criteria.chain(questions) {
                    parts.entry(id).or_default().push(score);
                }
            }
            for attempt in attempts.iter() {
                if let Some(d) = sessions::decision(&bed.s, &actor, attempt.id.into()).await.unwrap() {
                    *verdicts.entry(d.verdict.as_str().to_owned()).or_default() += 1;
                }
            }
        }
        funnel.scored = overall.len() as i64;
        assert_eq!(r.funnel, funnel, "{}", interview.content.title);
        let near = |mean: Option<f64>, of: &[f64]| {
            let expected = (!of.is_empty()).then(|| of.iter().sum::<f64>() / of.len() as f64);
            match (mean, expected) {
                (Some(a), Some(b)) => assert!((a - b).abs() <= 0.051, "{a} {b}"),
                (a, b) => assert_eq!(a, b),
            }
        };
        near(r.scores.mean, &overall);
        for (id, count, mean) in (r.criteria.iter().map(|c| (c.id.0, c.count, c.mean)))
            .chain(r.questions.iter().map(|q| (q.id.0, q.count, q.mean)))
        {
            let scores = parts.remove(&id).unwrap_or_default();
            assert_eq!(count, scores.len() as i64);
            near(mean, &scores);
        }
        assert!(parts.is_empty(), "scored and not shown: {parts:?}");
        let verdict = |word: &str| verdicts.get(word).copied().unwrap_or(0);
        let d = r.decisions;
        assert_eq!(
            (d.advance, d.hold, d.decline),
            (verdict("advance"), verdict("hold"), verdict("decline"))
        );
        assert_eq!(d.open, funnel.completed - verdicts.values().sum::<i64>());
        let all = SessionFilter::default();
        let counts = sessions::counts(&bed.s, &actor, Some(interview.id), &all)
            .await
            .unwrap();
        assert_eq!(counts.all, funnel.added);
    }
    assert!(retaken > 2, "the invented people have {retaken} retakes");
}

/// What an installation of before has: the same figures after the migration as the use-cases would have written.
async fn the_migration_adds_up_what_was_there(bed: TestBed) {
    let made = demo::fill(&bed.s, 120, |_| {}).await.unwrap();
    assert_eq!(made.candidates, 120);
    let parts = async || {
        let mut all = entity::score_part::Entity::find().all(bed.s.db.read()).await.unwrap();
        all.sort_by_key(|p| (p.session_id, p.part_id));
        all
    };
    let verdicts = async || {
        let mut all: Vec<_> = entity::session::Entity::find()
            .filter(entity::session::Column::Verdict.is_not_null())
            .all(bed.s.db.read())
            .await
            .unwrap()
            .into_iter()
            .map(|s| (s.id, s.verdict))
            .collect();
        all.sort_by_key(|(id, _)| *id);
        all
    };
    let (before, decided) = (parts().await, verdicts().await);
    assert!(
        before.len() > 100 && decided.len() > 5,
        "{} {}",
        before.len(),
        decided.len()
    );
    Migrator::refresh_last(&bed).await;
    assert_eq!(parts().await, before);
    assert_eq!(verdicts().await, decided);
}

/// Takes this migration back and runs it again, with whatever came after it.
trait RefreshLast {
    async fn refresh_last(bed: &TestBed);
}

impl RefreshLast for Migrator {
    async fn refresh_last(bed: &TestBed) {
        let names: Vec<_> = Migrator::migrations().iter().map(|m| m.name().to_owned()).collect();
        let at = names.iter().position(|n| n.contains("m0016")).unwrap();
        let steps = u32::try_from(names.len() - at).unwrap();
        Migrator::down(bed.s.db.read(), Some(steps)).await.unwrap();
        Migrator::up(bed.s.db.read(), None).await.unwrap();
    }
}

/// No figure of SQLite reads the rows of sessions, apart from those at a further attempt.
async fn they_are_counted_from_indexes(bed: TestBed) {
    if !bed.s.db.is_sqlite() {
        // PostgreSQL decides by the size of the tables; it has the same indexes.
        return;
    }
    let current = r#"FROM session WHERE interview_id = ?1 AND listed = TRUE AND is_current = TRUE"#;
    let asked = [
        format!("SELECT score_key, COUNT(id) {current} GROUP BY score_key"),
        format!("SELECT COUNT(id) {current} AND opened_at IS NOT NULL AND started_key = 0"),
        format!("SELECT COUNT(id) {current} AND started_key > 0"),
        format!("SELECT COUNT(id) {current} AND status = 'completed'"),
        format!("SELECT duration_key {current} AND +status = 'completed' ORDER BY duration_key LIMIT 1 OFFSET 5"),
        format!("SELECT verdict, COUNT(id) {current} AND verdict IS NOT NULL GROUP BY verdict"),
        "SELECT part_id, score_key, COUNT(*) FROM score_part WHERE interview_id = ?1 AND counted = TRUE \
         GROUP BY part_id, score_key"
            .to_owned(),
    ];
    for sql in asked {
        let conn = bed.s.db.read();
        let statement = Statement::from_sql_and_values(
            conn.get_database_backend(),
            format!("EXPLAIN QUERY PLAN {sql}"),
            [Uuid::nil().into()],
        );
        let rows = conn.query_all_raw(statement).await.unwrap();
        let plan: Vec<String> = rows.iter().map(|r| r.try_get("", "detail").unwrap()).collect();
        let plan = plan.join("\n");
        assert!(
            plan.contains("COVERING INDEX") && !plan.contains("B-TREE"),
            "{sql}\n{plan}"
        );
    }
}
