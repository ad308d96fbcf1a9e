//! The fields of a candidate: one set for adding and editing, each with its error beside it.

use crate::{
    components::{FieldWidth, TextArea, TextField, focus_field},
    error::AppError,
    messages::creator,
};
use leptos::prelude::*;
use parley_domain::{
    candidate::{CandidateInput, EMAIL_MAX, NAME_MAX, NOTES_MAX, PHONE_MAX, SCHOOL_MAX},
    error::FieldError,
};

/// The texts of the form.
#[derive(Clone, Copy)]
pub(super) struct Fields {
    name: RwSignal<String>,
    email: RwSignal<String>,
    phone: RwSignal<String>,
    school: RwSignal<String>,
    major: RwSignal<String>,
    degree: RwSignal<String>,
    year: RwSignal<String>,
    work: RwSignal<String>,
    notes: RwSignal<String>,
    /// As it was: what is different is what closing would lose.
    before: StoredValue<CandidateInput>,
    /// What is wrong where.
    errors: RwSignal<Vec<FieldError>>,
}

impl Fields {
    /// Filled from what is known.
    pub fn new(input: CandidateInput) -> Self {
        let text = |t: &Option<String>| RwSignal::new(t.clone().unwrap_or_default());
        Self {
            name: RwSignal::new(input.name.clone()),
            email: text(&input.email),
            phone: text(&input.phone),
            school: text(&input.school),
            major: text(&input.major),
            degree: text(&input.degree),
            year: RwSignal::new(input.graduation_year.map(|y| y.to_string()).unwrap_or_default()),
            work: text(&input.work_experience),
            notes: text(&input.notes),
            before: StoredValue::new(input),
            errors: RwSignal::default(),
        }
    }

    /// Other values into the same form.
    pub fn fill(self, input: CandidateInput) {
        let text = |t: &Option<String>| t.clone().unwrap_or_default();
        self.name.set(input.name.clone());
        self.email.set(text(&input.email));
        self.phone.set(text(&input.phone));
        self.school.set(text(&input.school));
        self.major.set(text(&input.major));
        self.degree.set(text(&input.degree));
        self.year
            .set(input.graduation_year.map(|y| y.to_string()).unwrap_or_default());
        self.work.set(text(&input.work_experience));
        self.notes.set(text(&input.notes));
        self.errors.set(Vec::new());
        self.before.set_value(input);
    }

    fn typed(self) -> CandidateInput {
        let text = |s: RwSignal<String>| Some(s.get()).filter(|t| !t.trim().is_empty());
        CandidateInput {
            name: self.name.get(),
            email: text(self.email),
            phone: text(self.phone),
            school: text(self.school),
            major: text(self.major),
            degree: text(self.degree),
            graduation_year: self.year.get().trim().parse().ok(),
            work_experience: text(self.work),
            notes: text(self.notes),
        }
    }

    /// Whether something was typed that is not saved.
    pub fn dirty(self) -> Signal<bool> {
        Signal::derive(move || {
            let typed = self.typed();
            self.before.with_value(|before| *before != typed)
        })
    }

    /// Checks everything; what is wrong is shown, and the first bad field takes focus.
    pub fn checked(self) -> Option<CandidateInput> {
        let input = self.typed();
        let mut errors = self.year_error(input.graduation_year);
        // The server checks the year against the calendar; here it may be any.
        let year = input.graduation_year.unwrap_or_default();
        if let Err(more) = input.clone().checked(year) {
            errors.extend(more.into_iter().filter(|e| e.field != "graduation_year"));
        }
        if errors.is_empty() {
            self.errors.set(errors);
            return Some(input);
        }
        self.show(errors);
        None
    }

    fn year_error(self, read: Option<i32>) -> Vec<FieldError> {
        let wrong = read.is_none() && !self.year.get_untracked().trim().is_empty();
        wrong
            .then(|| FieldError::new("graduation_year", creator().sessions.year_wrong))
            .into_iter()
            .collect()
    }

