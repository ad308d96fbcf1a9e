//! What the parts of the dialog share.

use super::address::{Step, step_href};
use crate::{
    error::AppError,
    pages::{layout::use_here, sessions::sessions_href},
    server_fns::imports::{ImportData, RowsData, get_import, preview_rows},
};
use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_params_map, use_query_map};
use parley_domain::{
    id::{ImportId, InterviewId},
    import::{Import, OnDuplicate},
};
use std::collections::BTreeMap;

/// Whose dialog it is; in context for every step.
#[derive(Clone, Copy)]
pub(super) struct Place {
    slug: StoredValue<String>,
    /// The interview of the address; none where the address is wrong.
    pub interview: Memo<Option<InterviewId>>,
    /// Something is on its way that closing would stop.
    pub busy: RwSignal<bool>,
    /// A row is edited and not saved: closing would lose that.
    pub unsaved: RwSignal<bool>,
}

impl Place {
    pub(super) fn new() -> Self {
        let params = use_params_map();
        Self {
            slug: StoredValue::new(use_here().slug()),
            interview: Memo::new(move |_| params.with(|map| map.get("id")?.parse().ok())),
            busy: RwSignal::new(false),
            unsaved: RwSignal::new(false),
        }
    }

    pub(super) fn slug(self) -> String {
        self.slug.get_value()
    }

    /// Where closing leads.
    pub(super) fn sessions(self) -> String {
        match self.interview.get_untracked() {
            Some(id) => sessions_href(&self.slug(), id),
            None => format!("/w/{}/interviews", self.slug()),
        }
    }
}

/// One import, in context for the steps after the upload.
#[derive(Clone, Copy)]
pub(super) struct Desk {
    /// Whose.
    pub place: Place,
    /// Which.
    pub id: Memo<Option<ImportId>>,
    /// The import, as last read.
    pub data: Resource<Result<ImportData, AppError>>,
    /// Counted up to read again.
    version: RwSignal<u32>,
    /// A page of its rows, for the steps that show them.
    pub page: Resource<Result<RowsData, AppError>>,
    /// Which rows the address asks for: a fate or a result.
    pub only: Memo<String>,
    /// Counted up when the rows may be others.
    rows: RwSignal<u32>,
    /// What was typed into rows that are edited as a whole and is not saved, by row and column: nothing is confirmed over it, and
    /// it is there again when its row is.
    pub typed: StoredValue<BTreeMap<u32, BTreeMap<u32, String>>>,
    /// How many corrections are on their way: the figures are not the last ones then.
    pub saving: RwSignal<u32>,
    /// The choice for people who are already here that is on its way.
    pub choosing: RwSignal<Option<OnDuplicate>>,
    /// The way to another step has been taken: nobody needs to be led there.
    pub moving: RwSignal<bool>,
}

impl Desk {
    pub(super) fn new(place: Place) -> Self {
        on_cleanup(move || _ = place.unsaved.try_set(false));
        let params = use_params_map();
        let id = Memo::new(move |_| params.with(|map| map.get("import")?.parse().ok()));
        let version = RwSignal::new(0_u32);
        let data = Resource::new(
            move || (id.get(), version.get()),
            move |(id, _)| {
                let slug = place.slug();
                async move {
                    match id {
                        Some(id) => get_import(slug, id).await,
                        None => Err(AppError::NotFound),
                    }
                }
            },
        );
        let (query, path) = (use_query_map(), use_location().pathname);
        let said = move |name: &'static str| Memo::new(move |_| query.with(|map| map.get(name).unwrap_or_default()));
        let (only, cursor) = (said("only"), said("cursor"));
        let shows_rows = Memo::new(move |_| {
            let step = path.with(|path| Step::of_path(path));
            matches!(step, Some(Step::Check | Step::Done))
        });
        let rows = RwSignal::new(0_u32);
        // Made here and not where the table is: what is made only once the import is there, the server makes twice, and
        // the browser would not find it under the number that it has.
        let page = Resource::new(
            move || (id.get(), shows_rows.get(), only.get(), cursor.get(), rows.get()),
            move |(id, shows_rows, only, cursor, _)| {
                let slug = place.slug();
                async move {
                    match id {
                        Some(id) if shows_rows => preview_rows(slug, id, only, cursor).await,
                        _ => Ok(RowsData::default()),
                    }
                }
            },
        );
        Self {
            place,
            id,
            data,
            version,
            page,
            only,
            rows,
            typed: StoredValue::default(),
            saving: RwSignal::new(0),
            choosing: RwSignal::new(None),
            moving: RwSignal::new(false),
        }
    }

    /// Reads again what is shown.
    pub(super) fn reload(self) {
        self.version.update(|n| *n = n.wrapping_add(1));
        self.rows.update(|n| *n = n.wrapping_add(1));
    }

    /// Shows what an action answered.
    pub(super) fn take(self, data: ImportData) {
        self.data.update(|slot| *slot = Some(Ok(data)));
        self.rows.update(|n| *n = n.wrapping_add(1));
    }

    /// Reads the import once it is there.
    pub(super) fn with<T>(self, f: impl FnOnce(&ImportData) -> T) -> Option<T> {
        self.data.with(|data| match data {
            Some(Ok(data)) => Some(f(data)),
            _ => None,
        })
    }

    /// The import as it is now, for what happens at a press.
    pub(super) fn now(self) -> Option<Import> {
        self.peek(|data| data.import.clone())
    }

    /// The import as last read, for what is made once.
    pub(super) fn peek<T>(self, f: impl FnOnce(&ImportData) -> T) -> Option<T> {
        self.data
            .with_untracked(|data| data.as_ref().and_then(|data| data.as_ref().ok()).map(f))
    }

    /// Whether the person may change it. Roles do not change under an open page; the server asks each time.
    pub(super) fn may_edit(self) -> bool {
        self.peek(|data| data.may_edit).unwrap_or_default()
    }

    /// The address of another step of this import.
    pub(super) fn step(self, step: Step) -> String {
        match (self.place.interview.get_untracked(), self.id.get_untracked()) {
            (Some(interview), Some(id)) => step_href(&self.place.slug(), interview, id, step),
            _ => self.place.sessions(),
        }
    }
}

/// Whose dialog it is.
pub(super) fn use_import_place() -> Place {
    expect_context()
}

/// The import around this part.
pub(super) fn use_import() -> Desk {
    expect_context()
}
