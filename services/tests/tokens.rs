//! The ledger of AI tokens against real databases: never negative, never twice, whatever runs at once or dies in between.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where something is not as it should be"
)]

mod common;

use common::TestBed;
use parley_domain::{
    account::{Actor, Role},
    id::WorkspaceId,
    paging::PageRequest,
    time::{DAY, HOUR},
    token::{Balance, EntryKind},
};
use parley_services::{
    Config, Services,
    db::Priority,
    entity::{token_account, token_entry},
    error::ServiceError,
    tokens::{self, Hold},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use std::sync::Arc;
use uuid::Uuid;

on_both_databases!(
    the_first_workspace_is_granted_once,
    granting_is_idempotent_by_reference,
    a_hundred_reservations_on_a_balance_for_seven,
    all_or_none_is_reserved,
    settled_once_however_often_it_is_said,
    a_crash_at_each_step_loses_and_doubles_nothing,
    the_database_refuses_what_the_code_should_not_do,
    many_writers_leave_an_account_that_its_entries_add_up_to,
    free_work_leaves_no_entry,
    forgotten_reservations_come_back,
    entries_are_paged_and_spends_fall_on_their_days,
    strangers_see_nothing_and_viewers_spend_nothing,
);

fn hold(n: u128, amount: i64) -> Hold {
    Hold {
        reference: format!("resume:{n}:1"),
        subject: Uuid::from_u128(n),
        amount,
        note: Some(format!("resume {n}.pdf")),
    }
}

async fn reserve(s: &Services, bed: (Actor, WorkspaceId), holds: &[Hold]) -> Result<Balance, ServiceError> {
    let tx = s.db.write(Priority::Background).await?;
    let balance = tokens::reserve(&*tx, s, &bed.0, bed.1, holds).await?;
    tx.commit().await?;
    Ok(balance)
}

async fn commit(s: &Services, workspace: WorkspaceId, reference: &str) -> Balance {
    let tx = s.db.write(Priority::Background).await.unwrap();
    let balance = tokens::commit(&*tx, s, workspace, reference).await.unwrap();
    tx.commit().await.unwrap();
    balance
}

async fn refund(s: &Services, workspace: WorkspaceId, references: &[&str]) -> Balance {
    let tx = s.db.write(Priority::Background).await.unwrap();
    let balance = tokens::refund(&*tx, s, workspace, references).await.unwrap();
    tx.commit().await.unwrap();
    balance
}

/// The same services where the first workspace is granted `initial` tokens.
fn with_initial(bed: &TestBed, initial: i64) -> Services {
    let mut s = bed.s.clone();
    s.config = Arc::new(Config {
        initial_tokens: initial,
        ..(*s.config).clone()
    });
    s
}

async fn all_entries(s: &Services, workspace: WorkspaceId) -> Vec<token_entry::Model> {
    token_entry::Entity::find()
        .filter(token_entry::Column::WorkspaceId.eq(workspace.0))
        .order_by_asc(token_entry::Column::Seq)
        .all(s.db.read())
        .await
        .unwrap()
}

/// What must hold at any moment: the account is what its entries add up to, one by one, and they are numbered without gaps.
async fn rebuilt(s: &Services, workspace: WorkspaceId) -> Balance {
    let account = token_account::Entity::find()
        .filter(token_account::Column::WorkspaceId.eq(workspace.0))
        .one(s.db.read())
        .await
        .unwrap()
        .unwrap();
    let mut balance = Balance::default();
    let entries = all_entries(s, workspace).await;
    for (number, entry) in (1..).zip(&entries) {
        assert_eq!(entry.seq, number);
        balance = balance.after(entry.kind.parse().unwrap(), entry.amount).unwrap();
        assert_eq!(
            (entry.available_after, entry.reserved_after),
            (balance.available, balance.reserved)
        );
    }
    assert_eq!(
        (account.available, account.reserved),
        (balance.available, balance.reserved)
    );
    assert_eq!(account.last_seq, entries.len() as i64);
    balance
}

async fn the_first_workspace_is_granted_once(bed: TestBed) {
    bed.clock.advance(1);
    let stranger = bed.stranger().await;
    // Whoever asks first, and all at once.
    let asks = (0..10).map(|n| {
        let (s, actor) = (bed.s.clone(), if n % 2 == 0 { stranger } else { bed.owner });
        tokio::spawn(async move { tokens::account(&s, &actor).await.unwrap() })
    });
    for ask in asks.collect::<Vec<_>>() {
        ask.await.unwrap();
    }
    let mine = tokens::account(&bed.s, &bed.owner).await.unwrap();
    assert_eq!((mine.balance, mine.reserved, mine.per_resume), (500, 0, 5));
    let theirs = tokens::account(&bed.s, &stranger).await.unwrap();
    assert_eq!((theirs.balance, theirs.reserved), (0, 0));
    rebuilt(&bed.s, bed.workspace).await;
    assert_eq!(all_entries(&bed.s, bed.workspace).await.len(), 1);
}

async fn granting_is_idempotent_by_reference(bed: TestBed) {
    let grant = async |amount, reference| tokens::grant(&bed.s, None, amount, reference, Some("May")).await;
    assert_eq!(grant(100, Some("order 7")).await.unwrap().available, 600);
    assert_eq!(grant(100, Some("order 7")).await.unwrap().available, 600);
    assert_eq!(grant(100, None).await.unwrap().available, 700);
    assert_eq!(grant(100, None).await.unwrap().available, 800);
    for wrong in [0, -5, i64::MAX] {
        assert!(matches!(grant(wrong, None).await, Err(ServiceError::Invalid(_))));
    }
    let unknown = tokens::grant(&bed.s, Some("nowhere"), 5, None, None).await;
    assert!(matches!(unknown, Err(ServiceError::NotFound)));
    assert_eq!(rebuilt(&bed.s, bed.workspace).await.available, 800);
}

async fn a_hundred_reservations_on_a_balance_for_seven(bed: TestBed) {
    let s = with_initial(&bed, 37);
    let tries = (0..100).map(|n| {
        let (s, of) = (s.clone(), (bed.owner, bed.workspace));
        tokio::spawn(async move { reserve(&s, of, &[hold(n, 5)]).await })
    });
    let (mut done, mut refused) = (0, 0);
    for one in tries.collect::<Vec<_>>() {
        match one.await.unwrap() {
            Ok(balance) => {
                assert!(balance.available >= 0);
                done += 1;
            }
            Err(ServiceError::Conflict { code, detail, .. }) => {
                assert_eq!(code, "too_few_tokens");
                assert!(detail.contains("2 are left: 3 are missing"), "{detail}");
                refused += 1;
            }
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!((done, refused), (7, 93));
    let balance = rebuilt(&s, bed.workspace).await;
    assert_eq!((balance.available, balance.reserved), (2, 35));
}

async fn all_or_none_is_reserved(bed: TestBed) {
    let s = with_initial(&bed, 14);
    let of = (bed.owner, bed.workspace);
    let three: Vec<Hold> = (1..=3).map(|n| hold(n, 5)).collect();
    assert!(reserve(&s, of, &three).await.is_err());
    assert_eq!(tokens::account(&s, &bed.owner).await.unwrap().balance, 14);
    let balance = reserve(&s, of, &three[..2]).await.unwrap();
    assert_eq!((balance.available, balance.reserved), (4, 10));
    // The same again, and once more in one call: nothing changes.
    let twice = [three[0].clone(), three[1].clone(), three[0].clone()];
    assert_eq!(reserve(&s, of, &twice).await.unwrap(), balance);
    assert_eq!(rebuilt(&s, bed.workspace).await, balance);
}

async fn settled_once_however_often_it_is_said(bed: TestBed) {
    let (s, of) = (&bed.s, (bed.owner, bed.workspace));
    reserve(s, of, &[hold(1, 5), hold(2, 5), hold(3, 5)]).await.unwrap();
    let (first, second, third) = ("resume:1:1", "resume:2:1", "resume:3:1");
    assert_eq!(commit(s, bed.workspace, first).await.reserved, 10);
    assert_eq!(commit(s, bed.workspace, first).await.reserved, 10);
    assert_eq!(
        refund(s, bed.workspace, &[first]).await.available,
        485,
        "spent is spent"
    );
    assert_eq!(refund(s, bed.workspace, &[second, second]).await.available, 490);
    assert_eq!(
        commit(s, bed.workspace, second).await.available,
        490,
        "given back is given back"
    );
    assert_eq!(
        commit(s, bed.workspace, "resume:9:1").await.reserved,
        5,
        "never reserved"
    );
    // Everybody at once.
    let tasks = (0..20).map(|n| {
        let (s, workspace) = (s.clone(), bed.workspace);
        tokio::spawn(async move {
            if n % 2 == 0 {
                commit(&s, workspace, third).await;
            } else {
                refund(&s, workspace, &[third]).await;
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    let balance = rebuilt(s, bed.workspace).await;
    assert_eq!(balance.reserved, 0);
    assert!(balance.available == 490 || balance.available == 495, "{balance:?}");
    // Another try of what was charged is not charged again: its tokens come back.
    let again = Hold {
        reference: "resume:1:2".into(),
        ..hold(1, 5)
    };
    reserve(s, of, &[again]).await.unwrap();
    assert_eq!(commit(s, bed.workspace, "resume:1:2").await, balance);
    rebuilt(s, bed.workspace).await;
}

/// A step that dies before its transaction is committed has no effect; done again it has its effect, and once more none.
async fn a_crash_at_each_step_loses_and_doubles_nothing(bed: TestBed) {
    let (s, of) = (&bed.s, (bed.owner, bed.workspace));
    let holds = [hold(1, 5), hold(2, 5)];
    let step = async |number: usize, survives: bool| {
        let tx = s.db.write(Priority::Background).await.unwrap();
        match number {
            1 => tokens::reserve(&*tx, s, &of.0, of.1, &holds).await.unwrap(),
            2 => tokens::commit(&*tx, s, of.1, &holds[0].reference).await.unwrap(),
            _ => tokens::refund(&*tx, s, of.1, &[&holds[1].reference]).await.unwrap(),
        };
        if survives {
            tx.commit().await.unwrap();
        }
    };
    let expected = [(500, 0), (490, 10), (490, 5), (495, 0)];
    tokens::account(s, &of.0).await.unwrap();
    for number in 1..=3 {
        for (survives, wanted) in [
            (false, expected[number - 1]),
            (false, expected[number - 1]),
            (true, expected[number]),
            (true, expected[number]),
            (false, expected[number]),
        ] {
            step(number, survives).await;
            let balance = rebuilt(s, of.1).await;
            assert_eq!((balance.available, balance.reserved), wanted, "step {number}");
        }
    }
    let kinds: Vec<_> = all_entries(s, of.1).await.into_iter().map(|entry| entry.kind).collect();
    assert_eq!(kinds, ["grant", "reserve", "reserve", "commit", "refund"]);
}

async fn the_database_refuses_what_the_code_should_not_do(bed: TestBed) {
    let (s, of) = (&bed.s, (bed.owner, bed.workspace));
    reserve(s, of, &[hold(1, 5), hold(2, 5)]).await.unwrap();
    commit(s, of.1, "resume:1:1").await;
    let db = s.db.read();
    for statement in [
        "UPDATE token_account SET available = -1",
        "UPDATE token_account SET reserved = reserved - 6",
        "UPDATE token_entry SET amount = 1",
        "UPDATE token_entry SET kind = 'refund'",
    ] {
        assert!(db.execute_unprepared(statement).await.is_err(), "{statement}");
    }
    let entries = all_entries(s, of.1).await;
    let copy = |kind: EntryKind, change: &dyn Fn(&mut token_entry::Model)| {
        let mut row = entries.iter().find(|row| row.kind == kind.as_str()).unwrap().clone();
        row.id = s.new_id().unwrap();
        row.seq = 1_000;
        change(&mut row);
        row
    };
    let refused = [
        (
            "the same number",
            copy(EntryKind::Grant, &|row| {
                row.seq = 1;
                row.reference = "other".into();
            }),
        ),
        ("granted twice", copy(EntryKind::Grant, &|_| {})),
        ("reserved twice", copy(EntryKind::Reserve, &|_| {})),
        (
            "settled twice",
            copy(EntryKind::Commit, &|row| row.kind = "refund".into()),
        ),
        (
            "charged twice",
            copy(EntryKind::Commit, &|row| row.reference = "resume:1:2".into()),
        ),
        (
            "nothing",
            copy(EntryKind::Grant, &|row| {
                row.amount = 0;
                row.reference = "other".into();
            }),
        ),
    ];
    for (what, row) in refused {
        let row = sea_orm::IntoActiveModel::into_active_model(row);
        let done = token_entry::Entity::insert(row).exec_without_returning(db).await;
        assert!(done.is_err(), "{what}");
    }
    rebuilt(s, of.1).await;
}

async fn many_writers_leave_an_account_that_its_entries_add_up_to(bed: TestBed) {
    let (s, of) = (&bed.s, (bed.owner, bed.workspace));
    let tasks = (0..60_u128).map(|n| {
        let s = s.clone();
        tokio::spawn(async move {
            let holds: Vec<Hold> = (0..3).map(|k| hold(n * 10 + k, 1 + (k as i64))).collect();
            if reserve(&s, of, &holds).await.is_err() {
                return;
            }
            for (k, hold) in holds.iter().enumerate() {
                match (n as usize + k) % 3 {
                    0 => drop(commit(&s, of.1, &hold.reference).await),
                    1 => drop(refund(&s, of.1, &[&hold.reference]).await),
                    _ => {}
                }
            }
            if n % 20 == 0 {
                tokens::grant(&s, None, 10, None, None).await.unwrap();
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    let balance = rebuilt(s, of.1).await;
    let sum = |kind: EntryKind, entries: &[token_entry::Model]| -> i64 {
        let of_kind = entries.iter().filter(|entry| entry.kind == kind.as_str());
        of_kind.map(|entry| entry.amount).sum()
    };
    let entries = all_entries(s, of.1).await;
    assert_eq!(sum(EntryKind::Grant, &entries), 530);
    let spent = sum(EntryKind::Commit, &entries);
    assert_eq!(balance.available + balance.reserved + spent, 530);
    assert!(spent > 0 && balance.reserved > 0);
}

async fn free_work_leaves_no_entry(bed: TestBed) {
    let (s, of) = (&bed.s, (bed.owner, bed.workspace));
    let before = reserve(s, of, &[hold(1, 0)]).await.unwrap();
    assert_eq!(commit(s, of.1, "resume:1:1").await, before);
    assert_eq!(all_entries(s, of.1).await.len(), 1, "the first grant only");
}

async fn forgotten_reservations_come_back(bed: TestBed) {
    let (s, of) = (&bed.s, (bed.owner, bed.workspace));
    let named = |reference: &str, n| Hold {
        reference: reference.into(),
        ..hold(n, 5)
    };
    let held = [named("extract:1", 1), named("extract:2", 2), named("resume:3:1", 3)];
    reserve(s, of, &held).await.unwrap();
    commit(s, of.1, "extract:1").await;
    bed.clock.advance(HOUR);
    reserve(s, of, &[named("extract:4", 4)]).await.unwrap();
    let before = s.now().plus(-HOUR / 2);
    assert_eq!(tokens::refund_forgotten(s, "extract:", before).await.unwrap(), 1);
    assert_eq!(tokens::refund_forgotten(s, "extract:", before).await.unwrap(), 0);
    let balance = rebuilt(s, of.1).await;
    assert_eq!(
        (balance.available, balance.reserved),
        (485, 10),
        "number 3 and number 4 are still set aside"
    );
}

async fn entries_are_paged_and_spends_fall_on_their_days(bed: TestBed) {
    let (s, of) = (&bed.s, (bed.owner, bed.workspace));
    // 09:00 UTC is 10:00 in the owner's Berlin; 23:30 UTC is the next day there.
    for (n, wait) in [(1, 0), (2, 14 * HOUR + HOUR / 2), (3, DAY)] {
        bed.clock.advance(wait);
        reserve(s, of, &[hold(n, 5), hold(n + 10, 7)]).await.unwrap();
        commit(s, of.1, &format!("resume:{n}:1")).await;
        refund(s, of.1, &[&format!("resume:{}:1", n + 10)]).await;
    }
    let days = tokens::spend_by_day(s, &bed.owner, 5).await.unwrap();
    let spent: Vec<_> = days
        .iter()
        .map(|day| (day.date.as_str(), day.label.as_str(), day.spent))
        .collect();
    assert_eq!(
        spent,
        [
            ("2026-11-22", "22 Nov", 0),
            ("2026-11-23", "23 Nov", 0),
            ("2026-11-24", "24 Nov", 5),
            ("2026-11-25", "25 Nov", 5),
            ("2026-11-26", "26 Nov", 5),
        ]
    );
    let mut page = PageRequest {
        limit: Some(4),
        cursor: None,
    };
    let mut seen = Vec::new();
    loop {
        let found = tokens::entries(s, &bed.owner, &page).await.unwrap();
        seen.extend(found.items);
        match found.next_cursor {
            Some(cursor) => page.cursor = Some(cursor),
            None => break,
        }
    }
    let numbers: Vec<_> = seen.iter().map(|entry| entry.seq).collect();
    assert_eq!(numbers, (1..=13).rev().collect::<Vec<i64>>());
    assert_eq!(
        (seen[0].kind, seen[0].amount, seen[0].balance),
        (EntryKind::Refund, 7, 485)
    );
    assert_eq!(seen[0].note.as_deref(), Some("resume 13.pdf"));
    assert_eq!(seen[12].note.as_deref(), Some("First tokens of this installation"));
}

async fn strangers_see_nothing_and_viewers_spend_nothing(bed: TestBed) {
    bed.clock.advance(1);
    let stranger = bed.stranger().await;
    tokens::account(&bed.s, &bed.owner).await.unwrap();
    let page = PageRequest::default();
    assert_eq!(tokens::entries(&bed.s, &stranger, &page).await.unwrap().items, []);
    let viewer = bed.member(Role::Viewer);
    assert_eq!(tokens::account(&bed.s, &viewer).await.unwrap().balance, 500);
    let candidate = Actor::Candidate {
        workspace: bed.workspace,
        candidate: Uuid::nil().into(),
    };
    for actor in [Actor::System, candidate] {
        assert!(tokens::account(&bed.s, &actor).await.is_err());
        assert!(tokens::entries(&bed.s, &actor, &page).await.is_err());
        assert!(tokens::spend_by_day(&bed.s, &actor, 30).await.is_err());
    }
}
