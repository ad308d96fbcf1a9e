//! The imports of an interview, below its sessions: who, when, which file, what became of it, and undo.

use super::address::{Step, step_href};
use crate::{
    components::{
        Button, ButtonKind, ButtonSize, ConfirmDialog, Head, IconName, ListTable, Notice, NoticeKind, Status, Time,
        Tone,
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
    let asked = RwSignal::new(None::<ImportId>);
    let open = RwSignal::new(false);
    let failed = RwSignal::new(None::<AppError>);
    let undo = Callback::new(move |()| {
        let (Some(id), slug) = (asked.get_untracked(), slug.get_untracked()) else {
            return;
        };
        spawn_local(async move {
            failed.set(work_import(slug, id, ImportWork::Undo).await.err());
            data.refetch();
            changed.run(());
        });
    });
    let ask = Callback::new(move |id| {
        asked.set(Some(id));
        open.set(true);
    });
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
                {move || failed.get().map(|error| {
                    view! { <Notice kind=NoticeKind::Error title=t.undo_failed text=error.to_string()/> }
                })}
                <ListTable
                    heads=vec![
                        Head::Words(t.col_file),
                        Head::Words(t.col_state),
                        Head::Words(t.col_counts),
                        Head::Words(t.col_who),
                        Head::Figures(t.col_when),
                        Head::Actions(t.col_actions),
                    ]
                    rows=rows.into_any()
                />
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
            open=open
            title=t.undo_title
            text=t.undo_text
            confirm=t.undo
            danger=true
            on_confirm=undo
        />
    }
}

fn row(slug: &str, data: ImportData, ask: Callback<ImportId>) -> AnyView {
    let t = creator().imports;
    let import = data.import;
    let step = Step::for_state(import.state, None);
    let href = step_href(slug, import.interview_id, import.id, step);
    let tone = match import.state {
        ImportState::Reading | ImportState::Preview | ImportState::Running => Tone::Busy,
        ImportState::Done => Tone::Done,
        ImportState::Cancelled | ImportState::Undone => Tone::Idle,
        ImportState::Failed => Tone::Harm,
    };
    let touched = import.counts.added.unwrap_or_default() + import.counts.updated.unwrap_or_default();
    let ended = matches!(
        import.state,
        ImportState::Done | ImportState::Cancelled | ImportState::Failed
    );
    let can_undo = data.may_edit && ended && import.work.is_none() && touched > 0;
    let id = import.id;
    let undo_label = (t.undo_n)(&import.file_name);
    view! {
        <tr>
            <th scope="row" class="col-sticky">
                <a class="row-link import__past-file" href=href><bdi>{import.file_name.clone()}</bdi></a>
            </th>
            <td><Status tone=tone label=import_word(import.state, import.work)/></td>
            <td>{counts_line(&import)}</td>
            <td>{import.created_by.clone().unwrap_or_else(|| t.by_key.to_owned())}</td>
            <td class="num"><Time at=data.created/></td>
            <td>
                <div class="row row--end">
                    {can_undo.then(|| view! {
                        <Button
                            kind=ButtonKind::Harm
                            size=ButtonSize::Small
                            icon=IconName::Undo
                            attr:aria-label=undo_label
                            on_press=Callback::new(move |()| ask.run(id))
                        >
                            {t.undo}
                        </Button>
                    })}
                </div>
            </td>
        </tr>
    }
    .into_any()
}
