//! That nothing of it stays, wherever clearing up was cut off, and that others keep theirs.

use crate::{
    common::{TestBed, token},
    on_both_databases,
    pdf::resume,
    support::{consent, delete, judge, says, with, with_password},
    tables,
};
use parley_domain::{
    account::{Actor, Role},
    ai::Purpose,
    analysis::Engine,
    candidate::{Candidate, CandidateInput, Source},
    id::InterviewId,
    import::{ColumnMatch, Field, ImportPatch},
    interview::{InterviewInput, InterviewState},
    question::Question,
    session::{Status, Verdict},
};
use parley_services::{
    Services, accounts,
    ai::{self, Request},
    analysis,
    candidates::{self, OnDuplicate},
    conversation::{self, preview},
    entity, idempotency, imports, interviews, jobs, links,
    resumes::batch,
    sessions, storage, tokens, workspaces,
};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseBackend, EntityTrait, PaginatorTrait, QueryFilter, Statement};
use serde_json::json;
use std::{collections::BTreeMap, future::Future, io::Write as _, path::Path, task::Poll};
use uuid::Uuid;

on_both_databases!(
    nothing_stays_and_others_keep_theirs,
    clearing_up_goes_on_where_it_was_cut_off,
);

/// Every table, and whether its rows say whose they are.
async fn schema(s: &Services) -> Vec<(String, bool)> {
    let (backend, sql) = if s.db.is_sqlite() {
        (
            DatabaseBackend::Sqlite,
            "SELECT m.name AS name, EXISTS (SELECT 1 FROM pragma_table_info(m.name) c \
                 WHERE c.name = 'workspace_id') AS whose \
             FROM sqlite_master m WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY m.name",
        )
    } else {
        (
            DatabaseBackend::Postgres,
            "SELECT CAST(t.table_name AS text) AS name, CASE WHEN EXISTS (SELECT 1 FROM information_schema.columns c \
                 WHERE c.table_schema = t.table_schema AND c.table_name = t.table_name \
                 AND c.column_name = 'workspace_id') THEN CAST(1 AS bigint) ELSE CAST(0 AS bigint) END AS whose \
             FROM information_schema.tables t WHERE t.table_schema = 'public' AND t.table_type = 'BASE TABLE' \
             ORDER BY 1",
        )
    };
    let rows =
        s.db.read()
            .query_all_raw(Statement::from_string(backend, sql))
            .await
            .unwrap();
    rows.iter()
        .map(|row| {
            let whose: i64 = row.try_get("", "whose").unwrap();
            (row.try_get("", "name").unwrap(), whose == 1)
        })
        .collect()
}

/// Tables whose rows are no workspace's: the installation's, and the people's.
const NOBODYS: [&str; 6] = [
    "ai_setting",
    "key_canary",
    "login_session",
    "seaql_migrations",
    "user",
    "workspace",
];

/// How many rows of each table are this workspace's.
async fn rows_of(s: &Services, workspace: Uuid) -> BTreeMap<String, i64> {
    let mut counts = BTreeMap::new();
    for (table, whose) in schema(s).await {
        if !whose {
            assert!(
                NOBODYS.contains(&table.as_str()),
                "say in NOBODYS, or by a column workspace_id, whose the rows of {table} are"
            );
            continue;
        }
        let (backend, mark) = if s.db.is_sqlite() {
            (DatabaseBackend::Sqlite, "?")
        } else {
            (DatabaseBackend::Postgres, "$1")
        };
        let sql = format!("SELECT count(*) FROM \"{table}\" WHERE workspace_id = {mark}");
        let statement = Statement::from_sql_and_values(backend, sql, [workspace.into()]);
        let row = s.db.read().query_one_raw(statement).await.unwrap().unwrap();
        counts.insert(table, row.try_get_by_index(0).unwrap());
    }
    counts
}

