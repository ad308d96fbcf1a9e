//! What was imported of somebody.

use crate::{
    common::TestBed,
    on_both_databases,
    support::{ZEBULON, everything, gone_for_good, imported, is_erased, nothing_of, rows_of},
    tables::{here, people, sums_hold, upload},
};
use parley_domain::{
    account::Role,
    id::CandidateId,
    import::{Import, ImportState, OnDuplicate, RowResult},
};
use parley_services::{candidates, entity::import, error::ServiceError, imports};
use sea_orm::EntityTrait;

on_both_databases!(
    nothing_of_an_imported_person_is_left,
    what_somebody_else_is_named_by_stays,
    a_merged_entry_goes_with_the_kept_one,
);

async fn nothing_of_an_imported_person_is_left(bed: TestBed) {
    let s = here(&bed);
    for in_time in [true, false] {
        let interview = bed.interview(1, |_| {}).await;
        let first = imported(&s, &bed, interview, ZEBULON, OnDuplicate::Skip).await;
        let update = "Name,Email,School\nZeb,zebulon@quagga.example,Quagga University\n";
        let update = imported(&s, &bed, interview, update, OnDuplicate::Update).await;
        let skip = "Name,Email\nZebulon,zebulon@quagga.example\n";
        let skip = imported(&s, &bed, interview, skip, OnDuplicate::Skip).await;
        // Somebody without an address, and the same file again.
        let solo = "Name,School\nQuagga Solo,Nowhere\n";
        let solo = [
            imported(&s, &bed, interview, solo, OnDuplicate::Skip).await,
            imported(&s, &bed, interview, solo, OnDuplicate::Skip).await,
        ];
        assert_eq!(update.counts.updated, Some(1));
        assert_eq!((skip.counts.skipped, solo[1].counts.skipped), (Some(1), Some(1)));
        assert!(
            everything(&bed).await.contains("Zebulon"),
            "the test would find nothing"
        );
        let quaggas: Vec<CandidateId> = people(&s, interview)
            .await
            .into_iter()
            .filter(|row| row.name.contains("Quagga"))
            .map(|row| CandidateId(row.id))
            .collect();
        assert_eq!(quaggas.len(), 2);
        gone_for_good(&bed, &quaggas, in_time).await;
        nothing_of(&bed, &["zebulon", "quagga"]).await;

        // Every row is where it was, and somebody else's is untouched.
        let rows = rows_of(&s, &bed, &first).await;
        let results: Vec<_> = rows.iter().map(|row| (row.number, row.result.unwrap())).collect();
        assert_eq!(
            results,
            [
                (2, RowResult::Added),
                (3, RowResult::Added),
                (4, RowResult::Rejected),
                (5, RowResult::Skipped)
            ]
        );
        let erased: Vec<_> = rows.iter().map(is_erased).collect();
        assert_eq!(erased, [true, false, true, true]);
        assert_eq!(rows[1].cells[0], "Ben Doe");
        assert!(rows[1].candidate_id.is_some());
        let shown = imports::get(&s, &bed.member(Role::Viewer), first.id).await.unwrap();
        assert_eq!(shown.counts, first.counts);
        let top: Vec<_> = shown.top_rows.iter().map(|row| row.number).collect();
        assert_eq!(top, [1, 3]);
        assert_eq!(shown.mapping[0].sample, ["", "Ben Doe", "", ""]);
        for import in [&update, &skip, &solo[0], &solo[1]] {
            assert!(rows_of(&s, &bed, import).await.iter().all(is_erased));
            sums_hold(&s, &bed.owner, import.id).await;
        }
        assert!(matches!(
            imports::rejected_xlsx(&s, &bed.owner, first.id).await,
            Err(ServiceError::Conflict {
                code: "none_rejected",
                ..
            })
        ));

        // What can be taken back still can, and the sums are those of all rows.
        let undone = imports::undo(&s, &bed.owner, first.id).await.unwrap();
        assert_eq!(
            (undone.state, undone.counts.removed, undone.counts.kept),
            (ImportState::Undone, Some(2), Some(0))
        );
        let undone = imports::undo(&s, &bed.owner, update.id).await.unwrap();
        assert_eq!((undone.counts.restored, undone.counts.kept), (Some(0), Some(1)));
        for import in [&first, &update] {
            sums_hold(&s, &bed.owner, import.id).await;
        }
        assert!(people(&s, interview).await.is_empty());
        assert!(is_erased(&rows_of(&s, &bed, &first).await[0]));
        // Imported once more, they are somebody new.
        let again = upload(&s, &bed.owner, interview, ZEBULON.as_bytes()).await.unwrap();
        assert_eq!((again.counts.new, again.counts.already_here), (Some(2), Some(0)));
        imports::cancel(&s, &bed.owner, again.id).await.unwrap();
        import::Entity::delete_by_id(again.id.0)
            .exec(s.db.read())
            .await
            .unwrap();
    }
}

