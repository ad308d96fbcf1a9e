//! Links that come back with a table are not kept.

use crate::{
    common::{TestBed, token},
    on_both_databases,
    support::{everything, holds, no_uploads, on_disk},
    tables::{all_rows, confirmed, here, people, sums_hold, upload},
};
use parley_domain::{
    account::Role,
    import::{CellChange, ColumnMatch, Field, ImportPatch},
    session::{SessionFilter, SessionOrder},
};
use parley_services::{
    imports::{self, RowFilter, reader::LEFT_OUT},
    sessions::{self, ExportFormat},
};
use std::io::Read as _;

on_both_databases!(an_export_comes_back_without_its_links, a_pasted_link_is_not_kept,);

async fn an_export_comes_back_without_its_links(bed: TestBed) {
    let s = here(&bed);
    let viewer = bed.member(Role::Viewer);
    for format in [ExportFormat::Csv, ExportFormat::Xlsx] {
        let interview = bed.interview(1, |_| {}).await;
        let ana = bed.candidate(interview, "Ana Lima", Some("ana@x.example")).await;
        let ben = bed.candidate(interview, "Ben Doe", None).await;
        let tokens = [token(&ana), token(&ben)];
        let (filter, order) = (SessionFilter::default(), SessionOrder::default());
        let mut export = sessions::export(&s, &bed.owner, interview, &filter, order, &[], format)
            .await
            .unwrap();
        let mut bytes = Vec::new();
        export.file.read_to_end(&mut bytes).unwrap();
        let import = upload(&s, &bed.owner, interview, &bytes).await.unwrap();
        // Who is here is told by the email; somebody without one is new.
        let counts = import.counts;
        assert_eq!((counts.rows, counts.rejected), (2, 0));
        assert_eq!((counts.new, counts.already_here), (Some(1), Some(1)));
        let column = import
            .mapping
            .iter()
            .find(|column| column.header == "Invite link")
            .unwrap();
        assert_eq!(column.sample, [LEFT_OUT, LEFT_OUT]);
        let seen = [
            serde_json::to_string(&imports::get(&s, &viewer, import.id).await.unwrap()).unwrap(),
            serde_json::to_string(&all_rows(&s, &viewer, import.id, RowFilter::default()).await).unwrap(),
        ];
        for token in &tokens {
            assert!(seen.iter().all(|seen| !seen.contains(token)), "{seen:?}");
        }
        // Nor does a link become a note where somebody matches its column so.
        let as_notes = ImportPatch {
            mapping: Some(vec![ColumnMatch {
                column: column.column,
                field: Some(Field::Notes),
            }]),
            ..ImportPatch::default()
        };
        imports::patch(&s, &bed.owner, import.id, as_notes).await.unwrap();
        let done = confirmed(&s, &bed, import.id).await;
        assert_eq!((done.counts.added, done.counts.skipped), (Some(1), Some(1)));
        sums_hold(&s, &bed.owner, import.id).await;
        assert_eq!(people(&s, interview).await.len(), 3);
        no_uploads(&bed).await;
        let dump = everything(&bed).await;
        for token in &tokens {
            assert!(!dump.contains(token) && !holds(&on_disk(&bed), token));
        }
    }
}

async fn a_pasted_link_is_not_kept(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let ana = bed.candidate(interview, "Ana", None).await;
    let text = "Name,Email,Notes\nBen,ben@x.example,\n";
    let import = upload(&s, &bed.owner, interview, text.as_bytes()).await.unwrap();
    let change = CellChange {
        column: 2,
        value: format!("see {} there", ana.invite_url.as_deref().unwrap()),
    };
    let row = imports::correct(&s, &bed.owner, import.id, 2, &[change]).await.unwrap();
    assert_eq!(row.cells[2], format!("see {LEFT_OUT} there"));
    assert_eq!(confirmed(&s, &bed, import.id).await.counts.added, Some(1));
    assert!(!everything(&bed).await.contains(&token(&ana)));
}
