//! Until when invite links work: for one candidate, for those selected, for everyone who has not started.

use crate::{
    components::{Button, ButtonKind, ButtonType, Dialog, SelectField, TextField, trouble, use_toasts},
    error::AppError,
    messages::creator,
    pages::layout::use_here,
    server_fns::links::{Until, extend_links},
};
use leptos::{prelude::*, task::spawn_local};
use parley_domain::{
    account::Action,
    id::{CandidateId, InterviewId},
};

/// Whose links a dialog is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Links {
    /// Of these candidates.
    Of(Vec<CandidateId>),
    /// Of everyone on the interview who has not started.
    All(InterviewId),
}

/// Asks until when, and sees to it.
#[component]
pub fn ExpiryDialog(
    /// The dialog's id, unique on the page.
    id: &'static str,
    /// Open or not.
    open: RwSignal<bool>,
    /// The workspace.
    slug: Signal<String>,
    /// Whose links, as of the moment of the press.
    #[prop(into)]
    whose: Signal<Links>,
    /// They were changed.
    #[prop(into)]
    on_done: Callback<()>,
) -> impl IntoView {
    let t = creator().links;
    let toasts = use_toasts();
    let (choice, date) = (RwSignal::new("14".to_owned()), RwSignal::new(String::new()));
    let busy = RwSignal::new(false);
    let failed = RwSignal::new(None::<AppError>);
    // What went wrong before says nothing of whom it is about now.
    Effect::new(move |_| {
        if open.get() {
            failed.set(None);
        }
    });
    let submit = move |ev: leptos::ev::SubmitEvent| {
        ev.prevent_default();
        let until = match choice.get_untracked().as_str() {
            "never" => Until::Never,
            "date" => Until::Local(date.get_untracked()),
            days => Until::Days(days.parse().unwrap_or(14)),
        };
        let (ids, all) = match whose.get_untracked() {
            Links::Of(ids) => (ids, None),
            Links::All(interview) => (Vec::new(), Some(interview)),
        };
        busy.set(true);
        spawn_local(async move {
            let result = extend_links(slug.get_untracked(), ids, all, until).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match result {
                Ok(n) => {
                    failed.set(None);
                    open.set(false);
                    toasts.show((t.extended)(n));
                    on_done.run(());
                }
                Err(error) => failed.set(Some(error)),
            }
        });
    };
    let options = || {
        [
            ("7", t.until_7),
            ("14", t.until_14),
            ("30", t.until_30),
            ("date", t.until_date),
            ("never", t.until_never),
        ]
        .map(|(value, words)| (value.to_owned(), words.to_owned()))
        .to_vec()
    };
    view! {
        <Dialog id=id open=open title=t.extend_title>
            <form class="dialog__form" on:submit=submit>
                <div class="dialog__body stack">
                    <p>{t.extend_text}</p>
                    <SelectField id=format!("{id}-until") label=t.until options=options() value=choice/>
                    {move || (choice.get() == "date").then(|| view! {
                        <TextField id=format!("{id}-date") label=t.until_at kind="datetime-local" value=date/>
                    })}
                    {move || failed.get().map(|error| trouble(&error))}
                </div>
                <div class="dialog__foot">
                    <Button on_press=Callback::new(move |()| open.set(false))>{creator().cancel}</Button>
                    <Button kind=ButtonKind::Primary r#type=ButtonType::Submit busy=busy>{t.extend}</Button>
                </div>
            </form>
        </Dialog>
    }
}

/// On the Settings tab: the links of everyone on the interview who has not started.
#[component]
pub fn ExtendAll(
    /// The interview.
    id: InterviewId,
) -> impl IntoView {
    let t = creator().links;
    let here = use_here();
    let open = RwSignal::new(false);
    here.can(Action::EditCandidates).then(|| {
        view! {
            <section class="section" aria-labelledby="extend-all-title">
                <div class="section__head">
                    <h2 id="extend-all-title">{t.invite_links}</h2>
                    <p class="section__help">{t.extend_all_hint}</p>
                </div>
                <div class="row">
                    <Button on_press=Callback::new(move |()| open.set(true))>{t.extend_all}</Button>
                </div>
                <ExpiryDialog
                    id="extend-all"
                    open=open
                    slug=Signal::stored(here.slug())
                    whose=Signal::stored(Links::All(id))
                    on_done=Callback::new(|()| {})
                />
            </section>
        }
    })
}
