//! The pages of one interview: header with title, state and what one can do with it, then the tabs, each a route.

use super::state_words;
use crate::components::{
    AsyncView, Button, ButtonKind, ConfirmDialog, IconName, Menu, MenuItem, MenuPlace, Notice, NoticeKind, Status,
    Tabs, failure, use_toasts,
};
use crate::error::AppError;
use crate::messages::creator;
use crate::pages::layout::{Here, PageHeader, use_here};
use crate::pages::links::{LinkBadge, PreviewButton, provide_share};
use crate::server_fns::interviews::{get_interview, set_state};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::{Outlet, Redirect};
use leptos_router::hooks::use_params_map;
use parley_domain::{
    account::Action,
    id::InterviewId,
    interview::{Interview, InterviewState},
};

/// What follows a save; it is told whether all was saved.
pub type Then = Box<dyn FnOnce(bool)>;

/// The interview whose pages we are on; take it with [`use_interview`] in any of its tabs.
#[derive(Clone, Copy)]
pub struct OneInterview {
    /// Its id, from the URL.
    pub id: Signal<InterviewId>,
    /// The whole of it, as it was when last fetched.
    pub data: Resource<Result<Interview, AppError>>,
    /// Whether the open tab holds edits that are not saved: then what one sees is not what candidates would get.
    pub dirty: RwSignal<bool>,
    /// How the open tab saves them.
    save: StoredValue<Option<Callback<Then>>>,
    /// Counts the tabs that were opened.
    tabs: StoredValue<u32>,
    /// The state is being changed. Here and not in the header, which is made anew when the interview is fetched.
    busy: RwSignal<bool>,
    /// Why it was not changed.
    failed: RwSignal<Option<AppError>>,
}

impl OneInterview {
    fn new(here: Here, id: InterviewId) -> Self {
        Self {
            id: Signal::stored(id),
            data: Resource::new(|| (), move |()| get_interview(here.slug(), id)),
            dirty: RwSignal::new(false),
            save: StoredValue::new(None),
            tabs: StoredValue::new(0),
            busy: RwSignal::new(false),
            failed: RwSignal::new(None),
        }
    }

    /// Fetches it anew, after something of it was changed.
    pub fn reload(self) {
        self.data.refetch();
    }

    /// [`Self::dirty`], for what is drawn: also while the interview is being left.
    #[must_use]
    pub fn is_dirty(self) -> bool {
        self.dirty.try_get().unwrap_or(false)
    }

    /// A tab tells the header of its edits, and how they are saved.
    pub(super) fn edited(self, dirty: Memo<bool>, save: impl Fn(Then) + Send + Sync + 'static) {
        self.save.set_value(Some(Callback::new(save)));
        self.tabs.update_value(|tabs| *tabs += 1);
        let tab = self.tabs.get_value();
        Effect::new(move |_| self.dirty.set(dirty.get()));
        on_cleanup(move || {
            // The next tab may be there already.
            if self.tabs.try_get_value() == Some(tab) {
                self.dirty.try_set(false);
            }
        });
    }

    /// Saves the open tab's edits, then goes on. Where that fails, the tab says why.
    pub fn save_edits(self, then: Then) {
        if let Some(save) = self.save.get_value() {
            save.try_run(then);
        }
    }
}

/// The interview whose pages we are on.
///
/// # Panics
/// Outside an interview's frame.
#[must_use]
pub fn use_interview() -> OneInterview {
    expect_context()
}

/// Header and tabs; the tab itself is below.
#[component]
pub fn InterviewFrame() -> impl IntoView {
    let here = use_here();
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|map| map.get("id")?.parse::<InterviewId>().ok()));
    move || match id.get() {
        // Another interview is another frame: nothing of the one before may stay.
        Some(id) => {
            let interview = OneInterview::new(here, id);
            let data = interview.data;
            provide_context(interview);
            provide_share(here, id);
            view! {
                <AsyncView data=data view=|interview: Interview| view! { <Head interview=interview/> }.into_any()/>
                <Outlet/>
            }
            .into_any()
        }
        None => failure(&AppError::NotFound, Callback::new(|()| {})),
    }
}

