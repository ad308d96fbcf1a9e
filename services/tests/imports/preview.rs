//! The preview: what becomes of each row, read and matched another way, corrected, page by page.

use crate::{
    common::TestBed,
    on_both_databases,
    support::{PEOPLE, choose, person, set, uploaded},
    tables::{all_rows, confirmed, here, people, sums_hold, upload},
};
use parley_domain::{
    account::Role,
    import::{CellChange, ColumnMatch, Fate, Field, Import, ImportPatch, ImportState, OnDuplicate},
    paging::PageRequest,
};
use parley_services::{
    entity::{import, import_row},
    error::ServiceError,
    imports::{self, RowFilter},
};
use sea_orm::{EntityTrait, PaginatorTrait};

on_both_databases!(
    a_preview_tells_every_fate_and_writes_nobody,
    a_cell_is_corrected_in_the_preview,
    a_match_is_corrected_and_remembered,
    a_refused_file_leaves_nothing,
    the_file_is_read_another_way,
    strangers_and_viewers_change_nothing,
    a_table_without_a_header,
    pages_turn_both_ways,
    the_same_file_again,
);

async fn a_preview_tells_every_fate_and_writes_nobody(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(2, |_| {}).await;
    bed.candidate(interview, "Ben", Some("ben@x.example")).await;
    let import = uploaded(&s, &bed, interview, PEOPLE).await;
    assert_eq!(import.state, ImportState::Preview);
    let counts = import.counts;
    assert_eq!((counts.rows, counts.rejected), (6, 2));
    assert_eq!(
        (counts.new, counts.already_here, counts.twice_in_file),
        (Some(2), Some(1), Some(1))
    );
    let fields: Vec<_> = import.mapping.iter().map(|column| column.field).collect();
    let expected = [
        Field::Name,
        Field::Email,
        Field::Phone,
        Field::School,
        Field::GraduationYear,
    ]
    .map(Some);
    assert_eq!(fields, expected);
    assert_eq!(import.mapping[0].sample[..2], ["Ana Lima", "Ben Doe"]);
    assert_eq!(
        (import.encoding.as_deref(), import.separator.as_deref()),
        (Some("UTF-8"), Some(","))
    );
    assert_eq!(import.created_by.as_deref(), Some("Olive Owner"));

    let rejected = RowFilter {
        fate: Some(Fate::Rejected),
        result: None,
    };
    let rejected = all_rows(&s, &bed.owner, import.id, rejected).await;
    let reasons: Vec<_> = rejected
        .iter()
        .map(|row| (row.number, row.problems[0].sentence()))
        .collect();
    assert_eq!(
        reasons,
        [
            (5, "B5: 'anna@' is not an email address.".to_owned()),
            (6, "A6: Give the candidate's name.".to_owned())
        ]
    );
    sums_hold(&s, &bed.owner, import.id).await;
    assert_eq!(people(&s, interview).await.len(), 1, "somebody was added by a preview");
}

async fn a_cell_is_corrected_in_the_preview(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let import = uploaded(&s, &bed, interview, PEOPLE).await;
    let row = imports::correct(&s, &bed.owner, import.id, 5, &set(1, " anna@x.example "))
        .await
        .unwrap();
    assert_eq!((row.fate, row.problems.len()), (Fate::New, 0));
    assert_eq!(row.cells[1], "anna@x.example");
    // The first of two with one email gets another: the second is the first now.
    imports::correct(&s, &bed.owner, import.id, 2, &set(1, "lima@x.example"))
        .await
        .unwrap();
    let rows = all_rows(&s, &bed.owner, import.id, RowFilter::default()).await;
    assert_eq!(rows[2].fate, Fate::New);
    imports::correct(&s, &bed.owner, import.id, 2, &set(1, "ana@x.example"))
        .await
        .unwrap();
    let rows = all_rows(&s, &bed.owner, import.id, RowFilter::default()).await;
    assert_eq!((rows[0].fate, rows[2].fate), (Fate::New, Fate::TwiceInFile));
    sums_hold(&s, &bed.owner, import.id).await;
    let unknown = imports::correct(&s, &bed.owner, import.id, 99, &set(1, "x")).await;
    assert!(matches!(unknown, Err(ServiceError::NotFound)));
    let done = confirmed(&s, &bed, import.id).await;
    assert_eq!((done.counts.added, done.counts.rejected), (Some(4), 1));
    let late = imports::correct(&s, &bed.owner, import.id, 6, &set(0, "Late")).await;
    assert!(matches!(
        late,
        Err(ServiceError::Conflict {
            code: "not_in_preview",
            ..
        })
    ));
}

