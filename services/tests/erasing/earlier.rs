//! What earlier versions and processes that died left behind.

use crate::{
    common::{TestBed, token},
    on_both_databases, pdf,
    support::{ZEBULON, everything, imported, is_erased, read_batch, rows_of},
    tables::{here, sums_hold, upload},
};
use parley_domain::import::OnDuplicate;
use parley_migration::{Migrator, MigratorTrait};
use parley_services::{
    candidates,
    db::Priority,
    entity::{candidate, import_row, token_entry},
    imports::{self, reader::LEFT_OUT},
    resumes::batch,
    tokens,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use std::{
    path::Path,
    time::{Duration, Instant},
};
use uuid::Uuid;

on_both_databases!(what_earlier_versions_left_is_cleared, a_stray_upload_is_forgotten,);

/// Takes this migration back and runs it again, with whatever came after it.
async fn migrated_again(bed: &TestBed) {
    let names: Vec<_> = Migrator::migrations().iter().map(|m| m.name().to_owned()).collect();
    let at = names.iter().position(|name| name.contains("m0019_erased")).unwrap();
    let steps = u32::try_from(names.len() - at).unwrap();
    Migrator::down(bed.s.db.read(), Some(steps)).await.unwrap();
    Migrator::up(bed.s.db.read(), None).await.unwrap();
}

async fn what_earlier_versions_left_is_cleared(bed: TestBed) {
    let s = here(&bed);
    let conn = s.db.read();
    let interview = bed.interview(1, |_| {}).await;
    let import = imported(&s, &bed, interview, ZEBULON, OnDuplicate::Skip).await;
    let rows = rows_of(&s, &bed, &import).await;
    let (zebulon, ben) = (rows[0].candidate_id.unwrap(), rows[1].candidate_id.unwrap());
    let batch = read_batch(
        &s,
        &bed,
        interview,
        &[("Zebulon_CV.pdf", pdf::resume("Zebulon Quagga", "z@quagga.example"))],
    )
    .await;
    let batch = batch::add(&s, &bed.owner, batch.id, None).await.unwrap();
    let of_file = batch.files[0].candidate_id.unwrap();
    // As they used to be purged: the candidate alone went.
    for id in [zebulon, of_file] {
        candidate::Entity::delete_by_id(id.0).exec(conn).await.unwrap();
    }
    // As links were kept: in Ben's row, which says the same as Ben.
    let link = candidates::get(&s, &bed.owner, ben).await.unwrap().invite_url.unwrap();
    let held = format!("see {link} there");
    let cells = serde_json::to_string(&["Ben Doe", "ben@x.example", "KCL", "2023", held.as_str()]).unwrap();
    let before = serde_json::to_string(&serde_json::json!({"notes": [null, held]})).unwrap();
    import_row::Entity::update_many()
        .col_expr(import_row::Column::Cells, Expr::value(cells))
        .col_expr(import_row::Column::Before, Expr::value(before))
        .filter(import_row::Column::CandidateId.eq(ben.0))
        .exec(conn)
        .await
        .unwrap();
    candidate::Entity::update_many()
        .col_expr(candidate::Column::Notes, Expr::value(held))
        .filter(candidate::Column::Id.eq(ben.0))
        .exec(conn)
        .await
        .unwrap();
    let hold = tokens::Hold {
        reference: "resume:earlier:1".to_owned(),
        subject: Uuid::from_u128(7),
        amount: 5,
        note: Some("Zebulon_CV.pdf".to_owned()),
    };
    let tx = s.db.write(Priority::Person).await.unwrap();
    tokens::reserve(&*tx, &s, &bed.owner, bed.workspace, &[hold])
        .await
        .unwrap();
    tx.commit().await.unwrap();

    migrated_again(&bed).await;

    let rows = rows_of(&s, &bed, &import).await;
    assert!(is_erased(&rows[0]));
    let clean = format!("see {LEFT_OUT} there");
    assert_eq!(rows[1].cells[4], clean);
    let now = candidates::get(&s, &bed.owner, ben).await.unwrap();
    assert_eq!(now.fields.notes.as_deref(), Some(clean.as_str()));
    let stored = import_row::Entity::find()
        .filter(import_row::Column::CandidateId.eq(ben.0))
        .one(conn)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        stored.before.unwrap(),
        serde_json::to_string(&serde_json::json!({"notes": [null, clean]})).unwrap()
    );
    assert!(!everything(&bed).await.contains(&token(&now)));
    let batch = batch::get(&s, &bed.owner, batch.id).await.unwrap();
    let file = &batch.files[0];
    assert_eq!(
        (file.name.as_str(), file.reason_code.as_deref()),
        ("(erased)", Some("erased"))
    );
    assert!(file.fields.is_empty());
    let noted = token_entry::Entity::find()
        .filter(token_entry::Column::Reference.eq("resume:earlier:1"))
        .one(conn)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(noted.note.as_deref(), Some("Resume of a batch"));
    let changed = token_entry::Entity::update_many()
        .col_expr(token_entry::Column::Note, Expr::value("changed"))
        .filter(token_entry::Column::Id.eq(noted.id))
        .exec(conn)
        .await;
    assert!(changed.is_err(), "an entry stays as it is");
    sums_hold(&s, &bed.owner, import.id).await;
}

/// What a process left that died while a table arrived.
async fn a_stray_upload_is_forgotten(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let import = upload(&s, &bed.owner, interview, ZEBULON.as_bytes()).await.unwrap();
    let folder = bed.dir().join("imports");
    let wanted = folder.join(import.id.0.to_string());
    let (old, new) = (folder.join(Uuid::from_u128(1).to_string()), folder.join(".tmpNew"));
    for path in [&old, &new] {
        std::fs::write(path, ZEBULON).unwrap();
    }
    for path in [&old, &wanted] {
        two_days_old(path);
    }
    let stop = tokio_util::sync::CancellationToken::new();
    let runs = tokio::spawn(imports::run(s.clone(), stop.clone()));
    let limit = Instant::now() + Duration::from_secs(30);
    while old.exists() {
        assert!(Instant::now() < limit, "the file stays");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    stop.cancel();
    runs.await.unwrap();
    assert!(wanted.exists(), "the preview is read from it again");
    assert!(new.exists(), "it may be arriving");
}

fn two_days_old(path: &Path) {
    let file = std::fs::File::options().write(true).open(path).unwrap();
    let changed = file.metadata().unwrap().modified().unwrap();
    file.set_modified(changed - Duration::from_secs(2 * 24 * 60 * 60))
        .unwrap();
}
