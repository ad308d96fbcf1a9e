//! One row of the table: its fate, its cells, what is to fix; and its cells as fields where they can be corrected.

use super::{
    desk::{Desk, use_import},
    rows::{MaybeRow, Shown},
};
use crate::{
    components::{Badge, Button, ButtonKind, ButtonSize, IconButton, IconName, Tone, is_composing, log_in_beside},
    error::AppError,
    messages::{creator, duplicate_word, fate_word, past_result_word, result_word},
    server_fns::imports::correct_row,
};
use leptos::{
    ev::{Event, KeyboardEvent},
    prelude::*,
    task::spawn_local,
    wasm_bindgen::JsCast,
};
use parley_domain::import::{CellChange, Fate, ImportRow, ImportState, OnDuplicate, RowResult};
use std::collections::{BTreeMap, BTreeSet};
use web_sys::HtmlInputElement;

/// A row while it is corrected.
#[derive(Clone, Copy)]
struct Editing {
    desk: Desk,
    number: u32,
    row: MaybeRow,
    /// All its cells are fields.
    whole: RwSignal<bool>,
    /// What was typed and is not saved yet.
    typed: RwSignal<BTreeMap<u32, String>>,
    /// The columns of it that are to be saved: their fields were left, or all of the row is to be saved.
    due: StoredValue<BTreeSet<u32>>,
    busy: RwSignal<bool>,
    failed: RwSignal<Option<AppError>>,
}

impl Editing {
    /// Saves a cell that was left; without one, all that was typed. What is asked for while a save is on its way waits for
    /// its answer: two at once would each find the row as it was before the other.
    fn save(self, left: Option<u32>) {
        let all = || {
            self.typed
                .with_untracked(|typed| typed.keys().copied().collect::<Vec<_>>())
        };
        let columns = left.map_or_else(all, |column| vec![column]);
        self.due.update_value(|due| due.extend(columns));
        if !self.busy.get_untracked() {
            self.send(&self.row.get_untracked().map(|row| row.cells).unwrap_or_default());
        }
    }

    /// Sends what is due, as long as it differs from what is stored.
    fn send(self, stored: &[String]) {
        let Some(id) = self.desk.id.get_untracked() else { return };
        let due = self.due.try_update_value(std::mem::take).unwrap_or_default();
        let (cells, same): (Vec<CellChange>, Vec<CellChange>) = self
            .typed
            .get_untracked()
            .into_iter()
            .filter(|(column, _)| due.contains(column))
            .map(|(column, value)| CellChange { column, value })
            .partition(|cell| stored.get(cell.column as usize).map_or("", String::as_str) != cell.value);
        // A row that is opened while a cell is being saved stays open.
        let whole = self.whole.get_untracked();
        self.settle(&same, whole);
        if cells.is_empty() {
            return;
        }
        self.busy.set(true);
        // The import is not confirmed meanwhile: the row would be imported as it was.
        self.desk.saving.update(|saves| *saves += 1);
        spawn_local(async move {
            let done = correct_row(self.desk.place.slug(), id, self.number, cells.clone()).await;
            self.desk.saving.try_update(|saves| *saves = saves.saturating_sub(1));
            // The row may have left the page meanwhile.
            if self.busy.try_set(false).is_some() {
                return;
            }
            match done {
                Ok(row) => {
                    self.failed.set(None);
                    self.settle(&cells, whole);
                    self.desk.reload();
                    // What was left meanwhile.
                    self.send(&row.cells);
                }
                Err(error) => {
                    // With the next cell that is saved they go out again.
                    self.due
                        .update_value(|due| due.extend(cells.iter().map(|cell| cell.column)));
                    self.failed.set(Some(error));
                }
            }
        });
    }

    /// These cells are stored; what was typed since stays, and keeps a row open that was saved as a whole.
    fn settle(self, stored: &[CellChange], whole: bool) {
        let is_stored =
            |column: u32, value: &String| stored.iter().any(|cell| cell.column == column && cell.value == *value);
        self.typed
            .update(|typed| typed.retain(|column, value| !is_stored(*column, value)));
        if whole && self.typed.with_untracked(BTreeMap::is_empty) {
            self.whole.set(false);
        }
    }

    /// Takes a cell back; in a row that is edited as a whole, all of them.
    fn drop_typed(self, column: u32) {
        if self.whole.get_untracked() {
            self.drop_all();
            return;
        }
        self.failed.set(None);
        self.typed.update(|typed| _ = typed.remove(&column));
        self.due.update_value(|due| _ = due.remove(&column));
    }

