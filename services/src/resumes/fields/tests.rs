//! Fields from text.

use super::*;
use proptest::prelude::*;

fn read(text: &str) -> ResumeFields {
    extract(&Document::of_text(text))
}

fn value(found: Option<&Found>) -> Option<&str> {
    found.map(|found| found.value.as_str())
}

const ENGLISH: &str = "Ana Lima
Data Engineer
ana.lima@example.org | +351 912 345 678 | Oporto, Portugal
Date of birth: 01.02.1990, Nationality: Portuguese

Experience
Senior Data Engineer
Northwind Analytics Ltd, Oporto
Mar 2019 - Present
- Led a team of four.
Data Engineer
Blue Heron, Lisbon
2016 - 2019
- Wrote 12 pipelines.

Education
University of Oporto
BSc Informatics, 2012 - 2016

References
Rui Costa, rui.costa@example.com, +351 910 000 000";

#[test]
fn an_english_resume() {
    let fields = read(ENGLISH);
    assert_eq!(value(fields.name.as_ref()), Some("Ana Lima"));
    assert_eq!(value(fields.email.as_ref()), Some("ana.lima@example.org"));
    assert_eq!(value(fields.phone.as_ref()), Some("+351 912 345 678"));
    assert_eq!(value(fields.school.as_ref()), Some("University of Oporto"));
    assert_eq!(value(fields.degree.as_ref()), Some("BSc"));
    assert_eq!(value(fields.major.as_ref()), Some("Informatics"));
    assert_eq!(value(fields.graduation_year.as_ref()), Some("2016"));
    let jobs: Vec<_> = fields
        .jobs
        .iter()
        .map(|job| (value(job.title.as_ref()), value(job.employer.as_ref())))
        .collect();
    assert_eq!(
        jobs,
        [
            (Some("Senior Data Engineer"), Some("Northwind Analytics Ltd")),
            (Some("Data Engineer"), Some("Blue Heron")),
        ]
    );
    assert_eq!(
        value(fields.work_experience.as_ref()),
        Some(
            "Senior Data Engineer · Northwind Analytics Ltd · Mar 2019 - Present\nData Engineer · Blue Heron · 2016 - 2019"
        )
    );
}

#[test]
fn values_know_their_lines() {
    let fields = read(ENGLISH);
    let school = fields.school.unwrap();
    assert_eq!(school.source, "University of Oporto");
    assert_eq!(school.place.page, 1);
    let email = fields.email.unwrap();
    assert_eq!((email.place.line, email.confidence), (3, Confidence::High));
    assert!(email.source.starts_with("ana.lima@example.org |"));
}

#[test]
fn what_is_private_is_nowhere() {
    let json = serde_json::to_string(&read(ENGLISH)).unwrap();
    for private in ["1990", "birth", "Portuguese", "Nationality"] {
        assert!(!json.contains(private), "{private}: {json}");
    }
    let fields = read(
        "姓名:王小明 性别:男 民族:汉\n出生日期:1994年3月\n电话:13955501234\n教育背景\n2012.09 - 2016.06 华南理工大学 信息管理 本科",
    );
    assert_eq!(value(fields.name.as_ref()), Some("王小明"));
    assert_eq!(value(fields.phone.as_ref()), Some("13955501234"));
    let json = serde_json::to_string(&fields).unwrap();
    assert!(!json.contains("1994"), "{json}");
}

#[test]
fn referees_are_not_the_candidate() {
    let fields = read("Ana Lima\nOporto\nReferences\nRui Costa\nrui.costa@example.com\n+351 910 000 000");
    assert_eq!(fields.email, None);
    assert_eq!(fields.phone, None);
}

