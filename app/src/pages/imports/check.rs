//! The third step: what will become of every row, what to do with people who are already here, and the confirmation.

use super::{
    address::Step,
    desk::{Desk, use_import},
    frame::being_read,
    rows::{Chip, Rows, follow},
};
use crate::{
    components::{Button, ButtonKind, ConfirmDialog, Icon, IconName, Notice, Skeleton, press_failed},
    error::AppError,
    messages::{creator, fate_word},
    server_fns::imports::{match_import, work_import},
};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use parley_domain::{
    id::ImportId,
    import::{Fate, Import, ImportCounts, ImportPatch, ImportWork, OnDuplicate},
};

/// See every row's fate.
#[component]
pub(super) fn CheckStep() -> impl IntoView {
    let desk = use_import();
    let t = creator().imports;
    let unread = Memo::new(move |_| being_read(desk));
    follow(desk, unread);
    let chips = Signal::derive(move || desk.with(|data| chips(&data.import.counts)).unwrap_or_default());
    // Another match has other columns: then the table is another one.
    let columns = Memo::new(move |_| {
        desk.with(|data| {
            data.import
                .mapping
                .iter()
                .map(|column| column.field)
                .collect::<Vec<_>>()
        })
    });
    let failed = RwSignal::new(None::<AppError>);
    view! {
        <div class="import__body">
            {move || failed.get().map(|error| press_failed(t.confirm_failed, &error))}
            {move || if unread.get() {
                view! { <Notice title=t.rows_are_read/> <Skeleton/> }.into_any()
            } else {
                view! {
                    <section class="stack" aria-labelledby="check-title">
                        <h2 class="import__part" id="check-title">{t.check_title}</h2>
                        <AlreadyHere desk=desk failed=failed/>
                        {move || {
                            // Read, not only tracked: a memo that nobody has read follows nothing.
                            columns.with(|_| ());
                            view! { <Rows chips=chips editable=true/> }
                        }}
                    </section>
                }
                .into_any()
            }}
        </div>
        <Foot desk=desk failed=failed unread=unread/>
    }
}

fn chips(counts: &ImportCounts) -> Vec<Chip> {
    let figure = |fate: Fate| match fate {
        Fate::New => counts.new.unwrap_or_default(),
        Fate::AlreadyHere => counts.already_here.unwrap_or_default(),
        Fate::TwiceInFile => counts.twice_in_file.unwrap_or_default(),
        Fate::Rejected => counts.rejected,
    };
    std::iter::once(("", creator().imports.all_rows, counts.rows))
        .chain(
            Fate::ALL
                .iter()
                .map(|fate| (fate.as_str(), fate_word(*fate), figure(*fate))),
        )
        .collect()
}

/// Skip, update or add anyway.
#[component]
fn AlreadyHere(desk: Desk, failed: RwSignal<Option<AppError>>) -> impl IntoView {
    let t = creator().imports;
    let concerned = Memo::new(move |_| {
        desk.with(|data| {
            let counts = data.import.counts;
            counts.already_here.unwrap_or_default() + counts.twice_in_file.unwrap_or_default() > 0
        }) == Some(true)
    });
    let chosen = Memo::new(move |_| {
        let stored = || desk.with(|data| data.import.on_duplicate).unwrap_or(OnDuplicate::Skip);
        desk.choosing.get().unwrap_or_else(stored)
    });
    let choose = move |choice: OnDuplicate| {
        let Some(id) = desk.id.get_untracked() else { return };
        let on_its_way = desk.choosing.get_untracked().is_some();
        desk.choosing.set(Some(choice));
        // One after the other, so that the last one chosen is the one that stays.
        if !on_its_way {
            spawn_local(send_choice(desk, id, failed));
        }
    };
    let one = move |choice: OnDuplicate| {
        let (label, hint) = match choice {
            OnDuplicate::Skip => (t.skip, t.skip_hint),
            OnDuplicate::Update => (t.update, t.update_hint),
            OnDuplicate::Add => (t.add, t.add_hint),
        };
        let hint_id = format!("duplicate-{}-hint", choice.as_str());
        let checked = chosen.get_untracked() == choice;
        view! {
            <label class="choice">
                <input
                    type="radio"
                    name="on_duplicate"
                    value=choice.as_str()
                    checked=checked
                    prop:checked=move || chosen.get() == choice
                    disabled=move || !desk.may_edit()
                    aria-describedby=hint_id.clone()
                    on:change=move |_| choose(choice)
                />
                <span>{label}</span>
                <span class="choice__note" id=hint_id>{hint}</span>
            </label>
        }
    };
    move || {
        concerned.get().then(|| {
            view! {
                <fieldset class="import__here">
                    <legend class="strong">{t.here_title}</legend>
                    <p class="muted small">{t.here_text}</p>
                    <div class="import__choices">{OnDuplicate::ALL.iter().copied().map(one).collect_view()}</div>
                </fieldset>
            }
        })
    }
}

