//! The imports of an interview, below its sessions: who, when, which file, what became of it, and what there is to do:
//! go on where nothing was confirmed yet, or undo.

use super::address::{Step, step_href};
use crate::{
    components::{
        Button, ButtonKind, ButtonLink, ButtonSize, ConfirmDialog, Head, IconName, ListTable, Notice, NoticeKind,
        Status, Time, Tone,
    },
    error::AppError,
    messages::{counts_line, creator, import_word},
    server_fns::imports::{ImportData, list_imports, work_import},
};
use leptos::{prelude::*, task::spawn_local};
use parley_domain::{
    id::{ImportId, InterviewId},
    import::{ImportState, ImportWork},
};

/// How many are shown before one asks for all.
const FEW: usize = 5;

/// What is asked before it is done, one import at a time.
#[derive(Clone, Copy)]
struct Asking {
    /// Which import.
    id: RwSignal<Option<ImportId>>,
    /// Its undoing.
    undo: RwSignal<bool>,
    /// Its discarding.
    discard: RwSignal<bool>,
}

impl Asking {
    /// Opens one of the questions for this import.
    fn about(self, id: ImportId, question: RwSignal<bool>) -> Callback<()> {
        Callback::new(move |()| {
            self.id.set(Some(id));
            question.set(true);
        })
    }
}

/// Below the sessions of an interview. Nothing where nothing was imported.
#[component]
pub fn PastImports(
    /// The workspace's place in addresses.
    slug: Signal<String>,
    /// The interview; none shows nothing.
    interview: Signal<Option<InterviewId>>,
    /// Changes when something moved.
    version: Signal<u32>,
    /// Something moved because of what was done here.
    changed: Callback<()>,
) -> impl IntoView {
    let t = creator().imports;
    let data = Resource::new(
        move || (slug.get(), interview.get(), version.get()),
        |(slug, interview, _)| async move {
            match interview {
                Some(interview) => list_imports(slug, interview).await,
                None => Ok(Vec::new()),
            }
        },
    );
    let ask = Asking {
        id: RwSignal::new(None),
        undo: RwSignal::new(false),
        discard: RwSignal::new(false),
    };
    let failed = RwSignal::new(None::<(&'static str, AppError)>);
    let work = move |work: ImportWork, words: &'static str| {
        Callback::new(move |()| {
            let (Some(id), slug) = (ask.id.get_untracked(), slug.get_untracked()) else {
                return;
            };
            spawn_local(async move {
                failed.set(
                    work_import(slug, id, work, None)
                        .await
                        .err()
                        .map(|error| (words, error)),
                );
                data.refetch();
                changed.try_run(());
            });
        })
    };
    let all = RwSignal::new(false);
    let table = move || {
        // What failed to load is the sessions' trouble as well, and is said there.
        let list = data.get()?.ok()?;
        if list.is_empty() {
            return None;
        }
        let more = list.len() > FEW && !all.get();
        let shown = if more { FEW } else { list.len() };
        let slug = slug.get();
        let rows = list
            .into_iter()
            .take(shown)
            .map(|one| row(&slug, one, ask))
            .collect_view();
        Some(view! {
            <section class="section" id="imports" aria-labelledby="imports-title">
                <div class="section__head">
                    <h2 id="imports-title">{t.past}</h2>
                    <p class="section__help">{t.past_text}</p>
                </div>
                {move || failed.get().map(|(words, error)| {
                    view! { <Notice kind=NoticeKind::Error title=words text=error.to_string() seek=true/> }
                })}
                <div class="import__past">
                    <ListTable
                        heads=vec![
                            Head::Words(t.col_file),
                            Head::Words(t.col_state),
                            Head::Words(t.col_counts),
                            Head::Words(t.col_who),
                            Head::Actions(t.col_actions),
                        ]
                        rows=rows.into_any()
                    />
                </div>
                {more.then(|| view! {
                    <div class="row">
                        <Button size=ButtonSize::Small on_press=Callback::new(move |()| all.set(true))>{t.past_more}</Button>
                    </div>
                })}
            </section>
        })
    };
    view! {
        <Transition>{table}</Transition>
        <ConfirmDialog
            id="undo-past-import"
            open=ask.undo
            title=t.undo_title
            text=t.undo_text
            confirm=t.undo
            danger=true
            on_confirm=work(ImportWork::Undo, t.undo_failed)
        />
        <ConfirmDialog
            id="discard-past-import"
            open=ask.discard
            title=t.discard_title
            text=t.discard_text
            confirm=t.discard
            danger=true
            on_confirm=work(ImportWork::Cancel, t.discard_failed)
        />
    }
}

fn row(slug: &str, data: ImportData, ask: Asking) -> AnyView {
    let t = creator().imports;
    let actions = actions(slug, &data, ask);
    let import = data.import;
    let step = Step::for_state(import.state, None);
    let href = step_href(slug, import.interview_id, import.id, step);
    let tone = match import.state {
        ImportState::Reading | ImportState::Preview | ImportState::Running => Tone::Busy,
        ImportState::Done => Tone::Done,
        ImportState::Cancelled | ImportState::Undone => Tone::Idle,
        ImportState::Failed => Tone::Harm,
    };
    view! {
        <tr>
            <th scope="row" class="col-sticky">
                <a class="row-link import__past-file" href=href><bdi>{import.file_name.clone()}</bdi></a>
            </th>
            <td><Status tone=tone label=import_word(import.state, import.work)/></td>
            <td class="import__past-counts">{counts_line(&import)}</td>
            <td>
                <span class="cell-two">
                    <span class="truncate">{import.created_by.clone().unwrap_or_else(|| t.by_key.to_owned())}</span>
                    <small><Time at=data.created/></small>
                </span>
            </td>
            <td class="import__past-actions col-end">{actions}</td>
        </tr>
    }
    .into_any()
}

/// What there is to do: one that was never confirmed goes on or is discarded, one that wrote something is undone.
fn actions(slug: &str, data: &ImportData, ask: Asking) -> Option<AnyView> {
    let t = creator().imports;
    let import = &data.import;
    if !data.may_edit || import.work.is_some() {
        return None;
    }
    let (id, file) = (import.id, &import.file_name);
    let touched = import.counts.added.unwrap_or_default() + import.counts.updated.unwrap_or_default();
    let buttons = match import.state {
        ImportState::Preview => {
            let href = step_href(slug, import.interview_id, id, Step::for_state(import.state, None));
            view! {
                <Button
                    kind=ButtonKind::Harm
                    size=ButtonSize::Small
                    attr:aria-label=(t.discard_n)(file)
                    on_press=ask.about(id, ask.discard)
                >
                    {t.discard}
                </Button>
                <ButtonLink size=ButtonSize::Small href=href attr:aria-label=(t.go_on_n)(file)>{t.go_on}</ButtonLink>
            }
            .into_any()
        }
        ImportState::Done | ImportState::Cancelled | ImportState::Failed if touched > 0 => view! {
            <Button
                kind=ButtonKind::Harm
                size=ButtonSize::Small
                icon=IconName::Undo
                attr:aria-label=(t.undo_n)(file)
                on_press=ask.about(id, ask.undo)
            >
                {t.undo}
            </Button>
        }
        .into_any(),
        _ => return None,
    };
    Some(view! { <div class="row row--end">{buttons}</div> }.into_any())
}
