//! The fields of a candidate: one set for adding and editing, each with its error beside it.

use crate::{
    components::{FieldWidth, Notice, TextArea, TextField, focus_field},
    error::AppError,
    messages::creator,
};
use leptos::prelude::*;
use parley_domain::{
    batch::ReviewFields,
    candidate::{CandidateInput, EMAIL_MAX, NAME_MAX, NOTES_MAX, PHONE_MAX, SCHOOL_MAX},
    error::FieldError,
    resume::ResumeField,
};
use std::cell::RefCell;
use uuid::Uuid;

thread_local! {
    /// What was typed into a sheet that went with its page (on a phone the way back is a slip of the thumb): for whom, what was
    /// there before, and what was typed.
    static LEFT: RefCell<Option<(Uuid, CandidateInput, CandidateInput)>> = const { RefCell::new(None) };
}

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
    /// What a resume filled in.
    filled: RwSignal<ReviewFields>,
    /// What was typed before its page was left is here again.
    returned: RwSignal<bool>,
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
            filled: RwSignal::default(),
            returned: RwSignal::new(false),
        }
    }

    /// What is typed and not saved when the page goes outlasts it. `whose`: of the interview or the candidate that the sheet is
    /// open for; none while it is closed.
    pub fn outlast(self, dirty: Signal<bool>, whose: impl Fn() -> Option<Uuid> + Send + Sync + 'static) {
        on_cleanup(move || {
            if let Some(whose) = whose().filter(|_| dirty.try_get_untracked() == Some(true)) {
                let typed = untrack(|| self.typed());
                LEFT.set(Some((whose, self.before.get_value(), typed)));
            }
        });
    }

    /// Puts back what outlasted its page, where nothing else is known of them by now.
    pub fn bring_back(self, whose: Uuid) {
        let before = self.before.get_value();
        let left = LEFT.with_borrow_mut(|left| left.take_if(|(of, base, _)| *of == whose && *base == before));
        if let Some((.., typed)) = left {
            self.fill(typed);
            self.before.set_value(before);
            self.returned.set(true);
        }
    }

    /// Where the text of a field lives.
    const fn text_of(self, field: ResumeField) -> RwSignal<String> {
        match field {
            ResumeField::Name => self.name,
            ResumeField::Email => self.email,
            ResumeField::Phone => self.phone,
            ResumeField::School => self.school,
            ResumeField::Degree => self.degree,
            ResumeField::Major => self.major,
            ResumeField::GraduationYear => self.year,
            ResumeField::WorkExperience => self.work,
        }
    }

    /// Fills the fields that are empty, and only those; how many.
    pub fn fill_empty(self, found: &ReviewFields) -> u64 {
        let mut filled = self.filled.get_untracked();
        let mut count = 0;
        for (field, value) in found {
            let text = self.text_of(*field);
            if text.with_untracked(|text| text.trim().is_empty()) {
                text.set(value.value.clone());
                filled.insert(*field, value.clone());
                count += 1;
            }
        }
        self.filled.set(filled);
        count
    }

    /// Empties what a resume filled in and nobody has changed since.
    pub fn take_back(self) {
        for (field, value) in self.filled.get_untracked() {
            let text = self.text_of(field);
            if text.with_untracked(|text| *text == value.value) {
                text.set(String::new());
            }
        }
        self.filled.set(ReviewFields::new());
    }

    /// Where a field's value stands in the resume that filled it, as long as it is that value.
    fn source(self, field: ResumeField) -> impl IntoView {
        move || {
            let found = self.filled.with(|filled| filled.get(&field).cloned())?;
            let same = self.text_of(field).with(|text| *text == found.value);
            same.then(|| {
                let words = (creator().resumes.from_resume)(&found.source);
                view! { <p class="from-resume">{words}</p> }
            })
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
        self.filled.set(ReviewFields::new());
        self.returned.set(false);
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

    /// What is typed, as it would be saved.
    fn cleaned(self) -> CandidateInput {
        let typed = untrack(|| self.typed());
        let year = typed.graduation_year.unwrap_or_default();
        typed.clone().checked(year).unwrap_or(typed)
    }

    /// What the form was filled with.
    pub fn seen(self) -> CandidateInput {
        self.before.get_value()
    }

    /// What somebody else made of the fields that were changed here too, into something else.
    pub fn clashes(self, theirs: &CandidateInput) -> Vec<(&'static str, Option<String>)> {
        self.cleaned().clashes(&self.seen(), theirs)
    }

    /// What was changed here, put over what somebody else saved.
    pub fn over(self, theirs: &CandidateInput) -> CandidateInput {
        self.cleaned().over(&self.seen(), theirs.clone())
    }

    /// Goes on from what somebody else saved. Where both changed the same it is theirs; what was typed beside it stays.
    pub fn take(self, theirs: CandidateInput) {
        let joined = theirs.clone().over(&self.seen(), self.cleaned());
        self.fill(joined);
        self.before.set_value(theirs);
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

/// What was left about them is saved by now.
pub(super) fn forget_left(whose: Uuid) {
    LEFT.with_borrow_mut(|left| left.take_if(|(of, ..)| *of == whose));
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
        {move || fields.returned.get().then(|| view! { <Notice title=creator().interviews.restored/> })}
        <TextField
            id="candidate-name"
            label=t.name
            value=fields.name
            error=fields.error("name")
            maxlength=u32::try_from(NAME_MAX).unwrap_or(u32::MAX)
            autofocus=true
            on_blur=fields.leave("name")
        />
        {fields.source(ResumeField::Name)}
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
        {fields.source(ResumeField::Email)}
        {line("phone", t.phone, fields.phone, PHONE_MAX)}
        {fields.source(ResumeField::Phone)}
        {line("school", t.school, fields.school, SCHOOL_MAX)}
        {fields.source(ResumeField::School)}
        {line("major", t.major, fields.major, SCHOOL_MAX)}
        {fields.source(ResumeField::Major)}
        {line("degree", t.degree, fields.degree, SCHOOL_MAX)}
        {fields.source(ResumeField::Degree)}
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
        {fields.source(ResumeField::GraduationYear)}
        {area("work_experience", t.work, fields.work, None)}
        {fields.source(ResumeField::WorkExperience)}
        {area("notes", t.notes, fields.notes, Some(t.notes_hint))}
    }
}
