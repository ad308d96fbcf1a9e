//! How headers of tables are written, in several languages: the words for [`super::matching`].
//!
//! A word that could as well be something else, or the value of a cell, is left out: what is not recognised, the creator
//! matches by hand.

use parley_domain::import::Field;

/// Headers over family names in languages in which these come first in a name.
pub(super) const FAMILY_FIRST: &str = "họ|họ đệm|họ và đệm|họ và tên đệm|họ và chữ đệm|họ lót|họ và tên lót|\
     họ và chữ lót|vezetéknév|családnév|姓|姓氏|苗字|성";

/// Headers that mean this field, compared by their [`key`](super::matching::key). The order of languages: English, Chinese
/// (simplified and traditional), German, French, Spanish, and more where the word is unmistakable.
pub(super) fn spellings(field: Field) -> &'static str {
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
             nome completo|nome e cognome|nome|氏名|名前|お名前|성명|이름|имя|фио|ф и о|ho ten|ho va ten|الاسم|\
             full legal name|last name first name|first name last name|name and surname|surname and name|\
             surname name|nachname vorname|name und vorname|bewerber name|apellidos y nombres|apellido y nombre|\
             apellidos nombre|nombre del postulante|cognome e nome|nome cognome|cognome nome|nome do candidato|\
             naam|volledige naam|kandidaat|naam kandidaat|namn|fullständigt namn|för och efternamn|navn|\
             fullt navn|fulde navn|kandidatnavn|nimi|koko nimi|imię i nazwisko|nazwisko i imię|kandydat|\
             jméno a příjmení|celé jméno|uchazeč|meno a priezvisko|név|teljes név|nume și prenume|nume complet|\
             nume prenume|ad soyad|adı soyadı|ad ve soyad|isim soyisim|aday|фамилия имя отчество|фамилия и имя|\
             фамилия имя|имя и фамилия|полное имя|кандидат|соискатель|піб|прізвище та ім'я|повне ім'я|\
             ονοματεπώνυμο|όνομα|候補者名|応募者名|지원자|지원자명|후보자|ứng viên|tên ứng viên|họ tên ứng viên|الاسم الكامل|\
             اسم المرشح|nama|nama lengkap|nama kandidat|שם|שם מלא|ชื่อ|ชื่อ นามสกุล"
        }
        Field::FirstName => {
            "first name|firstname|given name|given names|forename|first|fname|preferred name|\
             名|given|vorname|vornamen|rufname|prenom|prenoms|nombre|nombres|primer nombre|nombre de pila|nome proprio|ten|\
             legal first name|candidate first name|applicant first name|voornaam|voornamen|roepnaam|förnamn|\
             tilltalsnamn|fornavn|etunimi|etunimet|imię|imiona|jméno|křestní jméno|meno|keresztnév|utónév|\
             prenume|primeiro nome|adı|ім'я|імя|下の名前|الاسم الأول|nama depan|שם פרטי"
        }
        // "Second name" is under the family names: see the matching of columns.
        Field::MiddleName => {
            "middle name|middle names|middlename|middle|middle initial|middle initials|second given name|other names|\
             zweiter vorname|weitere vornamen|deuxième prénom|second prenom|autres prenoms|segundo nombre|\
             secondo nome|segundo nome|nome do meio|tussenvoegsel|tussenvoegsels|mellannamn|mellemnavn|mellomnavn|\
             drugie imię|druhé jméno|отчество|по батькові|tên đệm|chữ đệm|tên lót|chữ lót|الاسم الأوسط"
        }
        Field::LastName => {
            "last name|lastname|surname|family name|last|lname|second name|\
             姓|姓氏|nachname|familienname|zuname|nom|nom de famille|apellido|apellidos|primer apellido|cognome|\
             sobrenome|фамилия|ho|\
             legal last name|candidate last name|applicant last name|apellido paterno|último nome|achternaam|\
             familienaam|efternamn|efternavn|etternavn|sukunimi|nazwisko|příjmení|priezvisko|vezetéknév|\
             családnév|nume|nume de familie|soyadı|soyad|soyisim|прізвище|성|اسم العائلة|الاسم الأخير|\
             nama belakang|שם משפחה|\
             1st surname|first surname|1er apellido|họ đệm|họ và đệm|họ và tên đệm|họ và chữ đệm|họ lót|\
             họ và tên lót|họ và chữ lót|苗字"
        }
        Field::SecondLastName => {
            "second last name|second lastname|second surname|second family name|2nd surname|2nd last name|surname 2|\
             last name 2|segundo apellido|apellido 2|2 apellido|2o apellido|2do apellido|apellido materno|\
             segundo sobrenome"
        }
        Field::Email => {
            "email|e mail|mail|email address|e mail address|mail address|emailaddress|email id|candidate email|\
             applicant email|contact email|personal email|work email|primary email|your email|email contact|\
             邮箱|电子邮箱|电子邮件|邮件|邮箱地址|电子邮件地址|电邮|联系邮箱|候选人邮箱|電子郵件|電郵|電子信箱|信箱|郵箱|\
             e mail adresse|email adresse|emailadresse|mailadresse|elektronische post|\
             courriel|adresse courriel|adresse e mail|adresse email|adresse mail|adresse electronique|mel|\
             correo|correo electronico|correo e|direccion de correo|direccion de correo electronico|email del candidato|\
             メール|メールアドレス|이메일|почта|электронная почта|thu dien tu|البريد|البريد الالكتروني|\
             e mail id|mail id|email addresses|e mail 1 value|email 1 value|candidate e mail|applicant e mail|\
             indirizzo email|indirizzo e mail|indirizzo mail|indirizzo di posta elettronica|posta elettronica|\
             endereço de email|endereço de e mail|correio eletrónico|e mailadres|emailadres|mailadres|\
             e mailadresse|e post|epost|e postadress|e postadresse|mejl|mejladress|sähköposti|sähköpostiosoite|\
             adres e mail|adres email|adres mailowy|poczta elektroniczna|emailová adresa|e mailová adresa|\
             e mail cím|email cím|adresa de email|adresă e mail|e posta|eposta|e posta adresi|эл почта|\
             адрес электронной почты|электронный адрес|імейл|електронна пошта|\
             ел пошта|пошта|ηλεκτρονικό ταχυδρομείο|eメール|電子メール|이메일 주소|이메일주소|địa chỉ email|الإيميل|بريد إلكتروني|\
             عنوان البريد الإلكتروني|surel|alamat email|alamat surel|אימייל|דואר אלקטרוני|อีเมล"
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
             telefono celular|telefone|telemovel|cellulare|電話番号|携帯|携帯電話|전화번호|휴대폰|телефон|dien thoai|so dien thoai|الهاتف|\
             phone 1 value|contact phone|candidate phone|applicant phone|telephone no|tel number|\
             mobile telephone|mobile phone number|cell phone number|cell no|handphone|tel portable|tel mobile|\
             numero de tel|tel celular|tel movil|telefono de contacto|numero de contacto|numero di telefono|\
             numero di cellulare|recapito telefonico|telefone celular|número de telefone|número de telemóvel|\
             telefoon|telefoonnummer|mobiel|mobiel nummer|mobiltelefonnummer|puhelin|puhelinnumero|matkapuhelin|\
             numer telefonu|nr telefonu|telefon komórkowy|telefonní číslo|mobilní telefon|telefonszám|mobilszám|\
             număr de telefon|nr de telefon|cep telefonu|telefon numarası|номер телефона|мобильный телефон|\
             мобильный|контактный телефон|номер телефону|мобільний телефон|τηλέφωνο|κινητό|お電話番号|携帯電話番号|携帯番号|\
             휴대폰 번호|휴대폰번호|휴대전화|연락처|핸드폰|số điện thoại|điện thoại|sđt|رقم الجوال|الجوال|رقم الهاتف|هاتف|\
             رقم الموبايل|nomor telepon|no telepon|telepon|no hp|nomor hp|טלפון|נייד|โทรศัพท์|เบอร์โทร|\
             เบอร์โทรศัพท์"
        }
        Field::School => {
            "school|university|college|institution|school name|university name|college name|school university|\
             university college|university school|educational institution|institute|alma mater|\
             学校|院校|毕业院校|毕业学校|大学|高校|就读学校|学校名称|學校|畢業學校|畢業院校|大學|就讀學校|\
             schule|universitat|hochschule|uni|fachhochschule|bildungseinrichtung|schule universitat|ausbildungsstatte|\
             ecole|universite|etablissement|ecole universite|faculte|etablissement scolaire|\
             escuela|universidad|centro|centro educativo|centro de estudios|institucion|institucion educativa|colegio|\
             universidade|universita|scuola|学校名|대학교|학교|университет|вуз|truong|الجامعة|\
             name of school|name of university|name of institution|educational institute|school attended|ateneo|\
             istituto|instituição|instituição de ensino|faculdade|escola|universiteit|hogeschool|\
             onderwijsinstelling|opleidingsinstelling|lärosäte|skola|högskola|universitet|skole|lærested|\
             utdanningsinstitusjon|uddannelsesinstitution|oppilaitos|yliopisto|korkeakoulu|koulu|uczelnia|\
             nazwa uczelni|szkoła|uniwersytet|vysoká škola|univerzita|egyetem|iskola|universitate|facultate|okul|\
             mezun olduğu okul|учебное заведение|институт|університет|заклад освіти|\
             навчальний заклад|πανεπιστήμιο|大学名|出身校|出身大学|학교명|출신학교|출신대학|trường đại học|trường học|\
             المؤسسة التعليمية|universitas|nama universitas|perguruan tinggi|sekolah|asal sekolah|אוניברסיטה|\
             מוסד לימודים|มหาวิทยาลัย"
        }
        Field::Major => {
            "major|field of study|study field|course of study|course|programme|program|specialization|specialisation|\
             subject|discipline|area of study|concentration|department|\
             专业|所学专业|专业名称|主修|專業|主修科系|科系|系所|\
             studienfach|studiengang|fachrichtung|studienrichtung|hauptfach|fach|\
             filiere|specialite|domaine d etudes|discipline d etudes|formation suivie|matiere principale|\
             carrera|especialidad|especializacion|area de estudio|campo de estudio|titulacion|\
             専攻|学部|전공|специальность|chuyen nganh|curso|corso di laurea|التخصص|\
             program of study|programme of study|study program|study programme|degree program|degree programme|\
             academic major|speciality|facoltà|indirizzo di studi|corso di studi|área de estudo|especialidade|\
             studierichting|afstudeerrichting|huvudämne|studieinriktning|studieretning|studieprogram|fagområde|\
             pääaine|koulutusohjelma|kierunek|kierunek studiów|specjalność|obor|studijní obor|szak|szakirány|\
             specializare|bölüm|bölümü|направление подготовки|специализация|спеціальність|学科|学部 学科|専攻分野|학과|\
             ngành học|مجال الدراسة|jurusan|program studi|תחום לימודים|สาขา|สาขาวิชา"
        }
        Field::Degree => {
            "degree|education level|level of education|highest degree|qualification|qualifications|degree level|\
             academic degree|highest qualification|education|\
             学历|学位|最高学历|教育程度|文化程度|學歷|學位|最高學歷|\
             abschluss|hochster abschluss|studienabschluss|akademischer grad|bildungsabschluss|abschlussart|\
             diplome|niveau d etudes|niveau d etude|dernier diplome|niveau de formation|grade|\
             titulo|grado|nivel de estudios|nivel educativo|titulo academico|grado academico|estudios|\
             学歴|학위|степень|образование|bang cap|grau|titolo di studio|الدرجة|\
             highest education|highest education level|highest level of education|degree earned|degree title|\
             degree type|educational qualification|último grado de estudios|máximo grado de estudios|\
             nivel académico|escolaridad|escolaridade|nível de escolaridade|grau acadêmico|opleidingsniveau|\
             hoogste diploma|hoogst genoten opleiding|examen|utbildningsnivå|högsta utbildning|utdanningsnivå|\
             høyeste utdanning|uddannelse|uddannelsesniveau|tutkinto|koulutusaste|stopień|stopień naukowy|\
             wykształcenie|poziom wykształcenia|vzdělání|nejvyšší vzdělání|végzettség|legmagasabb végzettség|\
             nivel de studii|eğitim durumu|öğrenim durumu|eğitim seviyesi|derece|уровень образования|\
             ученая степень|ступінь|освіта|рівень освіти|最終学歴|학력|최종학력|trình độ|trình độ học vấn|الدرجة العلمية|\
             المؤهل العلمي|gelar|pendidikan terakhir|jenjang pendidikan|תואר|วุฒิการศึกษา"
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
             卒業年|卒業年度|졸업연도|год окончания|год выпуска|nam tot nghiep|ano de conclusao|anno di laurea|سنة التخرج|\
             grad date|graduation yr|passout year|year of passout|anno di conseguimento|anno di diploma|\
             anno laurea|data di laurea|ano de formatura|ano de formação|ano de graduação|data de formatura|\
             fecha de egreso|annee du diplome|afstudeerjaar|jaar van afstuderen|afstudeerdatum|examensår|\
             examensdatum|uteksamineringsår|eksamensår|dimissionsår|valmistumisvuosi|rok ukończenia|\
             rok ukończenia studiów|data ukończenia|rok ukončení|rok ukončení studia|végzés éve|anul absolvirii|\
             mezuniyet yılı|mezuniyet tarihi|год окончания вуза|дата окончания|рік закінчення|рік випуску|卒業年月|\
             卒業年月日|卒業予定年|卒業予定年月|졸업년도|졸업일|năm ra trường|عام التخرج|تاريخ التخرج|tahun lulus|tahun kelulusan|\
             שנת סיום|ปีที่สำเร็จการศึกษา|ปีที่จบ"
        }
        Field::WorkExperience => {
            "work experience|experience|employment|employment history|work history|professional experience|career|\
             career history|previous jobs|jobs|past employment|background|experience summary|\
             工作经历|工作经验|工作履历|职业经历|从业经历|工作經歷|工作經驗|經歷|\
             berufserfahrung|berufliche erfahrung|arbeitserfahrung|werdegang|beruflicher werdegang|erfahrung|\
             experience professionnelle|experiences professionnelles|experiences|parcours|parcours professionnel|\
             experiencia|experiencia laboral|experiencia profesional|historial laboral|trayectoria|\
             職歴|職務経歴|경력|опыт|опыт работы|kinh nghiem|experiencia de trabalho|esperienza|الخبرة|\
             previous employment|relevant experience|prior experience|past experience|esperienza lavorativa|\
             esperienza professionale|esperienze|esperienze lavorative|experiência profissional|werkervaring|\
             arbetslivserfarenhet|arbetserfarenhet|arbeidserfaring|erhvervserfaring|työkokemus|doświadczenie|\
             doświadczenie zawodowe|praxe|pracovní zkušenosti|munkatapasztalat|experiență|\
             experiență profesională|iş deneyimi|iş tecrübesi|deneyim|досвід|досвід роботи|経歴|職務経験|業務経歴|경력사항|\
             kinh nghiệm làm việc|الخبرة العملية|الخبرات|pengalaman kerja|riwayat pekerjaan|ניסיון|\
             ניסיון תעסוקתי|ประสบการณ์|ประสบการณ์ทำงาน"
        }
        Field::Notes => {
            "notes|note|comment|comments|remark|remarks|additional information|additional notes|other|memo|\
             internal notes|recruiter notes|\
             备注|说明|附注|评论|備註|備注|說明|附註|\
             notizen|notiz|bemerkung|bemerkungen|anmerkung|anmerkungen|kommentar|kommentare|hinweise|\
             remarque|remarques|commentaire|commentaires|observations|\
             notas|nota|comentario|comentarios|observaciones|observacion|\
             備考|비고|메모|примечание|примечания|заметки|ghi chu|observacoes|osservazioni|ملاحظات|\
             recruiter comments|hr notes|hr comments|additional comments|interviewer notes|commenti|annotazioni|\
             observação|anotações|opmerkingen|opmerking|notities|anteckningar|kommentarer|merknader|merknad|\
             notater|bemærkninger|bemærkning|huomautukset|muistiinpanot|lisätiedot|uwagi|notatki|komentarz|\
             komentarze|poznámky|poznámka|megjegyzés|megjegyzések|observații|comentarii|notlar|açıklama|\
             açıklamalar|yorumlar|комментарий|заметка|примітки|примітка|коментар|メモ|コメント|備考欄|特記事項|참고사항|ملاحظة|\
             تعليقات|catatan|keterangan|הערות|หมายเหตุ"
        }
    }
}
