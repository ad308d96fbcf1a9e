//! Candidates: the people who are interviewed.

use crate::{
    error::{FieldError, Problems},
    id::{CandidateId, InterviewId},
    session::Session,
    text,
    time::Timestamp,
    words::words,
};
use email_address::{EmailAddress, Options};
use serde::{Deserialize, Serialize};

words! {
    /// How a candidate came to an interview.
    Source {
        /// Created individually by a member.
        Invited = "invited",
        /// Started from the public link.
        PublicLink = "public_link",
        /// From a spreadsheet.
        Imported = "imported",
        /// From a resume.
        Resume = "resume",
        /// Through the API.
        Api = "api",
    }
}

/// Longest name, in characters.
pub const NAME_MAX: usize = 200;
/// Longest email, in characters.
pub const EMAIL_MAX: usize = 254;
/// Longest phone number, in characters.
pub const PHONE_MAX: usize = 40;
/// Longest school, major or degree, in characters.
pub const SCHOOL_MAX: usize = 200;
/// Longest work experience or notes, in characters.
pub const NOTES_MAX: usize = 10_000;
/// Earliest graduation year.
pub const YEAR_MIN: i32 = 1950;
/// How many years ahead a graduation may lie.
pub const YEARS_AHEAD: i32 = 10;

/// What is known of a candidate: the body of POST, and what PATCH is merged into.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CandidateInput {
    /// The only field that must be given.
    pub name: String,
    /// Ties the invite link to a person.
    #[serde(default)]
    pub email: Option<String>,
    /// As the person writes it.
    #[serde(default)]
    pub phone: Option<String>,
    /// School or university.
    #[serde(default)]
    pub school: Option<String>,
    /// Field of study.
    #[serde(default)]
    pub major: Option<String>,
    /// Degree.
    #[serde(default)]
    pub degree: Option<String>,
    /// Year of graduation.
    #[serde(default)]
    pub graduation_year: Option<i32>,
    /// Earlier jobs, as text.
    #[serde(default)]
    pub work_experience: Option<String>,
    /// For the team only; never shown to the candidate.
    #[serde(default)]
    pub notes: Option<String>,
}

/// Whether `email` (already cleaned) can be one: a mailbox, an `@` and a domain with a dot.
#[must_use]
pub fn is_email(email: &str) -> bool {
    let options = Options::default()
        .with_required_tld()
        .without_domain_literal()
        .without_display_text();
    text::chars(email) <= EMAIL_MAX && !email.contains('"') && EmailAddress::parse_with_options(email, options).is_ok()
}

/// Whether `phone` (already cleaned) can be a phone number: 5 to 20 digits in any script, and what people write between.
#[must_use]
pub fn is_phone(phone: &str) -> bool {
    let digits = phone.chars().filter(|c| c.is_numeric()).count();
    let others = phone.to_lowercase();
    let rest = others.replace("ext", "").replace('x', "");
    (5..=20).contains(&digits) && rest.chars().all(|c| c.is_numeric() || " +()-./–".contains(c))
}

/// What a form says of a field that it was filled with: what is there by now, where the form left it alone.
fn changed<T: PartialEq>(typed: T, seen: &T, present: T) -> T {
    if typed == *seen { present } else { typed }
}

