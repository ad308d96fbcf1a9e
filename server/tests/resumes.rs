//! PDFs of resumes through the real reader, `parley extract-text`, in a child process of its own: what a person can see is
//! read, and hostile files end in their stated failure.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where something is not as it should be"
)]

#[path = "resume_files/pdf.rs"]
mod pdf;

use parley_domain::resume::{ResumeFailure, ResumeFields};
use parley_services::{
    child::Children,
    resumes::{
        document::{Answer, Document},
        fields, read,
    },
};
use pdf::{Pdf, lines, resume};
use std::{
    path::PathBuf,
    process::{Command, Stdio},
};

fn children() -> Children {
    Children::new(PathBuf::from(env!("CARGO_BIN_EXE_parley")), 2)
}

async fn answer(bytes: Vec<u8>) -> Answer {
    read::in_child(&children(), bytes).await
}

async fn document(pdf: &Pdf) -> Document {
    match answer(pdf.bytes()).await {
        Answer::Read(document) => document,
        Answer::Failed(failure) => panic!("{failure:?}"),
    }
}

async fn failure(bytes: Vec<u8>) -> ResumeFailure {
    match answer(bytes).await {
        Answer::Failed(failure) => failure,
        Answer::Read(document) => panic!("read: {}", document.text()),
    }
}

/// Files in which nothing can be read are no failure of the reader, whatever they are made to break: the good file after
/// each of them is read as before.
async fn fails(bytes: Vec<u8>, stated: ResumeFailure) {
    assert_eq!(failure(bytes).await, stated);
    let fields = fields_of(&Pdf::page(&resume())).await;
    assert_eq!(fields.name.unwrap().value, "Ana Lima");
}

async fn fields_of(pdf: &Pdf) -> ResumeFields {
    fields::extract(&document(pdf).await)
}

fn value(found: Option<parley_domain::resume::Found>) -> Option<String> {
    found.map(|found| found.value)
}

#[tokio::test]
async fn a_resume_is_read() {
    let document = document(&Pdf::page(&resume())).await;
    assert!(!document.damaged && !document.cut);
    let fields = fields::extract(&document);
    assert_eq!(value(fields.name).as_deref(), Some("Ana Lima"));
    assert_eq!(value(fields.email).as_deref(), Some("ana.lima@example.org"));
    assert_eq!(value(fields.phone).as_deref(), Some("+351 912 345 678"));
    assert_eq!(value(fields.school).as_deref(), Some("University of Oporto"));
    assert_eq!(value(fields.degree).as_deref(), Some("BSc"));
    assert_eq!(value(fields.major).as_deref(), Some("Informatics"));
    assert_eq!(value(fields.graduation_year).as_deref(), Some("2018"));
    let job = fields.jobs.into_iter().next().unwrap();
    assert_eq!(value(job.employer).as_deref(), Some("Northwind Analytics Ltd"));
    assert_eq!(value(job.title).as_deref(), Some("Data Engineer"));
}

#[tokio::test]
async fn the_second_reader_is_asked_where_the_first_finds_no_address_and_changes_nothing_else() {
    let text = lines(&[
        "Ana Lima",
        "Oporto, Portugal",
        "Experience",
        "Data Engineer, Northwind Ltd, 2019 - 2021",
    ]);
    let document = document(&Pdf::page(&text)).await;
    assert!(document.text().contains("Data Engineer"));
    assert_eq!(fields::extract(&document).email, None);
}

#[tokio::test]
async fn an_address_behind_the_text_is_found() {
    let text = lines(&[
        "Ana Lima",
        "Write to me",
        "Experience",
        "Data Engineer, Northwind Ltd, 2019 - 2021",
    ]);
    let mut pdf = Pdf::with_resources(&text, "/Font << /F 5 0 R /B 6 0 R >>", "/Annots [7 0 R 8 0 R]");
    pdf.add("<< /Type /Annot /Subtype /Link /Rect [50 750 120 765] /A << /S /URI /URI (mailto:ana.lima@example.org?subject=Hi) >> >>");
    pdf.add("<< /Type /Annot /Subtype /Link /Rect [0 0 0 0] /A << /S /URI /URI (mailto:hidden@example.com) >> >>");
    let fields = fields_of(&pdf).await;
    assert_eq!(value(fields.email).as_deref(), Some("ana.lima@example.org"));
}

