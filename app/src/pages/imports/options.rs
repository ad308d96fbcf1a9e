//! How the file is read: sheet, encoding, separator, row of the header, with the file's first rows beside it.

use super::desk::{Desk, use_import};
use crate::{
    components::{FieldFrame, FieldWidth, Icon, IconName, press_failed},
    error::AppError,
    messages::{creator, separator_word},
    server_fns::imports::match_import,
};
use leptos::{ev::Event, prelude::*, task::spawn_local};
use parley_domain::import::{ENCODINGS, Import, ImportPatch, SEPARATORS, TopRow};
use web_sys::HtmlSelectElement;

/// Value and words of a choice.
type Choice = (String, String);

/// The pickers, and the first rows.
#[component]
pub(super) fn FileOptions(
    /// The file is being read another way.
    busy: RwSignal<bool>,
) -> impl IntoView {
    let desk = use_import();
    let t = creator().imports;
    let failed = RwSignal::new(None::<AppError>);
    let change = move |ev: Event, before: String, patch: ImportPatch| {
        let select: HtmlSelectElement = event_target(&ev);
        let (Some(id), false) = (desk.id.get_untracked(), busy.get_untracked()) else {
            select.set_value(&before);
            return;
        };
        busy.set(true);
        spawn_local(async move {
            match match_import(desk.place.slug(), id, patch).await {
                Ok(data) => {
                    failed.set(None);
                    // Its cells are others.
                    desk.typed.set_value(Default::default());
                    desk.place.unsaved.set(false);
                    desk.take(data);
                }
                Err(error) => {
                    // It is read as before.
                    select.set_value(&before);
                    failed.set(Some(error));
                }
            }
            busy.set(false);
        });
    };
    let import = move || desk.with(|data| data.import.clone());
    let sheets = Memo::new(move |_| import().map(|i| sheet_choices(&i)).unwrap_or_default());
    let text = Memo::new(move |_| import().is_some_and(|i| i.encoding.is_some()));
    let headers = Memo::new(move |_| import().map(|i| header_choices(&i)).unwrap_or_default());
    let value =
        move |pick: fn(&Import) -> String| Signal::derive(move || import().map(|i| pick(&i)).unwrap_or_default());
    let (sheet, encoding) = (value(|i| i.sheet.clone().unwrap_or_default()), value(encoding_of));
    let (separator, header) = (
        value(|i| i.separator.clone().unwrap_or_default()),
        value(|i| i.header_row.to_string()),
    );
    view! {
        <section class="stack" aria-labelledby="file-title">
            <h2 class="import__part" id="file-title">{t.file_title}</h2>
            {move || failed.get().map(|error| press_failed(t.match_failed, &error))}
            <div class="import__options">
                {move || (sheets.with(Vec::len) > 1).then(|| view! {
                    <Pick id="import-sheet" label=t.sheet options=sheets.get() value=sheet busy=busy
                        on_pick=Callback::new(move |(ev, to): (Event, String)| change(ev, sheet.get_untracked(), ImportPatch {
                            sheet: Some(to), ..ImportPatch::default()
                        }))
                    />
                })}
                {move || text.get().then(|| view! {
                    <Pick id="import-encoding" label=t.encoding hint=t.encoding_hint options=encodings(&encoding.get_untracked()) value=encoding busy=busy
                        on_pick=Callback::new(move |(ev, to): (Event, String)| change(ev, encoding.get_untracked(), ImportPatch {
                            encoding: Some(to), ..ImportPatch::default()
                        }))
                    />
                    <Pick id="import-separator" label=t.separator options=separators() value=separator busy=busy
                        on_pick=Callback::new(move |(ev, to): (Event, String)| change(ev, separator.get_untracked(), ImportPatch {
                            separator: Some(to), ..ImportPatch::default()
                        }))
                    />
                })}
                {move || view! {
                    <Pick id="import-header" label=t.header_row options=headers.get() value=header busy=busy
                        on_pick=Callback::new(move |(ev, to): (Event, String)| change(ev, header.get_untracked(), ImportPatch {
                            header_row: to.parse().ok(), ..ImportPatch::default()
                        }))
                    />
                }}
            </div>
            <FirstRows desk=desk/>
        </section>
    }
}

