//! Deleting a workspace: who may, that it is over at once behind every door, that nothing of it stays, and what comes after.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where something is not as it should be"
)]

mod common;
#[path = "common/pdf.rs"]
#[expect(dead_code, reason = "other tests need the files that cannot be read")]
mod pdf;
#[path = "common/imports.rs"]
#[expect(dead_code, reason = "what only the tests of imports need")]
mod tables;

use common::{TestBed, token};
use parley_domain::{
    account::{Actor, Role},
    ai::Purpose,
    analysis::Engine,
    candidate::{Candidate, CandidateInput, Source},
    clock::Presence,
    conversation::{CandidateErrorCode as Code, CandidateView},
    id::InterviewId,
    import::{ColumnMatch, Field, ImportPatch},
    interview::{InterviewInput, InterviewState},
    link::LinkState,
    person::{PersonInput, SetupInput, SetupState, WorkspaceContents},
    question::Question,
    session::{Status, Verdict},
    time::DAY,
};
use parley_services::{
    Services,
    accounts::{self, SetupRule, people},
    ai::{self, Ai, AiConfig, Failure, Request},
    analysis,
    candidates::{self, OnDuplicate},
    conversation::{self, AnswerInput, PublicStart, StartInput, preview},
    demo, entity,
    error::ServiceError,
    idempotency, imports, interviews, jobs, links,
    resumes::batch,
    sessions, storage, tokens, workspaces,
};
use parley_testing::{ScriptedModel, Step};
use pdf::resume;
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseBackend, EntityTrait, PaginatorTrait, QueryFilter, Statement};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    future::Future,
    io::Write as _,
    net::{IpAddr, Ipv4Addr},
    path::Path,
    task::Poll,
    time::Duration,
};
use uuid::Uuid;

on_both_databases!(
    only_an_owner_who_means_it_deletes,
    it_is_over_at_once_behind_every_door,
    nothing_stays_and_others_keep_theirs,
    clearing_up_goes_on_where_it_was_cut_off,
    the_last_one_leaves_a_first_run,
    who_belongs_elsewhere_keeps_their_account,
    a_second_owner_finds_it_gone,
);

const PASSWORD: &str = "correct horse battery";
const NAME: &str = "The home café";
const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

fn consent() -> StartInput {
    StartInput {
        consent: true,
        language: "en".into(),
        ..Default::default()
    }
}

fn says(client: &str, view: &CandidateView) -> AnswerInput {
    AnswerInput {
        client_id: client.into(),
        question: view.question.as_ref().unwrap().id,
        text: Some("We measured first and then changed it.".into()),
        choices: Vec::new(),
        lease: None,
        presence: Presence::Live,
    }
}

async fn with_password(bed: &TestBed) {
    people::set_password(&bed.s, "owner@home.example", PASSWORD)
        .await
        .unwrap();
}

async fn delete(bed: &TestBed) {
    workspaces::delete(&bed.s, &bed.owner, NAME, PASSWORD, HERE)
        .await
        .unwrap();
}

fn code(error: ServiceError) -> String {
    match error {
        ServiceError::Invalid(errors) => errors[0].field.clone(),
        other => panic!("{other}"),
    }
}

/// Services that read files in this process, and ask this model.
fn with(bed: &TestBed, model: &ScriptedModel) -> Services {
    let config = AiConfig {
        url: model.url().to_owned(),
        key: None,
        model: "m".to_owned(),
    };
    let mut s = bed.s.clone().with_ai(Ai::new(Some(config), 8).unwrap());
    s.children = None;
    s
}

/// A model that gives every answer a seven, with its first words as the quote; what else it is asked, it declines.
async fn judge() -> ScriptedModel {
    let model = ScriptedModel::start().await;
    model.otherwise(|request| judged(request).map_or(Step::Refuse, |answer| Step::json(&answer)));
    model
}

fn judged(request: &Value) -> Option<Value> {
    let text = request["messages"][1]["content"].as_str()?;
    let document: Value = serde_json::from_str(text.split_once("\n\n")?.1).ok()?;
    let mut questions = Vec::new();
    for q in document["questions"].as_array()? {
        let said = q["talk"].as_array()?.iter().find(|t| t["speaker"] == "candidate");
        let Some(said) = said else { continue };
        let words: Vec<_> = said["text"].as_str()?.split_whitespace().take(4).collect();
        let quote = json!({"turn": said["turn"], "text": words.join(" ")});
        questions
            .push(json!({"about": q["ref"], "score": 7, "confidence": "high", "note": "Said so.", "quotes": [quote]}));
    }
    Some(
        json!({"summary": "It was answered.", "strengths": [], "concerns": [], "criteria": [], "questions": questions}),
    )
}

