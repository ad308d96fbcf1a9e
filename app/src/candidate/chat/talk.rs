//! The conversation so far, and the answer on its way.

use super::{
    model::{Delivery, Line, lines},
    state::Chat,
};
use leptos::prelude::*;

/// All turns in order, newest at the bottom and in sight.
#[component]
pub(super) fn Talk(chat: Chat) -> impl IntoView {
    let texts = chat.texts;
    let shown = Memo::new(move |_| chat.view.with(lines));
    let interviewer = StoredValue::new(chat.view.with_untracked(|v| v.interviewer.clone()));
    let language = StoredValue::new(chat.view.with_untracked(|v| v.language.clone()));
    // The box is turned upside down by its style, so that it stands at its end without a script; it can be scrolled by
    // keyboard.
    view! {
        <section class="talk" tabindex="0" aria-label=texts.chat.conversation>
            <ol class="talk__lines" lang=move || language.get_value()>
                <For each=move || shown.get() key=|line| (line.number, line.newest_mine, line.text.len())
                    children=move |line| view! { <LineView chat=chat line=line interviewer=interviewer.get_value()/> }/>
                <PendingLine chat=chat/>
            </ol>
        </section>
    }
}

#[component]
fn LineView(chat: Chat, line: Line, interviewer: String) -> impl IntoView {
    let texts = chat.texts;
    let pause = line.pause_minutes.filter(|m| *m > 0);
    let pause = pause.map(|m| {
        view! { <p class="turn__pause">{(texts.chat.away)(u64::try_from(m).unwrap_or(0))}</p> }
    });
    let note = match (line.late, line.newest_mine) {
        (true, _) => Some(texts.trouble.sent_at_time_up),
        (false, true) => Some(texts.chat.sent),
        (false, false) => None,
    };
    let who = if line.mine {
        texts.common.you.to_owned()
    } else {
        interviewer
    };
    view! {
        <li class="turn" class:turn--mine=line.mine>
            {pause}
            <p class="turn__who">{who}</p>
            <p class="turn__text keep-lines" dir="auto">{line.text}</p>
            {note.map(|note| view! { <p class="turn__note">{note}</p> })}
        </li>
    }
}

/// The answer on its way: shown, and marked as not stored.
#[component]
fn PendingLine(chat: Chat) -> impl IntoView {
    let texts = chat.texts;
    let shown = Memo::new(move |_| chat.pending.with(|p| p.as_ref().map(|p| p.shown.clone())));
    let trouble = move || match (chat.delivery.get(), chat.online.get()) {
        (Delivery::Sending, _) => None,
        (Delivery::Slowed, _) => Some(&texts.trouble.too_fast),
        (Delivery::Waiting, true) => Some(&texts.trouble.waiting),
        (Delivery::Waiting, false) => Some(&texts.trouble.offline),
    };
    move || {
        shown.get().map(|text| {
            view! {
                <li class="turn turn--mine turn--pending">
                    <p class="turn__who">{texts.common.you}</p>
                    <p class="turn__text keep-lines" dir="auto">{text}</p>
                    {move || match trouble() {
                        None => view! { <p class="turn__note">{texts.chat.sending}"…"</p> }.into_any(),
                        Some(words) => view! {
                            <div class="turn__trouble" role="status">
                                <p><strong>{words.title}</strong></p>
                                <p>{words.text}</p>
                                <button class="btn" type="button" on:click=move |_| chat.nudge()>{texts.common.try_again}</button>
                            </div>
                        }.into_any(),
                    }}
                </li>
            }
        })
    }
}
