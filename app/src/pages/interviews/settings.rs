//! `…/settings`: how the talk runs, its time, who may enter.

use super::frame::{OneInterview, use_interview};
use super::store::{Kept, forget, keep, kept};
use crate::components::{
    AsyncView, Button, ButtonKind, ButtonSize, ButtonType, Checkbox, Choice, ConfirmDialog, FieldWidth, Notice,
    NoticeKind, SelectField, SignedOut, SkeletonKind, TextField, Toasts, focus_field, use_toasts,
};
use crate::error::AppError;
use crate::messages::{Locale, creator};
use crate::pages::layout::use_here;
use crate::pages::links::{ExtendAll, ShareCard};
use crate::server_fns::interviews::{get_interview, save_settings};
use leptos::prelude::*;
use leptos::task::spawn_local;
use parley_domain::{
    account::Action,
    error::FieldError,
    id::InterviewId,
    interview::{FollowUpDepth, Interview, Settings, Tone},
};

/// Fetches the interview and shows its settings.
#[component]
pub fn SettingsTab() -> impl IntoView {
    let here = use_here();
    let id = use_interview().id.get_untracked();
    let data = Resource::new(|| (), move |()| get_interview(here.slug(), id));
    view! {
        <div class="page page--form">
            <AsyncView
                data=data
                skeleton=SkeletonKind::Form
                view=|interview: Interview| view! { <Form interview=interview/> }.into_any()
            />
            <ShareCard/>
            <ExtendAll id=id/>
        </div>
    }
}

/// The fields as they are typed.
#[derive(Clone, Copy)]
struct Fields {
    time_limit: RwSignal<String>,
    count_away: RwSignal<bool>,
    tone: RwSignal<String>,
    depth: RwSignal<String>,
    name: RwSignal<String>,
    language: RwSignal<String>,
    inactivity: RwSignal<String>,
    retakes: RwSignal<String>,
    require_email: RwSignal<bool>,
    expiry: RwSignal<String>,
}

/// A number that may be left out.
fn optional_text(number: Option<u32>) -> String {
    number.map(|n| n.to_string()).unwrap_or_default()
}

impl Fields {
    fn new(settings: &Settings) -> Self {
        let fields = Self {
            time_limit: RwSignal::default(),
            count_away: RwSignal::default(),
            tone: RwSignal::default(),
            depth: RwSignal::default(),
            name: RwSignal::default(),
            language: RwSignal::default(),
            inactivity: RwSignal::default(),
            retakes: RwSignal::default(),
            require_email: RwSignal::default(),
            expiry: RwSignal::default(),
        };
        fields.load(settings);
        fields
    }

    fn load(self, settings: &Settings) {
        self.time_limit.set(optional_text(settings.time_limit_minutes));
        self.count_away.set(settings.count_time_away);
        self.tone.set(settings.tone.as_str().to_owned());
        self.depth.set(settings.follow_up_depth.as_str().to_owned());
        self.name.set(settings.interviewer_name.clone());
        self.language.set(settings.language.clone());
        self.inactivity.set(settings.inactivity_days.to_string());
        self.retakes.set(settings.self_retakes.to_string());
        self.require_email.set(settings.require_invited_email);
        self.expiry.set(optional_text(settings.invite_expiry_days));
    }

    /// As it would be saved, or which fields are not numbers; watches all of it.
    fn read(self) -> Result<Settings, Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut number = |field: &str, text: RwSignal<String>| {
            let text = text.get();
            let parsed = text.trim().parse::<u32>();
            if !text.trim().is_empty() && parsed.is_err() {
                errors.push(FieldError::new(
                    format!("settings.{field}"),
                    creator().interviews.whole_number,
                ));
            }
            parsed.ok()
        };
        let time_limit_minutes = number("time_limit_minutes", self.time_limit);
        let invite_expiry_days = number("invite_expiry_days", self.expiry);
        let inactivity_days = number("inactivity_days", self.inactivity).unwrap_or(0);
        let self_retakes = number("self_retakes", self.retakes).unwrap_or(0);
        let settings = Settings {
            time_limit_minutes,
            count_time_away: self.count_away.get(),
            tone: self
                .tone
                .with(|word| Tone::ALL.into_iter().find(|t| t.as_str() == word))
                .unwrap_or_default(),
            follow_up_depth: self
                .depth
                .with(|word| FollowUpDepth::ALL.into_iter().find(|d| d.as_str() == word))
                .unwrap_or_default(),
            interviewer_name: self.name.get(),
            language: self.language.get(),
            inactivity_days,
            self_retakes,
            require_invited_email: self.require_email.get(),
            invite_expiry_days,
        };
        if errors.is_empty() { Ok(settings) } else { Err(errors) }
    }
}