#[tokio::test]
async fn what_nobody_can_see_is_not_read() {
    let hidden = "(hidden@evil.example) Tj";
    let states = "/Font << /F 5 0 R /B 6 0 R >> /ExtGState << /Clear << /ca 0 >> >>";
    for (how, content) in [
        ("white", format!("1 g BT /F 11 Tf 50 400 Td {hidden} ET 0 g")),
        (
            "nearly white",
            format!(".97 .98 .99 rg BT /F 11 Tf 50 400 Td {hidden} ET 0 g"),
        ),
        (
            "white in CMYK",
            format!("0 0 0 0 k BT /F 11 Tf 50 400 Td {hidden} ET 0 g"),
        ),
        (
            "its ground's colour",
            format!("0 0 .5 rg 40 390 300 30 re f BT /F 11 Tf 50 400 Td {hidden} ET 0 g"),
        ),
        ("tiny", format!("BT /F 1 Tf 50 400 Td {hidden} ET")),
        (
            "tiny by its matrix",
            format!("q .05 0 0 .05 0 0 cm BT /F 11 Tf 1000 8000 Td {hidden} ET Q"),
        ),
        ("invisible", format!("BT /F 11 Tf 3 Tr 50 400 Td {hidden} 0 Tr ET")),
        ("clear", format!("q /Clear gs BT /F 11 Tf 50 400 Td {hidden} ET Q")),
        (
            "off the page",
            format!("BT /F 11 Tf 700 400 Td {hidden} ET BT /F 11 Tf 50 -80 Td {hidden} ET"),
        ),
        (
            "clipped away",
            format!("q 0 0 10 10 re W n BT /F 11 Tf 50 400 Td {hidden} ET Q"),
        ),
        (
            "covered",
            format!("BT /F 11 Tf 50 400 Td {hidden} ET 1 g 40 390 300 30 re f 0 g"),
        ),
    ] {
        let pdf = Pdf::with_resources(&format!("{}{content}", resume()), states, "");
        let document = document(&pdf).await;
        assert!(document.text().contains("Ana Lima"), "{how}");
        assert!(!document.text().contains("evil"), "{how}: {}", document.text());
    }
}

#[tokio::test]
async fn hidden_text_in_a_form_is_not_read() {
    let mut pdf = Pdf::with_resources(
        &format!("{} /X Do", resume()),
        "/Font << /F 5 0 R /B 6 0 R >> /XObject << /X 7 0 R >>",
        "",
    );
    pdf.add_stream(
        "/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << /Font << /F 5 0 R >> >>",
        b"1 g BT /F 11 Tf 50 400 Td (hidden@evil.example) Tj ET 0 g BT /F 11 Tf 50 300 Td (Seen in a form) Tj ET",
    );
    let text = document(&pdf).await.text();
    assert!(text.contains("Seen in a form") && !text.contains("evil"), "{text}");
}

#[tokio::test]
async fn white_on_a_dark_ground_is_read() {
    let content = "0 0 .3 rg 0 700 595 142 re f 1 g BT /B 22 Tf 50 780 Td (Ana Lima) Tj ET \
                   BT /F 11 Tf 50 750 Td (ana.lima@example.org) Tj ET 0 g BT /F 11 Tf 50 600 Td (Data Engineer in Oporto) Tj ET";
    let fields = fields_of(&Pdf::page(content)).await;
    assert_eq!(value(fields.name).as_deref(), Some("Ana Lima"));
    assert_eq!(value(fields.email).as_deref(), Some("ana.lima@example.org"));
}

#[tokio::test]
async fn two_columns_are_read_one_after_the_other() {
    let mut content = String::from("BT /B 22 Tf 50 780 Td (Ana Lima) Tj ET\n");
    let side = [
        "Contact",
        "ana.lima@example.org",
        "+351 912 345 678",
        "Skills",
        "Rust",
        "SQL",
        "Linux",
    ];
    let main = [
        "Experience",
        "Data Engineer",
        "Northwind Analytics Ltd",
        "2019 - 2021",
        "Education",
        "University of Oporto",
        "BSc Informatics",
    ];
    for (number, text) in side.iter().enumerate() {
        content.push_str(&format!("BT /F 11 Tf 50 {} Td ({text}) Tj ET\n", 740 - 15 * number));
    }
    for (number, text) in main.iter().enumerate() {
        content.push_str(&format!("BT /F 11 Tf 250 {} Td ({text}) Tj ET\n", 736 - 17 * number));
    }
    let document = document(&Pdf::page(&content)).await;
    let text = document.text();
    assert!(
        text.contains("Rust\nSQL\nLinux\nExperience\nData Engineer\nNorthwind Analytics Ltd"),
        "{text}"
    );
    let fields = fields::extract(&document);
    assert_eq!(
        value(fields.jobs[0].employer.clone()).as_deref(),
        Some("Northwind Analytics Ltd")
    );
    assert_eq!(value(fields.school).as_deref(), Some("University of Oporto"));
}

