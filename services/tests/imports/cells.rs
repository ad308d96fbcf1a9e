//! Cells that do not say plainly what they mean: an address behind a word, a mark for nothing, a name in several columns.

use crate::{
    common::TestBed,
    on_both_databases,
    support::{person, set, uploaded},
    tables::{all_rows, confirmed, here, people, upload},
};
use parley_domain::import::{ColumnMatch, Fate, Field, ImportPatch};
use parley_services::imports::{self, RowFilter};
use rust_xlsxwriter::{Formula, Workbook};

on_both_databases!(
    an_address_behind_a_cell_is_taken,
    a_mark_for_nothing_is_an_empty_cell,
    a_name_in_several_columns_is_one_name,
    family_names_come_first_where_their_header_says_so,
);

async fn an_address_behind_a_cell_is_taken(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, text) in (0..).zip(["Name", "Email", "Year of graduation"]) {
        sheet.write_string(0, column, text).unwrap();
    }
    sheet.write_string(1, 0, "Ana Lima").unwrap();
    sheet
        .write_url_with_text(1, 1, "mailto:ana@x.example", "Email")
        .unwrap();
    sheet
        .write_url_with_text(2, 0, "mailto:office@x.example", "Ben Doe")
        .unwrap();
    let formula = Formula::new("HYPERLINK(\"mailto:ben@x.example?subject=Hello\",\"Ben\")").set_result("Ben");
    sheet.write_formula(2, 1, formula).unwrap();
    sheet.write_string(2, 2, "soon").unwrap();
    let bytes = book.save_to_buffer().unwrap();
    let import = upload(&s, &bed.owner, interview, &bytes).await.unwrap();
    let rows = all_rows(&s, &bed.owner, import.id, RowFilter::default()).await;
    assert_eq!(rows[0].cells, ["Ana Lima", "Email <ana@x.example>"]);
    assert_eq!(
        rows[0].notes,
        ["B2 shows no email address in the file; the one in brackets is from the link behind it."]
    );
    // A link on a name is no address of the row.
    assert_eq!(rows[1].cells[..2], ["Ben Doe", "Ben <ben@x.example>"]);
    assert_eq!((rows[0].fate, rows[1].fate), (Fate::New, Fate::Rejected));
    let done = confirmed(&s, &bed, import.id).await;
    assert_eq!((done.counts.added, done.counts.rejected), (Some(1), 1));
    assert_eq!(
        person(&s, &bed, interview, "ana@x.example").await.fields.name,
        "Ana Lima"
    );

    // The address is in what comes back to be fixed.
    let rejected = imports::rejected_xlsx(&s, &bed.owner, import.id).await.unwrap();
    let back = upload(&s, &bed.owner, interview, &rejected).await.unwrap();
    imports::correct(&s, &bed.owner, back.id, 2, &set(2, "2024"))
        .await
        .unwrap();
    confirmed(&s, &bed, back.id).await;
    let ben = person(&s, &bed, interview, "ben@x.example").await;
    assert_eq!(
        (ben.fields.name.as_str(), ben.fields.graduation_year),
        ("Ben Doe", Some(2024))
    );
}

async fn a_mark_for_nothing_is_an_empty_cell(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let text = "Name,Email,Phone,School,Year of graduation,Notes,Room\n\
        Ana,n/a,-,–,N/A,k.A.,n/a\n\
        Ben,ben@x.example,keine,无,none,none of these,\n\
        None,-,,,,,\n\
        Cleo,none yet,,,,,\n";
    let import = uploaded(&s, &bed, interview, text).await;
    assert_eq!((import.counts.new, import.counts.rejected), (Some(3), 1));
    let rows = all_rows(&s, &bed.owner, import.id, RowFilter::default()).await;
    // What is read as empty is shown so; a column that is left out is as it is.
    assert_eq!(rows[0].cells, ["Ana", "", "", "", "", "", "n/a"]);
    assert_eq!(
        rows[3].problems[0].sentence(),
        "B5: 'none yet' is not an email address."
    );
    confirmed(&s, &bed, import.id).await;
    let mut people = people(&s, interview).await;
    people.sort_by_key(|person| person.name.clone());
    let names: Vec<&str> = people.iter().map(|person| person.name.as_str()).collect();
    assert_eq!(names, ["Ana", "Ben", "None"]);
    let (ana, ben) = (&people[0], &people[1]);
    assert!(ana.email.is_none() && ana.phone.is_none() && ana.notes.is_none());
    assert!(ben.phone.is_none() && ben.school.is_none() && ben.graduation_year.is_none());
    assert_eq!(ben.notes.as_deref(), Some("none of these"));
}

async fn a_name_in_several_columns_is_one_name(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let text = "Nombre,Segundo nombre,Apellido 1,Apellido 2,Email\n\
        Ana,María,Lima,Sosa,ana@x.example\n\
        Ben,-,Doe,,ben@x.example\n";
    let import = uploaded(&s, &bed, interview, text).await;
    let fields: Vec<_> = import.mapping.iter().map(|column| column.field).collect();
    let expected = [
        Field::FirstName,
        Field::MiddleName,
        Field::LastName,
        Field::SecondLastName,
        Field::Email,
    ]
    .map(Some);
    assert_eq!(fields, expected);
    confirmed(&s, &bed, import.id).await;
    let ana = person(&s, &bed, interview, "ana@x.example").await;
    assert_eq!(ana.fields.name, "Ana María Lima Sosa");
    assert_eq!(
        person(&s, &bed, interview, "ben@x.example").await.fields.name,
        "Ben Doe"
    );
}

async fn family_names_come_first_where_their_header_says_so(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let text = "Họ đệm,Tên,Email,Bí danh\nNguyễn Văn,An,an@x.example,Andy\n";
    let import = uploaded(&s, &bed, interview, text).await;
    // Matched another way, the header is the same.
    let patch = ImportPatch {
        mapping: Some(vec![ColumnMatch {
            column: 3,
            field: Some(Field::Notes),
        }]),
        ..ImportPatch::default()
    };
    imports::patch(&s, &bed.owner, import.id, patch).await.unwrap();
    confirmed(&s, &bed, import.id).await;
    let an = person(&s, &bed, interview, "an@x.example").await;
    assert_eq!(
        (an.fields.name.as_str(), an.fields.notes.as_deref()),
        ("Nguyễn Văn An", Some("Andy"))
    );
}
