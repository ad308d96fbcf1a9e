//! The Sessions tab's lists, counts and exports.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where something is not as it should be"
)]

mod common;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use common::{START, TestBed, token};
use parley_domain::{
    account::Role,
    candidate::{CandidateInput, Source},
    id::{CandidateId, InterviewId},
    paging::PageRequest,
    session::{
        Beside, Decided, Neighbours, RetakeReason, SessionCounts, SessionFilter, SessionOrder, SessionPage, SessionRow,
        SessionSort, Status, Verdict,
    },
    time::{MINUTE, Timestamp},
};
use parley_services::{
    candidates::{self, OnDuplicate},
    conversation::{self, StartInput},
    entity,
    error::ServiceError,
    jobs,
    sessions::{self, ExportFormat, RetakeInput},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, sea_query::Expr};
use serde_json::{Value, json};
use std::{collections::BTreeSet, io::Read};

on_both_databases!(
    every_sort_walks_every_row_once_both_ways,
    filters_and_counts_agree,
    decisions_are_shown_and_filtered,
    reports_have_the_neighbours_of_their_list,
    the_search_finds_parts_and_takes_wildcards_literally,
    rows_say_what_a_creator_sees,
    nothing_crosses_a_workspace,
    cursors_of_other_lists_are_refused,
    an_index_serves_each_sort,
    an_index_serves_all_interviews,
    exports_hold_exactly_the_filtered_rows,
    decisions_are_kept,
    deleted_candidates_are_gone_from_every_list,
);

fn order(text: &str) -> SessionOrder {
    text.parse().unwrap()
}

