//! Where the answer is written or picked. A real form: it posts by itself where no script runs.

use super::{
    dom::{self, CHOICES},
    ending::FinishLink,
    model::{Flaw, check, refusal, rows},
    state::Chat,
};
use crate::candidate::doors;
use leptos::{ev::KeyboardEvent, prelude::*};
use parley_domain::{
    conversation::{CandidateErrorCode, PromptView},
    id::PromptId,
    question::QuestionKind,
};

/// What decides that the field is another one: a text field stays from question to question, with focus and keyboard.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    Nothing,
    Text,
    Code,
    Choices(PromptId),
}

fn field_for(prompt: Option<&PromptView>) -> Field {
    prompt.map_or(Field::Nothing, |p| match p.kind {
        QuestionKind::Open => Field::Text,
        QuestionKind::Code => Field::Code,
        QuestionKind::SingleChoice | QuestionKind::MultipleChoice => Field::Choices(p.id),
    })
}

/// The composer; after the last question, the way to the end.
#[component]
pub(super) fn Composer(chat: Chat, client_id: String) -> impl IntoView {
    let texts = chat.texts;
    // While an answer is on its way, the field of its question stays (and its keyboard open).
    let field = Memo::new(move |before: Option<&Field>| {
        let now = chat.view.with(|v| field_for(v.question.as_ref()));
        let sending = chat.pending.with(Option::is_some);
        match before {
            Some(before) if now == Field::Nothing && sending => *before,
            _ => now,
        }
    });
    let question = move || chat.view.with(|v| v.question.as_ref().map(|q| q.id.to_string()));
    view! {
        <Notices chat=chat/>
        <form class="composer" class:composer--locked=move || chat.is_locked() method="post" action=doors::ANSWER node_ref=chat.form autocomplete="off"
            hidden=move || field.get() == Field::Nothing
            on:submit=move |ev| {
                ev.prevent_default();
                chat.submit();
            }>
            <input type="hidden" name="token" value=chat.token()/>
            <input type="hidden" name="client_id" value=client_id/>
            <input type="hidden" name="question" value=question/>
            <input type="hidden" name="lease" value=move || chat.lease.get().to_string()/>
            {move || match field.get() {
                Field::Nothing => ().into_any(),
                Field::Text => view! { <TextField chat=chat code=false/> }.into_any(),
                Field::Code => view! { <TextField chat=chat code=true/> }.into_any(),
                Field::Choices(_) => view! { <Choices chat=chat/> }.into_any(),
            }}
            <div class="composer__foot">
                <Hint chat=chat/>
                <button class="btn btn--primary btn--large" type="submit" aria-disabled=move || chat.is_locked().then_some("true")>
                    {texts.chat.send}
                </button>
            </div>
        </form>
        {move || (field.get() == Field::Nothing && !chat.is_locked()).then(|| {
            view! { <p class="composer__end"><FinishLink chat=chat class="btn btn--primary btn--large"/></p> }
        })}
    }
}

#[component]
fn TextField(chat: Chat, code: bool) -> impl IntoView {
    let texts = chat.texts;
    let class = if code {
        "input composer__text input--code"
    } else {
        "input composer__text"
    };
    let flawed = move || chat.flaw.with(Option::is_some);
    view! {
        <label class="sr-only" for="answer">{texts.chat.your_answer}</label>
        <textarea class=class id="answer" name="text" node_ref=chat.area dir="auto" placeholder=texts.chat.placeholder
            rows=move || chat.draft.with(|d| rows(&d.text)).to_string()
            spellcheck=if code { "false" } else { "true" }
            autocapitalize=if code { "off" } else { "sentences" }
            aria-describedby="answer-note"
            aria-invalid=move || flawed().then_some("true")
            readonly=move || chat.is_locked()
            on:input=move |_| chat.typed()
            on:keydown=move |ev| {
                if sends(&ev, code) {
                    ev.prevent_default();
                    chat.submit();
                }
            }></textarea>
    }
}

/// Enter sends text; in code, where it starts a new line, Ctrl or Cmd with Enter does. Enter that ends a composition of
/// characters does not send, nor does the Enter of a touch keyboard, which is the only way to a new line there.
fn sends(ev: &KeyboardEvent, code: bool) -> bool {
    if ev.key() != "Enter" || ev.is_composing() || ev.key_code() == 229 {
        return false;
    }
    let command = ev.ctrl_key() || ev.meta_key();
    command || (!code && !ev.shift_key() && !ev.alt_key() && !dom::is_touch())
}