/// A list of choices that asks its owner before anything changes.
#[component]
fn Pick(
    id: &'static str,
    label: &'static str,
    #[prop(optional)] hint: Option<&'static str>,
    options: Vec<Choice>,
    value: Signal<String>,
    busy: RwSignal<bool>,
    on_pick: Callback<(Event, String)>,
) -> impl IntoView {
    let entries = options
        .into_iter()
        .map(|(key, words)| {
            let first = key.clone();
            view! { <option value=key selected=move || value.get() == first>{words}</option> }
        })
        .collect_view();
    let note = hint.map(|_| format!("{id}-note"));
    view! {
        <FieldFrame id=id label=label nostrip:hint=hint.map(str::to_owned) width=FieldWidth::Medium>
            <div class="select">
                <select
                    class="input"
                    id=id
                    aria-describedby=note
                    prop:value=move || value.get()
                    // Not disabled: it would lose the focus.
                    aria-disabled=move || busy.get().then_some("true")
                    on:change=move |ev| {
                        let to = event_target_value(&ev);
                        on_pick.run((ev, to));
                    }
                >
                    {entries}
                </select>
                <Icon name=IconName::ChevronDown/>
            </div>
        </FieldFrame>
    }
}

fn sheet_choices(import: &Import) -> Vec<Choice> {
    let t = creator().imports;
    let words = |sheet: &parley_domain::import::ImportSheet| match (sheet.visible, sheet.filled) {
        (_, false) => format!("{} ({})", sheet.name, t.sheet_empty),
        (false, true) => format!("{} ({})", sheet.name, t.sheet_hidden),
        (true, true) => sheet.name.clone(),
    };
    import
        .sheets
        .iter()
        .map(|sheet| (sheet.name.clone(), words(sheet)))
        .collect()
}

/// The encoding by the name that the list has for it.
fn encoding_of(import: &Import) -> String {
    let name = import.encoding.clone().unwrap_or_default();
    // The same encoding for us: GB18030 holds all of GBK.
    if name == "GBK" { "GB18030".to_owned() } else { name }
}

fn encodings(now: &str) -> Vec<Choice> {
    let known = ENCODINGS.contains(&now);
    let now = (!known && !now.is_empty()).then_some(now);
    ENCODINGS
        .iter()
        .copied()
        .chain(now)
        .map(|name| (name.to_owned(), name.to_owned()))
        .collect()
}

fn separators() -> Vec<Choice> {
    SEPARATORS
        .into_iter()
        .map(|c| (c.to_string(), separator_word(c).to_owned()))
        .collect()
}

fn header_choices(import: &Import) -> Vec<Choice> {
    let t = creator().imports;
    let words = |row: &TopRow| {
        let cells: Vec<&str> = row
            .cells
            .iter()
            .map(String::as_str)
            .filter(|cell| !cell.is_empty())
            .collect();
        let mut start: String = cells.join(" · ").chars().take(40).collect();
        if start.is_empty() {
            start.push('…');
        }
        format!("{}: {start}", (t.row_n)(row.number))
    };
    let mut choices: Vec<Choice> = import
        .top_rows
        .iter()
        .map(|row| (row.number.to_string(), words(row)))
        .collect();
    // A header further down than what is shown.
    if import.header_row > 0 && !import.top_rows.iter().any(|row| row.number == import.header_row) {
        choices.push((import.header_row.to_string(), (t.row_n)(import.header_row)));
    }
    choices.push(("0".to_owned(), t.no_header.to_owned()));
    choices
}

/// The file's first rows as they are read now: wrong letters or columns show here.
#[component]
fn FirstRows(desk: Desk) -> impl IntoView {
    let t = creator().imports;
    let rows = Memo::new(move |_| desk.with(|data| (data.import.top_rows.clone(), data.import.header_row)));
    move || {
        let (rows, header) = rows.get()?;
        // Up to a few rows under the header.
        let shown = rows
            .iter()
            .position(|row| row.number == header)
            .map_or(5, |at| at + 4)
            .min(rows.len());
        let width = rows
            .iter()
            .take(shown)
            .map(|row| row.cells.len())
            .max()
            .unwrap_or_default();
        let lines = rows
            .into_iter()
            .take(shown)
            .map(|row| {
                let is_header = row.number == header;
                let cells = (0..width)
                    .map(|at| view! { <td><bdi>{row.cells.get(at).cloned().unwrap_or_default()}</bdi></td> })
                    .collect_view();
                view! {
                    <tr class=is_header.then_some("import__header-row")>
                        <th scope="row" class="num">
                            {row.number}
                            {is_header.then(|| view! { <span class="sr-only">{t.is_header}</span> })}
                        </th>
                        {cells}
                    </tr>
                }
            })
            .collect_view();
        Some(view! {
            <div class="table-box import__sample" tabindex="0" role="region" aria-label=t.top_caption>
                <table class="table table--plain">
                    <caption class="sr-only">{t.top_caption}</caption>
                    <tbody>{lines}</tbody>
                </table>
            </div>
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_present_encoding_is_always_offered() {
        assert_eq!(encodings("UTF-8").len(), ENCODINGS.len());
        assert_eq!(encodings("ISO-8859-7").last().unwrap().0, "ISO-8859-7");
        assert_eq!(separators()[2], ("\t".to_owned(), "Tab".to_owned()));
    }
}
