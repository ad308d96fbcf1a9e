//! Until when invite links work: for one candidate, for those selected, for everyone who has not started.

use crate::{
    components::{Button, ButtonKind, ButtonType, Dialog, SelectField, TextField, trouble, use_toasts},
    error::AppError,
    messages::creator,
    pages::{
        layout::use_here,
        many::{End, Going, GoingLine, Went, WhenLeft, with_missing},
    },
    server_fns::links::{Until, extend_links},
};
use leptos::{prelude::*, task::spawn_local};
use parley_domain::{
    account::Action,
    id::{CandidateId, InterviewId},
    paging::AT_ONCE,
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
    /// Those of these were changed, and the others were not: `whose` is the others from now on.
    #[prop(optional)]
    on_part: Option<Callback<Vec<CandidateId>>>,
) -> impl IntoView {
    let t = creator().links;
    let toasts = use_toasts();
    let going = Going::default();
    let halted = RwSignal::new(None::<Went>);
    Effect::new(move |_| {
        if open.get() {
            halted.set(None);
        } else {
            // Also where the browser closed it by itself.
            going.ask_to_stop();
        }
    });
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
        if busy.get_untracked() {
            return;
        }
        let (slug, whose) = (slug.get_untracked(), whose.get_untracked());
        busy.set(true);
        halted.set(None);
        spawn_local(async move {
            let (n, went) = extend(going, slug, &whose, until).await;
            let left = busy.try_set(false).is_some();
            match &went.end {
                End::Done if left => {}
                End::Done => {
                    failed.set(None);
                    open.set(false);
                    toasts.show(with_missing((t.extended)(n), went.done, n));
                    on_done.run(());
                }
                // All is as it was: said where the form is wrong.
                End::Failed(error) if went.done + went.unsure == 0 || went.all <= AT_ONCE => {
                    failed.try_set(Some(error.clone()));
                }
                _ => {
                    failed.try_set(None);
                    // Nobody sees the dialog: what was done is said all the same.
                    if went.done > 0 && (left || open.try_get_untracked() != Some(true)) {
                        toasts.show((t.extended)(n));
                    }
                    if let (Some(part), Links::Of(ids)) = (on_part, &whose) {
                        part.try_run(ids[..went.done].to_vec());
                    }
                    halted.try_set(Some(went.clone()));
                }
            }
        });
    };
    let cancel = Callback::new(move |()| {
        if !going.ask_to_stop() {
            open.set(false);
        }
    });
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
        <Dialog id=id open=open title=t.extend_title hold=Callback::new(move |()| going.ask_to_stop())>
            <form class="dialog__form" on:submit=submit>
                <div class="dialog__body stack">
                    <p>{t.extend_text}</p>
                    <SelectField id=format!("{id}-until") label=t.until options=options() value=choice/>
                    {move || (choice.get() == "date").then(|| view! {
                        <TextField id=format!("{id}-date") label=t.until_at kind="datetime-local" value=date/>
                    })}
                    {move || failed.get().map(|error| trouble(&error))}
                    {move || halted.get().map(|went| went.notice())}
                    <GoingLine going=going label=t.extending/>
                </div>
                <div class="dialog__foot">
                    <Button busy=going.stopping() on_press=cancel>{creator().cancel}</Button>
                    <Button kind=ButtonKind::Primary r#type=ButtonType::Submit busy=busy>{t.extend}</Button>
                </div>
            </form>
        </Dialog>
    }
}

/// Sends it, part by part where it is about many; how many links were changed, and what became of it.
async fn extend(going: Going, slug: String, whose: &Links, until: Until) -> (u64, Went) {
    let mut changed = 0_u64;
    let went = match whose {
        Links::Of(ids) => {
            let one = |some| extend_links(slug.clone(), some, None, until.clone());
            going
                .send(ids, AT_ONCE, WhenLeft::Stops, one, |n: u64| changed += n)
                .await
        }
        Links::All(interview) => {
            let end = match extend_links(slug, Vec::new(), Some(*interview), until).await {
                Ok(n) => {
                    changed = n;
                    End::Done
                }
                Err(error) => End::Failed(error),
            };
            Went {
                done: 0,
                all: 0,
                unsure: 0,
                end,
            }
        }
    };
    (changed, went)
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