async fn only_an_owner_who_means_it_deletes(bed: TestBed) {
    with_password(&bed).await;
    let interview = bed.interview(1, |_| {}).await;
    let ana = bed.candidate(interview, "Ana", None).await;
    bed.candidate(interview, "Ben", None).await;
    candidates::delete(&bed.s, &bed.owner, &[ana.id]).await.unwrap();
    preview::create(&bed.s, &bed.owner, interview).await.unwrap();
    let s = &bed.s;
    for role in [Role::Viewer, Role::Member, Role::Admin] {
        let member = bed.member(role);
        assert!(matches!(
            workspaces::contents(s, &member).await,
            Err(ServiceError::Forbidden)
        ));
        let refused = workspaces::delete(s, &member, NAME, PASSWORD, HERE).await;
        assert!(matches!(refused, Err(ServiceError::Forbidden)), "{role:?}");
    }
    let key = accounts::create_key(s, &bed.owner, "Import", Role::Owner)
        .await
        .unwrap();
    let key = accounts::key_actor(s, &key.secret).await.unwrap().unwrap();
    let refused = workspaces::delete(s, &key, NAME, PASSWORD, HERE).await;
    assert!(matches!(refused, Err(ServiceError::Forbidden)), "a key has no password");

    let held = workspaces::contents(s, &bed.owner).await.unwrap();
    let expected = WorkspaceContents {
        interviews: 1,
        candidates: 2,
        sessions: 2,
        accounts: 1,
    };
    assert_eq!(held, expected, "a preview is no session of anybody");
    for (name, password, field) in [
        ("", PASSWORD, "name"),
        ("the home café", PASSWORD, "name"),
        (NAME, "", "password"),
        (NAME, "correct horse batterz", "password"),
    ] {
        let refused = workspaces::delete(s, &bed.owner, name, password, HERE)
            .await
            .unwrap_err();
        assert_eq!(code(refused), field, "{name:?} {password:?}");
    }
    let mut guesses = 0;
    let limited = loop {
        match workspaces::delete(s, &bed.owner, NAME, "a guess of somebody", HERE).await {
            Err(ServiceError::TooMany { .. }) => break true,
            Err(ServiceError::Invalid(_)) if guesses < 1_000 => guesses += 1,
            _ => break false,
        }
    };
    assert!(limited, "guessing is limited as at the log-in");
    assert!(
        accounts::actor(s, bed.owner_id, "home").await.is_ok(),
        "nothing was changed"
    );
    assert_eq!(workspaces::purge(s).await.unwrap(), 0);
    // Typed with other spaces: one and the same name.
    bed.clock.advance(DAY);
    workspaces::delete(s, &bed.owner, "  The home  café ", PASSWORD, HERE)
        .await
        .unwrap();
    let gone = accounts::actor(s, bed.owner_id, "home").await;
    assert!(matches!(gone, Err(ServiceError::NotFound)));
}

