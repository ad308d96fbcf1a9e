//! Which column holds what, told by its header in several spellings and languages.
//!
//! Pure: it knows neither files nor the database. A header that is not recognised is left out rather than guessed,
//! for the creator sees the match and can correct it; a wrong match would put one thing under the name of another.

use std::collections::HashMap;
use std::sync::LazyLock;

use parley_domain::import::Field;
use parley_domain::text;
use unicode_normalization::UnicodeNormalization as _;

/// The header of the reason column that the rejected rows carry; a file with it is one that comes back.
pub const REASON_HEADER: &str = "What to fix";

/// Headers that mean this field, compared by their [`key`]. The order of languages: English, Chinese (simplified and
/// traditional), German, French, Spanish, and a few more where the word is unmistakable.
fn spellings(field: Field) -> &'static str {
    match field {
        Field::Name => {
            "name|full name|fullname|candidate|candidate name|name of candidate|applicant|applicant name|\
             applicant full name|candidate full name|person|student|student name|display name|contact name|\
             participant|participant name|your name|legal name|first and last name|name surname|\
             姓名|名字|候选人|候选人姓名|应聘者|应聘者姓名|申请人|申请人姓名|学生姓名|求职者|求职者姓名|全名|候選人|候選人姓名|應徵者|應徵者姓名|申請人|學生姓名|\
             vollstandiger name|kandidat|kandidatin|kandidat in|bewerber|bewerberin|bewerber in|bewerbername|\
             name des bewerbers|vor und nachname|vorname nachname|vorname und nachname|name vorname|\
             nom complet|nom et prenom|nom et prenoms|prenom et nom|nom prenom|prenom nom|candidat|candidate e|\
             nom du candidat|candidat e|\
             nombre completo|nombre y apellido|nombre y apellidos|nombres y apellidos|candidato|candidata|\
             nombre del candidato|apellidos y nombre|aspirante|postulante|\
             nome completo|nome e cognome|nome|氏名|名前|お名前|성명|이름|имя|фио|ф и о|ho ten|ho va ten|الاسم"
        }
        Field::FirstName => {
            "first name|firstname|given name|given names|forename|first|fname|preferred name|\
             名|given|vorname|vornamen|rufname|prenom|prenoms|nombre|nombres|primer nombre|nombre de pila|nome proprio|ten"
        }
        Field::LastName => {
            "last name|lastname|surname|family name|last|lname|second name|\
             姓|姓氏|nachname|familienname|zuname|nom|nom de famille|apellido|apellidos|primer apellido|cognome|\
             sobrenome|фамилия|ho"
        }
        Field::Email => {
            "email|e mail|mail|email address|e mail address|mail address|emailaddress|email id|candidate email|\
             applicant email|contact email|personal email|work email|primary email|your email|email contact|\
             邮箱|电子邮箱|电子邮件|邮件|邮箱地址|电子邮件地址|电邮|联系邮箱|候选人邮箱|電子郵件|電郵|電子信箱|信箱|郵箱|\
             e mail adresse|email adresse|emailadresse|mailadresse|elektronische post|\
             courriel|adresse courriel|adresse e mail|adresse email|adresse mail|adresse electronique|mel|\
             correo|correo electronico|correo e|direccion de correo|direccion de correo electronico|email del candidato|\
             メール|メールアドレス|이메일|почта|электронная почта|thu dien tu|البريد|البريد الالكتروني"
        }
        Field::Phone => {
            "phone|phone number|phone no|telephone|telephone number|tel|tel no|mobile|mobile phone|mobile number|\
             mobile no|cell|cell phone|cellphone|cell number|contact number|contact no|phone mobile|work phone|\
             home phone|whatsapp|primary phone|\
             电话|电话号码|手机|手机号|手机号码|联系电话|联系方式|移动电话|电话手机|電話|電話號碼|手機|手機號碼|聯絡電話|\
             telefon|telefonnummer|telefonnr|telefon nr|handy|handynummer|handynr|mobil|mobilnummer|mobiltelefon|rufnummer|\
             numero de telephone|no de telephone|n de telephone|telephone portable|portable|telephone mobile|\
             numero de portable|gsm|\
             telefono|numero de telefono|n de telefono|telefono movil|movil|numero de movil|celular|numero de celular|\
             telefono celular|telefone|telemovel|cellulare|電話番号|携帯|携帯電話|전화번호|휴대폰|телефон|dien thoai|so dien thoai|الهاتف"
        }
        Field::School => {
            "school|university|college|institution|school name|university name|college name|school university|\
             university college|university school|educational institution|institute|alma mater|\
             学校|院校|毕业院校|毕业学校|大学|高校|就读学校|学校名称|學校|畢業學校|畢業院校|大學|就讀學校|\
             schule|universitat|hochschule|uni|fachhochschule|bildungseinrichtung|schule universitat|ausbildungsstatte|\
             ecole|universite|etablissement|ecole universite|faculte|etablissement scolaire|\
             escuela|universidad|centro|centro educativo|centro de estudios|institucion|institucion educativa|colegio|\
             universidade|universita|scuola|学校名|대학교|학교|университет|вуз|truong|الجامعة"
        }
        Field::Major => {
            "major|field of study|study field|course of study|course|programme|program|specialization|specialisation|\
             subject|discipline|area of study|concentration|department|\
             专业|所学专业|专业名称|主修|專業|主修科系|科系|系所|\
             studienfach|studiengang|fachrichtung|studienrichtung|hauptfach|fach|\
             filiere|specialite|domaine d etudes|discipline d etudes|formation suivie|matiere principale|\
             carrera|especialidad|especializacion|area de estudio|campo de estudio|titulacion|\
             専攻|学部|전공|специальность|chuyen nganh|curso|corso di laurea|التخصص"
        }
        Field::Degree => {
            "degree|education level|level of education|highest degree|qualification|qualifications|degree level|\
             academic degree|highest qualification|education|\
             学历|学位|最高学历|教育程度|文化程度|學歷|學位|最高學歷|\
             abschluss|hochster abschluss|studienabschluss|akademischer grad|bildungsabschluss|abschlussart|\
             diplome|niveau d etudes|niveau d etude|dernier diplome|niveau de formation|grade|\
             titulo|grado|nivel de estudios|nivel educativo|titulo academico|grado academico|estudios|\
             学歴|학위|степень|образование|bang cap|grau|titolo di studio|الدرجة"
        }
        Field::GraduationYear => {
            "graduation year|year of graduation|grad year|graduation|graduated|year graduated|graduation date|\
             date of graduation|class of|graduating year|expected graduation|expected graduation year|\
             expected graduation date|completion year|year of completion|passing year|year of passing|\
             毕业年份|毕业时间|毕业年|毕业日期|毕业年度|预计毕业时间|预计毕业年份|届|畢業年份|畢業年度|畢業時間|畢業日期|\
             abschlussjahr|jahr des abschlusses|abschlussdatum|studienabschlussjahr|\
             annee de diplome|annee d obtention du diplome|annee d obtention|annee de fin d etudes|promotion|\
             annee de remise du diplome|annee diplome|date d obtention du diplome|\
             ano de graduacion|ano de egreso|fecha de graduacion|ano de titulacion|ano de finalizacion|\
             卒業年|卒業年度|졸업연도|год окончания|год выпуска|nam tot nghiep|ano de conclusao|anno di laurea|سنة التخرج"
        }
        Field::WorkExperience => {
            "work experience|experience|employment|employment history|work history|professional experience|career|\
             career history|previous jobs|jobs|past employment|background|experience summary|\
             工作经历|工作经验|工作履历|职业经历|从业经历|工作經歷|工作經驗|經歷|\
             berufserfahrung|berufliche erfahrung|arbeitserfahrung|werdegang|beruflicher werdegang|erfahrung|\
             experience professionnelle|experiences professionnelles|experiences|parcours|parcours professionnel|\
             experiencia|experiencia laboral|experiencia profesional|historial laboral|trayectoria|\
             職歴|職務経歴|경력|опыт|опыт работы|kinh nghiem|experiencia de trabalho|esperienza|الخبرة"
        }
        Field::Notes => {
            "notes|note|comment|comments|remark|remarks|additional information|additional notes|other|memo|\
             internal notes|recruiter notes|\
             备注|说明|附注|评论|備註|備注|說明|附註|\
             notizen|notiz|bemerkung|bemerkungen|anmerkung|anmerkungen|kommentar|kommentare|hinweise|\
             remarque|remarques|commentaire|commentaires|observations|\
             notas|nota|comentario|comentarios|observaciones|observacion|\
             備考|비고|메모|примечание|примечания|заметки|ghi chu|observacoes|osservazioni|ملاحظات"
        }
    }
}