async fn page(
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

fn names(page: &SessionPage) -> Vec<String> {
    page.rows.iter().map(|r| r.name.clone()).collect()
}

/// Eleven candidates: every third started, two of them done, scores and names with repetitions.
async fn people(bed: &TestBed) -> InterviewId {
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

async fn every_sort_walks_every_row_once_both_ways(bed: TestBed) {
    let interview = people(&bed).await;
    let filter = SessionFilter::default();
    for by in SessionSort::ALL {
        for direction in ["", "-"] {
            let sort = format!("{direction}{}", by.as_str());
            let (mut there, mut pages, mut cursor) = (Vec::new(), Vec::new(), None);
            loop {
                let p = page(&bed, interview, &filter, &sort, cursor).await;
                assert_eq!(p.previous.is_some(), !pages.is_empty());
                there.extend(p.rows.iter().map(|r| r.session.id));
                cursor = p.next.clone();
                pages.push(p);
                if cursor.is_none() {
                    break;
                }
            }
            assert_eq!((there.len(), pages.len()), (11, 3), "{sort}");
            assert_eq!(there.iter().collect::<BTreeSet<_>>().len(), 11, "{sort} repeats a row");
            let mut back = Vec::new();
            let mut cursor = pages[2].previous.clone();
            while let Some(c) = cursor {
                let p = page(&bed, interview, &filter, &sort, Some(c)).await;
                assert!(p.next.is_some());
                back.splice(0..0, p.rows.iter().map(|r| r.session.id));
                cursor = p.previous;
            }
            assert_eq!(back, there[..8], "{sort} backwards");
        }
    }
    let first = page(&bed, interview, &filter, "name", None).await;
    assert_eq!(
        names(&first),
        ["50% off_er", "ana", "Ana", "Bo"],
        "sorted without regard to case"
    );
    let best = page(&bed, interview, &filter, "-score", None).await;
    assert_eq!(best.rows[0].score, Some(6.0));
    let newest = page(&bed, interview, &filter, "-added", None).await;
    assert_eq!(names(&newest), ["Omar", "50% off_er", "d", "Émile"]);
}

async fn filters_and_counts_agree(bed: TestBed) {
    let interview = people(&bed).await;
    let none = SessionFilter::default();
    let counts = sessions::counts(&bed.s, &bed.owner, Some(interview), &none)
        .await
        .unwrap();
    assert_eq!(
        counts,
        SessionCounts {
            all: 11,
            not_started: 7,
            in_progress: 2,
            completed: 2
        }
    );
    for (status, n) in [(Status::NotStarted, 7), (Status::InProgress, 2), (Status::Completed, 2)] {
        for sort in ["-added", "name", "-score", "status"] {
            let filter = SessionFilter {
                status: Some(status),
                ..none.clone()
            };
            let request = PageRequest::default();
            let p = sessions::list(&bed.s, &bed.owner, Some(interview), &filter, order(sort), &request)
                .await
                .unwrap();
            assert_eq!(p.rows.len(), n, "{status:?} {sort}");
            assert!(p.rows.iter().all(|r| r.session.status == status));
        }
    }
    let narrow = SessionFilter {
        source: Some(Source::Invited),
        added_from: Some(Timestamp::from_millis(START + 1)),
        score_min: Some(5.9),
        status: Some(Status::Completed),
        ..none.clone()
    };
    let p = page(&bed, interview, &narrow, "-added", None).await;
    assert_eq!(names(&p), ["Bo"]);
    let counts = sessions::counts(&bed.s, &bed.owner, Some(interview), &narrow)
        .await
        .unwrap();
    assert_eq!(
        counts,
        SessionCounts {
            all: 1,
            completed: 1,
            ..Default::default()
        }
    );
    let empty = SessionFilter {
        added_to: Some(Timestamp::from_millis(START)),
        ..none.clone()
    };
    assert_eq!(
        page(&bed, interview, &empty, "name", None).await,
        SessionPage::default()
    );
    let wrong = SessionFilter {
        score_min: Some(11.0),
        ..none
    };
    let refused = sessions::counts(&bed.s, &bed.owner, Some(interview), &wrong)
        .await
        .unwrap_err();
    assert!(matches!(refused, ServiceError::Invalid(e) if e[0].field == "score_min"));
}

/// All rows of a list of few.
async fn found(bed: &TestBed, of: Option<InterviewId>, filter: &SessionFilter, sort: &str) -> Vec<SessionRow> {
    let request = PageRequest::default();
    sessions::list(&bed.s, &bed.owner, of, filter, order(sort), &request)
        .await
        .unwrap()
        .rows
}

fn by_decision(decision: Decided) -> SessionFilter {
    SessionFilter {
        decision: Some(decision),
        ..Default::default()
    }
}

async fn retaken(bed: &TestBed, candidate: CandidateId) {
    let input = RetakeInput {
        reason: RetakeReason::Requested,
        note: String::new(),
    };
    sessions::retake(&bed.s, &bed.owner, candidate, input).await.unwrap();
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

async fn reports_have_the_neighbours_of_their_list(bed: TestBed) {
    let interview = people(&bed).await;
    let everybody = SessionFilter::default();
    let open = SessionFilter {
        status: Some(Status::NotStarted),
        ..Default::default()
    };
    let beside = |id, all, filter: &SessionFilter, sort: &str| {
        let (s, actor, filter, order) = (bed.s.clone(), bed.owner, filter.clone(), order(sort));
        async move { sessions::neighbours(&s, &actor, id, all, &filter, order).await.unwrap() }
    };
    let to = |row: Option<&SessionRow>| {
        row.map(|row| Beside {
            interview,
            session: row.session.id,
        })
    };
    for (filter, sort) in [
        (&everybody, "-added"),
        (&everybody, "name"),
        (&everybody, "-score"),
        (&open, "-name"),
    ] {
        let rows = found(&bed, Some(interview), filter, sort).await;
        for (n, row) in rows.iter().enumerate() {
            let expected = Neighbours {
                previous: to(n.checked_sub(1).and_then(|n| rows.get(n))),
                next: to(rows.get(n + 1)),
            };
            for all in [false, true] {
                assert_eq!(beside(row.session.id, all, filter, sort).await, expected, "{sort} {n}");
            }
        }
    }
    // Whoever moved on after the list was read still has those between whom they stood.
    let rows = found(&bed, Some(interview), &everybody, "-added").await;
    let at = rows.iter().position(|r| r.session.status == Status::Completed).unwrap();
    let still = |row: &&SessionRow| row.session.status == Status::NotStarted;
    let expected = Neighbours {
        previous: to(rows[..at].iter().rev().find(still)),
        next: to(rows[at..].iter().find(still)),
    };
    assert_eq!(beside(rows[at].session.id, false, &open, "-added").await, expected);
    // An earlier attempt is no row; its candidate is.
    let expected = beside(rows[at].session.id, false, &everybody, "-added").await;
    retaken(&bed, rows[at].candidate_id).await;
    assert_eq!(beside(rows[at].session.id, false, &everybody, "-added").await, expected);
    let stranger = bed.stranger().await;
    let theirs = sessions::neighbours(
        &bed.s,
        &stranger,
        rows[0].session.id,
        true,
        &everybody,
        SessionOrder::default(),
    )
    .await;
    assert!(matches!(theirs, Err(ServiceError::NotFound)));
}

async fn the_search_finds_parts_and_takes_wildcards_literally(bed: TestBed) {
    let interview = people(&bed).await;
    let cases = [
        ("ANA", 2),
        ("emile", 1),
        ("小明", 1),
        ("p4@ex", 1),
        ("School 2", 3),
        ("%", 1),
        ("_", 1),
        ("50% off_er", 1),
        ("\\", 0),
        ("' OR 1=1 --", 0),
        ("  ", 11),
    ];
    for (q, n) in cases {
        let filter = SessionFilter {
            q: Some(q.into()),
            ..Default::default()
        };
        let counts = sessions::counts(&bed.s, &bed.owner, Some(interview), &filter)
            .await
            .unwrap();
        assert_eq!(counts.all, n, "{q}");
        let request = PageRequest::default();
        let p = sessions::list(&bed.s, &bed.owner, Some(interview), &filter, order("name"), &request)
            .await
            .unwrap();
        assert_eq!(i64::try_from(p.rows.len()).unwrap(), n, "{q}");
    }
}

async fn rows_say_what_a_creator_sees(bed: TestBed) {
    let interview = bed.interview(3, |_| {}).await;
    let candidate = bed.candidate(interview, "Ana", Some("ana@example.org")).await;
    let start = StartInput {
        consent: true,
        language: "en".into(),
        ..Default::default()
    };
    conversation::start(&bed.s, &token(&candidate), start).await.unwrap();
    let filter = SessionFilter::default();
    let row = page(&bed, interview, &filter, "-added", None).await.rows.remove(0);
    assert_eq!((row.session.question_number, row.session.question_total), (1, 3));
    assert!(row.active_now);
    assert_eq!(row.invite_url, candidate.invite_url);
    assert_eq!(row.added.exact, "Tue 24 Nov 2026, 10:00:00 Europe/Berlin");
    bed.clock.advance(2 * MINUTE);
    let viewer = bed.member(Role::Viewer);
    let request = PageRequest::default();
    let rows = sessions::list(&bed.s, &viewer, Some(interview), &filter, order("-added"), &request)
        .await
        .unwrap()
        .rows;
    assert!(!rows[0].active_now);
    assert_eq!(rows[0].invite_url, None, "viewers never see links");
    assert_eq!(rows[0].seen.as_ref().unwrap().short, "2 min ago");
}

async fn nothing_crosses_a_workspace(bed: TestBed) {
    let interview = people(&bed).await;
    let stranger = bed.stranger().await;
    let (filter, request) = (SessionFilter::default(), PageRequest::default());
    let theirs = sessions::list(&bed.s, &stranger, Some(interview), &filter, order("name"), &request).await;
    assert!(matches!(theirs, Err(ServiceError::NotFound)));
    let all = sessions::list(&bed.s, &stranger, None, &filter, order("-added"), &request)
        .await
        .unwrap();
    assert_eq!(all, SessionPage::default());
    let counts = sessions::counts(&bed.s, &stranger, None, &filter).await.unwrap();
    assert_eq!(counts, SessionCounts::default());
    let mine = sessions::list(&bed.s, &bed.owner, None, &filter, order("-added"), &request)
        .await
        .unwrap();
    assert_eq!(mine.rows.len(), 11);
    let id = mine.rows[0].session.id;
    for refused in [
        sessions::get(&bed.s, &stranger, id).await.err(),
        sessions::transcript(&bed.s, &stranger, id).await.err(),
        sessions::events(&bed.s, &stranger, id).await.err(),
        sessions::report(&bed.s, &stranger, id).await.err(),
        sessions::decide(&bed.s, &stranger, id, Verdict::Hold, "").await.err(),
    ] {
        assert!(matches!(refused, Some(ServiceError::NotFound)), "{refused:?}");
    }
}

async fn cursors_of_other_lists_are_refused(bed: TestBed) {
    let interview = people(&bed).await;
    let filter = SessionFilter::default();
    let next = page(&bed, interview, &filter, "name", None).await.next;
    // One of this order, but with a key that no row can have: a number for a name, and what PostgreSQL takes in no text.
    let forged = |key: Value| {
        let bytes = URL_SAFE_NO_PAD.decode(next.as_deref().unwrap()).unwrap();
        let mut cursor: Value = serde_json::from_slice(&bytes).unwrap();
        cursor["k"] = json!([key]);
        Some(URL_SAFE_NO_PAD.encode(cursor.to_string()))
    };
    for (sort, cursor) in [
        ("-name", next.clone()),
        ("name", Some("nonsense".into())),
        ("name", forged(json!(5))),
        ("name", forged(json!("a\0"))),
    ] {
        let request = PageRequest { limit: None, cursor };
        let refused = sessions::list(&bed.s, &bed.owner, Some(interview), &filter, order(sort), &request).await;
        assert!(matches!(refused, Err(ServiceError::Invalid(e)) if e[0].field == "cursor"));
    }
    let request = PageRequest {
        limit: Some(201),
        cursor: None,
    };
    let refused = sessions::list(&bed.s, &bed.owner, Some(interview), &filter, order("name"), &request).await;
    assert!(matches!(refused, Err(ServiceError::Invalid(e)) if e[0].field == "limit"));
}

/// The plan of each sort, with and without a status: rows come out of an index in their order, nothing is sorted.
async fn an_index_serves_each_sort(bed: TestBed) {
    let interview = people(&bed).await;
    let conn = bed.s.db.read();
    if !bed.s.db.is_sqlite() {
        // A table of eleven rows is read whole whatever there is; the planner is told that this is not an option.
        fill_up(conn).await;
    }
    for by in SessionSort::ALL {
        for status in [None, Some(Status::Completed)] {
            let filter = SessionFilter {
                status,
                ..Default::default()
            };
            for sort in [by.as_str().to_owned(), format!("-{}", by.as_str())] {
                let first = page(&bed, interview, &SessionFilter::default(), &sort, None).await;
                for cursor in [None, first.next.clone()] {
                    let plan = sessions::plan(
                        &bed.s,
                        &bed.owner,
                        Some(interview),
                        &filter,
                        order(&sort),
                        cursor.as_deref(),
                    )
                    .await
                    .unwrap();
                    let text = plan.to_lowercase();
                    assert!(text.contains("session_by_"), "{sort} {status:?}: no index\n{plan}");
                    assert!(
                        !text.contains("b-tree") && !text.contains("sort"),
                        "{sort} {status:?}: sorts\n{plan}"
                    );
                }
            }
        }
    }
}

/// Over all interviews of a workspace too, in the one order that there is: rows come out of an index, and counts do not read
/// a row.
async fn an_index_serves_all_interviews(bed: TestBed) {
    let interview = people(&bed).await;
    let completed = SessionFilter {
        status: Some(Status::Completed),
        ..Default::default()
    };
    let all = sessions::counts(&bed.s, &bed.owner, None, &SessionFilter::default())
        .await
        .unwrap();
    let one = sessions::counts(&bed.s, &bed.owner, Some(interview), &SessionFilter::default())
        .await
        .unwrap();
    assert_eq!((&all, all.all), (&one, 11));
    let last = sessions::completed_last(&bed.s, &bed.owner, 5).await.unwrap();
    assert!(
        last.iter()
            .all(|r| r.interview.as_deref() == Some("Barista") && r.finished.is_some())
    );
    let finished: Vec<_> = last.iter().map(|r| r.session.completed_at).collect();
    assert_eq!(last.len(), 2);
    assert!(finished.is_sorted_by(|a, b| a >= b), "{finished:?}");
    let conn = bed.s.db.read();
    if !bed.s.db.is_sqlite() {
        fill_up(conn).await;
    }
    for filter in [SessionFilter::default(), completed] {
        let plan = sessions::plan(&bed.s, &bed.owner, None, &filter, SessionOrder::default(), None)
            .await
            .unwrap();
        let text = plan.to_lowercase();
        assert!(
            text.contains("session_by_workspace") || text.contains("session_ws_status"),
            "{plan}"
        );
        assert!(
            !text.contains("b-tree") && !text.contains("sort"),
            "{filter:?}: sorts\n{plan}"
        );
    }
}

/// Gives PostgreSQL's planner something to plan for: on a table of eleven rows it reads everything and sorts, and is
/// right.
async fn fill_up(conn: &impl ConnectionTrait) {
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

async fn exports_hold_exactly_the_filtered_rows(bed: TestBed) {
    let interview = people(&bed).await;
    let input = CandidateInput {
        name: "=HYPERLINK(\"http://evil.example\")".into(),
        phone: Some("+49 30 123456".into()),
        notes: Some("-1\n\"quoted\", and more".into()),
        ..Default::default()
    };
    candidates::create(
        &bed.s,
        &bed.owner,
        interview,
        input,
        Source::Invited,
        OnDuplicate::Refuse,
    )
    .await
    .unwrap();
    let filter = SessionFilter {
        status: Some(Status::NotStarted),
        ..Default::default()
    };
    let export = |actor, selected: Vec<CandidateId>, format| {
        let (s, filter) = (bed.s.clone(), filter.clone());
        async move {
            let mut e = sessions::export(&s, &actor, interview, &filter, order("name"), &selected, format)
                .await
                .unwrap();
            let mut bytes = Vec::new();
            e.file.read_to_end(&mut bytes).unwrap();
            assert_eq!(e.size, bytes.len() as u64);
            (e.rows, bytes)
        }
    };
    let (rows, bytes) = export(bed.owner, Vec::new(), ExportFormat::Csv).await;
    assert_eq!(rows, 8);
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.starts_with("\u{FEFF}\"Name\",\"Email\""));
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{FEFF}').as_bytes());
    assert!(reader.headers().unwrap().iter().any(|h| h == "Added (Europe/Berlin)"));
    assert_eq!(&reader.headers().unwrap()[16], "Decision");
    let records: Vec<_> = reader.records().map(|r| r.unwrap()).collect();
    assert_eq!(records.len(), 8);
    let evil = records.iter().find(|r| r[0].contains("HYPERLINK")).unwrap();
    assert!(evil[0].starts_with("'=") && evil[8].starts_with("'-1") && &evil[2] == "+49 30 123456");
    assert!(
        records
            .iter()
            .all(|r| r[15].starts_with("http://127.0.0.1:3000/i/invite/") && &r[10] == "Not started")
    );
    let (_, for_viewer) = export(bed.member(Role::Viewer), Vec::new(), ExportFormat::Csv).await;
    assert!(!String::from_utf8(for_viewer).unwrap().contains("/i/invite/"));

    // Who was ticked is exported, also when they moved on and the filter would not show them any more.
    let one = page(&bed, interview, &filter, "name", None).await.rows[1].candidate_id;
    let begun = SessionFilter {
        status: Some(Status::InProgress),
        ..Default::default()
    };
    let other = page(&bed, interview, &begun, "name", None).await.rows[0].candidate_id;
    assert_eq!(export(bed.owner, vec![one, other], ExportFormat::Csv).await.0, 2);

    let (rows, bytes) = export(bed.owner, Vec::new(), ExportFormat::Xlsx).await;
    assert_eq!(rows, 8);
    let path = bed.dir().join("export.xlsx");
    std::fs::write(&path, &bytes).unwrap();
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(&path).unwrap();
    let sheet = calamine::Reader::worksheet_range(&mut book, "Sessions").unwrap();
    assert_eq!((sheet.height(), sheet.width()), (9, 20));
    let cells: Vec<String> = sheet.rows().map(|r| r[0].to_string()).collect();
    assert!(
        cells.iter().any(|c| c == "=HYPERLINK(\"http://evil.example\")"),
        "{cells:?}"
    );
    let formulas = calamine::Reader::worksheet_formula(&mut book, "Sessions").unwrap();
    assert!(formulas.is_empty(), "a text became a formula");
    let left: Vec<_> = std::fs::read_dir(bed.dir())
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    let strange = left
        .iter()
        .filter(|n| !["parley", "export"].iter().any(|p| n.to_string_lossy().starts_with(p)));
    assert_eq!(strange.count(), 0, "temporary files stay behind: {left:?}");
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

async fn deleted_candidates_are_gone_from_every_list(bed: TestBed) {
    let interview = people(&bed).await;
    let filter = SessionFilter::default();
    let row = page(&bed, interview, &filter, "name", None).await.rows.remove(0);
    candidates::delete(&bed.s, &bed.owner, &[row.candidate_id])
        .await
        .unwrap();
    let counts = sessions::counts(&bed.s, &bed.owner, Some(interview), &filter)
        .await
        .unwrap();
    assert_eq!(counts.all, 10);
    assert_ne!(
        page(&bed, interview, &filter, "name", None).await.rows[0].candidate_id,
        row.candidate_id
    );
    assert!(matches!(
        sessions::get(&bed.s, &bed.owner, row.session.id).await,
        Err(ServiceError::NotFound)
    ));
    candidates::restore(&bed.s, &bed.owner, &[row.candidate_id])
        .await
        .unwrap();
    assert_eq!(jobs::run_due(&bed.s).await.unwrap(), 0);
    assert_eq!(
        page(&bed, interview, &filter, "name", None).await.rows[0].candidate_id,
        row.candidate_id
    );
}