#[tokio::test]
async fn files_that_are_no_pdf() {
    fails(Vec::new(), ResumeFailure::Empty).await;
    fails(b"Ana Lima, ana.lima@example.org".to_vec(), ResumeFailure::NotAPdf).await;
    fails(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(), ResumeFailure::NotAPdf).await;
    fails(b"PK\x03\x04word/document.xml".to_vec(), ResumeFailure::NotAPdf).await;
    fails(vec![b' '; 10_000_001], ResumeFailure::TooLarge).await;
}

#[tokio::test]
async fn damaged_files() {
    fails(b"%PDF-1.7\n".to_vec(), ResumeFailure::Damaged).await;
    let whole = Pdf::page(&resume()).bytes();
    fails(whole[..200].to_vec(), ResumeFailure::Damaged).await;
    // Cut behind the content: what names somebody is read, and marked.
    let cut = &whole[..whole.len() - 120];
    let Answer::Read(document) = answer(cut.to_vec()).await else {
        panic!("not read")
    };
    assert!(document.damaged);
    assert_eq!(value(fields::extract(&document).name).as_deref(), Some("Ana Lima"));
    // A table at the wrong place.
    let mut moved = whole.clone();
    let at = whole.windows(9).rposition(|w| w == b"startxref").unwrap() + 10;
    moved[at] = b'9';
    let Answer::Read(document) = answer(moved).await else {
        panic!("not read")
    };
    assert!(document.damaged);
}

#[tokio::test]
async fn pages_without_text() {
    fails(Pdf::page("").bytes(), ResumeFailure::Empty).await;
    fails(Pdf::page("50 50 100 100 re f").bytes(), ResumeFailure::Empty).await;
    let mut scan = Pdf::with_resources("q 595 0 0 842 0 0 cm /I Do Q", "/XObject << /I 7 0 R >>", "");
    scan.add_stream(
        "/Type /XObject /Subtype /Image /Width 2 /Height 2 /ColorSpace /DeviceGray /BitsPerComponent 8",
        b"\x00\xff\xff\x00",
    );
    fails(scan.bytes(), ResumeFailure::Scanned).await;
    // A layer of text that nobody sees makes no text of a picture.
    let mut layered = Pdf::with_resources(
        "q 595 0 0 842 0 0 cm /I Do Q BT 3 Tr /F 11 Tf 50 700 Td (Ana Lima, ana.lima@example.org) Tj ET",
        "/Font << /F 5 0 R >> /XObject << /I 7 0 R >>",
        "",
    );
    layered.add_stream(
        "/Type /XObject /Subtype /Image /Width 2 /Height 2 /ColorSpace /DeviceGray /BitsPerComponent 8",
        b"\x00\xff\xff\x00",
    );
    fails(layered.bytes(), ResumeFailure::Scanned).await;
}

#[tokio::test]
async fn a_password_is_told_from_damage() {
    let mut locked = Pdf::page(&resume());
    let mark = "<0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef>";
    let number = locked.add(&format!("<< /Filter /Standard /V 1 /R 2 /O {mark} /U {mark} /P -44 >>"));
    locked.trailer(&format!(
        "/Encrypt {number} 0 R /ID [<00112233445566778899aabbccddeeff> <00112233445566778899aabbccddeeff>]"
    ));
    fails(locked.bytes(), ResumeFailure::PasswordProtected).await;
}

#[tokio::test]
async fn bombs() {
    let mut blanks = Pdf::page("");
    blanks.inflate_content(b" ", 400 << 20);
    fails(blanks.bytes(), ResumeFailure::TooMuch).await;
    let mut text = Pdf::page("");
    text.inflate_content(b"BT /F 11 Tf 50 700 Td (Ana Lima) Tj ET\n", 1 << 20);
    fails(text.bytes(), ResumeFailure::TooMuch).await;
}