/// Stores what is chosen, and what is chosen while that is on its way.
async fn send_choice(desk: Desk, id: ImportId, failed: RwSignal<Option<AppError>>) {
    while let Some(choice) = desk.choosing.try_get_untracked().flatten() {
        let change = ImportPatch {
            on_duplicate: Some(choice),
            ..ImportPatch::default()
        };
        let answer = match_import(desk.place.slug(), id, change).await;
        // The import may have been left meanwhile.
        let Some(wanted) = desk.choosing.try_get_untracked() else {
            return;
        };
        let settled = answer.is_err() || wanted == Some(choice);
        match answer {
            Ok(data) => {
                failed.try_set(None);
                desk.take(data);
            }
            Err(error) => refused(desk, failed, error),
        }
        if settled {
            desk.choosing.set(None);
        }
    }
}

/// Says why a press did nothing. Where somebody else was faster, what is shown is old; after any other failure reading it
/// again would fail as well, and take the page away.
fn refused(desk: Desk, failed: RwSignal<Option<AppError>>, error: AppError) {
    if matches!(error, AppError::Conflict { .. }) {
        desk.reload();
    }
    failed.try_set(Some(error));
}

/// How many would be added, how many updated.
fn outlook(import: &Import) -> (u32, u32) {
    let counts = &import.counts;
    let (new, here) = (counts.new.unwrap_or_default(), counts.already_here.unwrap_or_default());
    match import.on_duplicate {
        OnDuplicate::Skip => (new, 0),
        OnDuplicate::Update => (new, here),
        OnDuplicate::Add => (new + here + counts.twice_in_file.unwrap_or_default(), 0),
    }
}

#[component]
fn Foot(desk: Desk, failed: RwSignal<Option<AppError>>, unread: Memo<bool>) -> impl IntoView {
    let t = creator().imports;
    let busy = RwSignal::new(false);
    let discarding = RwSignal::new(false);
    let navigate = StoredValue::new(use_navigate());
    let act = move |work: ImportWork| {
        let Some(id) = desk.id.get_untracked() else { return };
        let unsaved = desk.typed.with_value(|rows| rows.keys().next().copied());
        if let Some(row) = unsaved.filter(|_| work == ImportWork::Confirm) {
            return failed.set(Some(AppError::Conflict {
                code: "unsaved".to_owned(),
                detail: (t.row_unsaved)(row),
                existing: None,
            }));
        }
        // Nothing is confirmed but what stands on the button.
        let seen = desk.now().map(|import| import.on_duplicate);
        failed.set(None);
        busy.set(true);
        spawn_local(async move {
            let done = work_import(desk.place.slug(), id, work, seen).await;
            // The dialog was closed meanwhile: nobody is led anywhere.
            if busy.try_get_untracked().is_none() {
                return;
            }
            match done {
                Ok(data) => {
                    desk.moving.set(true);
                    let to = match work {
                        ImportWork::Cancel => desk.place.sessions(),
                        _ => desk.step(Step::Done),
                    };
                    desk.take(data);
                    // Confirmed, there is no way back to the preview.
                    let options = NavigateOptions {
                        replace: true,
                        ..NavigateOptions::default()
                    };
                    navigate.with_value(|navigate| navigate(&to, options));
                }
                Err(error) => refused(desk, failed, error),
            }
            _ = busy.try_set(false);
        });
    };
    // While a choice or a correction is on its way, the figures on the button are not the last ones.
    let working = Signal::derive(move || busy.get() || desk.choosing.with(Option::is_some) || desk.saving.get() > 0);
    let obstacle = Memo::new(move |_| {
        desk.with(|data| {
            data.import
                .obstacle
                .clone()
                .or_else(|| (outlook(&data.import) == (0, 0)).then(|| t.nothing_to_do.to_owned()))
        })
        .flatten()
    });
    let label = move || {
        let (adds, updates) = desk.with(|data| outlook(&data.import)).unwrap_or_default();
        (t.confirm)(adds, updates)
    };
    let back = desk.step(Step::Match);
    view! {
        <footer class="import__foot">
            <a class="btn btn--quiet" href=back><Icon name=IconName::ArrowLeft/> <span class="btn__label">{t.back_to_match}</span></a>
            {move || desk.may_edit().then(|| view! {
                <Button kind=ButtonKind::Harm on_press=Callback::new(move |()| discarding.set(true))>{t.discard}</Button>
            })}
            {move || obstacle.get().filter(|_| !unread.get()).map(|sentence| view! {
                <p class="import__obstacle" role="status"><Icon name=IconName::Warning/>{sentence}</p>
            })}
            {move || desk.may_edit().then(|| view! {
                <Button
                    kind=ButtonKind::Primary
                    icon=IconName::Check
                    busy=working
                    disabled=Signal::derive(move || unread.get() || obstacle.with(Option::is_some))
                    on_press=Callback::new(move |()| act(ImportWork::Confirm))
                >
                    {label}
                </Button>
            })}
        </footer>
        <ConfirmDialog
            id="discard-import"
            open=discarding
            title=t.discard_title
            text=t.discard_text
            confirm=t.discard
            danger=true
            on_confirm=Callback::new(move |()| act(ImportWork::Cancel))
        />
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chips_add_up() {
        let counts = ImportCounts {
            rows: 10,
            new: Some(4),
            already_here: Some(3),
            twice_in_file: Some(2),
            rejected: 1,
            ..ImportCounts::default()
        };
        let chips = chips(&counts);
        assert_eq!(chips[0].2, chips[1..].iter().map(|chip| chip.2).sum::<u32>());
        assert_eq!(chips[4], ("rejected", "Rejected", 1));
    }
}
