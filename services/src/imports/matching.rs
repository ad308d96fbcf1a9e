//! Which column holds what, told by its header in several spellings and languages.
//!
//! Pure: it knows neither files nor the database. A header that is not recognised is left out rather than guessed,
//! for the creator sees the match and can correct it; a wrong match would put one thing under the name of another.

use std::collections::HashMap;
use std::sync::LazyLock;

use parley_domain::import::Field;
use parley_domain::text;
use unicode_normalization::UnicodeNormalization as _;

use super::headers::spellings;

/// The header of the reason column that the rejected rows carry; a file with it is one that comes back.
pub const REASON_HEADER: &str = "What to fix";

/// Matches every column of `header` to at most one field. Of two columns with the same meaning the first is taken and
/// the other left to the creator, except where a field takes several.
#[must_use]
pub fn match_columns(header: &[String]) -> Vec<Option<Field>> {
    let mut matched: Vec<Option<Field>> = header.iter().map(|text| recognise(text)).collect();
    // "Second name" is the family name, unless there is another.
    let family = Some(Field::LastName);
    let mut named = header.iter().zip(&matched);
    let second = named.position(|(text, field)| *field == family && key(text) == "second name");
    if let Some(at) = second
        && matched.iter().filter(|field| **field == family).count() > 1
    {
        matched[at] = Some(Field::MiddleName);
    }
    // "Nom" is the family name beside "Prénom" and the whole name where it stands alone; so with "Nombre".
    let has = |matched: &[Option<Field>], field| matched.contains(&Some(field));
    let halves = (has(&matched, Field::FirstName), has(&matched, Field::LastName));
    // Beside a further part of a name, a half is a half.
    let further = has(&matched, Field::MiddleName) || has(&matched, Field::SecondLastName);
    match (has(&matched, Field::Name), halves) {
        (false, (true, false) | (false, true)) if further => {}
        (false, (true, false)) => replace(&mut matched, Field::FirstName, Field::Name),
        (false, (false, true)) => replace(&mut matched, Field::LastName, Field::Name),
        // German and Dutch lists often write "Name" and "Vorname": there "Name" is the family name.
        (true, (true, false)) => {
            let starts = |word: &str| header.iter().any(|text| key(text).starts_with(word));
            if let Some(at) = header
                .iter()
                .position(|text| matches!(key(text).as_str(), "name" | "naam"))
                && (starts("vorname") || starts("voornaam"))
            {
                matched[at] = Some(Field::LastName);
            }
        }
        // "Nome" and "Cognome", "Имя" and "Фамилия" or "Отчество", "Name" and "Surname": there it is the given name.
        (true, (false, family)) if family || further => {
            let named = |text: &&String| recognise(text) == Some(Field::Name);
            // "Name" beside a middle name alone may well be the whole.
            let plain = |text: &String| {
                let key = key(text);
                PLAIN_NAMES.contains(&key.as_str()) && (family || key != "name")
            };
            if header.iter().filter(named).all(plain) {
                replace(&mut matched, Field::Name, Field::FirstName);
            }
        }
        _ => {}
    }
    let mut taken = Vec::new();
    for field in &mut matched {
        if let Some(found) = *field
            && !found.takes_several()
        {
            if taken.contains(&found) {
                *field = None;
            } else {
                taken.push(found);
            }
        }
    }
    matched
}

/// Headers that mean the whole name where they stand alone, and the given name beside a family name.
const PLAIN_NAMES: [&str; 13] = [
    "name",
    "nome",
    "имя",
    "이름",
    "名字",
    "名前",
    "お名前",
    "الاسم",
    "namn",
    "navn",
    "nimi",
    "nama",
    "שם",
];

/// Takes the first column of one meaning for another.
fn replace(matched: &mut [Option<Field>], from: Field, to: Field) {
    if let Some(first) = matched.iter_mut().find(|field| **field == Some(from)) {
        *first = Some(to);
    }
}

/// Whether a cell looks like an email address: enough to tell a person's row from a header.
#[must_use]
pub fn is_address(cell: &str) -> bool {
    let mut halves = cell.trim().split('@');
    match (halves.next(), halves.next(), halves.next()) {
        (Some(name), Some(host), None) => {
            !name.is_empty() && host.contains('.') && !cell.trim().contains(char::is_whitespace)
        }
        _ => false,
    }
}