fn files_in(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

async fn interview_of(s: &Services, owner: &Actor) -> InterviewId {
    let question = |text: &str| Question {
        text: text.into(),
        expected_points: vec!["measured".into()],
        ..Default::default()
    };
    let input = InterviewInput {
        title: "Barista".into(),
        state: InterviewState::Open,
        questions: vec![question("What did you do?"), question("And then?")],
        ..Default::default()
    };
    interviews::create(s, owner, input).await.unwrap().id
}

async fn candidate_of(s: &Services, owner: &Actor, interview: InterviewId, name: &str) -> Candidate {
    let input = CandidateInput {
        name: name.into(),
        ..Default::default()
    };
    candidates::create(s, owner, interview, input, Source::Invited, OnDuplicate::Refuse)
        .await
        .unwrap()
}

/// Makes at least one row of everything that a workspace can have, and files; whoever adds a kind adds it here.
async fn fill(s: &Services, owner: &Actor, slug: &str) -> InterviewId {
    let interview = interview_of(s, owner).await;
    links::create(s, owner, interview, Default::default()).await.unwrap();
    preview::create(s, owner, interview).await.unwrap();
    let key = accounts::create_key(s, owner, "Import", Role::Member).await.unwrap();
    let key = accounts::key_actor(s, &key.secret).await.unwrap().unwrap();
    idempotency::begin(s, &key, "once", b"hash").await.unwrap();

    // A session with everything that can come of it.
    let ana = candidate_of(s, owner, interview, "Ana").await;
    let door = token(&ana);
    let view = conversation::start(s, &door, consent()).await.unwrap();
    conversation::answer(s, &door, says("a", &view)).await.unwrap();
    conversation::finish(s, &door).await.unwrap();
    jobs::run_due(s).await.unwrap();
    let ended = sessions::get(s, owner, ana.session.id).await.unwrap();
    assert_eq!((ended.status, ended.score), (Status::Completed, Some(7.0)));
    sessions::decide(s, owner, ana.session.id, Verdict::Hold, "later")
        .await
        .unwrap();
    conversation::ask_retake(s, &door, "The power went out.").await.unwrap();
    analysis::start_batch(s, owner, interview, Some(Engine::BuiltIn))
        .await
        .unwrap();

    // A table in preview, whose match was corrected.
    let import = tables::upload(s, owner, interview, b"Who,Mail\nBen,ben@x.example\n")
        .await
        .unwrap();
    let matched = ImportPatch {
        mapping: Some(vec![
            ColumnMatch {
                column: 0,
                field: Some(Field::Name),
            },
            ColumnMatch {
                column: 1,
                field: Some(Field::Email),
            },
        ]),
        ..ImportPatch::default()
    };
    imports::patch(s, owner, import.id, matched).await.unwrap();

    // Resumes that were paid for.
    tokens::grant(s, Some(slug), 100, Some("of the test"), None)
        .await
        .unwrap();
    let mut file = storage::incoming(s).unwrap();
    file.write_all(&resume("Cleo Ray", &format!("cleo@{slug}.example")))
        .unwrap();
    let upload = batch::Upload {
        file_name: "cleo.pdf".into(),
        file: file.into_temp_path(),
    };
    batch::upload(s, owner, interview, vec![upload], true, true)
        .await
        .unwrap();
    jobs::run_due(s).await.unwrap();
    interview
}

async fn nothing_stays_and_others_keep_theirs(bed: TestBed) {
    with_password(&bed).await;
    let model = judge().await;
    let s = with(&bed, &model);
    bed.clock.advance(1);
    let stranger = bed.stranger().await;
    let away = stranger.workspace().unwrap();
    fill(&s, &bed.owner, "home").await;
    let theirs = fill(&s, &stranger, "away").await;
    let before = rows_of(&s, bed.workspace.0).await;
    let lacking: Vec<_> = before.iter().filter(|(_, rows)| **rows == 0).collect();
    assert!(lacking.is_empty(), "`fill` makes no row of {lacking:?}");
    let others = rows_of(&s, away.0).await;
    let (files, uploads) = (bed.dir().join("files"), bed.dir().join("imports"));
    assert_eq!((files_in(&files).len(), files_in(&uploads).len()), (2, 2));
    let user = || entity::user::Entity::find_by_id(bed.owner_id.0);
    assert!(user().one(s.db.read()).await.unwrap().is_some());

    delete(&bed).await;
    assert!(
        user().one(s.db.read()).await.unwrap().is_none(),
        "belonged to nothing else"
    );
    assert!(workspaces::purge(&s).await.unwrap() > 0);
    let left = rows_of(&s, bed.workspace.0).await;
    let left: Vec<_> = left.iter().filter(|(_, rows)| **rows > 0).collect();
    assert!(left.is_empty(), "{left:?}");
    let row = entity::workspace::Entity::find_by_id(bed.workspace.0);
    assert!(row.one(s.db.read()).await.unwrap().is_none());
    let logins = entity::login_session::Entity::find()
        .filter(entity::login_session::Column::UserId.eq(bed.owner_id.0))
        .count(s.db.read());
    assert_eq!(logins.await.unwrap(), 0);
    assert_eq!((files_in(&files).len(), files_in(&uploads).len()), (1, 1));

    assert_eq!(rows_of(&s, away.0).await, others);
    let all = sessions::counts(&s, &stranger, Some(theirs), &Default::default())
        .await
        .unwrap();
    assert_eq!(all.all, 1);
    assert_eq!(workspaces::purge(&s).await.unwrap(), 0);
    // What was used of a model for a workspace that is gone holds up nobody's record.
    let request = Request::new(Purpose::Analysis, away, "Judge.").data(&json!({}));
    let _ = ai::ask(&s, &request).await;
    let calls = rows_of(&s, away.0).await["ai_call"];
    assert!(calls > others["ai_call"], "{calls}");
}

/// Does so many steps of `work`, and drops it where it stands.
async fn cut<T>(after: usize, work: impl Future<Output = T>) {
    let mut left = after;
    let mut work = std::pin::pin!(work);
    std::future::poll_fn(|cx| match work.as_mut().poll(cx) {
        Poll::Pending if left > 0 => {
            left -= 1;
            Poll::Pending
        }
        _ => Poll::Ready(()),
    })
    .await;
}

async fn clearing_up_goes_on_where_it_was_cut_off(mut bed: TestBed) {
    with_password(&bed).await;
    let model = judge().await;
    fill(&with(&bed, &model), &bed.owner, "home").await;
    delete(&bed).await;
    for after in [3, 17, 40, 90] {
        let s = bed.s.clone();
        cut(after, workspaces::purge(&s)).await;
        drop(s);
        bed.restart().await;
    }
    // Two processes at once.
    let (one, two) = (bed.s.clone(), bed.s.clone());
    let (one, two) = tokio::join!(async move { workspaces::purge(&one).await }, async move {
        workspaces::purge(&two).await
    });
    one.unwrap();
    two.unwrap();
    workspaces::purge(&bed.s).await.unwrap();
    let left = rows_of(&bed.s, bed.workspace.0).await;
    assert!(left.values().all(|rows| *rows == 0), "{left:?}");
    let row = entity::workspace::Entity::find_by_id(bed.workspace.0);
    assert!(row.one(bed.s.db.read()).await.unwrap().is_none());
    for folder in ["files", "imports"] {
        assert_eq!(files_in(&bed.dir().join(folder)), [""; 0], "{folder}");
    }
}