/// What the form's functions share.
#[derive(Clone, Copy)]
struct Form {
    fields: Fields,
    slug: StoredValue<String>,
    id: InterviewId,
    frame: OneInterview,
    toasts: Toasts,
    base: RwSignal<Settings>,
    revision: RwSignal<i64>,
    errors: RwSignal<Vec<FieldError>>,
    busy: RwSignal<bool>,
    failed: RwSignal<Option<AppError>>,
    restored: RwSignal<bool>,
}

impl Form {
    fn error(self, field: &'static str) -> Signal<Option<String>> {
        Signal::derive(move || {
            self.errors.with(|errors| {
                let found = errors
                    .iter()
                    .find(|error| error.field.strip_prefix("settings.") == Some(field));
                found.map(|error| error.message.clone())
            })
        })
    }

    fn key(self) -> String {
        format!("parley.settings.{}", self.id)
    }

    fn show(self, errors: Vec<FieldError>) {
        let first = errors
            .first()
            .map(|error| format!("settings-{}", error.field.trim_start_matches("settings.")));
        self.errors.set(errors);
        if let Some(id) = first {
            focus_field(&id);
        }
    }

    fn took(self, saved: &Interview) {
        self.revision.set(saved.revision);
        self.base.set(saved.content.settings.clone());
        self.fields.load(&saved.content.settings);
        self.errors.set(Vec::new());
        self.failed.set(None);
        self.restored.set(false);
        forget(&self.key());
    }

    /// After a save: what was typed meanwhile stays, as edits on what is saved now.
    fn settled(self, sent: &Settings, saved: &Interview) {
        let typed = untrack(|| self.fields.read());
        if typed.as_ref() == Ok(sent) {
            return self.took(saved);
        }
        self.revision.set(saved.revision);
        self.base.set(saved.content.settings.clone());
        self.failed.set(None);
        self.restored.set(false);
    }

    /// `anew`: first fetch the present revision, so that this replaces what someone saved meanwhile.
    fn save(self, anew: bool) {
        if self.busy.get_untracked() {
            return;
        }
        let settings = match untrack(|| self.fields.read()) {
            Ok(settings) => settings,
            Err(errors) => return self.show(errors),
        };
        self.busy.set(true);
        let sent = settings.clone();
        spawn_local(async move {
            let slug = self.slug.get_value();
            let result = async {
                let revision = if anew {
                    get_interview(slug.clone(), self.id).await?.revision
                } else {
                    self.revision.get_untracked()
                };
                save_settings(slug, self.id, revision, settings).await
            }
            .await;
            // The page may have been left meanwhile.
            if self.busy.try_set(false).is_some() {
                return;
            }
            match result {
                Ok(saved) => {
                    self.settled(&sent, &saved);
                    self.toasts.show(creator().interviews.saved);
                    self.frame.reload();
                }
                Err(AppError::Invalid { errors }) => self.show(errors),
                Err(error) => self.failed.set(Some(error)),
            }
        });
    }

    /// Goes back to what is saved now.
    fn discard(self) {
        spawn_local(async move {
            match get_interview(self.slug.get_value(), self.id).await {
                Ok(saved) => self.took(&saved),
                Err(error) => _ = self.failed.try_set(Some(error)),
            }
        });
    }
}

#[component]
fn Form(interview: Interview) -> impl IntoView {
    let here = use_here();
    let locked = !here.can(Action::EditInterviews);
    let settings = interview.content.settings;
    let form = Form {
        fields: Fields::new(&settings),
        slug: StoredValue::new(here.slug()),
        id: interview.id,
        frame: use_interview(),
        toasts: use_toasts(),
        base: RwSignal::new(settings),
        revision: RwSignal::new(interview.revision),
        errors: RwSignal::default(),
        busy: RwSignal::new(false),
        failed: RwSignal::new(None),
        restored: RwSignal::new(false),
    };
    let dirty = Memo::new(move |_| form.base.with(|base| form.fields.read().as_ref() != Ok(base)));
    if !locked {
        guard(form, dirty);
    }
    view! {
        <form
            class="stack stack--wide"
            novalidate
            on:submit=move |ev| {
                ev.prevent_default();
                form.save(false);
            }
        >
            <Messages form=form/>
            <TalkPart form=form locked=locked/>
            <TimePart form=form locked=locked/>
            <AccessPart form=form locked=locked/>
            {(!locked).then(|| view! { <SaveRow form=form dirty=dirty/> })}
        </form>
    }
}

