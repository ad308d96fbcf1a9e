//! Recently deleted: who can still be brought back, one by one, all whom a search names, or everyone who was deleted together;
//! and for how long.

mod back;
mod search;

use crate::{
    components::{
        Button, ButtonKind, ButtonLink, ButtonSize, ConfirmDialog, EmptyState, Head, ListTable, Skeleton, failure,
        trouble, use_toasts,
    },
    error::AppError,
    messages::creator,
    pages::{
        layout::{Of, on_change},
        sessions::{
            address::{Place, deleted_href, encode, use_place},
            when::when,
        },
    },
    server_fns::sessions::{
        DELETED_MOST, DeletedData, DeletedRow, RestoreCandidates, TogetherRow, deleted_candidates, erase_candidates,
        restore_candidates,
    },
};
use back::{Back, BackDialog, Within, bring_back};
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use leptos_router::hooks::use_query_map;
use parley_domain::{id::CandidateId, paging::SELECT_MAX};
use search::Search;
use server_fn::ServerFn;

/// So many rows are shown, and so many more with each press.
const STEP: u64 = 200;

/// So many acts are shown before all of them are asked for.
const ACTS: usize = 5;

/// What the address asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Asked {
    /// The search.
    q: String,
    /// How far down the list is shown.
    most: u64,
}

/// What the parts need.
#[derive(Clone, Copy)]
struct Bin {
    place: Memo<Place>,
    asked: Memo<Asked>,
    version: RwSignal<u32>,
    /// Every act is shown.
    all_acts: RwSignal<bool>,
    erasing: RwSignal<Option<CandidateId>>,
    trouble: RwSignal<Option<AppError>>,
    back: Back,
}

impl Bin {
    fn reload(self) {
        self.version.update(|n| *n = n.wrapping_add(1));
    }
}

/// The page with this search, down to so many rows.
fn href(place: &Place, q: &str, most: u64) -> String {
    let mut address = place
        .interview
        .map(|interview| deleted_href(&place.slug, interview))
        .unwrap_or_default();
    if !q.is_empty() {
        address.push_str("?q=");
        address.push_str(&encode(q));
    }
    if most > STEP {
        address.push(if q.is_empty() { '?' } else { '&' });
        address.push_str(&format!("most={most}"));
    }
    address
}

