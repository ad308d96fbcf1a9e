//! What is done to a selection without a form: deleting it, bringing it back, copying its links. Where that is more than one
//! request, a dialog shows how far it is, can stop it, and says what was done where it did not come to its end.

use super::{
    actions::unselect,
    desk::{Desk, use_desk},
};
use crate::{
    components::{Button, ButtonKind, Dialog, IconName, Notice, NoticeKind, Toasts, copy_text, use_toasts},
    messages::creator,
    pages::many::{End, Going, GoingLine, Went, WhenLeft, with_missing},
    server_fns::sessions::{CopiedLink, copy_links, delete_candidates, restore_candidates},
};
use leptos::{prelude::*, task::spawn_local};
use parley_domain::{id::CandidateId, paging::AT_ONCE};

/// Links that are read at once: reading is less work than changing.
const LINKS_AT_ONCE: usize = 1_000;

/// What follows once the dialog is closed.
type After = Box<dyn FnOnce() + Send + Sync>;

/// The dialog and what it shows. Acts outlast their page: then nobody sees it, and toasts say what there is to say.
#[derive(Clone, Copy)]
pub(super) struct Bulk {
    going: Going,
    open: RwSignal<bool>,
    /// What is going on.
    label: RwSignal<&'static str>,
    /// What came of it, in a line and in sentences.
    said: RwSignal<Option<(String, String)>>,
    /// What a press copies, with the number of links in it: the browser did not let us do it without one.
    text: RwSignal<Option<(u64, String)>>,
    after: StoredValue<Option<After>>,
}

impl Bulk {
    pub(super) fn new() -> Self {
        Self {
            going: Going::default(),
            open: RwSignal::new(false),
            label: RwSignal::new(""),
            said: RwSignal::new(None),
            text: RwSignal::new(None),
            after: StoredValue::new(None),
        }
    }

    /// Opens the dialog where it will be more than one request.
    fn begin(self, label: &'static str, all: usize, at_once: usize) {
        if all > at_once {
            self.label.try_set(label);
            self.said.try_set(None);
            self.text.try_set(None);
            self.open.try_set(true);
        }
    }

    /// Whether the dialog is there to say something.
    fn is_seen(self) -> bool {
        self.open.try_get_untracked() == Some(true)
    }

    /// Says how it ended, in the dialog; `after` follows once it was read.
    fn say(self, title: String, text: String, after: Option<After>) {
        self.after.try_set_value(after);
        self.said.try_set(Some((title, text)));
    }

    fn close(self) {
        self.open.try_set(false);
    }
}

/// Deletes them, and offers to bring back whoever went.
pub(super) async fn delete(desk: Desk, bulk: Bulk, toasts: Toasts, slug: String, ids: Vec<CandidateId>) {
    let t = &creator().sessions;
    // What is undone: nobody whom a colleague deleted just before.
    let mut whom = Vec::new();
    bulk.begin(t.deleting, ids.len(), AT_ONCE);
    let one = |some| delete_candidates(slug.clone(), some);
    let take = |some: Vec<CandidateId>| whom.extend(some);
    let went = bulk.going.send(&ids, AT_ONCE, WhenLeft::Stops, one, take).await;
    let gone = whom.len() as u64;
    if went.done > 0 {
        // The others stay selected: pressing again goes on with them.
        unselect(desk, &ids[..went.done]);
        desk.reload();
    }
    // Those of whom nobody heard may be among them.
    whom.extend(&ids[went.done..went.done + went.unsure]);
    let any = !whom.is_empty();
    // Also from another page, while the toast stands.
    let offer = move |text: String| {
        if any {
            toasts.with_undo(text, move || {
                undo(desk, bulk, toasts, slug.clone(), whom.clone());
            });
        } else {
            toasts.show(text);
        }
    };
    match &went.end {
        End::Done => {
            desk.trouble.set(None);
            bulk.close();
            offer(with_missing((t.deleted_toast)(gone), went.done, gone));
        }
        End::Failed(error) if ids.len() <= AT_ONCE => {
            desk.trouble.set(Some(error.clone()));
        }
        _ => {
            let text = (t.deleted_toast)(gone);
            let any = went.done + went.unsure > 0;
            if bulk.is_seen() {
                let after = any.then(|| Box::new(move || offer(text)) as After);
                bulk.say(went.title(), went.rest(), after);
            } else if any {
                offer(format!(
                    "{text} ({})",
                    (creator().of_all)(went.done as u64, went.all as u64)
                ));
            } else if let End::Failed(error) = &went.end {
                desk.trouble.set(Some(error.clone()));
            }
        }
    }
}

/// Brings them back: what a toast offers, on whichever page it is pressed.
fn undo(desk: Desk, bulk: Bulk, toasts: Toasts, slug: String, ids: Vec<CandidateId>) {
    spawn_local(restore(desk, bulk, toasts, slug, ids));
}