/// As in the content editor: edits survive the page, and a newer revision with the same settings is no conflict.
fn guard(form: Form, dirty: Memo<bool>) {
    let ready = RwSignal::new(false);
    Effect::new(move |_| {
        if let Some(found) = kept::<Settings>(&form.key())
            && found.input != form.base.get_untracked()
        {
            form.fields.load(&found.input);
            form.revision.set(found.revision);
            form.restored.set(true);
        }
        ready.set(true);
    });
    Effect::new(move |_| {
        let read = form.fields.read();
        if !ready.get() {
            return;
        }
        match read {
            Ok(input) if dirty.get() => keep(
                &form.key(),
                &Kept {
                    revision: form.revision.get_untracked(),
                    input,
                },
            ),
            Ok(_) => forget(&form.key()),
            // A field that is being typed in is no number just now: what was kept before stays kept.
            Err(_) => {}
        }
    });
    Effect::new(move |_| {
        if let Some(Ok(newer)) = form.frame.data.get()
            && form.base.with_untracked(|base| newer.content.settings == *base)
            && newer.revision > form.revision.get_untracked()
        {
            form.revision.set(newer.revision);
        }
    });
    Effect::new(move |_| {
        let handle = window_event_listener(leptos::ev::beforeunload, move |ev| {
            if dirty.try_get_untracked() == Some(true) {
                ev.prevent_default();
            }
        });
        on_cleanup(move || handle.remove());
    });
}

#[component]
fn Messages(form: Form) -> impl IntoView {
    let t = creator().interviews;
    let restored = move || {
        form.restored.get().then(|| {
            view! {
                <Notice title=t.restored text=t.restored_text>
                    <Button size=ButtonSize::Small on_press=Callback::new(move |()| form.discard())>{t.discard}</Button>
                </Notice>
            }
        })
    };
    let failed = move || match form.failed.get()? {
        AppError::SignedOut => Some(view! { <SignedOut/> }.into_any()),
        AppError::Conflict { code, .. } if code == "changed_meanwhile" => Some(
            view! {
                <Notice kind=NoticeKind::Error title=t.conflict text=t.conflict_text>
                    <Button size=ButtonSize::Small on_press=Callback::new(move |()| form.discard())>
                        {t.conflict_theirs}
                    </Button>
                    <Button size=ButtonSize::Small on_press=Callback::new(move |()| form.save(true))>
                        {t.conflict_mine}
                    </Button>
                </Notice>
            }
            .into_any(),
        ),
        error => Some(view! { <Notice kind=NoticeKind::Error title=t.save_failed text=error.to_string()/> }.into_any()),
    };
    view! {
        {restored}
        {failed}
    }
}

fn languages(current: &str) -> Vec<Choice> {
    let mut list: Vec<Choice> = Locale::ALL
        .into_iter()
        .map(|locale| (locale.code().to_owned(), locale.name().to_owned()))
        .collect();
    // Set by the API to a language that the pages do not speak: it stays choosable as it is.
    if list.iter().all(|(code, _)| code != current) {
        list.push((current.to_owned(), current.to_owned()));
    }
    list
}

#[component]
fn TalkPart(form: Form, locked: bool) -> impl IntoView {
    let t = creator().interviews;
    let fields = form.fields;
    let words = |tone: Tone| match tone {
        Tone::Casual => t.tone_casual,
        Tone::Professional => t.tone_professional,
        Tone::Formal => t.tone_formal,
        Tone::Friendly => t.tone_friendly,
    };
    let tones = Tone::ALL
        .into_iter()
        .map(|tone| (tone.as_str().to_owned(), words(tone).to_owned()))
        .collect();
    let words = |depth: FollowUpDepth| match depth {
        FollowUpDepth::Light => t.depth_light,
        FollowUpDepth::Moderate => t.depth_moderate,
        FollowUpDepth::Deep => t.depth_deep,
    };
    let depths = FollowUpDepth::ALL
        .into_iter()
        .map(|d| (d.as_str().to_owned(), words(d).to_owned()))
        .collect();
    view! {
        <section class="section">
            <div class="section__head">
                <h2>{t.talk}</h2>
                <p class="section__help">{t.talk_help}</p>
            </div>
            <div class="field-row">
                <TextField
                    id="settings-interviewer_name"
                    label=t.interviewer_name
                    value=fields.name
                    maxlength=80_u32
                    disabled=locked
                    error=form.error("interviewer_name")
                />
                <SelectField
                    id="settings-language"
                    label=t.language
                    options=languages(&fields.language.get_untracked())
                    value=fields.language
                    disabled=locked
                    error=form.error("language")
                />
                <SelectField id="settings-tone" label=t.tone options=tones value=fields.tone disabled=locked/>
                <SelectField id="settings-depth" label=t.depth options=depths value=fields.depth disabled=locked/>
            </div>
        </section>
    }
}