/// The page.
#[component]
pub fn DeletedPage() -> impl IntoView {
    let t = &creator().sessions;
    let query = use_query_map();
    let bin = Bin {
        place: use_place(),
        asked: Memo::new(move |_| {
            query.with(|query| Asked {
                q: query.get("q").unwrap_or_default(),
                most: query.get("most").and_then(|most| most.parse().ok()).unwrap_or(STEP),
            })
        }),
        version: RwSignal::new(0),
        all_acts: RwSignal::new(false),
        erasing: RwSignal::new(None),
        trouble: RwSignal::new(None),
        back: Back::new(),
    };
    let data = Resource::new(
        move || (bin.place.get(), bin.asked.get(), bin.version.get()),
        |(place, Asked { q, most }, _)| async move {
            match place.interview {
                Some(interview) => deleted_candidates(place.slug, interview, q, most).await,
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
            <Search bin=bin/>
            {move || bin.trouble.get().map(|error| trouble(&error))}
            <Transition fallback=|| view! { <Skeleton/> }>
                {move || data.get().map(|found| match found {
                    Ok(found) => {
                        let all_acts = bin.all_acts.get();
                        view! { <Found found=found bin=bin all_acts=all_acts/> }.into_any()
                    }
                    Err(error) => failure(&error, Callback::new(move |()| bin.reload())),
                })}
            </Transition>
        </section>
        <EraseDialog bin=bin/>
        <BackDialog back=bin.back/>
    }
}

#[component]
fn Found(found: DeletedData, bin: Bin, all_acts: bool) -> impl IntoView {
    let t = &creator().sessions;
    let q = bin.asked.with_untracked(|asked| asked.q.clone());
    if found.rows.is_empty() {
        return nothing(bin, &q);
    }
    let DeletedData {
        rows,
        total,
        together,
        may_erase,
    } = found;
    let shown = rows.len() as u64;
    let more = (shown < total.min(DELETED_MOST)).then(|| bin.place.with_untracked(|p| href(p, &q, shown + STEP)));
    let acts = (!together.is_empty()).then(|| view! { <Acts acts=together bin=bin all=all_acts/> });
    let title = acts.is_some().then(|| view! { <h3>{t.deleted_everyone}</h3> });
    let whole = (!q.trim().is_empty() && total > 1).then(|| {
        view! { <div class="row">{restore_all(bin, q.clone(), None, total)}</div> }
    });
    let rows = rows
        .into_iter()
        .map(|row| view! { <Row row=row bin=bin may_erase=may_erase/> })
        .collect_view();
    view! {
        {acts}
        <section class="section">
            {title}
            {whole}
            <ListTable
                heads=vec![
                    Head::Words(t.candidate),
                    Head::Figures(t.deleted_when),
                    Head::Figures(t.purged_when),
                    Head::Actions(t.row_menu),
                ]
                rows=rows.into_any()
            />
            <div class="row">
                <span class="small muted" role="status">{(creator().of_all)(shown, total)}</span>
                {more.map(|href| view! { <a class="btn" href=href data-noscroll="true">{t.show_more}</a> })}
            </div>
        </section>
    }
    .into_any()
}

fn nothing(bin: Bin, q: &str) -> AnyView {
    let t = &creator().sessions;
    if q.trim().is_empty() {
        return view! { <EmptyState title=t.deleted_empty text=t.deleted_empty_text/> }.into_any();
    }
    let all = bin.place.with_untracked(|p| href(p, "", STEP));
    view! {
        <EmptyState title=t.deleted_no_match text=t.deleted_no_match_text>
            <ButtonLink href=all>{t.clear_search}</ButtonLink>
        </EmptyState>
    }
    .into_any()
}

/// The button that brings back all of these; beyond [`SELECT_MAX`] it says how many of them.
fn restore_all(bin: Bin, q: String, within: Within, people: u64) -> AnyView {
    let toasts = use_toasts();
    let press = Callback::new(move |()| bring_back(bin, toasts, q.clone(), within));
    view! {
        <Button size=ButtonSize::Small busy=bin.back.is_at(within) on_press=press>
            {(creator().sessions.restore_all)(SELECT_MAX, people)}
        </Button>
    }
    .into_any()
}

/// Who was deleted together: what a mistake is found by.
#[component]
fn Acts(acts: Vec<TogetherRow>, bin: Bin, all: bool) -> impl IntoView {
    let t = &creator().sessions;
    let n = acts.len();
    let few = !all && n > ACTS;
    let rows = acts
        .into_iter()
        .take(if few { ACTS } else { n })
        .map(|act| {
            view! {
                <tr>
                    <th scope="row" class="col-sticky">{(t.deleted_toast)(act.people)}</th>
                    <td class="num">{when(act.deleted)}</td>
                    <td class="num">{when(act.purged)}</td>
                    <td class="col-end">
                        <div class="row row--end">{restore_all(bin, String::new(), Some(act.within), act.people)}</div>
                    </td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section class="section" aria-labelledby="deleted-together">
            <div class="section__head">
                <h3 id="deleted-together">{t.together}</h3>
                <p class="section__help">{t.together_text}</p>
            </div>
            <ListTable
                heads=vec![
                    Head::Words(t.together_who),
                    Head::Figures(t.deleted_when),
                    Head::Figures(t.purged_when),
                    Head::Actions(t.row_menu),
                ]
                rows=rows.into_any()
            />
            {few.then(|| view! {
                <div class="row">
                    <Button on_press=Callback::new(move |()| bin.all_acts.set(true))>{t.show_all}</Button>
                </div>
            })}
        </section>
    }
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
                            size=ButtonSize::Small
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

#[cfg(test)]
mod tests {
    use super::*;
    use parley_domain::id::InterviewId;

    #[test]
    fn the_address_says_only_what_is_said() {
        let place = Place {
            slug: "acme".into(),
            interview: Some(InterviewId(uuid::Uuid::nil())),
        };
        let base = deleted_href("acme", InterviewId(uuid::Uuid::nil()));
        assert_eq!(href(&place, "", STEP), base);
        assert_eq!(href(&place, "", 400), format!("{base}?most=400"));
        assert_eq!(href(&place, "Ana & 1", STEP), format!("{base}?q=Ana%20%26%201"));
        assert_eq!(href(&place, "Ana", 400), format!("{base}?q=Ana&most=400"));
    }
}