    fn drop_all(self) {
        self.whole.set(false);
        self.failed.set(None);
        self.typed.update(BTreeMap::clear);
        self.due.update_value(BTreeSet::clear);
    }
}

/// The cells of one row.
#[component]
pub(super) fn RowCells(number: u32, row: MaybeRow, columns: Shown, editable: bool) -> impl IntoView {
    let desk = use_import();
    // What was begun before other rows were looked at.
    let begun = desk
        .typed
        .with_value(|rows| rows.get(&number).cloned())
        .unwrap_or_default();
    let editing = Editing {
        desk,
        number,
        row,
        whole: RwSignal::new(!begun.is_empty()),
        typed: RwSignal::new(begun),
        due: StoredValue::default(),
        busy: RwSignal::new(false),
        failed: RwSignal::new(None),
    };
    Effect::new(move |_| {
        let typed = editing.typed.get();
        let open = editing.whole.get() && !typed.is_empty();
        desk.typed.update_value(|rows| {
            if open {
                rows.insert(number, typed);
            } else {
                rows.remove(&number);
            }
        });
        let any = desk.typed.with_value(|rows| !rows.is_empty());
        if desk.place.unsaved.get_untracked() != any {
            desk.place.unsaved.set(any);
        }
    });
    let choice = Memo::new(move |_| desk.with(|data| data.import.on_duplicate).unwrap_or(OnDuplicate::Skip));
    let undone = Memo::new(move |_| desk.with(|data| data.import.state) == Some(ImportState::Undone));
    let may_edit = editable && desk.may_edit();
    let cells = columns.with_value(|columns| {
        columns
            .iter()
            .map(|(column, words)| cell(editing, *column, words.clone(), may_edit))
            .collect_view()
    });
    let t = creator().imports;
    let tools = move || {
        if editing.whole.get() {
            view! {
                <Button
                    kind=ButtonKind::Primary
                    size=ButtonSize::Small
                    busy=editing.busy
                    on_press=Callback::new(move |()| editing.save(None))
                >
                    {creator().save}
                </Button>
                <Button size=ButtonSize::Small on_press=Callback::new(move |()| editing.drop_all())>{creator().cancel}</Button>
            }
            .into_any()
        } else {
            view! {
                <IconButton
                    label=(t.edit_n)(number)
                    icon=IconName::Pencil
                    size=ButtonSize::Small
                    on_press=Callback::new(move |()| {
                        editing.whole.set(true);
                        if let Some((column, _)) = columns.with_value(|columns| columns.first().cloned()) {
                            focus_soon(cell_id(number, column));
                        }
                    })
                />
            }
            .into_any()
        }
    };
    view! {
        <tr class=move || row.with(|row| row.as_ref().and_then(row_class))>
            <th scope="row" class="col-sticky num">{number}</th>
            <td>{move || row.with(|row| row.as_ref().map(|row| outcome(row, editable, undone.get())))}</td>
            <td class="import__why" id=format!("why-{number}")>
                {move || row.with(|row| row.as_ref().map(|row| why(row, editable, choice.get())))}
                {move || editing.failed.get().map(|error| not_saved(&error))}
            </td>
            {cells}
            {may_edit.then(|| view! { <td class="col-end"><div class="row row--end">{tools}</div></td> })}
        </tr>
    }
}

/// Why a cell was not saved.
fn not_saved(error: &AppError) -> AnyView {
    let words = format!("{}: {error}", creator().imports.cell_failed);
    let login = (*error == AppError::SignedOut).then(log_in_beside);
    view! { <div class="import__wrong" role="alert"><p>{words}</p> {login}</div> }.into_any()
}

fn row_class(row: &ImportRow) -> Option<&'static str> {
    (row.fate == Fate::Rejected).then_some("import__rejected")
}

/// Fate or result, as a word with a colour. What undo did to a row stands beside it.
fn outcome(row: &ImportRow, preview: bool, undone: bool) -> AnyView {
    let (words, tone) = match row.result {
        Some(result @ (RowResult::Added | RowResult::Updated)) if undone => (past_result_word(result), Tone::Idle),
        Some(result) if !preview => (
            result_word(result),
            match result {
                RowResult::Added | RowResult::Updated => Tone::Done,
                RowResult::Skipped => Tone::Idle,
                RowResult::Rejected => Tone::Harm,
            },
        ),
        _ => (
            fate_word(row.fate),
            match row.fate {
                Fate::New => Tone::Done,
                Fate::AlreadyHere | Fate::TwiceInFile => Tone::Busy,
                Fate::Rejected => Tone::Harm,
            },
        ),
    };
    view! { <Badge tone=tone label=words/> }.into_any()
}

