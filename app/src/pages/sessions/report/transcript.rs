//! What was said, with times, pauses and who said it.

use crate::{
    components::EmptyState,
    messages::creator,
    pages::sessions::when::when,
    server_fns::sessions::{ReportData, ReportTurn},
};
use leptos::prelude::*;
use parley_domain::conversation::{Speaker, TurnKind};

#[component]
pub(super) fn TranscriptPart(found: ReportData) -> impl IntoView {
    let t = &creator().sessions;
    let name = found.candidate.fields.name;
    let turns = if found.turns.is_empty() {
        view! { <EmptyState title=t.transcript_empty text=""/> }.into_any()
    } else {
        let lines = found.turns.into_iter().map(|turn| line(turn, &name)).collect_view();
        view! { <ol class="transcript">{lines}</ol> }.into_any()
    };
    view! {
        <section class="section" aria-labelledby="transcript-title">
            <h2 id="transcript-title" class="section__head">{t.transcript}</h2>
            {turns}
        </section>
    }
}

fn line(turn: ReportTurn, name: &str) -> AnyView {
    let t = &creator().sessions;
    let candidate = turn.speaker == Speaker::Candidate;
    let who = if candidate {
        name.to_owned()
    } else {
        t.interviewer.to_owned()
    };
    let pause = (turn.pause_minutes > 0).then(|| {
        view! { <li class="transcript__pause">{(t.pause)(turn.pause_minutes)}</li> }
    });
    let marks = [
        turn.scripted.then_some(t.scripted),
        (turn.kind == TurnKind::LateAnswer).then_some(t.sent_at_end),
    ];
    let marks = marks
        .into_iter()
        .flatten()
        .map(|m| view! { <span class="faint small">{m}</span> })
        .collect_view();
    let class = if candidate {
        "transcript__turn transcript__turn--candidate"
    } else {
        "transcript__turn"
    };
    let text = if turn.code {
        "keep-lines prose mono"
    } else {
        "keep-lines prose"
    };
    view! {
        {pause}
        <li class=class id=format!("turn-{}", turn.number)>
            <p class="transcript__head">
                <span class="faint figures">{turn.number}</span>
                <strong><bdi>{who}</bdi></strong>
                {when(turn.at)}
                {marks}
            </p>
            <p class=text dir=if turn.code { "ltr" } else { "auto" }>{turn.text}</p>
        </li>
    }
    .into_any()
}