/// Without a header: the first column that holds email addresses. Everything else is for the creator to say.
#[must_use]
pub fn match_by_content<'a>(rows: impl IntoIterator<Item = &'a [String]>) -> Vec<Option<Field>> {
    let mut columns: Vec<Option<Field>> = Vec::new();
    for cells in rows {
        if columns.len() < cells.len() {
            columns.resize(cells.len(), None);
        }
        if columns.contains(&Some(Field::Email)) {
            continue;
        }
        if let Some(at) = cells.iter().position(|cell| is_address(cell)) {
            columns[at] = Some(Field::Email);
        }
    }
    columns
}

/// How many cells of a row are headers that are recognised; used to find the header row.
#[must_use]
pub fn recognised(cells: &[String]) -> usize {
    match_columns(cells).iter().flatten().count()
}

/// The field that one header means by itself.
#[must_use]
pub fn recognise(header: &str) -> Option<Field> {
    if text::chars(header) > 80 {
        return None;
    }
    let whole = key(header);
    if whole.is_empty() {
        return None;
    }
    // "Phone 1" beside "Phone 2": the first of several.
    let numbered = || by_key(whole.strip_suffix(" 1")?);
    let alone = by_key(&whole)
        .or_else(|| by_key(without_hint(&whole)))
        .or_else(numbered);
    alone.or_else(|| {
        // "Phone (with country code)", "姓名 / Name", "姓名 Name": what stands before a bracket, and the halves of a
        // bilingual header. "School / Major" means neither for certain.
        let mut meanings = parts(header).filter_map(|part| by_key(without_hint(&key(part))));
        let first = meanings.next()?;
        meanings.all(|other| other == first).then_some(first)
    })
}

/// Leaves out what only says whether the column must be filled.
fn without_hint(key: &str) -> &str {
    const HINTS: &[&str] = &[
        "required",
        "optional",
        "mandatory",
        "必填",
        "选填",
        "可选",
        "必須",
        "選填",
        "pflichtfeld",
        "obligatoire",
        "facultatif",
        "obligatorio",
        "opcional",
        "obrigatorio",
        "obbligatorio",
        "verplicht",
        "wymagane",
        "zorunlu",
        "обязательно",
        "필수",
    ];
    HINTS
        .iter()
        .find_map(|hint| key.strip_suffix(hint))
        .map_or(key, str::trim_end)
}

fn by_key(key: &str) -> Option<Field> {
    static MEANINGS: LazyLock<HashMap<String, Field>> = LazyLock::new(|| {
        let mut meanings = HashMap::new();
        for field in Field::ALL {
            meanings.extend(spellings(field).split('|').map(|spelling| (self::key(spelling), field)));
        }
        meanings
    });
    MEANINGS.get(key).copied()
}

fn parts(header: &str) -> impl Iterator<Item = &str> {
    // Spaces divide only where scripts are mixed: "Título del puesto" is a job title, not a degree.
    let spaced = header
        .chars()
        .any(|c| matches!(c, '\u{3040}'..='\u{30FF}' | '\u{4E00}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}'));
    header.split(move |c: char| "/|\n()（）[]【】".contains(c) || (spaced && c == ' '))
}