/// Everything that there is to say of a row.
fn why(row: &ImportRow, preview: bool, choice: OnDuplicate) -> AnyView {
    let wrong = row
        .problems
        .iter()
        .map(|problem| view! { <p class="import__wrong">{problem.sentence()}</p> })
        .collect_view();
    let said = if preview {
        let words = duplicate_word(choice, row.fate);
        (!words.is_empty()).then(|| words.to_owned())
    } else {
        row.reason.clone()
    };
    // A problem says the same of its cell.
    let notes = row
        .notes
        .iter()
        .filter(|note| !row.problems.iter().any(|problem| problem.message == **note))
        .map(|note| view! { <p class="muted">{note.clone()}</p> })
        .collect_view();
    view! {
        {wrong}
        {said.map(|said| view! { <p class="muted">{said}</p> })}
        {notes}
    }
    .into_any()
}

fn cell_id(number: u32, column: u32) -> String {
    format!("cell-{number}-{column}")
}

fn focus_soon(id: String) {
    set_timeout(
        move || crate::components::focus_field(&id),
        std::time::Duration::from_millis(20),
    );
}

/// What a cell shows: its text, what is wrong with it, whether it is a field.
#[derive(Clone, PartialEq)]
struct Face {
    text: String,
    wrong: bool,
    field: bool,
}

/// A cell: text, or a field where it is wrong or its row is edited.
fn cell(editing: Editing, column: u32, words: String, may_edit: bool) -> AnyView {
    let face = Memo::new(move |_| {
        editing.row.with(|row| {
            let row = row.as_ref();
            let wrong = row.is_some_and(|row| row.problems.iter().any(|problem| problem.column == Some(column)));
            Face {
                text: row
                    .and_then(|row| row.cells.get(column as usize).cloned())
                    .unwrap_or_default(),
                wrong,
                field: may_edit && (wrong || editing.whole.get()),
            }
        })
    });
    let label = words.clone();
    let shown = move || {
        let Face { text, wrong, field } = face.get();
        if field {
            return input(editing, column, &words, text, wrong);
        }
        let class = if wrong {
            "import__cell import__wrong"
        } else {
            "import__cell"
        };
        view! { <bdi class=class>{text}</bdi> }.into_any()
    };
    let class = move || {
        if face.with(|face| face.field) {
            "import__field"
        } else {
            ""
        }
    };
    // Where there is no room for a head of columns, a field says itself what it is.
    view! { <td class=class data-label=label>{shown}</td> }.into_any()
}

fn input(editing: Editing, column: u32, words: &str, text: String, wrong: bool) -> AnyView {
    let number = editing.number;
    let before = text.clone();
    // The field is made anew where something else of its cell changed: what was typed into it stays.
    let value = editing
        .typed
        .with_untracked(|typed| typed.get(&column).cloned())
        .unwrap_or(text);
    let typed = move |ev: Event| {
        let value = event_target_value(&ev);
        editing.typed.update(|typed| _ = typed.insert(column, value));
    };
    let key = move |ev: KeyboardEvent| match ev.key().as_str() {
        // Enter and Esc also end the composing of a character: that is the keyboard's.
        _ if is_composing(&ev) => {}
        "Enter" => {
            ev.prevent_default();
            editing.save((!editing.whole.get_untracked()).then_some(column));
        }
        "Escape" => {
            // Takes the cell back; the dialog stays.
            ev.prevent_default();
            if let Some(input) = ev
                .target()
                .and_then(|target| target.dyn_into::<HtmlInputElement>().ok())
            {
                input.set_value(&before);
            }
            editing.drop_typed(column);
        }
        _ => {}
    };
    // Left, a wrong cell is saved; a row that is edited as a whole has its own button.
    let left = move |_| {
        // Nothing is left to save where the field goes with its page.
        if editing.whole.try_get_untracked() == Some(false) {
            editing.save(Some(column));
        }
    };
    view! {
        <input
            class="input input--cell"
            id=cell_id(number, column)
            value=value
            autocomplete="off"
            aria-label=(creator().imports.cell_label)(words, number)
            aria-invalid=wrong.then_some("true")
            aria-describedby=wrong.then(|| format!("why-{number}"))
            title=creator().imports.edit_hint
            on:input=typed
            on:keydown=key
            on:blur=left
        />
    }
    .into_any()
}