async fn it_is_over_at_once_behind_every_door(bed: TestBed) {
    with_password(&bed).await;
    let model = judge().await;
    let s = with(&bed, &model);
    let signed_in = accounts::log_in(&s, "owner@home.example", PASSWORD, HERE, None)
        .await
        .unwrap();
    let key = accounts::create_key(&s, &bed.owner, "Import", Role::Member)
        .await
        .unwrap();
    let interview = bed.interview(2, |_| {}).await;
    let public = links::create(&s, &bed.owner, interview, Default::default())
        .await
        .unwrap();
    let shown = preview::create(&s, &bed.owner, interview).await.unwrap();
    let shown = shown.url.rsplit('/').next().unwrap().to_owned();
    let mut people = Vec::new();
    for name in ["Ana", "Ben", "Cleo", "Dora"] {
        people.push(bed.candidate(interview, name, None).await);
    }
    let [waiting, inside, kept, done] = [0, 1, 2, 3].map(|n: usize| token(&people[n]));
    // Another process, which has what was said in its own memory.
    let mut other = bed.s.clone();
    other.scenes = conversation::Scenes::default();
    other.transcripts = conversation::Transcripts::default();
    let view_inside = conversation::start(&bed.s, &inside, consent()).await.unwrap();
    let view_kept = conversation::start(&other, &kept, consent()).await.unwrap();
    let view = conversation::start(&bed.s, &done, consent()).await.unwrap();
    conversation::answer(&bed.s, &done, says("a", &view)).await.unwrap();
    conversation::finish(&s, &done).await.unwrap();
    let cookie = conversation::cookie(&s, &inside).await.unwrap().unwrap();
    let turns = entity::turn::Entity::find().count(s.db.read()).await.unwrap();
    let mut watched = s.events.watch_candidate(people[1].id);

    delete(&bed).await;
    assert!(watched.try_recv().is_ok(), "who watches is told to look");

    assert_eq!(accounts::signed_in(&s, &signed_in.secret).await.unwrap(), None);
    for slug in ["home", &bed.workspace.to_string()] {
        let gone = accounts::actor(&s, bed.owner_id, slug).await;
        assert!(matches!(gone, Err(ServiceError::NotFound)), "{slug}");
    }
    let gone = accounts::actor_for_interview(&s, bed.owner_id, interview).await;
    assert!(matches!(gone, Err(ServiceError::NotFound)));
    assert_eq!(accounts::key_actor(&s, &key.secret).await.unwrap(), None);
    for named in ["home", &bed.workspace.to_string()] {
        let gone = people::workspace_named(s.db.read(), Some(named)).await;
        assert!(matches!(gone, Err(ServiceError::NotFound)), "{named}");
    }
    assert_eq!(people::workspace_named(s.db.read(), None).await.unwrap(), None);
    assert_eq!(ai::settings::first(s.db.read()).await.unwrap(), None);

    for token in [&waiting, &inside, &kept, &done, &shown] {
        let landing = conversation::landing(&s, token).await.unwrap();
        assert_eq!(landing.state, LinkState::Unknown);
        let code =
            |refused: Result<CandidateView, parley_domain::conversation::CandidateError>| refused.unwrap_err().error;
        assert_eq!(code(conversation::view(&s, token).await), Code::UnknownLink);
        assert_eq!(code(conversation::start(&s, token, consent()).await), Code::UnknownLink);
        assert_eq!(code(conversation::heartbeat(&s, token, 1).await), Code::UnknownLink);
        assert_eq!(code(conversation::finish(&s, token).await), Code::UnknownLink);
        assert!(
            conversation::pulse(&s, token, None).await.unwrap().is_none(),
            "streams end"
        );
    }
    for (s, token, view) in [(&bed.s, &inside, &view_inside), (&other, &kept, &view_kept)] {
        let refused = conversation::answer(s, token, says("b", view)).await.unwrap_err();
        assert_eq!(refused.error, Code::UnknownLink);
        let refused = conversation::heartbeat(s, token, view.lease).await.unwrap_err();
        assert_eq!(refused.error, Code::UnknownLink);
    }
    assert_eq!(entity::turn::Entity::find().count(s.db.read()).await.unwrap(), turns);
    assert_eq!(conversation::token_of_cookie(&s, &cookie).await.unwrap(), None);
    assert_eq!(
        conversation::public_landing(&s, &public.slug).await.unwrap().state,
        LinkState::Unknown
    );
    let walk_in = PublicStart {
        name: "Eve".into(),
        email: "eve@example.org".into(),
        start: consent(),
        ..Default::default()
    };
    let refused = conversation::start_public(&s, &public.slug, walk_in).await.unwrap_err();
    assert_eq!(refused.error, Code::UnknownLink);

    // What was queued asks nobody, and neither does who still works for it.
    jobs::run_due(&s).await.unwrap();
    bed.clock.advance(30 * DAY);
    assert_eq!(sessions::sweep(&s).await.unwrap(), 0);
    jobs::run_due(&s).await.unwrap();
    let request = Request::new(Purpose::Analysis, bed.workspace, "Judge.").data(&json!({}));
    assert_eq!(ai::ask(&s, &request).await.unwrap_err(), Failure::Off);
    assert_eq!(model.requests().len(), 0);
}

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

fn person(email: &str) -> PersonInput {
    PersonInput {
        name: "Nora New".into(),
        email: email.into(),
        password: PASSWORD.into(),
        time_zone: "Europe/Berlin".into(),
    }
}