/// Brings them back, and offers to go on where that did not come to its end.
async fn restore(desk: Desk, bulk: Bulk, toasts: Toasts, slug: String, ids: Vec<CandidateId>) {
    let t = &creator().sessions;
    let mut back = 0_u64;
    bulk.begin(t.restoring, ids.len(), AT_ONCE);
    let one = |some: Vec<CandidateId>| {
        let ids = some.iter().map(ToString::to_string).collect();
        restore_candidates(slug.clone(), "/".to_owned(), ids)
    };
    let sent = bulk
        .going
        .send(&ids, AT_ONCE, WhenLeft::GoesOn, one, |n: u64| back += n);
    let went = sent.await;
    desk.reload();
    match &went.end {
        End::Done => {
            desk.trouble.set(None);
            bulk.close();
            toasts.show((t.restored)(back));
        }
        // Said above the table, or here where there is none any more.
        End::Failed(error) if ids.len() <= AT_ONCE => {
            if let Some(Some(error)) = desk.trouble.try_set(Some(error.clone())) {
                toasts.show(error.to_string());
            }
        }
        _ => {
            let rest = ids[went.done..].to_vec();
            let said = format!("{}{}", went.why(), t.undo_waits);
            let text = went.title();
            let offer = move || {
                toasts.with_undo(text, move || {
                    undo(desk, bulk, toasts, slug.clone(), rest.clone());
                });
            };
            if bulk.is_seen() {
                bulk.say(went.title(), said, Some(Box::new(offer)));
            } else {
                offer();
            }
        }
    }
}

/// Copies the links of these, one a line: name, tab, link, so that they paste into a table. All of them or nothing.
async fn copy(desk: Desk, bulk: Bulk, toasts: Toasts, slug: String, ids: Vec<CandidateId>) {
    let t = &creator().sessions;
    let mut lines = Vec::with_capacity(ids.len());
    bulk.begin(t.copying, ids.len(), LINKS_AT_ONCE);
    let one = |some| copy_links(slug.clone(), some);
    let sent = bulk
        .going
        .send(&ids, LINKS_AT_ONCE, WhenLeft::Stops, one, |links: Vec<CopiedLink>| {
            lines.extend(links.into_iter().map(|l| format!("{}\t{}", l.name, l.url)));
        });
    let Went { end, .. } = sent.await;
    match end {
        End::Done => desk.trouble.set(None),
        End::Failed(error) if bulk.is_seen() => return bulk.say(t.not_copied.to_owned(), error.to_string(), None),
        End::Failed(error) => return desk.trouble.set(Some(error)),
        End::Stopped | End::Left => {
            bulk.close();
            return toasts.show(t.not_copied);
        }
    }
    let (n, text) = (lines.len() as u64, lines.join("\n"));
    if copy_text(&text).await {
        bulk.close();
        toasts.show(with_missing((t.links_copied_n)(n), ids.len(), n));
    } else if bulk.is_seen() {
        // It was too long ago that somebody pressed something, as browsers see it.
        let in_file = desk.place.try_with_untracked(|p| p.interview.is_some()) == Some(true);
        let in_file = if in_file { t.links_in_file } else { "" };
        bulk.text.try_set(Some((n, text)));
        bulk.say((t.links_ready)(n), format!("{} {in_file}", t.links_wait), None);
    } else {
        desk.by_hand.set(text);
    }
}

/// Shows how far it is, and what came of it; and copies what the bar above asks for.
#[component]
pub(super) fn BulkDialog(bulk: Bulk) -> impl IntoView {
    let (desk, toasts) = (use_desk(), use_toasts());
    Effect::new(move |_| {
        let ids = desk.copying.get();
        if !ids.is_empty() {
            desk.copying.set(Vec::new());
            let slug = desk.place.with_untracked(|p| p.slug.clone());
            spawn_local(copy(desk, bulk, toasts, slug, ids));
        }
    });
    Effect::new(move |_| {
        if bulk.open.get() {
            return;
        }
        // Also where the browser closed it by itself.
        bulk.going.ask_to_stop();
        bulk.text.set(None);
        if let Some(after) = bulk.after.try_update_value(Option::take).flatten() {
            after();
        }
    });
    let label = Memo::new(move |_| bulk.label.get());
    move || {
        let label = label.get();
        view! {
            <Dialog
                id="bulk"
                open=bulk.open
                title=label
                hold=Callback::new(move |()| bulk.going.ask_to_stop())
            >
                <div class="dialog__body stack">
                    <GoingLine going=bulk.going label=label/>
                    {move || bulk.said.get().map(|(title, text)| {
                        view! { <Notice kind=NoticeKind::Mind title=title text=text/> }
                    })}
                </div>
                <Foot bulk=bulk/>
            </Dialog>
        }
    }
}

#[component]
fn Foot(bulk: Bulk) -> impl IntoView {
    let (desk, toasts) = (use_desk(), use_toasts());
    let t = &creator().sessions;
    // The same button all the time: who sits on it stays there.
    let away = Callback::new(move |()| {
        if !bulk.going.ask_to_stop() {
            bulk.close();
        }
    });
    let on = Memo::new(move |_| bulk.going.is_on());
    let word = move || if on.get() { creator().cancel } else { creator().close };
    let press = Callback::new(move |()| {
        let Some((n, text)) = bulk.text.get_untracked() else {
            return;
        };
        spawn_local(async move {
            let copied = copy_text(&text).await;
            bulk.close();
            if copied {
                toasts.show((t.links_copied_n)(n));
            } else {
                desk.by_hand.set(text);
            }
        });
    });
    let waits = Memo::new(move |_| bulk.text.with(Option::is_some));
    view! {
        <div class="dialog__foot">
            <Button busy=bulk.going.stopping() on_press=away attr:autofocus="true">{word}</Button>
            {move || waits.get().then(|| view! {
                <Button kind=ButtonKind::Primary icon=IconName::Copy on_press=press>{creator().copy}</Button>
            })}
        </div>
    }
}