#[component]
fn TimePart(form: Form, locked: bool) -> impl IntoView {
    let t = creator().interviews;
    let fields = form.fields;
    view! {
        <section class="section">
            <div class="section__head"><h2>{t.time}</h2></div>
            <TextField
                id="settings-time_limit_minutes"
                label=t.time_limit
                hint=t.time_limit_hint
                value=fields.time_limit
                inputmode="numeric"
                width=FieldWidth::Medium
                disabled=locked
                error=form.error("time_limit_minutes")
            />
            <Checkbox
                id="settings-count_time_away"
                label=t.count_away
                hint=t.count_away_hint
                checked=fields.count_away
                disabled=locked
            />
            <TextField
                id="settings-inactivity_days"
                label=t.inactivity
                hint=t.inactivity_hint
                value=fields.inactivity
                inputmode="numeric"
                width=FieldWidth::Medium
                disabled=locked
                error=form.error("inactivity_days")
            />
        </section>
    }
}

#[component]
fn AccessPart(form: Form, locked: bool) -> impl IntoView {
    let t = creator().interviews;
    let fields = form.fields;
    view! {
        <section class="section">
            <div class="section__head"><h2>{t.access}</h2></div>
            <Checkbox
                id="settings-require_invited_email"
                label=t.require_email
                hint=t.require_email_hint
                checked=fields.require_email
                disabled=locked
            />
            <TextField
                id="settings-invite_expiry_days"
                label=t.expiry
                hint=t.expiry_hint
                value=fields.expiry
                inputmode="numeric"
                width=FieldWidth::Medium
                disabled=locked
                error=form.error("invite_expiry_days")
            />
            <TextField
                id="settings-self_retakes"
                label=t.self_retakes
                hint=t.self_retakes_hint
                value=fields.retakes
                inputmode="numeric"
                width=FieldWidth::Medium
                disabled=locked
                error=form.error("self_retakes")
            />
        </section>
    }
}

#[component]
fn SaveRow(form: Form, dirty: Memo<bool>) -> impl IntoView {
    let t = creator().interviews;
    let shown = Memo::new(move |_| dirty.get() || form.busy.get());
    let asking = RwSignal::new(false);
    let idle = Signal::derive(move || !shown.get());
    view! {
        <div class="save-bar" class:save-bar--shown=move || shown.get()>
            <span role="status">{move || shown.get().then_some(t.unsaved)}</span>
            <span class="push"></span>
            <Button kind=ButtonKind::Quiet disabled=idle on_press=Callback::new(move |()| asking.set(true))>
                {t.discard}
            </Button>
            <Button kind=ButtonKind::Primary r#type=ButtonType::Submit busy=form.busy disabled=idle>{t.save}</Button>
        </div>
        <ConfirmDialog
            id="discard-settings"
            open=asking
            title=t.discard_title
            text=t.discard_text
            confirm=t.discard
            cancel=creator().keep_editing
            danger=true
            on_confirm=Callback::new(move |()| form.discard())
        />
    }
}

#[cfg(test)]
mod tests {
    use super::Fields;
    use leptos::prelude::*;
    use parley_domain::interview::Settings;

    #[test]
    fn what_goes_in_comes_out() {
        Owner::new().with(|| {
            let settings = Settings {
                time_limit_minutes: Some(30),
                self_retakes: 2,
                ..Settings::default()
            };
            assert_eq!(Fields::new(&settings).read(), Ok(settings));
        });
    }

    #[test]
    fn blank_is_none_and_words_are_refused() {
        Owner::new().with(|| {
            let fields = Fields::new(&Settings {
                time_limit_minutes: Some(30),
                ..Settings::default()
            });
            fields.time_limit.set(" ".into());
            assert_eq!(fields.read().unwrap().time_limit_minutes, None);
            fields.time_limit.set("half an hour".into());
            let errors = fields.read().unwrap_err();
            assert_eq!(errors.len(), 1);
            assert_eq!(errors[0].field, "settings.time_limit_minutes");
        });
    }
}