async fn what_somebody_else_is_named_by_stays(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let text = "Name,Email\nZebulon,zebulon@quagga.example\n";
    let first = imported(&s, &bed, interview, text, OnDuplicate::Skip).await;
    let twin = imported(&s, &bed, interview, text, OnDuplicate::Add).await;
    let skip = imported(&s, &bed, interview, text, OnDuplicate::Skip).await;
    // A longer address, and the same one on another interview, are other people's.
    let other = "Name,Email,Graduation year\nOther,xzebulon@quagga.example,soon\n";
    let other = imported(&s, &bed, interview, other, OnDuplicate::Skip).await;
    let away = bed.interview(1, |_| {}).await;
    let away = imported(&s, &bed, away, text, OnDuplicate::Skip).await;
    let candidate = async |import: &Import| rows_of(&s, &bed, import).await[0].candidate_id.unwrap();
    let erased = async |import: &Import| is_erased(&rows_of(&s, &bed, import).await[0]);
    let (one, two) = (candidate(&first).await, candidate(&twin).await);
    gone_for_good(&bed, &[one], false).await;
    assert!(erased(&first).await);
    assert!(!erased(&twin).await && !erased(&skip).await);
    gone_for_good(&bed, &[two], true).await;
    assert!(erased(&twin).await && erased(&skip).await);
    assert!(!erased(&other).await && !erased(&away).await);
    // Somebody who is brought back keeps everything, whatever else is erased in the same breath.
    let back = candidate(&away).await;
    candidates::delete(&s, &bed.owner, &[back]).await.unwrap();
    candidates::restore(&s, &bed.owner, &[back]).await.unwrap();
    assert_eq!(candidates::erase(&s, &bed.owner, &[back]).await.unwrap(), 0);
    assert!(!erased(&away).await);
}

async fn a_merged_entry_goes_with_the_kept_one(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let kept = "Name,Email\nZebulon,zebulon@x.example\n";
    let kept = imported(&s, &bed, interview, kept, OnDuplicate::Skip).await;
    let other = "Name,Email,School\nZeb,zeb@quagga.example,Quagga College\n";
    let other = imported(&s, &bed, interview, other, OnDuplicate::Skip).await;
    let of = async |import: &Import| rows_of(&s, &bed, import).await[0].candidate_id.unwrap();
    let (keep, gone) = (of(&kept).await, of(&other).await);
    candidates::merge(&s, &bed.owner, keep, gone, None).await.unwrap();
    assert_eq!(of(&other).await, keep, "what was imported is the kept one's");
    // The kept entry is not the import's to take back.
    let undone = imports::undo(&s, &bed.owner, other.id).await.unwrap();
    assert_eq!((undone.counts.removed, undone.counts.kept), (Some(0), Some(1)));
    sums_hold(&s, &bed.owner, other.id).await;
    assert_eq!(people(&s, interview).await.len(), 1);
    gone_for_good(&bed, &[keep], false).await;
    nothing_of(&bed, &["zeb", "quagga"]).await;
    for import in [&kept, &other] {
        assert!(is_erased(&rows_of(&s, &bed, import).await[0]));
    }
}