impl CandidateInput {
    /// The fields by their names, as text.
    #[must_use]
    pub fn named(&self) -> [(&'static str, Option<String>); 9] {
        [
            ("name", Some(self.name.clone())),
            ("email", self.email.clone()),
            ("phone", self.phone.clone()),
            ("school", self.school.clone()),
            ("major", self.major.clone()),
            ("degree", self.degree.clone()),
            ("graduation_year", self.graduation_year.map(|y| y.to_string())),
            ("work_experience", self.work_experience.clone()),
            ("notes", self.notes.clone()),
        ]
    }

    /// What a form that was filled with `seen` changed, put over what is `present` by now.
    #[must_use]
    pub fn over(self, seen: &Self, present: Self) -> Self {
        Self {
            name: changed(self.name, &seen.name, present.name),
            email: changed(self.email, &seen.email, present.email),
            phone: changed(self.phone, &seen.phone, present.phone),
            school: changed(self.school, &seen.school, present.school),
            major: changed(self.major, &seen.major, present.major),
            degree: changed(self.degree, &seen.degree, present.degree),
            graduation_year: changed(self.graduation_year, &seen.graduation_year, present.graduation_year),
            work_experience: changed(self.work_experience, &seen.work_experience, present.work_experience),
            notes: changed(self.notes, &seen.notes, present.notes),
        }
    }

    /// The fields that a form which was filled with `seen` changed, and somebody else into something else: by their names,
    /// each with what is `present` by now.
    #[must_use]
    pub fn clashes(&self, seen: &Self, present: &Self) -> Vec<(&'static str, Option<String>)> {
        let fields = self.named().into_iter().zip(seen.named()).zip(present.named());
        fields
            .filter(|(((_, mine), (_, seen)), (_, theirs))| mine != seen && theirs != seen && mine != theirs)
            .map(|(_, theirs)| theirs)
            .collect()
    }

    /// Cleans every field (blank ones become `None`) and checks every limit. `this_year` is the current year.
    ///
    /// # Errors
    /// Everything that is wrong, field by field.
    pub fn checked(mut self, this_year: i32) -> Result<Self, Vec<FieldError>> {
        let mut problems = Problems::new();
        self.name = text::one_line(&self.name);
        let visible = self
            .name
            .chars()
            .any(|c| !c.is_whitespace() && !('\u{200B}'..='\u{200F}').contains(&c));
        problems.require(visible, "name", "Give the candidate's name.");
        too_long(&mut problems, "name", Some(&self.name), NAME_MAX);
        let short = [
            ("email", &mut self.email, EMAIL_MAX),
            ("phone", &mut self.phone, PHONE_MAX),
            ("school", &mut self.school, SCHOOL_MAX),
            ("major", &mut self.major, SCHOOL_MAX),
            ("degree", &mut self.degree, SCHOOL_MAX),
        ];
        for (field, value, most) in short {
            *value = value.take().map(|v| text::one_line(&v)).filter(|v| !v.is_empty());
            too_long(&mut problems, field, value.as_deref(), most);
        }
        for (field, value) in [
            ("work_experience", &mut self.work_experience),
            ("notes", &mut self.notes),
        ] {
            *value = value
                .take()
                .map(|v| text::many_lines(&v))
                .filter(|v| !v.trim().is_empty());
            too_long(&mut problems, field, value.as_deref(), NOTES_MAX);
        }
        if let Some(email) = &self.email
            && !is_email(email)
        {
            problems.add(
                "email",
                format!("'{}' is not an email address.", text::shorten(email, 80)),
            );
        }
        if let Some(phone) = &self.phone
            && !is_phone(phone)
        {
            problems.add(
                "phone",
                format!("'{}' is not a phone number.", text::shorten(phone, 80)),
            );
        }
        if let Some(year) = self.graduation_year {
            let latest = this_year + YEARS_AHEAD;
            problems.require(
                (YEAR_MIN..=latest).contains(&year),
                "graduation_year",
                format!("The graduation year is between {YEAR_MIN} and {latest}."),
            );
        }
        problems.into_result(self)
    }
}

fn too_long(problems: &mut Problems, field: &str, value: Option<&str>, most: usize) {
    let length = value.map_or(0, text::chars);
    problems.require(
        length <= most,
        field,
        format!("At most {most} characters; this has {length}."),
    );
}

/// A candidate as the API and the creators' screens show them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Candidate {
    /// Their id.
    pub id: CandidateId,
    /// The interview they are on.
    pub interview_id: InterviewId,
    /// What is known of them.
    #[serde(flatten)]
    pub fields: CandidateInput,
    /// How they came.
    pub source: Source,
    /// Name of the stored resume, if there is one.
    pub resume_file: Option<String>,
    /// Their invite link; `null` for viewers.
    pub invite_url: Option<String>,
    /// When the invite link expires, if it does.
    pub link_expires_at: Option<Timestamp>,
    /// The candidate whom this one may be a second time.
    pub possible_duplicate_of: Option<CandidateId>,
    /// The current attempt.
    pub session: Session,
    /// When they were added.
    pub created_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> CandidateInput {
        CandidateInput {
            name: name.into(),
            ..Default::default()
        }
    }