#[component]
fn Choices(chat: Chat) -> impl IntoView {
    let texts = chat.texts;
    let prompt = chat.prompt();
    let single = prompt.as_ref().is_some_and(|p| p.kind == QuestionKind::SingleChoice);
    let legend = if single {
        texts.chat.choose_one
    } else {
        texts.chat.choose_many
    };
    let kind = if single { "radio" } else { "checkbox" };
    let choices = prompt.map(|p| p.choices).unwrap_or_default();
    let rows = choices.into_iter().map(|choice| {
        view! {
            <label class="choice choice--card">
                <input type=kind name=CHOICES value=choice.id.to_string() disabled=move || chat.is_locked() on:change=move |_| chat.typed()/>
                <span dir="auto">{choice.text}</span>
            </label>
        }
    });
    view! {
        <fieldset class="composer__choices" aria-describedby="answer-note">
            <legend class="composer__legend">{legend}</legend>
            <div class="choices">{rows.collect_view()}</div>
        </fieldset>
    }
}

/// Under the field: what is wrong with the answer, or how it is sent and where it is kept.
#[component]
fn Hint(chat: Chat) -> impl IntoView {
    let texts = chat.texts;
    let kind = Memo::new(move |_| chat.view.with(|v| v.question.as_ref().map(|q| q.kind)));
    let flaw = Memo::new(move |_| {
        let typed = chat.draft.with(|d| check(QuestionKind::Open, d).err());
        chat.flaw.get().or(typed.filter(|f| matches!(f, Flaw::TooLong(_))))
    });
    let keys = move || match kind.get() {
        Some(QuestionKind::Open) => texts.chat.send_hint,
        Some(QuestionKind::Code) => texts.chat.code_hint,
        _ => "",
    };
    let over = move |flaw: Flaw| match flaw {
        Flaw::TooLong(n) => format!(" ({})", (texts.chat.over)(n as u64)),
        _ => String::new(),
    };
    view! {
        <div class="composer__note" id="answer-note">
            {move || match flaw.get() {
                Some(flaw) => view! { <p class="composer__flaw" role="alert">{flaw.words(texts)}{over(flaw)}</p> }.into_any(),
                None if !chat.live.get() => view! { <p>{texts.chat.no_script}</p> }.into_any(),
                None if chat.draft.with(|d| !d.is_empty()) => view! { <p>{texts.chat.draft_kept}</p> }.into_any(),
                None => view! { <p class="composer__keys">{keys}</p> }.into_any(),
            }}
        </div>
    }
}

/// What went wrong with the last send, and that there is no network.
#[component]
fn Notices(chat: Chat) -> impl IntoView {
    let texts = chat.texts;
    let refused = move || chat.refused.get().filter(|code| *code != CandidateErrorCode::TakenOver);
    // The refusal of a plain post: its text is not on this page.
    let first = chat.refused.get_untracked();
    let from_before = move |code| first == Some(code) && chat.draft.with(super::model::Draft::is_empty);
    let offline = move || !chat.online.get() && chat.pending.with(Option::is_none);
    view! {
        <div class="chat__notices" role="status">
            {move || refused().map(|code| {
                let words = refusal(texts, code);
                view! {
                    <div class="notice notice--busy">
                        <div class="notice__body">
                            <p class="notice__title">{words.title}</p>
                            <p>{words.text}</p>
                            {from_before(code).then(|| view! { <p>{texts.trouble.go_back}</p> })}
                        </div>
                    </div>
                }
            })}
            {move || offline().then(|| view! { <p class="notice notice--busy">{texts.trouble.connection}</p> })}
            {move || chat.ending.get().then(|| view! { <p class="notice notice--busy">{texts.finish.ending}</p> })}
            <Unsent chat=chat/>
        </div>
    }
}

/// Text that has no place to go any more, for copying.
#[component]
pub(super) fn Unsent(chat: Chat) -> impl IntoView {
    let texts = chat.texts;
    move || {
        let text = chat.unsent.get();
        (!text.is_empty()).then(|| {
            view! {
                <div class="unsent">
                    <p class="strong" id="unsent">{texts.finish.unsent_title}</p>
                    <p class="muted">{texts.finish.unsent}</p>
                    <textarea class="input" readonly=true rows="4" aria-labelledby="unsent" prop:value=text></textarea>
                </div>
            }
        })
    }
}