/// The form in which headers are compared: compatibility-decomposed, without accents, lower-cased, letters and digits
/// with single spaces between.
#[must_use]
pub fn key(header: &str) -> String {
    let mut key = String::with_capacity(header.len());
    for c in text::fold(header).chars() {
        if c.is_alphanumeric() || unicode_normalization::char::is_combining_mark(c) {
            key.push(c);
        } else if !key.is_empty() && !key.ends_with(' ') {
            key.push(' ');
        }
    }
    // Korean letters come apart when accents do; put together again they compare as written here.
    key.trim_end().nfc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(header: &[&str]) -> Vec<Option<Field>> {
        let header: Vec<String> = header.iter().map(|text| (*text).to_owned()).collect();
        match_columns(&header)
    }

    #[test]
    fn without_a_header_only_addresses_are_known() {
        for address in ["ana@x.example", " ana@x.example "] {
            assert!(is_address(address), "{address:?}");
        }
        for other in [
            "",
            "@x.example",
            "ana@",
            "a@b@c.example",
            "mail me @ x.example",
            "Email",
            "@handle",
        ] {
            assert!(!is_address(other), "{other:?}");
        }
        let rows = [
            ["Ana", "", "1"].map(str::to_owned),
            ["Ben", "ben@x.example", "b@x.example"].map(str::to_owned),
        ];
        assert_eq!(
            match_by_content(rows.iter().map(|row| row.as_slice())),
            [None, Some(Field::Email), None]
        );
    }

    #[test]
    fn no_spelling_means_two_things() {
        let mut seen = HashMap::new();
        for field in Field::ALL {
            for spelling in spellings(field).split('|') {
                assert!(!key(spelling).is_empty(), "{field:?} has an empty spelling");
                if let Some(other) = seen.insert(key(spelling), field) {
                    panic!("{spelling:?} stands under {other:?} and {field:?}");
                }
            }
        }
    }

    #[test]
    fn five_languages() {
        use Field::{
            Degree, Email, FirstName, GraduationYear, LastName, Major, Name, Notes, Phone, School, WorkExperience,
        };
        let all = [
            Name,
            Email,
            Phone,
            School,
            Major,
            Degree,
            GraduationYear,
            WorkExperience,
            Notes,
        ]
        .map(Some)
        .to_vec();
        let header = [
            "Name",
            "E-mail",
            "Mobile no.",
            "University",
            "Field of study",
            "Degree",
            "Graduation Year",
            "Work Experience",
            "Comments",
        ];
        assert_eq!(columns(&header), all);
        assert_eq!(
            columns(&[
                "姓名",
                "电子邮箱",
                "手机号",
                "毕业院校",
                "专业",
                "学历",
                "毕业年份",
                "工作经历",
                "备注"
            ]),
            all
        );
        let german = [
            "Vorname",
            "Nachname",
            "E-Mail-Adresse",
            "Telefon-Nr.",
            "Hochschule",
            "Studiengang",
            "Höchster Abschluss",
            "Abschlussjahr",
            "Berufserfahrung",
            "Bemerkungen",
        ];
        let parts = [
            FirstName,
            LastName,
            Email,
            Phone,
            School,
            Major,
            Degree,
            GraduationYear,
            WorkExperience,
            Notes,
        ]
        .map(Some)
        .to_vec();
        assert_eq!(columns(&german), parts);
        let french = [
            "Prénom",
            "Nom",
            "Adresse e-mail",
            "N° de téléphone",
            "École",
            "Filière",
            "Niveau d'études",
            "Année d'obtention du diplôme",
            "Expérience professionnelle",
            "Remarques",
        ];
        assert_eq!(columns(&french), parts);
        let spanish = [
            "Nombre",
            "Apellidos",
            "Correo electrónico",
            "Teléfono móvil",
            "Universidad",
            "Carrera",
            "Título",
            "Año de graduación",
            "Experiencia laboral",
            "Observaciones",
        ];
        assert_eq!(columns(&spanish), parts);
    }

    #[test]
    fn decorated_and_bilingual_headers() {
        for (header, field) in [
            ("NAME *", Field::Name),
            ("  full\u{A0}name  ", Field::Name),
            ("Ｎａｍｅ", Field::Name),
            ("姓名 Name", Field::Name),
            ("姓名/Name", Field::Name),
            ("Email (required)", Field::Email),
            ("Phone – optional", Field::Phone),
            ("E\u{301}cole", Field::School),
            ("手机号码（必填）", Field::Phone),
            ("graduation_year", Field::GraduationYear),
        ] {
            assert_eq!(recognise(header), Some(field), "{header}");
        }
        for header in [
            "",
            "   ",
            "Position",
            "Salary",
            "School / Major",
            "Emails sent in 2024",
            "Título del puesto",
            "Acme Recruiting – list of 2026",
        ] {
            assert_eq!(recognise(header), None, "{header}");
        }
    }

    #[test]
    fn one_half_of_a_name_alone_is_the_name() {
        assert_eq!(columns(&["Nom", "Courriel"]), [Some(Field::Name), Some(Field::Email)]);
        assert_eq!(columns(&["Nombre", "Correo"]), [Some(Field::Name), Some(Field::Email)]);
        assert_eq!(
            columns(&["Name", "Vorname"]),
            [Some(Field::LastName), Some(Field::FirstName)]
        );
        assert_eq!(
            columns(&["Name", "First name"]),
            [Some(Field::Name), Some(Field::FirstName)]
        );
    }

    #[test]
    fn beside_a_family_name_a_name_is_the_given_one() {
        let halves = [Some(Field::FirstName), Some(Field::LastName)];
        for header in [
            ["Nome", "Cognome"],
            ["Имя", "Фамилия"],
            ["Name", "Surname"],
            ["이름", "성"],
            ["Imię", "Nazwisko"],
            ["Voornaam", "Achternaam"],
            ["Etunimi", "Sukunimi"],
            ["Nombre(s)", "Apellido paterno"],
        ] {
            assert_eq!(columns(&header), halves, "{header:?}");
        }
        assert_eq!(
            columns(&["Naam", "Voornaam"]),
            [Some(Field::LastName), Some(Field::FirstName)]
        );
        // The whole name is told by its header: the half adds nothing.
        assert_eq!(
            columns(&["Full name", "Surname"]),
            [Some(Field::Name), Some(Field::LastName)]
        );
    }

    #[test]
    fn more_languages() {
        use Field::{Degree, Email, GraduationYear, Major, Name, Notes, Phone, School};
        let all = [Name, Email, Phone, School, Major, Degree, GraduationYear, Notes]
            .map(Some)
            .to_vec();
        for header in [
            "Imię i nazwisko|Adres e-mail|Numer telefonu|Uczelnia|Kierunek|Stopień|Rok ukończenia|Uwagi",
            "Volledige naam|E-mailadres|Telefoonnummer|Hogeschool|Studierichting|Opleidingsniveau|Afstudeerjaar|Opmerkingen",
            "Namn|E-post|Mobilnummer|Lärosäte|Huvudämne|Examen|Examensår|Anteckningar",
            "Fullt navn|E-postadresse|Telefonnummer|Universitet|Studieretning|Utdanningsnivå|Eksamensår|Merknader",
            "Koko nimi|Sähköposti|Puhelinnumero|Oppilaitos|Pääaine|Tutkinto|Valmistumisvuosi|Huomautukset",
            "Jméno a příjmení|E-mail|Telefonní číslo|Škola|Obor|Vzdělání|Rok ukončení|Poznámky",
            "Adı Soyadı|E-posta|Cep Telefonu|Üniversite|Bölüm|Derece|Mezuniyet Yılı|Notlar",
            "Фамилия Имя Отчество|Эл. почта|Номер телефона|Учебное заведение|Специальность|Степень|Год выпуска|Комментарий",
            "Họ và tên|Email|Số điện thoại|Trường đại học|Chuyên ngành|Bằng cấp|Năm tốt nghiệp|Ghi chú",
            "الاسم الكامل|البريد الإلكتروني|رقم الجوال|الجامعة|التخصص|الدرجة العلمية|سنة التخرج|ملاحظات",
            "氏名|メールアドレス|携帯電話番号|大学名|学部・学科|学位|卒業年月|備考",
            "이름|이메일 주소|휴대폰 번호|대학교|전공|학위|졸업년도|비고",
            "Nama lengkap|Surel|Nomor telepon|Universitas|Jurusan|Gelar|Tahun lulus|Catatan",
            "Name|E-mail 1 - Value|Phone 1|School|Program of Study|Degree Earned|Grad. Year|Recruiter Comments",
        ] {
            let header: Vec<&str> = header.split('|').collect();
            assert_eq!(columns(&header), all, "{header:?}");
        }
    }

    #[test]
    fn of_equal_headers_the_first_is_taken() {
        assert_eq!(
            columns(&["Name", "Email", "Email", "E-mail"]),
            [Some(Field::Name), Some(Field::Email), None, None]
        );
        assert_eq!(
            columns(&["Name", "Notes", "Comments"]),
            [Some(Field::Name), Some(Field::Notes), Some(Field::Notes)]
        );
    }
}
