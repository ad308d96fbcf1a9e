//! Recently deleted: who can still be brought back, and for how long.

use super::{
    address::{Place, deleted_href, use_place},
    when::when,
};
use crate::{
    components::{
        Button, ButtonKind, ConfirmDialog, EmptyState, Head, ListTable, Skeleton, failure, trouble, use_toasts,
    },
    error::AppError,
    messages::creator,
    pages::layout::{Of, on_change},
    server_fns::sessions::{
        DeletedData, DeletedRow, RestoreCandidates, deleted_candidates, erase_candidates, restore_candidates,
    },
};
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use parley_domain::id::CandidateId;
use server_fn::ServerFn;

/// What the rows need.
#[derive(Clone, Copy)]
struct Bin {
    place: Memo<Place>,
    version: RwSignal<u32>,
    erasing: RwSignal<Option<CandidateId>>,
    trouble: RwSignal<Option<AppError>>,
}

impl Bin {
    fn reload(self) {
        self.version.update(|n| *n = n.wrapping_add(1));
    }
}

/// The page.
#[component]
pub fn DeletedPage() -> impl IntoView {
    let t = &creator().sessions;
    let bin = Bin {
        place: use_place(),
        version: RwSignal::new(0),
        erasing: RwSignal::new(None),
        trouble: RwSignal::new(None),
    };
    let data = Resource::new(
        move || (bin.place.get(), bin.version.get()),
        |(place, _)| async move {
            match place.interview {
                Some(interview) => deleted_candidates(place.slug, interview).await,
                None => Err(AppError::NotFound),
            }
        },
    );
    // Also brought back from a toast that still stands, or by somebody else.
    let of = Signal::derive(move || bin.place.with(|p| p.interview.map(Of::interview).unwrap_or_default()));
    on_change(of, Callback::new(move |()| bin.reload()));
    view! {
        <section class="page">
            <div class="section__head">
                <h2>{t.deleted_title}</h2>
                <p class="section__help">{t.deleted_text}</p>
            </div>
            <p><a href=move || bin.place.with(Place::base)>{t.back_to_sessions}</a></p>
            {move || bin.trouble.get().map(|error| trouble(&error))}
            <Transition fallback=|| view! { <Skeleton/> }>
                {move || data.get().map(|found| match found {
                    Ok(found) => view! { <Rows found=found bin=bin/> }.into_any(),
                    Err(error) => failure(&error, Callback::new(move |()| bin.reload())),
                })}
            </Transition>
        </section>
        <EraseDialog bin=bin/>
    }
}

#[component]
fn Rows(found: DeletedData, bin: Bin) -> impl IntoView {
    let t = &creator().sessions;
    if found.rows.is_empty() {
        return view! { <EmptyState title=t.deleted_empty text=t.deleted_empty_text/> }.into_any();
    }
    let may_erase = found.may_erase;
    let rows = found
        .rows
        .into_iter()
        .map(|row| view! { <Row row=row bin=bin may_erase=may_erase/> })
        .collect_view();
    view! {
        <ListTable
            heads=vec![
                Head::Words(t.candidate),
                Head::Figures(t.deleted_when),
                Head::Figures(t.purged_when),
                Head::Actions(t.row_menu),
            ]
            rows=rows.into_any()
        />
    }
    .into_any()
}

#[component]
fn Row(row: DeletedRow, bin: Bin, may_erase: bool) -> impl IntoView {
    let t = &creator().sessions;
    let toasts = use_toasts();
    let id = row.id;
    let back = bin
        .place
        .with_untracked(|p| p.interview.map(|i| deleted_href(&p.slug, i)));
    let restore = move |ev: SubmitEvent| {
        ev.prevent_default();
        let slug = bin.place.with_untracked(|p| p.slug.clone());
        spawn_local(async move {
            match restore_candidates(slug, "/".to_owned(), vec![id.to_string()]).await {
                Ok(n) => toasts.show((t.restored)(n)),
                Err(error) => bin.trouble.set(Some(error)),
            }
            bin.reload();
        });
    };
    view! {
        <tr>
            <th scope="row" class="col-sticky">
                <span class="cell-two cell-two--cut">
                    <bdi title=row.name.clone()>{row.name.clone()}</bdi>
                    {row.email.map(|email| view! { <small title=email.clone()>{email.clone()}</small> })}
                </span>
            </th>
            <td class="num">
                {when(row.deleted)}
            </td>
            <td class="num">
                {when(row.purged)}
            </td>
            <td class="col-end">
                <div class="row row--end">
                    <form method="post" action=RestoreCandidates::url() on:submit=restore>
                        <input type="hidden" name="slug" value=bin.place.with_untracked(|p| p.slug.clone())/>
                        <input type="hidden" name="back" value=back/>
                        <input type="hidden" name="ids[]" value=id.to_string()/>
                        <button type="submit" class="btn btn--small">{t.restore}</button>
                    </form>
                    {may_erase.then(|| view! {
                        <Button
                            kind=ButtonKind::Harm
                            size=crate::components::ButtonSize::Small
                            on_press=Callback::new(move |()| bin.erasing.set(Some(id)))
                        >
                            {t.erase}
                        </Button>
                    })}
                </div>
            </td>
        </tr>
    }
}

#[component]
fn EraseDialog(bin: Bin) -> impl IntoView {
    let t = &creator().sessions;
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(bin.erasing.get().is_some()));
    Effect::new(move |before: Option<bool>| {
        let now = open.get();
        if before == Some(true) && !now {
            bin.erasing.set(None);
        }
        now
    });
    let confirm = Callback::new(move |()| {
        let Some(id) = bin.erasing.get_untracked() else { return };
        let slug = bin.place.with_untracked(|p| p.slug.clone());
        spawn_local(async move {
            if let Err(error) = erase_candidates(slug, vec![id]).await {
                bin.trouble.set(Some(error));
            }
            bin.reload();
        });
    });
    view! {
        <ConfirmDialog
            id="erase-candidate"
            open=open
            title=t.erase_title
            text=t.erase_text
            confirm=t.erase
            danger=true
            on_confirm=confirm
        />
    }
}