async fn a_match_is_corrected_and_remembered(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let text = "Who,Reach at,Name\nAna Lima,ana@x.example,A-17\nBen,ben@x.example,B-18\n";
    let import = uploaded(&s, &bed, interview, text).await;
    imports::correct(&s, &bed.owner, import.id, 3, &set(0, "Ben Doe"))
        .await
        .unwrap();
    let mapping = vec![
        ColumnMatch {
            column: 0,
            field: Some(Field::Name),
        },
        ColumnMatch {
            column: 1,
            field: Some(Field::Email),
        },
        ColumnMatch {
            column: 2,
            field: Some(Field::Notes),
        },
    ];
    let patch = ImportPatch {
        mapping: Some(mapping),
        ..ImportPatch::default()
    };
    let import = imports::patch(&s, &bed.owner, import.id, patch).await.unwrap();
    let fields = |import: &Import| import.mapping.iter().map(|column| column.field).collect::<Vec<_>>();
    assert_eq!(
        fields(&import),
        [Some(Field::Name), Some(Field::Email), Some(Field::Notes)]
    );
    sums_hold(&s, &bed.owner, import.id).await;
    confirmed(&s, &bed, import.id).await;
    let ben = person(&s, &bed, interview, "ben@x.example").await;
    assert_eq!(
        (ben.fields.name.as_str(), ben.fields.notes.as_deref()),
        ("Ben Doe", Some("B-18"))
    );

    let next = uploaded(&s, &bed, interview, "Name,Who,Reach at\nC-19,Cleo,cleo@x.example\n").await;
    assert_eq!(
        fields(&next),
        [Some(Field::Notes), Some(Field::Name), Some(Field::Email)]
    );
    // In another workspace nothing is remembered.
    let stranger = bed.stranger().await;
    assert!(matches!(
        imports::get(&s, &stranger, next.id).await,
        Err(ServiceError::NotFound)
    ));

    let two = vec![
        ColumnMatch {
            column: 0,
            field: Some(Field::Email),
        },
        ColumnMatch {
            column: 1,
            field: Some(Field::Email),
        },
    ];
    let two = ImportPatch {
        mapping: Some(two),
        ..ImportPatch::default()
    };
    assert!(matches!(
        imports::patch(&s, &bed.owner, next.id, two).await,
        Err(ServiceError::Invalid(_))
    ));
    let none = ImportPatch {
        mapping: Some(vec![ColumnMatch { column: 1, field: None }]),
        ..ImportPatch::default()
    };
    let nameless = imports::patch(&s, &bed.owner, next.id, none).await.unwrap();
    assert!(nameless.obstacle.is_some());
    assert_eq!(nameless.counts.rejected, nameless.counts.rows);
    let refused = imports::confirm(&s, &bed.owner, next.id).await;
    assert!(matches!(
        refused,
        Err(ServiceError::Conflict {
            code: "no_name_column",
            ..
        })
    ));
}