/// The bare address of an interview leads to its first tab.
#[component]
pub fn InterviewHome() -> impl IntoView {
    let here = use_here();
    let id = use_interview().id.get_untracked();
    view! { <Redirect path=here.path(&format!("/interviews/{id}/content"))/> }
}

#[component]
fn Head(interview: Interview) -> impl IntoView {
    let t = creator().interviews;
    let here = use_here();
    let failed = use_interview().failed;
    let state = interview.content.state;
    let ready = !interview.content.questions.is_empty();
    let base = here.path(&format!("/interviews/{}", interview.id));
    let meta = move || {
        let (words, tone) = state_words(state);
        view! { <Status tone=tone label=words/> <LinkBadge/> }
    };
    view! {
        <PageHeader
            title=interview.content.title.clone()
            crumbs=vec![(here.path("/interviews"), t.title.to_owned())]
            meta=meta
            full=true
        >
            {here.can(Action::EditInterviews).then(|| view! { <PreviewButton id=interview.id ready=ready/> <StateActions state=state/> })}
        </PageHeader>
        <div class="page page--tabs page--full">
            {move || failed.get().map(|e| {
                view! { <Notice kind=NoticeKind::Error title=t.state_failed text=e.to_string() seek=true/> }
            })}
            <Tabs
                label=t.tabs
                // Recently deleted, retake requests.
                others=format!("{base}/sessions")
                tabs=vec![
                    (format!("{base}/content"), t.tab_content),
                    (format!("{base}/sessions"), t.tab_sessions),
                    (format!("{base}/settings"), t.tab_settings),
                    (format!("{base}/results"), creator().results.tab),
                ]
            />
        </div>
    }
}

/// The one thing to do next with the state, and the rest in a menu.
#[component]
fn StateActions(state: InterviewState) -> impl IntoView {
    let t = creator().interviews;
    let here = use_here();
    let interview = use_interview();
    let toasts = use_toasts();
    let OneInterview {
        busy, failed, dirty, ..
    } = interview;
    let asking = RwSignal::new(false);
    let change = move |to: InterviewState| {
        busy.set(true);
        spawn_local(async move {
            match set_state(here.slug(), interview.id.get_untracked(), to).await {
                Ok(_) => {
                    failed.set(None);
                    toasts.show(match to {
                        InterviewState::Open => t.opened,
                        InterviewState::Archived => t.archived,
                        InterviewState::Draft | InterviewState::Paused => t.paused,
                    });
                    interview.reload();
                }
                Err(error) => failed.set(Some(error)),
            }
            busy.set(false);
        });
    };
    let to = move |state: InterviewState| Callback::new(move |()| change(state));
    // Candidates get what is on the screen: it is saved first.
    let open = Callback::new(move |()| {
        if !dirty.get_untracked() {
            return change(InterviewState::Open);
        }
        busy.set(true);
        interview.save_edits(Box::new(move |saved| {
            if saved {
                change(InterviewState::Open);
            } else {
                busy.set(false);
            }
        }));
    });
    let opens = move |words: &'static str| move || if interview.is_dirty() { t.save_and_open } else { words };
    let main = match state {
        InterviewState::Draft => view! {
            <Button kind=ButtonKind::Primary icon=IconName::Play busy=busy on_press=open>{opens(t.open_it)}</Button>
        },
        InterviewState::Open => view! {
            <Button icon=IconName::Pause busy=busy on_press=to(InterviewState::Paused)>{t.pause_it}</Button>
        },
        InterviewState::Paused | InterviewState::Archived => view! {
            <Button icon=IconName::Play busy=busy on_press=open>{opens(t.reopen_it)}</Button>
        },
    };
    view! {
        {main}
        {(state != InterviewState::Archived).then(|| view! {
            <Menu id="interview-menu" label=creator().more icon=IconName::Dots icon_only=true place=MenuPlace::BelowEnd>
                <MenuItem label=t.archive_it icon=IconName::Archive on_press=Callback::new(move |()| asking.set(true))/>
            </Menu>
        })}
        <ConfirmDialog
            id="archive"
            open=asking
            title=t.archive_title
            text=t.archive_text
            confirm=t.archive_it
            on_confirm=to(InterviewState::Archived)
        />
    }
}
