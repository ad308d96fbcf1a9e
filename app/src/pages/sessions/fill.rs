//! **Upload a resume** in Create individually: fills the empty fields, shows where each value came from, and can be taken
//! back. Nothing is saved here.

use super::{desk::use_desk, fields::Fields};
use crate::{
    components::{Button, ButtonSize, Icon, IconName, Notice, NoticeKind},
    messages::creator,
    pages::resumes::extract,
    server_fns::usage::read_account,
};
use leptos::{ev::Event, prelude::*, task::spawn_local};
use parley_domain::{
    batch::ExtractedResume,
    resume::{Engine, FILE_BYTES},
};
use web_sys::{File, HtmlInputElement};

/// What became of the last resume.
#[derive(Clone)]
enum Outcome {
    /// None yet.
    Nothing,
    /// It is being read.
    Reading,
    /// What was filled in, and what there is to mind.
    Filled { title: String, text: String, any: bool },
    /// Why it was not read.
    Failed(String),
}

/// The button, what it costs, and what came of it.
#[component]
pub(super) fn FillFromResume(fields: Fields) -> impl IntoView {
    let t = creator().resumes;
    let desk = use_desk();
    let outcome = RwSignal::new(Outcome::Nothing);
    let price = RwSignal::new(None::<i64>);
    // Said on the button before anything is spent; the sheet opens in the browser only.
    Effect::new(move |_| {
        let slug = desk.place.with_untracked(|place| place.slug.clone());
        spawn_local(async move {
            if let Ok(account) = read_account(slug).await {
                price.try_set(Some(account.per_resume));
            }
        });
    });
    let take = move |file: File| {
        if matches!(outcome.get_untracked(), Outcome::Reading) {
            return;
        }
        #[expect(clippy::cast_precision_loss, reason = "ten million is exact")]
        if file.size() > FILE_BYTES as f64 {
            outcome.set(Outcome::Failed(t.fill_too_large.to_owned()));
            return;
        }
        outcome.set(Outcome::Reading);
        let slug = desk.place.with_untracked(|place| place.slug.clone());
        spawn_local(async move {
            let answer = extract(&format!("/upload/w/{slug}/resumes/extract"), &file).await;
            // The sheet was closed meanwhile: it may be open for somebody else by now, whose resume this is not.
            if outcome.try_get_untracked().is_none() {
                return;
            }
            outcome.set(match answer {
                Ok(found) => filled(fields, &found),
                Err(sentence) => Outcome::Failed(sentence),
            });
        });
    };
    let chosen = move |ev: Event| {
        let input: HtmlInputElement = event_target(&ev);
        let file = input.files().and_then(|files| files.get(0));
        input.set_value("");
        if let Some(file) = file {
            take(file);
        }
    };
    let reading = Memo::new(move |_| outcome.with(|outcome| matches!(outcome, Outcome::Reading)));
    let label = move || match (reading.get(), price.get()) {
        (true, _) => t.fill_reading.to_owned(),
        (false, Some(tokens)) if tokens > 0 => format!("{} · {}", t.fill, (t.fill_cost)(tokens)),
        (false, _) => t.fill.to_owned(),
    };
    let undo = Callback::new(move |()| {
        fields.take_back();
        outcome.set(Outcome::Nothing);
    });
    let below = move || match outcome.get() {
        Outcome::Nothing | Outcome::Reading => ().into_any(),
        Outcome::Failed(sentence) => {
            view! { <Notice kind=NoticeKind::Error title=t.fill_failed text=sentence/> }.into_any()
        }
        Outcome::Filled {
            title,
            text,
            any: false,
        } => view! { <Notice kind=NoticeKind::Mind title=title text=text/> }.into_any(),
        Outcome::Filled { title, text, any: true } => view! {
            <Notice kind=NoticeKind::Done title=title text=text>
                <Button size=ButtonSize::Small icon=IconName::Undo on_press=undo>{creator().undo}</Button>
            </Notice>
        }
        .into_any(),
    };
    view! {
        <div class="stack stack--tight">
            <div class="fill">
                <span class="pick">
                    <input
                        type="file"
                        id="fill-resume"
                        class="pick__input"
                        accept=".pdf,application/pdf"
                        aria-describedby="fill-help"
                        disabled=move || reading.get()
                        on:change=chosen
                    />
                    <label class="btn" for="fill-resume" aria-busy=move || reading.get().then_some("true")>
                        {move || {
                            let icon = if reading.get() { IconName::Spinner } else { IconName::Upload };
                            view! { <Icon name=icon/> }
                        }}
                        <span class="btn__label">{label}</span>
                    </label>
                </span>
                <span class="small muted" id="fill-help">{t.fill_help}</span>
            </div>
            {below}
        </div>
    }
}

/// Fills the empty fields; what to say about it.
fn filled(fields: Fields, found: &ExtractedResume) -> Outcome {
    let t = creator().resumes;
    let count = fields.fill_empty(&found.fields);
    let mut text = match (found.fell_back, found.engine) {
        (true, _) => t.fell_back,
        (false, Engine::BuiltIn) => t.by_rules,
        (false, Engine::Ai) => t.by_ai,
    }
    .to_owned();
    text.push('.');
    if found.damaged {
        text.push_str(&format!(" {}.", t.damaged));
    }
    Outcome::Filled {
        title: if count == 0 {
            t.filled_none.to_owned()
        } else {
            (t.filled)(count, &found.name)
        },
        text,
        any: count > 0,
    }
}