    /// Shows what the server found wrong; `false` if it was something else.
    pub fn refused(self, error: &AppError) -> bool {
        let AppError::Invalid { errors } = error else {
            return false;
        };
        self.show(errors.clone());
        true
    }

    fn show(self, errors: Vec<FieldError>) {
        let order = [
            "name",
            "email",
            "phone",
            "school",
            "major",
            "degree",
            "graduation_year",
            "work_experience",
            "notes",
        ];
        if let Some(first) = order.into_iter().find(|f| errors.iter().any(|e| e.field == *f)) {
            focus_field(&format!("candidate-{first}"));
        }
        self.errors.set(errors);
    }

    fn error(self, field: &'static str) -> Signal<Option<String>> {
        Signal::derive(move || {
            self.errors
                .with(|e| e.iter().find(|e| e.field == field).map(|e| e.message.clone()))
        })
    }

    /// Checks one field when it is left.
    fn leave(self, field: &'static str) -> Callback<()> {
        Callback::new(move |()| {
            let input = self.typed();
            let year = input.graduation_year.unwrap_or_default();
            let mut found = self.year_error(input.graduation_year);
            if let Err(errors) = input.checked(year) {
                found.extend(errors.into_iter().filter(|e| e.field != "graduation_year"));
            }
            self.errors.update(|errors| {
                errors.retain(|e| e.field != field);
                errors.extend(found.into_iter().filter(|e| e.field == field));
            });
        })
    }
}

/// The fields, for inside of a form.
#[component]
pub(super) fn CandidateFields(fields: Fields) -> impl IntoView {
    let t = &creator().sessions;
    let line = move |field: &'static str, label: &'static str, value: RwSignal<String>, most: usize| {
        let most = u32::try_from(most).unwrap_or(u32::MAX);
        view! {
            <TextField
                id=format!("candidate-{field}")
                label=label
                value=value
                error=fields.error(field)
                optional=true
                maxlength=most
                on_blur=fields.leave(field)
            />
        }
    };
    let area = move |field: &'static str, label: &'static str, value: RwSignal<String>, hint: Option<&'static str>| {
        let most = u32::try_from(NOTES_MAX).unwrap_or(u32::MAX);
        let (id, error) = (format!("candidate-{field}"), fields.error(field));
        match hint {
            Some(hint) => view! {
                <TextArea id=id label=label value=value error=error hint=hint optional=true maxlength=most/>
            }
            .into_any(),
            None => {
                view! { <TextArea id=id label=label value=value error=error optional=true maxlength=most/> }.into_any()
            }
        }
    };
    view! {
        <TextField
            id="candidate-name"
            label=t.name
            value=fields.name
            error=fields.error("name")
            maxlength=u32::try_from(NAME_MAX).unwrap_or(u32::MAX)
            autofocus=true
            on_blur=fields.leave("name")
        />
        <TextField
            id="candidate-email"
            label=t.email
            kind="text"
            inputmode="email"
            value=fields.email
            error=fields.error("email")
            hint=t.email_hint
            optional=true
            maxlength=u32::try_from(EMAIL_MAX).unwrap_or(u32::MAX)
            on_blur=fields.leave("email")
        />
        {line("phone", t.phone, fields.phone, PHONE_MAX)}
        {line("school", t.school, fields.school, SCHOOL_MAX)}
        {line("major", t.major, fields.major, SCHOOL_MAX)}
        {line("degree", t.degree, fields.degree, SCHOOL_MAX)}
        <TextField
            id="candidate-graduation_year"
            label=t.year
            inputmode="numeric"
            value=fields.year
            error=fields.error("graduation_year")
            optional=true
            width=FieldWidth::Medium
            maxlength=4_u32
            on_blur=fields.leave("graduation_year")
        />
        {area("work_experience", t.work, fields.work, None)}
        {area("notes", t.notes, fields.notes, Some(t.notes_hint))}
    }
}