#[tokio::test]
async fn structures_without_an_end() {
    // A form that paints itself.
    let mut recursion = Pdf::with_resources("/X Do", "/XObject << /X 7 0 R >>", "");
    recursion.add_stream(
        "/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << /XObject << /X 7 0 R >> >>",
        b"/X Do /X Do",
    );
    fails(recursion.bytes(), ResumeFailure::Empty).await;
    // Forms that each paint the next one four times: no cycle, and no end either.
    let mut ladder = Pdf::with_resources("/X Do", "/XObject << /X 7 0 R >>", "");
    for step in 0..28 {
        let next = format!("/Resources << /XObject << /X {} 0 R >> >>", 8 + step);
        ladder.add_stream(
            &format!("/Type /XObject /Subtype /Form /BBox [0 0 595 842] {next}"),
            b"/X Do /X Do /X Do /X Do",
        );
    }
    ladder.add_stream("/Type /XObject /Subtype /Form /BBox [0 0 595 842]", b"0 0 1 1 re f");
    fails(ladder.bytes(), ResumeFailure::Empty).await;
    // A tree of pages that contains itself: its page is found all the same, or nothing is.
    let mut cycle = Pdf::page(&resume());
    cycle.replace(2, "<< /Type /Pages /Kids [2 0 R] /Count 1 >>");
    if let Answer::Failed(failure) = answer(cycle.bytes()).await {
        assert!(
            matches!(failure, ResumeFailure::Empty | ResumeFailure::Damaged),
            "{failure:?}"
        );
    }
    // Two thousand million pages, by its own account.
    let mut many = Pdf::page(&resume());
    many.replace(2, "<< /Type /Pages /Kids [3 0 R] /Count 2000000000 >>");
    let _ = answer(many.bytes()).await;
    // Arrays in arrays.
    let mut deep = Pdf::page("BT /F 11 Tf 50 700 Td (x) Tj ET");
    deep.add(&format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)));
    deep.trailer("/Info 7 0 R");
    fails(deep.bytes(), ResumeFailure::Empty).await;
    let mut operands = Pdf::page(&format!("{} 0 0 m", "[".repeat(100_000)));
    operands.add("null");
    fails(operands.bytes(), ResumeFailure::Empty).await;
}

#[tokio::test]
async fn things_that_are_missing_or_wrong() {
    let text = "BT /F 11 Tf 50 700 Td (a) Tj ET";
    let mut bare = Pdf::page(text);
    bare.replace(3, "<< /Type /Page /Parent 2 0 R /Contents 4 0 R >>");
    fails(bare.bytes(), ResumeFailure::Empty).await;
    for font in [
        "<< /Type /Font /Subtype /Type0 /BaseFont /None /Encoding /No-Such-CMap >>",
        "<< /Type /Font /Subtype /Type3 /FontBBox [0 0 0 0] /FontMatrix [0 0 0 0 0 0] >>",
        "<< /Type /Font /Subtype /TrueType /FirstChar 9 /LastChar 3 /Widths [] >>",
        "null",
    ] {
        let mut pdf = Pdf::page(text);
        pdf.replace(5, font);
        let _ = answer(pdf.bytes()).await;
    }
    fails(
        Pdf::page("Tj TJ Tf Td Tm ' \" cm re f W n Do gs (a Tj [ << 1 2 BT ET Q Q Q").bytes(),
        ResumeFailure::Empty,
    )
    .await;
}

#[tokio::test]
async fn a_gigabyte_of_pages_is_cut() {
    let mut pdf = Pdf::page(&resume());
    let page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F 5 0 R /B 6 0 R >> >> >>";
    let kids: String = (0..120).map(|_| format!("{} 0 R ", pdf.add(page))).collect();
    pdf.replace(2, &format!("<< /Type /Pages /Kids [{kids}] /Count 120 >>"));
    let document = document(&pdf).await;
    assert!(document.cut);
    assert_eq!(document.pages.len(), parley_domain::resume::PAGES_MAX);
}

/// The limits are those of the process itself, read while it waits for its input.
#[cfg(target_os = "linux")]
#[test]
fn the_reader_limits_itself() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_parley"))
        .arg(read::SUBCOMMAND)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let limits = || std::fs::read_to_string(format!("/proc/{}/limits", child.id())).unwrap_or_default();
    let limit = |limits: &str, name: &str| {
        let line = limits
            .lines()
            .find(|line| line.starts_with(name))
            .unwrap_or_default()
            .to_owned();
        line.trim_start_matches(name)
            .split_whitespace()
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    let mut seen = limits();
    // It needs a moment to start; the last limit is set after the others.
    for _ in 0..1_000 {
        if limit(&seen, "Max open files") == "3" {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
        seen = limits();
    }
    let found = [
        "Max open files",
        "Max cpu time",
        "Max address space",
        "Max core file size",
    ]
    .map(|name| limit(&seen, name));
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(found, ["3", "10", "536870912", "0"]);
}
