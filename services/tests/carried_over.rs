//! What goes along when another attempt becomes the current one, or the attempts of two entries become those of one person:
//! scores, decisions, numbers; and which attempts all go along when they are analysed once more.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where something is not as it should be"
)]

mod common;

use common::{TestBed, token};
use parley_domain::{
    analysis::{BatchState, Engine},
    candidate::{Candidate, CandidateInput, Source},
    clock::Presence,
    conversation::CandidateView,
    id::{InterviewId, SessionId},
    link::LinkState,
    paging::PageRequest,
    session::{AnalysisState, RetakeReason, SessionFilter, SessionOrder, SessionRow, Status, Verdict},
    time::DAY,
};
use parley_services::{
    analysis,
    candidates::{self, OnDuplicate},
    conversation::{self, AnswerInput, StartInput},
    entity, jobs,
    sessions::{self, RetakeInput},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

on_both_databases!(
    an_earlier_attempt_shows_its_own_score,
    attempts_are_compared_while_one_is_analysed_again,
    a_decision_survives_the_attempt_that_nobody_started,
    who_goes_on_after_a_merge_is_told_the_new_number,
    an_attempt_that_waits_can_be_taken_after_a_merge,
    what_is_decided_last_holds_whichever_attempt_it_is_about,
    who_completes_meanwhile_is_not_analysed_twice,
);

async fn interview(bed: &TestBed) -> InterviewId {
    let points = |i: &mut parley_domain::interview::InterviewInput| {
        i.questions[0].expected_points = vec!["roasting coffee beans".into()];
    };
    bed.interview(1, points).await
}

async fn start(bed: &TestBed, of: &Candidate) -> CandidateView {
    bed.clock.advance(1_000);
    let input = StartInput {
        consent: true,
        ..Default::default()
    };
    conversation::start(&bed.s, &token(of), input).await.unwrap()
}

async fn answer(bed: &TestBed, of: &Candidate, view: &CandidateView, text: &str) -> CandidateView {
    let input = AnswerInput {
        client_id: "c".into(),
        question: view.question.as_ref().unwrap().id,
        text: Some(text.to_owned()),
        choices: Vec::new(),
        lease: Some(view.lease),
        presence: Presence::Live,
    };
    conversation::answer(&bed.s, &token(of), input).await.unwrap()
}

/// Takes the current attempt and has it analysed.
async fn attempt(bed: &TestBed, of: &Candidate, text: &str) {
    let view = start(bed, of).await;
    answer(bed, of, &view, text).await;
    conversation::finish(&bed.s, &token(of)).await.unwrap();
    jobs::run_due(&bed.s).await.unwrap();
}

async fn retake(bed: &TestBed, of: &Candidate) {
    let input = RetakeInput {
        reason: RetakeReason::Requested,
        note: String::new(),
    };
    sessions::retake(&bed.s, &bed.owner, of.id, input).await.unwrap();
}

/// Attempt, the score that its row shows, and of which attempt that is where it is another one.
fn scores(rows: &[SessionRow]) -> Vec<(i32, Option<f64>, Option<i32>)> {
    rows.iter()
        .map(|row| (row.session.attempt, row.score, row.score_attempt))
        .collect()
}

async fn an_earlier_attempt_shows_its_own_score(bed: TestBed) {
    let interview = interview(&bed).await;
    let ana = bed.candidate(interview, "Ana", None).await;
    attempt(&bed, &ana, "I was roasting coffee beans.").await;
    retake(&bed, &ana).await;
    attempt(&bed, &ana, "Nothing to say about it.").await;
    let own: Vec<_> = sessions::of_candidate(&bed.s, &bed.owner, ana.id)
        .await
        .unwrap()
        .iter()
        .map(|a| a.score)
        .collect();
    let [second, first] = own[..] else {
        panic!("two attempts")
    };
    assert!(first > second, "{own:?}");
    sessions::mark_counts(&bed.s, &bed.owner, ana.session.id).await.unwrap();
    retake(&bed, &ana).await;

    let earlier = sessions::earlier(&bed.s, &bed.owner, ana.id).await.unwrap();
    assert_eq!(scores(&earlier), [(2, second, None), (1, first, None)]);
    let every = SessionFilter {
        all_attempts: true,
        ..Default::default()
    };
    let order: SessionOrder = "-attempt".parse().unwrap();
    let page = sessions::list(
        &bed.s,
        &bed.owner,
        Some(interview),
        &every,
        order,
        &PageRequest::default(),
    )
    .await
    .unwrap();
    assert_eq!(
        scores(&page.rows),
        [(3, first, Some(1)), (2, second, None), (1, first, None)],
        "what counts stands with the current attempt"
    );
}

async fn attempts_are_compared_while_one_is_analysed_again(bed: TestBed) {
    let interview = interview(&bed).await;
    let ana = bed.candidate(interview, "Ana", None).await;
    attempt(&bed, &ana, "Nothing to say about it.").await;
    retake(&bed, &ana).await;
    attempt(&bed, &ana, "I was roasting coffee beans.").await;
    let before = sessions::comparison(&bed.s, &bed.owner, ana.id, &[]).await.unwrap();
    assert!(before.attempts[1].overall.difference > Some(0.0), "{before:?}");

    analysis::run_again(&bed.s, &bed.owner, ana.session.id, None)
        .await
        .unwrap();
    for state in [AnalysisState::Queued, AnalysisState::Failed] {
        // As a model leaves it that cannot be reached.
        entity::analysis::Entity::update_many()
            .col_expr(entity::analysis::Column::State, state.as_str().into())
            .filter(entity::analysis::Column::SessionId.eq(ana.session.id.0))
            .filter(entity::analysis::Column::Run.gt(1))
            .exec(bed.s.db.read())
            .await
            .unwrap();
        entity::session::Entity::update_many()
            .col_expr(entity::session::Column::AnalysisState, state.as_str().into())
            .filter(entity::session::Column::Id.eq(ana.session.id.0))
            .exec(bed.s.db.read())
            .await
            .unwrap();
        let compared = sessions::comparison(&bed.s, &bed.owner, ana.id, &[]).await.unwrap();
        assert_eq!(compared.attempts[0].session.analysis_state, state);
        assert!(
            compared.attempts[0].analysed,
            "{state:?}: what was made before is there"
        );
        for (then, now) in before.attempts.iter().zip(&compared.attempts) {
            assert_eq!(then.overall, now.overall, "{state:?}");
        }
        assert_eq!(before.questions, compared.questions, "{state:?}");
    }
}

/// The same person twice; the second entry came by itself.
async fn twice(bed: &TestBed, interview: InterviewId) -> (Candidate, Candidate) {
    let input = CandidateInput {
        name: "Ana".into(),
        email: Some("ana@example.com".into()),
        ..Default::default()
    };
    let add = |source: Source| {
        let input = input.clone();
        candidates::create(&bed.s, &bed.owner, interview, input, source, OnDuplicate::Add)
    };
    let first = add(Source::Invited).await.unwrap();
    let second = add(Source::PublicLink).await.unwrap();
    (first, second)
}

async fn a_decision_survives_the_attempt_that_nobody_started(bed: TestBed) {
    let (invited, walked_in) = twice(&bed, interview(&bed).await).await;
    attempt(&bed, &walked_in, "I was roasting coffee beans.").await;
    sessions::decide(&bed.s, &bed.owner, walked_in.session.id, Verdict::Hold, "Who is this?")
        .await
        .unwrap();
    bed.clock.advance(1_000);
    sessions::decide(
        &bed.s,
        &bed.owner,
        invited.session.id,
        Verdict::Advance,
        "Known from the fair.",
    )
    .await
    .unwrap();
    let kept = candidates::merge(&bed.s, &bed.owner, invited.id, walked_in.id, None)
        .await
        .unwrap();
    assert_eq!(kept.session.id, walked_in.session.id);
    let found = sessions::decision(&bed.s, &bed.owner, kept.session.id).await.unwrap();
    let found = found.unwrap();
    assert_eq!(
        (found.verdict, found.reason.as_str()),
        (Verdict::Advance, "Known from the fair.")
    );
    let row = entity::session::Entity::find_by_id(kept.session.id.0)
        .one(bed.s.db.read())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(row.verdict.as_deref(), Some("advance"), "the newest about the person");
}

async fn who_goes_on_after_a_merge_is_told_the_new_number(bed: TestBed) {
    let (done, inside) = twice(&bed, interview(&bed).await).await;
    attempt(&bed, &done, "I was roasting coffee beans.").await;
    let view = start(&bed, &inside).await;
    assert_eq!(view.attempt, 1);
    candidates::merge(&bed.s, &bed.owner, inside.id, done.id, None)
        .await
        .unwrap();
    let view = answer(&bed, &inside, &view, "As I said.").await;
    assert_eq!((view.state, view.attempt), (Status::InProgress, 2));
}

async fn an_attempt_that_waits_can_be_taken_after_a_merge(bed: TestBed) {
    let interview = bed.interview(1, |i| i.settings.invite_expiry_days = Some(3)).await;
    let (first, second) = twice(&bed, interview).await;
    attempt(&bed, &first, "I was roasting coffee beans.").await;
    attempt(&bed, &second, "As I said.").await;
    bed.clock.advance(4 * DAY);
    // Its link begins anew; the other one's time is over.
    retake(&bed, &second).await;
    let kept = candidates::merge(&bed.s, &bed.owner, first.id, second.id, None)
        .await
        .unwrap();
    assert_eq!((kept.session.attempt, kept.session.status), (3, Status::NotStarted));
    let landing = conversation::landing(&bed.s, &token(&first)).await.unwrap();
    assert_eq!(landing.state, LinkState::Ready, "what was granted can be taken");
    bed.clock.advance(3 * DAY);
    let landing = conversation::landing(&bed.s, &token(&first)).await.unwrap();
    assert_eq!(landing.state, LinkState::Expired, "and no longer than before");
}

async fn what_is_decided_last_holds_whichever_attempt_it_is_about(bed: TestBed) {
    let interview = interview(&bed).await;
    let ana = bed.candidate(interview, "Ana", None).await;
    attempt(&bed, &ana, "Nothing to say about it.").await;
    retake(&bed, &ana).await;
    attempt(&bed, &ana, "I was roasting coffee beans.").await;
    let second = candidates::get(&bed.s, &bed.owner, ana.id).await.unwrap().session.id;
    let first = ana.session.id;
    let decide = async |id: SessionId, verdict: Verdict| {
        bed.clock.advance(1_000);
        sessions::decide(&bed.s, &bed.owner, id, verdict, "").await.unwrap();
        let row = entity::session::Entity::find_by_id(second.0).one(bed.s.db.read()).await;
        row.unwrap().unwrap().verdict
    };
    assert_eq!(decide(first, Verdict::Advance).await.as_deref(), Some("advance"));
    assert_eq!(decide(second, Verdict::Decline).await.as_deref(), Some("decline"));
    // The same as before about the first attempt, but not the same about the person; the second press is one.
    for _ in 0..2 {
        assert_eq!(decide(first, Verdict::Advance).await.as_deref(), Some("advance"));
    }
    let about_first = entity::decision::Entity::find()
        .filter(entity::decision::Column::SessionId.eq(first.0))
        .all(bed.s.db.read())
        .await
        .unwrap();
    assert_eq!(about_first.len(), 2);
}

async fn who_completes_meanwhile_is_not_analysed_twice(bed: TestBed) {
    let interview = interview(&bed).await;
    // More than are queued at once.
    for n in 0..9 {
        let somebody = bed.candidate(interview, &format!("Person {n}"), None).await;
        attempt(&bed, &somebody, "I was roasting coffee beans.").await;
    }
    let batch = analysis::start_batch(&bed.s, &bed.owner, interview, Some(Engine::BuiltIn))
        .await
        .unwrap();
    assert_eq!(batch.total, 9);
    let late = bed.candidate(interview, "Late", None).await;
    let view = start(&bed, &late).await;
    answer(&bed, &late, &view, "I was roasting coffee beans.").await;
    conversation::finish(&bed.s, &token(&late)).await.unwrap();
    jobs::run_due(&bed.s).await.unwrap();
    let runs = analysis::history(&bed.s, &bed.owner, late.session.id).await.unwrap();
    assert_eq!(runs.len(), 1, "what was made when they finished is enough");
    let done = analysis::current_batch(&bed.s, &bed.owner, interview).await.unwrap();
    assert_eq!((done.state, done.total, done.ready), (BatchState::Done, 9, 9));
}