#[test]
fn other_languages() {
    let german = read(
        "Lebenslauf\nLena Krüger\nTelefon: 0170 5550123\nlena.krueger@example.de\nFax: 040 5550199\nBerufserfahrung\n03/2018 – heute\nProjektleiterin, Nordwind Logistik GmbH\nAusbildung\n10/2009 – 09/2012\nHochschule Bremen\nB.Eng. Wirtschaftsingenieurwesen",
    );
    assert_eq!(value(german.name.as_ref()), Some("Lena Krüger"));
    assert_eq!(value(german.phone.as_ref()), Some("0170 5550123"));
    assert_eq!(value(german.school.as_ref()), Some("Hochschule Bremen"));
    assert_eq!(value(german.jobs[0].employer.as_ref()), Some("Nordwind Logistik GmbH"));
    let japanese = read(
        "氏名:佐藤 花子\n電話:090-1234-5678\nhanako@example.jp\n職歴\n2017年4月 〜 現在\n株式会社青空システム プロジェクトマネージャー\n学歴\n2013年3月\n東京大学 工学部",
    );
    assert_eq!(value(japanese.name.as_ref()), Some("佐藤 花子"));
    assert_eq!(value(japanese.phone.as_ref()), Some("090-1234-5678"));
}

/// A document of lines 14 points high, the first ones large.
fn headed(text: &str, large: usize) -> Document {
    let mut document = Document::of_text(text);
    for line in document.pages[0].lines.iter_mut().take(large) {
        line.size = 20.0;
    }
    document
}

#[test]
fn a_name_over_lines_is_read_whole_or_not_at_all() {
    let rest = "ana@example.org\nExperience\nEngineer, Acme Ltd, 2010 - 2012";
    for (head, large, name) in [
        ("Ana\nLima", 2, Some("Ana Lima")),
        ("Ana Maria\nLima-\nSousa", 3, Some("Ana Maria Lima-Sousa")),
        ("Ana Lima-\nSousa", 2, Some("Ana Lima-Sousa")),
        ("Ana Lima-", 1, None),
    ] {
        let fields = extract(&headed(&format!("{head}\n{rest}"), large));
        assert_eq!(value(fields.name.as_ref()), name, "{head}");
    }
}

fn jobs(fields: &ResumeFields) -> Vec<(Option<&str>, Option<&str>)> {
    let pairs = fields.jobs.iter();
    pairs
        .map(|job| (value(job.title.as_ref()), value(job.employer.as_ref())))
        .collect()
}

#[test]
fn heads_of_tables_are_no_jobs() {
    let mut document = Document::of_text(
        "Ana Lima\nExperience\nDates\nRole\nCompany\n2016 - 2019\nInteraction Designer\nMarigold Bank plc\n\
         2019 - 2021\nUX Researcher\nLanternfish",
    );
    for (at, line) in document.pages[0].lines.iter_mut().skip(2).enumerate() {
        let (row, shift) = (at / 3, 150.0 * (at % 3) as f32);
        line.row = u32::try_from(2 + row).unwrap();
        line.bbox.y0 = 28.0 + 14.0 * row as f32;
        line.bbox.y1 = line.bbox.y0 + 10.0;
        line.bbox.x0 += shift;
        line.bbox.x1 += shift;
    }
    let fields = extract(&document);
    assert_eq!(
        jobs(&fields),
        [
            (Some("Interaction Designer"), Some("Marigold Bank plc")),
            (Some("UX Researcher"), Some("Lanternfish")),
        ]
    );
}

#[test]
fn lengths_and_terms_are_no_employers() {
    let fields = read(
        "Ana Lima\nExperience - 12 years\nHalcyon Freight\n7 years 2 months\nRegional Director\n\
         March 2019 - Present (5 years 1 month)\nSan Francisco, California\n\
         Blue Anchor Shipping\nDispatcher\nJune 2011 - January 2017 (part-time)",
    );
    assert_eq!(
        jobs(&fields),
        [
            (Some("Regional Director"), Some("Halcyon Freight")),
            (Some("Dispatcher"), Some("Blue Anchor Shipping")),
        ]
    );
}

#[test]
fn before_a_town_stands_no_town() {
    let fields = read(
        "Ana Lima\nExperience\nEngineer, Blue Heron, London\n2016 - 2019\n\
         Analyst, Blue Heron, Chatham, Kenya\n2012 - 2016",
    );
    let heron = Some("Blue Heron");
    assert_eq!(jobs(&fields), [(Some("Engineer"), heron), (Some("Analyst"), heron)]);
}