/// Matches every column of `header` to at most one field. Of two columns with the same meaning the first is taken and
/// the other left to the creator, except where a field takes several.
#[must_use]
pub fn match_columns(header: &[String]) -> Vec<Option<Field>> {
    let mut matched: Vec<Option<Field>> = header.iter().map(|text| recognise(text)).collect();
    // "Nom" is the family name beside "Prénom" and the whole name where it stands alone; so with "Nombre".
    let has = |matched: &[Option<Field>], field| matched.contains(&Some(field));
    if !has(&matched, Field::Name) {
        match (has(&matched, Field::FirstName), has(&matched, Field::LastName)) {
            (true, false) => replace(&mut matched, Field::FirstName),
            (false, true) => replace(&mut matched, Field::LastName),
            _ => {}
        }
    } else if has(&matched, Field::FirstName) && !has(&matched, Field::LastName) {
        // German lists often write "Name" and "Vorname": there "Name" is the family name.
        if let Some(at) = header.iter().position(|text| key(text) == "name")
            && header.iter().any(|text| key(text).starts_with("vorname"))
        {
            matched[at] = Some(Field::LastName);
        }
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

fn replace(matched: &mut [Option<Field>], part: Field) {
    if let Some(first) = matched.iter_mut().find(|field| **field == Some(part)) {
        *first = Some(Field::Name);
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
    by_key(&whole).or_else(|| by_key(without_hint(&whole))).or_else(|| {
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
