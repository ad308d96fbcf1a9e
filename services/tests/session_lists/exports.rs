//! Files of what was filtered.

use crate::{
    common::TestBed,
    on_both_databases,
    support::{order, page, people},
};
use parley_domain::{
    account::Role,
    candidate::{CandidateInput, Source},
    id::CandidateId,
    session::{SessionFilter, Status},
};
use parley_services::{
    candidates::{self, OnDuplicate},
    sessions::{self, ExportFormat},
};
use std::io::Read;

on_both_databases!(exports_hold_exactly_the_filtered_rows,);

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
