//! The second step: what the columns hold.

use super::{
    address::Step,
    desk::{Desk, use_import},
    frame::being_read,
    options::FileOptions,
    rows::follow,
};
use crate::{
    components::{Button, ButtonKind, Icon, IconName, Notice, Skeleton, press_failed},
    error::AppError,
    messages::{creator, field_word},
    server_fns::imports::match_import,
};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use parley_domain::import::{ColumnMatch, Field, ImportColumn, ImportPatch};

/// What each column is matched to, while it is being corrected.
type Matches = RwSignal<Vec<Option<Field>>>;

/// Match the columns.
#[component]
pub(super) fn MatchStep() -> impl IntoView {
    let desk = use_import();
    let t = creator().imports;
    let (reading, busy) = (RwSignal::new(false), RwSignal::new(false));
    let matches: Matches = RwSignal::new(Vec::new());
    let failed = RwSignal::new(None::<AppError>);
    let unread = Memo::new(move |_| being_read(desk));
    follow(desk, unread);
    // Read another way, the columns are others.
    let columns = Memo::new(move |_| desk.with(|data| data.import.mapping.clone()).unwrap_or_default());
    let fields = |columns: &Vec<ImportColumn>| columns.iter().map(|column| column.field).collect::<Vec<_>>();
    matches.set(columns.with_untracked(fields));
    Effect::new(move |_| matches.set(columns.with(fields)));
    let named = Memo::new(move |_| {
        matches.with(|matches| {
            [Field::Name, Field::FirstName, Field::LastName]
                .into_iter()
                .any(|field| matches.contains(&Some(field)))
        })
    });
    let navigate = use_navigate();
    let check = Callback::new(move |()| {
        let navigate = navigate.clone();
        let go = move || navigate(&desk.step(Step::Check), NavigateOptions::default());
        let changes = columns.with_untracked(|columns| changes(columns, &matches.get_untracked()));
        let Some(id) = desk.id.get_untracked() else { return };
        if changes.is_empty() || !desk.may_edit() {
            return go();
        }
        busy.set(true);
        spawn_local(async move {
            let change = ImportPatch {
                mapping: Some(changes),
                ..ImportPatch::default()
            };
            let done = match_import(desk.place.slug(), id, change).await;
            // The dialog was closed meanwhile: nobody is led anywhere.
            if busy.try_get_untracked().is_none() {
                return;
            }
            match done {
                Ok(data) => {
                    desk.take(data);
                    go();
                }
                Err(error) => failed.set(Some(error)),
            }
            _ = busy.try_set(false);
        });
    });
    let notices = Memo::new(move |_| desk.with(|data| data.import.notices.clone()).unwrap_or_default());
    let file = move || desk.with(|data| (data.import.file_name.clone(), (t.in_file)(data.import.counts.rows)));
    view! {
        <div class="import__body">
            {move || failed.get().map(|error| press_failed(t.match_failed, &error))}
            <p class="import__file">
                <Icon name=IconName::Sheet/>
                {move || file().map(|(name, rows)| view! { <bdi class="strong">{name}</bdi> <span class="muted">{rows}</span> })}
            </p>
            {move || notices.get().into_iter().map(|said| view! { <Notice title=said/> }).collect_view()}
            {move || if unread.get() {
                view! { <Notice title=t.rows_are_read/> <Skeleton/> }.into_any()
            } else {
                view! {
                    <FileOptions busy=reading/>
                    <section class="stack" aria-labelledby="match-title">
                        <h2 class="import__part" id="match-title">{t.match_title}</h2>
                        <p class="muted">{t.match_text}</p>
                        {move || view! { <Columns columns=columns.get() matches=matches desk=desk/> }}
                    </section>
                }
                .into_any()
            }}
        </div>
        <footer class="import__foot">
            {move || (!named.get() && !unread.get()).then(|| view! {
                <p class="import__obstacle" role="status" id="need-name"><Icon name=IconName::Warning/>{t.need_name}</p>
            })}
            <Button
                kind=ButtonKind::Primary
                busy=Signal::derive(move || busy.get() || reading.get())
                disabled=Signal::derive(move || !named.get() || unread.get())
                on_press=check
            >
                {t.check}
            </Button>
        </footer>
    }
}

/// What of the stored match is to change.
fn changes(columns: &[ImportColumn], matches: &[Option<Field>]) -> Vec<ColumnMatch> {
    let moved = columns
        .iter()
        .zip(matches)
        .filter(|(column, now)| column.field != **now);
    // What is taken from a column comes before what it is given to.
    let mut changes: Vec<ColumnMatch> = moved
        .map(|(column, now)| ColumnMatch {
            column: column.column,
            field: *now,
        })
        .collect();
    changes.sort_by_key(|change| change.field.is_some());
    changes
}