#[test]
fn japanese_forms_say_when_something_began_and_ended() {
    let form = |first: &str, second: &str, third: &str| {
        read(&format!(
            "氏名:高橋 健一\n学歴\n{first}4月 大阪大学 理学部 物理学科 入学\n{second}3月 大阪大学 理学部 物理学科 卒業\n\
             職歴\n{second}4月 みなと精密株式会社 入社\n{third}3月 みなと精密株式会社 退職\n\
             {third}4月 株式会社ひかりソフト 入社\n現在に至る"
        ))
    };
    let eras = form("平成18年", "平成22年", "平成28年");
    let years = form("2006年", "2010年", "2016年");
    for fields in [&eras, &years] {
        assert_eq!(value(fields.school.as_ref()), Some("大阪大学"));
        assert_eq!(value(fields.degree.as_ref()), Some("理学部 物理学科"));
        assert_eq!(
            jobs(fields),
            [(None, Some("みなと精密株式会社")), (None, Some("株式会社ひかりソフト"))]
        );
    }
    assert_eq!(value(years.graduation_year.as_ref()), Some("2010"));
    // Only what stands in the document.
    assert_eq!(eras.graduation_year, None);
}

#[test]
fn degrees_and_fields() {
    for (line, degree, major) in [
        (
            "Master 2 Management de la chaîne logistique",
            "Master 2",
            Some("Management de la chaîne logistique"),
        ),
        (
            "Licence professionnelle Métiers du droit",
            "Licence professionnelle",
            Some("Métiers du droit"),
        ),
        ("Grado en Enfermería", "Grado", Some("Enfermería")),
        ("Licenciatura de Economía", "Licenciatura", Some("Economía")),
        ("BSc Civil Engineering", "BSc", Some("Civil Engineering")),
        ("Bachelor of Commerce, Perth, Australia", "Bachelor of Commerce", None),
    ] {
        let fields = read(&format!("Ana Lima\nEducation\nUniversity of Oporto, 2016\n{line}"));
        assert_eq!(value(fields.degree.as_ref()), Some(degree), "{line}");
        assert_eq!(value(fields.major.as_ref()), major, "{line}");
    }
}

#[test]
fn a_year_belongs_to_its_own_line() {
    let mut document = Document::of_text(
        "Ana Lima\nEducation\nACCA, BPP Learning\n2010\nBSc Accounting, Cardiff University\n2007\n\
         Universidad Nacional de Ingeniería, Ingeniería de Minas\n2001 - 2005",
    );
    // Each date at the right of its line.
    for (at, line) in document.pages[0].lines.iter_mut().skip(2).enumerate() {
        line.row = u32::try_from(2 + at / 2).unwrap();
        line.bbox.y0 = 28.0 + 20.0 * (at / 2) as f32;
        line.bbox.y1 = line.bbox.y0 + 10.0;
        line.bbox.x0 += 400.0 * (at % 2) as f32;
        line.bbox.x1 += 400.0 * (at % 2) as f32;
    }
    let fields = extract(&document);
    let studies: Vec<_> = fields
        .studies
        .iter()
        .map(|study| (value(study.school.as_ref()), value(study.year.as_ref())))
        .collect();
    assert_eq!(
        studies,
        [
            (Some("Cardiff University"), Some("2007")),
            (Some("Universidad Nacional de Ingeniería"), Some("2005")),
        ]
    );
}

#[test]
fn german_firms_without_their_articles_and_towns() {
    let fields = read(
        "Ana Lima\nBerufserfahrung\n01/2009 – 07/2014\nEinkäuferin bei der Weserbau AG in Hameln\n\
         08/2014 – heute\nLeiterin Einkauf, Fjordkraft Anlegg AS",
    );
    assert_eq!(
        jobs(&fields),
        [
            (Some("Einkäuferin"), Some("Weserbau AG")),
            (Some("Leiterin Einkauf"), Some("Fjordkraft Anlegg AS")),
        ]
    );
}