async fn a_refused_file_leaves_nothing(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    for bytes in [
        &b""[..],
        b"%PDF-1.7",
        b"Name,Email\n",
        b"Name\n\"Ana",
        &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1],
    ] {
        match upload(&s, &bed.owner, interview, bytes).await {
            Err(ServiceError::Invalid(errors)) => assert!(errors[0].message.ends_with("Nothing was added.")),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(import::Entity::find().count(s.db.read()).await.unwrap(), 0);
    assert_eq!(import_row::Entity::find().count(s.db.read()).await.unwrap(), 0);
    assert!(std::fs::read_dir(bed.dir().join("imports")).unwrap().next().is_none());
}

async fn the_file_is_read_another_way(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let bytes = b"list\nName;Notes\nJos\xE9;a|b\n";
    let import = upload(&s, &bed.owner, interview, bytes).await.unwrap();
    assert_eq!((import.header_row, import.separator.as_deref()), (2, Some(";")));
    assert_eq!(import.mapping[0].sample, ["José"]);
    let greek = ImportPatch {
        encoding: Some("windows-1253".into()),
        ..ImportPatch::default()
    };
    let import = imports::patch(&s, &bed.owner, import.id, greek).await.unwrap();
    assert_eq!(import.mapping[0].sample, ["Josι"]);
    sums_hold(&s, &bed.owner, import.id).await;
    // What cannot be leaves the preview as it was.
    let wrong = ImportPatch {
        encoding: Some("klingon".into()),
        ..ImportPatch::default()
    };
    assert!(matches!(
        imports::patch(&s, &bed.owner, import.id, wrong).await,
        Err(ServiceError::Invalid(_))
    ));
    assert_eq!(imports::get(&s, &bed.owner, import.id).await.unwrap(), import);
}

async fn strangers_and_viewers_change_nothing(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let import = uploaded(&s, &bed, interview, PEOPLE).await;
    let (viewer, stranger) = (bed.member(Role::Viewer), bed.stranger().await);
    for (actor, foreign) in [(viewer, false), (stranger, true)] {
        let outcomes = [
            imports::confirm(&s, &actor, import.id).await,
            imports::cancel(&s, &actor, import.id).await,
            imports::undo(&s, &actor, import.id).await,
            imports::patch(&s, &actor, import.id, choose(OnDuplicate::Add)).await,
            upload(&s, &actor, interview, PEOPLE.as_bytes()).await,
        ];
        for outcome in outcomes {
            match outcome {
                Err(ServiceError::NotFound) if foreign => {}
                Err(ServiceError::Forbidden) if !foreign => {}
                other => panic!("{other:?}"),
            }
        }
    }
    assert_eq!(imports::get(&s, &viewer, import.id).await.unwrap().counts.rows, 6);
    let foreign = imports::list(&s, &stranger, interview).await;
    assert!(matches!(foreign, Err(ServiceError::NotFound)));
    assert_eq!(imports::list(&s, &viewer, interview).await.unwrap().len(), 1);
}

fn match_column(column: u32, field: Field) -> ImportPatch {
    ImportPatch {
        mapping: Some(vec![ColumnMatch {
            column,
            field: Some(field),
        }]),
        ..ImportPatch::default()
    }
}

async fn a_table_without_a_header(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let import = uploaded(&s, &bed, interview, "Ana,ana@x.example\nBen,ben@\n").await;
    assert_eq!((import.header_row, import.counts.rows), (0, 2));
    let fields: Vec<_> = import.mapping.iter().map(|column| column.field).collect();
    assert_eq!(fields, [None, Some(Field::Email)]);
    assert!(import.obstacle.is_some(), "a name is needed");
    let top: Vec<_> = import.top_rows.iter().map(|row| row.cells[0].as_str()).collect();
    assert_eq!(top, ["Ana", "Ben"]);
    imports::patch(&s, &bed.owner, import.id, match_column(0, Field::Name))
        .await
        .unwrap();
    let done = confirmed(&s, &bed, import.id).await;
    assert_eq!((done.counts.added, done.counts.rejected), (Some(1), 1));

    // What was rejected comes back with the fields as its header.
    let rejected = imports::rejected_xlsx(&s, &bed.owner, import.id).await.unwrap();
    let back = upload(&s, &bed.owner, interview, &rejected).await.unwrap();
    assert_eq!((back.header_row, back.counts.rows, back.obstacle), (1, 1, None));
    let change = CellChange {
        column: 1,
        value: "ben@x.example".into(),
    };
    imports::correct(&s, &bed.owner, back.id, 2, &[change]).await.unwrap();
    assert_eq!(confirmed(&s, &bed, back.id).await.counts.added, Some(1));

    let another = uploaded(&s, &bed, interview, "Who,Mail\nAna,a@x.example\n").await;
    assert_eq!(another.header_row, 1);
    let none = ImportPatch {
        header_row: Some(0),
        ..ImportPatch::default()
    };
    let another = imports::patch(&s, &bed.owner, another.id, none).await.unwrap();
    assert_eq!((another.header_row, another.counts.rows), (0, 2));
}

async fn pages_turn_both_ways(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let mut text = String::from("Name,Email\n");
    for n in 0..25 {
        text.push_str(&format!("Person {n},{}\n", if n % 2 == 0 { "wrong" } else { "" }));
    }
    let import = uploaded(&s, &bed, interview, &text).await;
    let filter = RowFilter {
        fate: Some(Fate::Rejected),
        result: None,
    };
    let page = |cursor: Option<String>| PageRequest { limit: Some(5), cursor };
    let (mut cursor, mut pages) = (None, Vec::new());
    loop {
        let request = page(cursor.clone());
        let found = imports::rows(&s, &bed.owner, import.id, filter, &request)
            .await
            .unwrap();
        let before = imports::page_before(&s, &bed.owner, import.id, filter, &request)
            .await
            .unwrap();
        let numbers: Vec<u32> = found.items.iter().map(|row| row.number).collect();
        if let Some(before) = before {
            let back = imports::rows(&s, &bed.owner, import.id, filter, &page(Some(before)))
                .await
                .unwrap();
            let back: Vec<u32> = back.items.iter().map(|row| row.number).collect();
            assert_eq!(Some(&back), pages.last());
        } else {
            assert!(pages.is_empty());
        }
        pages.push(numbers);
        match found.next_cursor {
            Some(next) => cursor = Some(next),
            None => break,
        }
    }
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [5, 5, 3]);
}