/// Matches a column; a field that only one column can have leaves the one that had it.
fn choose(matches: &mut [Option<Field>], at: usize, field: Option<Field>) {
    if let Some(one) = field.filter(|field| !field.takes_several()) {
        matches
            .iter_mut()
            .filter(|other| **other == Some(one))
            .for_each(|other| *other = None);
    }
    if let Some(slot) = matches.get_mut(at) {
        *slot = field;
    }
}

#[component]
fn Columns(columns: Vec<ImportColumn>, matches: Matches, desk: Desk) -> impl IntoView {
    let t = creator().imports;
    let may_edit = desk.may_edit();
    let rows = columns
        .into_iter()
        .enumerate()
        .map(|(at, column)| one_column(at, column, matches, may_edit))
        .collect_view();
    view! {
        <div class="table-box">
            <table class="table import__columns">
                <thead>
                    <tr>
                        <th scope="col">{t.col_column}</th>
                        <th scope="col">{t.col_sample}</th>
                        <th scope="col">{t.col_means}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

fn one_column(at: usize, column: ImportColumn, matches: Matches, may_edit: bool) -> AnyView {
    let t = creator().imports;
    let header = if column.header.is_empty() {
        (t.column_n)(&letters(column.column))
    } else {
        column.header.clone()
    };
    let mut sample: Vec<String> = column.sample.into_iter().filter(|text| !text.is_empty()).collect();
    sample.dedup();
    sample.truncate(3);
    let sample = if sample.is_empty() {
        view! { <span class="faint">{t.no_sample}</span> }.into_any()
    } else {
        view! { <span class="import__values"><bdi>{sample.join(" · ")}</bdi></span> }.into_any()
    };
    let means = move || matches.with(|matches| matches.get(at).copied().flatten());
    let option = |field: Option<Field>| {
        let value = field.map_or("", Field::as_str);
        let words = field.map_or(t.left_out, field_word);
        view! { <option value=value selected=move || means() == field>{words}</option> }
    };
    let options = std::iter::once(None)
        .chain(Field::ALL.iter().copied().map(Some))
        .map(option)
        .collect_view();
    let value = move || means().map_or("", Field::as_str);
    view! {
        <tr class=move || means().is_none().then_some("import__left-out")>
            <th scope="row"><bdi>{header.clone()}</bdi></th>
            <td class="col-wide">{sample}</td>
            <td>
                <div class="select">
                    <select
                        class="input"
                        aria-label=(t.means_n)(&header)
                        disabled=!may_edit
                        prop:value=value
                        on:change=move |ev| {
                            let field = event_target_value(&ev).parse().ok();
                            matches.update(|matches| choose(matches, at, field));
                        }
                    >
                        {options}
                    </select>
                    <Icon name=IconName::ChevronDown/>
                </div>
            </td>
        </tr>
    }
    .into_any()
}

/// `0` as `A`, `26` as `AA`: what the spreadsheet program writes over a column.
pub(super) fn letters(column: u32) -> String {
    let (mut left, mut out) = (column + 1, String::new());
    while left > 0 {
        left -= 1;
        out.insert(0, char::from(b'A' + u8::try_from(left % 26).unwrap_or_default()));
        left /= 26;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(at: u32, field: Option<Field>) -> ImportColumn {
        ImportColumn {
            column: at,
            header: format!("H{at}"),
            field,
            sample: Vec::new(),
        }
    }

    #[test]
    fn a_field_moves_from_one_column_to_another() {
        let columns = [
            column(0, Some(Field::Name)),
            column(1, None),
            column(2, Some(Field::Notes)),
        ];
        let mut matches: Vec<_> = columns.iter().map(|column| column.field).collect();
        assert!(changes(&columns, &matches).is_empty());
        choose(&mut matches, 1, Some(Field::Name));
        assert_eq!(matches, [None, Some(Field::Name), Some(Field::Notes)]);
        let change = |column, field| ColumnMatch { column, field };
        assert_eq!(
            changes(&columns, &matches),
            [change(0, None), change(1, Some(Field::Name))]
        );
        choose(&mut matches, 0, Some(Field::Notes));
        assert_eq!(matches[2], Some(Field::Notes), "several columns may be notes");
    }

    #[test]
    fn columns_have_letters() {
        assert_eq!([0, 25, 26, 701, 702].map(letters), ["A", "Z", "AA", "ZZ", "AAA"]);
    }
}