    #[test]
    fn names_of_all_kinds() {
        for good in ["Ana", "李小龙", "محمد علي", "O'Brien-Łuczak", "Zoë 🚀"] {
            assert_eq!(named(good).checked(2026).unwrap().name, good);
        }
        for bad in ["", "   ", "\u{0}\u{1}", "\u{200B}", "\n"] {
            assert_eq!(named(bad).checked(2026).unwrap_err()[0].field, "name");
        }
        assert!(named(&"ü".repeat(200)).checked(2026).is_ok());
        assert!(named(&"ü".repeat(201)).checked(2026).is_err());
        assert!(named(&"x".repeat(10_000)).checked(2026).is_err());
    }

    #[test]
    fn emails() {
        for good in [
            "a@b.co",
            "Ana.Lima+x@example.co.uk",
            "用户@例子.公司",
            "o'b@example.com",
        ] {
            assert!(is_email(good), "{good}");
        }
        for bad in [
            "anna@",
            "@b.co",
            "a b@c.de",
            "a@b",
            "a@@b.co",
            "Ana <a@b.co>",
            "a@[127.0.0.1]",
            "a@b.co,c@d.ef",
        ] {
            assert!(!is_email(bad), "{bad}");
        }
    }

    #[test]
    fn phones() {
        for good in ["+49 (0)30 1234-567", "13800138000", "020 7946 0000 x12", "٠١٢٣٤٥٦٧"] {
            assert!(is_phone(good), "{good}");
        }
        for bad in ["1234", "call me", "+++++", "123456789012345678901"] {
            assert!(!is_phone(bad), "{bad}");
        }
    }

    #[test]
    fn blank_is_none_and_years_are_plausible() {
        let mut c = named("Ana");
        c.email = Some("  ".into());
        c.graduation_year = Some(2037);
        let errors = c.clone().checked(2026).unwrap_err();
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0].field, "graduation_year");
        c.graduation_year = Some(2036);
        assert_eq!(c.checked(2026).unwrap().email, None);
    }

    #[test]
    fn two_forms_filled_alike_join_and_clash_only_in_what_both_changed() {
        let seen = CandidateInput {
            email: Some("ana@x.example".into()),
            graduation_year: Some(2020),
            notes: Some("Called.".into()),
            ..named("Ana")
        };
        let theirs = CandidateInput {
            phone: Some("12345".into()),
            graduation_year: Some(2021),
            notes: None,
            school: Some("UPM".into()),
            ..seen.clone()
        };
        let mine = CandidateInput {
            name: "Ana Lima".into(),
            graduation_year: Some(2022),
            notes: Some("Called twice.".into()),
            school: Some("UPM".into()),
            ..seen.clone()
        };
        assert_eq!(
            mine.clashes(&seen, &theirs),
            [("graduation_year", Some("2021".to_owned())), ("notes", None)]
        );
        let joined = CandidateInput {
            phone: Some("12345".into()),
            ..mine.clone()
        };
        assert_eq!(mine.clone().over(&seen, theirs.clone()), joined);
        // The other way round the same is theirs where they clash, and what was typed beside it stays.
        let taken = CandidateInput {
            name: "Ana Lima".into(),
            ..theirs.clone()
        };
        assert_eq!(theirs.clone().over(&seen, mine), taken);
        // A form that changed nothing is in nobody's way.
        assert!(seen.clashes(&seen, &theirs).is_empty());
        assert_eq!(seen.clone().over(&seen, theirs.clone()), theirs);
    }
}
