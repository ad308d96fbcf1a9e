//! Many at once, the same again, older windows and turns that were interrupted.

use crate::{
    common::{TestBed, token},
    on_both_databases,
    support::{code, consent, says, session_of, turn_count},
};
use parley_domain::{
    conversation::{CandidateErrorCode as Code, Speaker},
    interview::FollowUpDepth,
    session::Status,
    time::MINUTE,
};
use parley_services::{
    conversation::{self, AnswerInput, StartInput},
    entity, sessions,
};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

on_both_databases!(
    fifty_starts_make_one_session,
    fifty_answers_store_one,
    the_same_client_id_again_changes_nothing,
    an_older_window_is_refused,
    a_stale_question_stores_nothing,
    an_interrupted_turn_is_made_by_the_next_resume,
);

async fn fifty_starts_make_one_session(bed: TestBed) {
    let interview = bed.interview(1, |_| {}).await;
    let c = bed.candidate(interview, "Ana", None).await;
    let starts = (0..50).map(|_| {
        let (s, t) = (bed.s.clone(), token(&c));
        tokio::spawn(async move { conversation::start(&s, &t, consent()).await })
    });
    for start in starts.collect::<Vec<_>>() {
        assert_eq!(start.await.unwrap().unwrap().state, Status::InProgress);
    }
    let all = entity::session::Entity::find().count(bed.s.db.read()).await.unwrap();
    assert_eq!((all, turn_count(&bed, &c).await), (1, 1));
}

async fn fifty_answers_store_one(bed: TestBed) {
    let interview = bed
        .interview(2, |i| i.settings.follow_up_depth = FollowUpDepth::Deep)
        .await;
    let c = bed.candidate(interview, "Ana", None).await;
    let view = conversation::start(&bed.s, &token(&c), consent()).await.unwrap();
    let answers = (0..50).map(|n| {
        let (s, t) = (bed.s.clone(), token(&c));
        let input = says(&format!("client-{n}"), &view, &format!("answer {n}"));
        tokio::spawn(async move { conversation::answer(&s, &t, input).await })
    });
    let mut stored = 0;
    for answer in answers.collect::<Vec<_>>() {
        match answer.await.unwrap() {
            Ok(_) => stored += 1,
            Err(e) => assert_eq!(e.error, Code::Stale),
        }
    }
    assert_eq!(stored, 1);
    assert_eq!(turn_count(&bed, &c).await, 3, "greeting, one answer, one turn after it");
}

async fn the_same_client_id_again_changes_nothing(bed: TestBed) {
    let interview = bed.interview(2, |_| {}).await;
    let c = bed.candidate(interview, "Ana", None).await;
    let t = token(&c);
    let view = conversation::start(&bed.s, &t, consent()).await.unwrap();
    let input = says("same", &view, "  My answer \r\n");
    let first = conversation::answer(&bed.s, &t, input.clone()).await.unwrap();
    // The response was lost; the page tries again, although the question is another by now.
    let again = conversation::answer(&bed.s, &t, input.clone()).await.unwrap();
    assert_eq!(first, again);
    let other = AnswerInput {
        text: Some("Another answer".into()),
        ..input
    };
    let refused = conversation::answer(&bed.s, &t, other).await.unwrap_err();
    assert_eq!(refused.error, Code::ClientIdReused);
    assert_eq!(refused.view.unwrap().turns.len(), 3);
    assert_eq!(turn_count(&bed, &c).await, 3);
}

async fn an_older_window_is_refused(bed: TestBed) {
    let interview = bed.interview(2, |_| {}).await;
    let c = bed.candidate(interview, "Ana", None).await;
    let t = token(&c);
    let old = conversation::start(&bed.s, &t, consent()).await.unwrap();
    let new = conversation::start(&bed.s, &t, StartInput::default()).await.unwrap();
    assert_eq!(
        code(conversation::answer(&bed.s, &t, says("a", &old, "from the old window")).await),
        Code::TakenOver
    );
    assert_eq!(
        code(conversation::heartbeat(&bed.s, &t, old.lease).await),
        Code::TakenOver
    );
    assert!(conversation::heartbeat(&bed.s, &t, new.lease).await.is_ok());
    let none = AnswerInput {
        lease: None,
        ..says("b", &old, "without a lease")
    };
    assert!(conversation::answer(&bed.s, &t, none).await.is_ok());
}

async fn a_stale_question_stores_nothing(bed: TestBed) {
    let interview = bed.interview(3, |_| {}).await;
    let c = bed.candidate(interview, "Ana", None).await;
    let t = token(&c);
    let first = conversation::start(&bed.s, &t, consent()).await.unwrap();
    conversation::answer(&bed.s, &t, says("a", &first, "One"))
        .await
        .unwrap();
    let refused = conversation::answer(&bed.s, &t, says("b", &first, "One, from the back button"))
        .await
        .unwrap_err();
    assert_eq!(refused.error, Code::Stale);
    assert_eq!(refused.view.unwrap().asked, 2);
    assert_eq!(turn_count(&bed, &c).await, 3);
}

/// The process died after the answer was committed and before the interviewer's turn was.
async fn an_interrupted_turn_is_made_by_the_next_resume(bed: TestBed) {
    let interview = bed.interview(2, |_| {}).await;
    let c = bed.candidate(interview, "Ana", None).await;
    let t = token(&c);
    let view = conversation::start(&bed.s, &t, consent()).await.unwrap();
    conversation::answer(&bed.s, &t, says("a", &view, "One")).await.unwrap();
    let id = session_of(&bed, &c).await.id;
    undo_last_turn(&bed, id.0).await;
    let view = conversation::start(&bed.s, &t, StartInput::default()).await.unwrap();
    assert_eq!((view.turns.len(), view.asked), (3, 2));
    undo_last_turn(&bed, id.0).await;
    bed.clock.advance(MINUTE);
    sessions::sweep(&bed.s).await.unwrap();
    let view = conversation::view(&bed.s, &t).await.unwrap();
    assert_eq!(view.turns.len(), 3, "the sweeper goes on too");
    assert_eq!(view.turns.iter().filter(|t| t.speaker == Speaker::Candidate).count(), 1);
}

async fn undo_last_turn(bed: &TestBed, session: uuid::Uuid) {
    use sea_orm::{ActiveModelTrait, ActiveValue::Set, IntoActiveModel};
    let conn = bed.s.db.read();
    entity::turn::Entity::delete_many()
        .filter(entity::turn::Column::SessionId.eq(session))
        .filter(entity::turn::Column::Number.eq(3))
        .exec(conn)
        .await
        .unwrap();
    let mut row = entity::session::Entity::find_by_id(session)
        .one(conn)
        .await
        .unwrap()
        .unwrap()
        .into_active_model();
    row.turns = Set(2);
    row.question_index = Set(0);
    row.prompt_id = Set(Some(uuid::Uuid::from_u128(1)));
    row.awaiting = Set(Some("interviewer".into()));
    row.update(conn).await.unwrap();
}