/// Rows without an email are known again by the file alone, and only as long as their people are there.
async fn the_same_file_again(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let text = "Name,School\nAna,UPM\nAna,UPM\nBen,\n";
    let first = uploaded(&s, &bed, interview, text).await;
    assert_eq!(first.counts.new, Some(3), "equal rows of one file may be two people");
    let first = confirmed(&s, &bed, first.id).await;
    assert_eq!(first.counts.added, Some(3));
    let again = uploaded(&s, &bed, interview, text).await;
    assert_eq!((again.counts.new, again.counts.already_here), (Some(0), Some(3)));
    let again = confirmed(&s, &bed, again.id).await;
    assert_eq!((again.counts.added, again.counts.skipped), (Some(0), Some(3)));
    let rows = all_rows(&s, &bed.owner, again.id, RowFilter::default()).await;
    assert_eq!(
        rows[0].reason.as_deref(),
        Some("This row of the same file was imported before.")
    );
    // Another file is another matter, and so is another interview.
    let other = uploaded(&s, &bed, interview, "Name,School\nAna,UPM\n").await;
    assert_eq!(other.counts.new, Some(1));
    let elsewhere = bed.interview(1, |_| {}).await;
    assert_eq!(uploaded(&s, &bed, elsewhere, text).await.counts.new, Some(3));
    imports::undo(&s, &bed.owner, first.id).await.unwrap();
    assert_eq!(uploaded(&s, &bed, interview, text).await.counts.new, Some(3));
}