#[test]
fn half_an_address_is_none() {
    for (text, email) in [
        ("Ana Lima\nana.maria-\nlima@example.org", "ana.maria-lima@example.org"),
        ("Ana Lima\nana@mail.example\n.org", "ana@mail.example.org"),
    ] {
        let found = read(text).email.unwrap();
        assert_eq!((found.value.as_str(), found.confidence), (email, Confidence::Medium));
    }
}

#[test]
fn what_is_no_name_is_no_name() {
    for text in [
        "Curriculum Vitae\nExperience\nEngineer, Acme Ltd, 2010 - 2012",
        "INVOICE 2024-001\nAcme Trading Ltd\n12 High Street\nTotal: 1,200.00",
        "Experience\nEducation\nSkills\nRust, SQL",
        "The quick brown fox jumps over the lazy dog.\nIt does so every day.",
    ] {
        assert_eq!(read(text).name, None, "{text}");
    }
}

#[test]
fn numbers_that_are_no_phone() {
    for text in [
        "Ana Lima\nPassport No: 123456789",
        "Ana Lima\nISBN 978-3-16-148410-0",
        "Ana Lima\nExperience\nHandled 1234567890 rows, 2012 - 2015",
        "Ana Lima\n2012 - 2015\n01.02.1990",
        "Ana Lima\nSteuernummer 12 345 678 901",
    ] {
        assert_eq!(read(text).phone, None, "{text}");
    }
}

#[test]
fn nothing_comes_of_nothing() {
    assert_eq!(extract(&Document::default()), ResumeFields::default());
    assert_eq!(read("\n \n"), ResumeFields::default());
}

#[test]
fn a_hundred_thousand_lines_are_looked_at_as_far_as_a_resume_goes() {
    let long = format!(
        "{ENGLISH}\n{}\n{}",
        "Engineer ".repeat(50_000),
        "a 2012 - 2015\n".repeat(100_000)
    );
    let fields = read(&long);
    assert_eq!(value(fields.name.as_ref()), Some("Ana Lima"));
    assert!(
        fields
            .jobs
            .iter()
            .flat_map(|job| [&job.employer, &job.title])
            .flatten()
            .all(|found| found.source.len() < 2_000)
    );
}

/// All values with their names; work experience is made of the others.
fn values(fields: &ResumeFields) -> Vec<Found> {
    let main = [
        &fields.name,
        &fields.email,
        &fields.phone,
        &fields.school,
        &fields.degree,
        &fields.major,
        &fields.graduation_year,
    ];
    let jobs = fields
        .jobs
        .iter()
        .flat_map(|job| [&job.employer, &job.title, &job.dates]);
    let studies = fields
        .studies
        .iter()
        .flat_map(|study| [&study.school, &study.degree, &study.major, &study.year]);
    main.into_iter().chain(jobs).chain(studies).flatten().cloned().collect()
}

/// Pieces of which resumes are made, so that random documents come close to them.
const PIECES: [&str; 24] = [
    "Ana Lima",
    "Experience",
    "Education",
    "Skills",
    "2012 - 2015",
    "Mar 2019 – Present",
    "Engineer",
    "Acme, Inc.",
    "Acme GmbH",
    "University of Oporto",
    "BSc Physics",
    "ana@example.org",
    "+49 30 1234567",
    "|",
    " - ",
    ", ",
    "Berlin, Germany",
    "工作经历",
    "浙江大学",
    "王小明",
    "شركة الخليج",
    "• Built things.",
    "姓名:",
    "Name:",
];

proptest! {
    #[test]
    fn every_value_stands_in_the_document(parts in proptest::collection::vec((0..PIECES.len(), any::<bool>()), 0..60), noise in "\\PC{0,40}") {
        let mut text = noise;
        for (piece, line) in parts {
            text.push_str(PIECES[piece]);
            text.push(if line { '\n' } else { ' ' });
        }
        let document = Document::of_text(&text);
        for found in values(&extract(&document)) {
            prop_assert!(document.find(&found.value).is_some(), "{:?} in {:?}", found, text);
        }
    }

    #[test]
    fn any_text_is_read_without_a_panic_and_the_same_way_twice(text in "(\\PC|\n){0,400}") {
        prop_assert_eq!(read(&text), read(&text));
    }
}
