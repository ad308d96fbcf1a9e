//! Decisions: kept, shown and filtered.

use crate::{
    common::TestBed,
    on_both_databases,
    support::{fill_up, found, order, people, retaken},
};
use parley_domain::{
    account::Role,
    candidate::Source,
    session::{Decided, SessionFilter, Status, Verdict},
};
use parley_services::{error::ServiceError, sessions};

on_both_databases!(decisions_are_shown_and_filtered, decisions_are_kept,);

fn by_decision(decision: Decided) -> SessionFilter {
    SessionFilter {
        decision: Some(decision),
        ..Default::default()
    }
}

async fn decisions_are_shown_and_filtered(bed: TestBed) {
    let interview = people(&bed).await;
    let completed = SessionFilter {
        status: Some(Status::Completed),
        ..Default::default()
    };
    let decided = found(&bed, Some(interview), &completed, "-score").await.remove(0);
    let open = SessionFilter {
        status: Some(Status::NotStarted),
        ..Default::default()
    };
    let others = found(&bed, Some(interview), &open, "name").await;
    for (id, verdict) in [
        (decided.session.id, Verdict::Hold),
        (others[0].session.id, Verdict::Advance),
        (others[1].session.id, Verdict::Advance),
        (others[1].session.id, Verdict::Decline),
    ] {
        bed.clock.advance(1);
        sessions::decide(&bed.s, &bed.owner, id, verdict, "").await.unwrap();
    }
    // The newest decision stands with the candidate's current attempt; to it, earlier ones belong.
    retaken(&bed, decided.candidate_id).await;
    for (decision, n) in [
        (Decided::Nothing, 8),
        (Decided::Advance, 1),
        (Decided::Hold, 1),
        (Decided::Decline, 1),
    ] {
        let filter = by_decision(decision);
        for of in [Some(interview), None] {
            let rows = found(&bed, of, &filter, "-added").await;
            assert_eq!(rows.len(), n, "{decision:?}");
            assert!(rows.iter().all(|r| r.decision == decision.verdict()), "{decision:?}");
            let counts = sessions::counts(&bed.s, &bed.owner, of, &filter).await.unwrap();
            assert_eq!(usize::try_from(counts.all).unwrap(), n, "{decision:?}");
        }
        let every = SessionFilter {
            all_attempts: true,
            ..filter
        };
        let more = usize::from(decision == Decided::Hold);
        for of in [Some(interview), None] {
            assert_eq!(found(&bed, of, &every, "-added").await.len(), n + more, "{decision:?}");
            let counts = sessions::counts(&bed.s, &bed.owner, of, &every).await.unwrap();
            assert_eq!(usize::try_from(counts.all).unwrap(), n + more, "{decision:?}");
            // In other orders, and with other filters beside it, the same.
            for sort in ["name", "-score", "status"] {
                assert_eq!(
                    found(&bed, of, &by_decision(decision), sort).await.len(),
                    n,
                    "{decision:?} {sort}"
                );
                let narrow = SessionFilter {
                    status: Some(Status::NotStarted),
                    source: Some(Source::Api),
                    ..by_decision(decision)
                };
                let rows = found(&bed, of, &narrow, sort).await;
                let counts = sessions::counts(&bed.s, &bed.owner, of, &narrow).await.unwrap();
                assert_eq!(
                    usize::try_from(counts.not_started).unwrap(),
                    rows.len(),
                    "{decision:?} {sort}"
                );
            }
        }
    }
    if !bed.s.db.is_sqlite() {
        fill_up(bed.s.db.read()).await;
    }
    // As with the other filters, rows come out of an index; of a decision, out of the one that holds no others.
    if bed.s.db.is_sqlite() {
        for decision in [Decided::Advance, Decided::Hold, Decided::Decline] {
            for (of, sort, index) in [
                (Some(interview), "-added", "session_by_verdict"),
                (Some(interview), "name", "session_by_verdict"),
                (Some(interview), "-status", "session_by_verdict"),
                (None, "-added", "session_ws_verdict"),
            ] {
                let filter = by_decision(decision);
                let plan = sessions::plan(&bed.s, &bed.owner, of, &filter, order(sort), None)
                    .await
                    .unwrap();
                assert!(plan.contains(index), "{decision:?} {sort}\n{plan}");
            }
        }
    }
    for decision in Decided::ALL {
        let filter = by_decision(decision);
        let plan = sessions::plan(&bed.s, &bed.owner, Some(interview), &filter, order("-added"), None)
            .await
            .unwrap();
        let text = plan.to_lowercase();
        assert!(text.contains("session_by_"), "{decision:?}: no index\n{plan}");
        assert!(
            !text.contains("b-tree") && !text.contains("seq scan"),
            "{decision:?}\n{plan}"
        );
    }
}

async fn decisions_are_kept(bed: TestBed) {
    let interview = bed.interview(1, |_| {}).await;
    let id = bed.candidate(interview, "Ana", None).await.session.id;
    assert_eq!(sessions::decision(&bed.s, &bed.owner, id).await.unwrap(), None);
    sessions::decide(&bed.s, &bed.owner, id, Verdict::Hold, " wait ")
        .await
        .unwrap();
    bed.clock.advance(1);
    let first = sessions::decide(&bed.s, &bed.owner, id, Verdict::Advance, "")
        .await
        .unwrap();
    // Pressed twice: decided once.
    bed.clock.advance(1);
    let again = sessions::decide(&bed.s, &bed.owner, id, Verdict::Advance, " ").await;
    assert_eq!(again.unwrap(), first);
    let held = sessions::decision(&bed.s, &bed.owner, id).await.unwrap().unwrap();
    assert_eq!((held.verdict, held.actor), (Verdict::Advance, bed.owner.code()));
    let events = sessions::events(&bed.s, &bed.owner, id).await.unwrap();
    let codes: Vec<_> = events
        .iter()
        .filter(|e| e.kind == "decided")
        .map(|e| e.code.clone().unwrap())
        .collect();
    assert_eq!(codes, ["hold", "advance"]);
    let viewer = bed.member(Role::Viewer);
    let refused = sessions::decide(&bed.s, &viewer, id, Verdict::Decline, "").await;
    assert!(matches!(refused, Err(ServiceError::Forbidden)));
    let long = "x".repeat(2_001);
    assert!(matches!(
        sessions::decide(&bed.s, &bed.owner, id, Verdict::Hold, &long).await,
        Err(ServiceError::Invalid(_))
    ));
}