async fn the_last_one_leaves_a_first_run(bed: TestBed) {
    with_password(&bed).await;
    let s = &bed.s;
    s.accounts.allow_setup(SetupRule::Anyone);
    // Removed from the team, and an account all the same: it must not keep the installation closed.
    let former = people::add(s, person("former@home.example"), None, None).await.unwrap();
    accounts::remove_member(s, &bed.owner, former).await.unwrap();
    assert_eq!(accounts::setup_state(s).await.unwrap(), SetupState::Done);
    delete(&bed).await;
    let said = tokio::time::timeout(Duration::from_secs(5), s.accounts.emptied.notified()).await;
    assert!(said.is_ok(), "nobody says how to set it up");
    assert_eq!(accounts::setup_state(s).await.unwrap(), SetupState::Open);
    assert_eq!(entity::user::Entity::find().count(s.db.read()).await.unwrap(), 0);

    // Before the old one is cleared up: its name and its place are free.
    let input = SetupInput {
        workspace: "Home".into(),
        person: person("owner@home.example"),
        code: String::new(),
    };
    let (signed_in, slug) = accounts::set_up(s, input, HERE).await.unwrap();
    assert_eq!(slug, "home");
    let owner = accounts::actor(s, signed_in.user, &slug).await.unwrap();
    assert_ne!(owner.workspace(), Some(bed.workspace));
    assert_eq!(tokens::account(s, &owner).await.unwrap().balance, 500, "the first one");
    let me = accounts::me(s, signed_in.user).await.unwrap();
    assert!(me.workspaces[0].first);
    workspaces::purge(s).await.unwrap();
    assert_eq!(accounts::me(s, signed_in.user).await.unwrap(), me);

    // And from the command line, after the second one too.
    workspaces::delete(s, &owner, "Home", PASSWORD, HERE).await.unwrap();
    let nora = people::add(s, person("nora@home.example"), None, None).await.unwrap();
    let me = accounts::me(s, nora).await.unwrap();
    let found: Vec<_> = me.workspaces.iter().map(|w| (w.name.as_str(), w.role)).collect();
    assert_eq!(found, [("My workspace", Role::Owner)]);
    workspaces::purge(s).await.unwrap();
    let made = demo::fill(s, 10, |_| {}).await.unwrap();
    assert_eq!(made.slug, "harbour-pine");
    assert_eq!(entity::workspace::Entity::find().count(s.db.read()).await.unwrap(), 2);
}

async fn who_belongs_elsewhere_keeps_their_account(bed: TestBed) {
    with_password(&bed).await;
    let s = &bed.s;
    s.accounts.allow_setup(SetupRule::Anyone);
    bed.stranger().await;
    let mia = people::add(s, person("mia@home.example"), Some(Role::Member), Some("home"))
        .await
        .unwrap();
    let away = people::workspace_named(s.db.read(), Some("away"))
        .await
        .unwrap()
        .unwrap();
    let membership = entity::membership::ActiveModel {
        id: sea_orm::ActiveValue::Set(Uuid::from_u128(77)),
        workspace_id: sea_orm::ActiveValue::Set(away.0),
        user_id: sea_orm::ActiveValue::Set(mia.0),
        role: sea_orm::ActiveValue::Set("viewer".into()),
        created_at: sea_orm::ActiveValue::Set(0),
        updated_at: sea_orm::ActiveValue::Set(0),
    };
    entity::membership::Entity::insert(membership)
        .exec_without_returning(s.db.read())
        .await
        .unwrap();
    let signed_in = accounts::log_in(s, "mia@home.example", PASSWORD, HERE, None)
        .await
        .unwrap();
    assert_eq!(workspaces::contents(s, &bed.owner).await.unwrap().accounts, 1);
    delete(&bed).await;
    workspaces::purge(s).await.unwrap();
    assert_eq!(accounts::signed_in(s, &signed_in.secret).await.unwrap(), Some(mia));
    let me = accounts::me(s, mia).await.unwrap();
    let slugs: Vec<_> = me.workspaces.iter().map(|w| w.slug.as_str()).collect();
    assert_eq!(slugs, ["away"]);
    assert!(me.workspaces[0].first, "the oldest one that there is");
    assert_eq!(accounts::setup_state(s).await.unwrap(), SetupState::Done);
}

async fn a_second_owner_finds_it_gone(bed: TestBed) {
    with_password(&bed).await;
    let olga = people::add(&bed.s, person("olga@home.example"), Some(Role::Owner), None)
        .await
        .unwrap();
    let olga = accounts::actor(&bed.s, olga, "home").await.unwrap();
    let (s, t, owner) = (bed.s.clone(), bed.s.clone(), bed.owner);
    let (first, second) = tokio::join!(
        tokio::spawn(async move { workspaces::delete(&s, &owner, NAME, PASSWORD, HERE).await }),
        tokio::spawn(async move { workspaces::delete(&t, &olga, NAME, PASSWORD, HERE).await })
    );
    let results = [first.unwrap(), second.unwrap()];
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    for result in results {
        assert!(matches!(result, Ok(()) | Err(ServiceError::NotFound)), "{result:?}");
    }
    // Nobody joins it any more, by whatever way they came.
    let late = people::add(&bed.s, person("late@home.example"), None, Some("home")).await;
    assert!(matches!(late, Err(ServiceError::NotFound)));
    let late = people::add(
        &bed.s,
        person("late@home.example"),
        None,
        Some(&bed.workspace.to_string()),
    )
    .await;
    assert!(matches!(late, Err(ServiceError::NotFound)));
}
