//! Retake requests of an interview: who waits for a decision, and what was decided. Forms: the same without scripts.

use super::{
    address::{Place, report_href, use_place},
    when::when,
};
use crate::{
    components::{EmptyState, Head, ListTable, Skeleton, failure, trouble, use_toasts},
    error::AppError,
    messages::creator,
    pages::layout::{Of, on_change},
    server_fns::sessions::{DecideRetake, QueueData, QueueRow, decide_retake, retake_queue},
};
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use parley_domain::session::RetakeRequestState;
use server_fn::ServerFn;

/// What the parts of the page share.
#[derive(Clone, Copy)]
struct Queue {
    place: Memo<Place>,
    version: RwSignal<u32>,
    trouble: RwSignal<Option<AppError>>,
}

impl Queue {
    fn reload(self) {
        self.version.update(|n| *n = n.wrapping_add(1));
    }
}

/// The page.
#[component]
pub fn RetakeQueuePage() -> impl IntoView {
    let t = creator().attempts;
    let queue = Queue {
        place: use_place(),
        version: RwSignal::new(0),
        trouble: RwSignal::new(None),
    };
    let place = queue.place;
    let data = Resource::new(
        move || (place.get(), queue.version.get()),
        |(place, _)| async move {
            match place.interview {
                Some(interview) => retake_queue(place.slug, interview).await,
                None => Err(AppError::NotFound),
            }
        },
    );
    let of = Signal::derive(move || place.with(|p| p.interview.map(Of::interview).unwrap_or_default()));
    on_change(of, Callback::new(move |()| queue.reload()));
    view! {
        <section class="page">
            <div class="section__head">
                <h2>{t.queue}</h2>
                <p class="section__help">{t.queue_text}</p>
            </div>
            <p><a href=move || place.with(Place::base)>{creator().sessions.back_to_sessions}</a></p>
            {move || queue.trouble.get().map(|error| trouble(&error))}
            <Transition fallback=|| view! { <Skeleton/> }>
                {move || data.get().map(|found| match found {
                    Ok(found) => lists(found, queue),
                    Err(error) => failure(&error, Callback::new(move |()| queue.reload())),
                })}
            </Transition>
        </section>
    }
}

fn lists(found: QueueData, queue: Queue) -> AnyView {
    let t = creator().attempts;
    let waiting = if found.waiting.is_empty() {
        view! { <EmptyState title=t.queue_empty text=t.queue_empty_text/> }.into_any()
    } else {
        table(t.queue_waiting, found.waiting, queue)
    };
    let decided = (!found.decided.is_empty()).then(|| table(t.queue_decided, found.decided, queue));
    view! { {waiting} {decided} }.into_any()
}

fn table(title: &'static str, rows: Vec<QueueRow>, queue: Queue) -> AnyView {
    let t = creator().attempts;
    let rows = rows.into_iter().map(|row| line(row, queue)).collect_view();
    view! {
        <section class="section queue">
            <h3>{title}</h3>
            <ListTable
                heads=vec![
                    Head::Words(creator().sessions.candidate),
                    Head::Figures(creator().sessions.attempt),
                    Head::Words(t.queue_why),
                    Head::Figures(t.queue_asked),
                    Head::Words(t.queue_decision),
                ]
                rows=rows.into_any()
            />
        </section>
    }
    .into_any()
}

fn line(row: QueueRow, queue: Queue) -> AnyView {
    let t = creator().attempts;
    let href = queue
        .place
        .with_untracked(|p| p.interview.map(|i| report_href(&p.slug, i, row.session)));
    let decision = match row.state {
        RetakeRequestState::Waiting => view! { <Decide row=row.clone() queue=queue/> }.into_any(),
        RetakeRequestState::Granted => decided(t.granted, &row),
        RetakeRequestState::Declined => decided(t.declined, &row),
    };
    view! {
        <tr>
            <th scope="row" class="col-sticky"><a href=href><bdi>{row.name}</bdi></a></th>
            <td class="num" data-label=creator().sessions.attempt>{row.attempt}</td>
            <td class="col-wide keep-lines" dir="auto">{row.reason}</td>
            <td class="num" data-label=t.queue_asked>{when(row.asked)}</td>
            <td>{decision}</td>
        </tr>
    }
    .into_any()
}

fn decided(word: &'static str, row: &QueueRow) -> AnyView {
    view! {
        <span class="cell-two">
            <span>{word}</span>
            <small>{row.who.clone()} " " {row.decided.clone().map(when)}</small>
        </span>
    }
    .into_any()
}

#[component]
fn Decide(row: QueueRow, queue: Queue) -> impl IntoView {
    let t = creator().attempts;
    let toasts = use_toasts();
    let busy = RwSignal::new(false);
    let id = row.id;
    let (slug, back) = queue.place.with_untracked(|p| {
        (
            p.slug.clone(),
            p.interview.map(|i| super::address::queue_href(&p.slug, i)),
        )
    });
    let form = move |verdict: &'static str, class: &'static str, label: &'static str, done: &'static str| {
        let submit = move |ev: SubmitEvent| {
            ev.prevent_default();
            if busy.get_untracked() {
                return;
            }
            busy.set(true);
            let slug = queue.place.with_untracked(|p| p.slug.clone());
            spawn_local(async move {
                match decide_retake(slug, id, verdict.to_owned(), "/".to_owned()).await {
                    Ok(()) => {
                        queue.trouble.set(None);
                        toasts.show(done);
                    }
                    Err(error) => queue.trouble.set(Some(error)),
                }
                queue.reload();
            });
        };
        view! {
            <form method="post" action=DecideRetake::url() on:submit=submit>
                <input type="hidden" name="slug" value=slug.clone()/>
                <input type="hidden" name="id" value=id.to_string()/>
                <input type="hidden" name="verdict" value=verdict/>
                <input type="hidden" name="back" value=back.clone()/>
                <button type="submit" class=class aria-label=format!("{label}: {}", row.name)>{label}</button>
            </form>
        }
    };
    view! {
        <div class="row">
            {form("grant", "btn btn--small btn--primary", t.grant, t.retake_done)}
            {form("decline", "btn btn--small", t.decline, t.declined)}
        </div>
    }
}
