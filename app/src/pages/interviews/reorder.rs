//! Putting a list into another order: by the arrow keys on a row's grip, by dragging the grip, or from the row's menu
//! (which is what fingers use).

use crate::components::{
    ButtonKind, ButtonSize, Icon, IconName, Menu, MenuItem, MenuPlace, Toasts, focus_field, focus_menu,
};
use crate::messages::creator;
use leptos::ev::{DragEvent, KeyboardEvent};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use std::time::Duration;

/// A list whose rows can be moved. `T` is a small copyable handle that knows its key.
pub(super) struct Order<T: 'static> {
    list: RwSignal<Vec<T>>,
    key: fn(&T) -> u32,
    /// The start of the ids of the grips.
    name: &'static str,
    dragged: RwSignal<Option<u32>>,
    /// What was moved where, for screen readers.
    said: RwSignal<String>,
}

impl<T> Clone for Order<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Order<T> {}

impl<T: Copy + Send + Sync + 'static> Order<T> {
    pub(super) fn new(list: RwSignal<Vec<T>>, key: fn(&T) -> u32, name: &'static str) -> Self {
        Self {
            list,
            key,
            name,
            dragged: RwSignal::new(None),
            said: RwSignal::default(),
        }
    }

    /// Where the row with this key stands now, from 0; watches the list.
    pub(super) fn position(self, key: u32) -> usize {
        self.list
            .with(|list| list.iter().position(|row| (self.key)(row) == key).unwrap_or(0))
    }

    /// Takes a row out; says where it was.
    pub(super) fn take(self, key: u32) -> Option<(usize, T)> {
        let at = self
            .list
            .with_untracked(|list| list.iter().position(|row| (self.key)(row) == key))?;
        let mut taken = None;
        self.list.update(|list| taken = Some(list.remove(at)));
        taken.map(|row| (at, row))
    }

    /// Puts a row in.
    pub(super) fn insert(self, at: usize, row: T) {
        self.list.update(|list| list.insert(at.min(list.len()), row));
    }

    /// Takes a row out at a press; `words` say which, and a toast of this page puts it back.
    pub(super) fn remover(self, toasts: Toasts, key: u32, words: fn(usize) -> String) -> Callback<()> {
        Callback::new(move |()| {
            if let Some((at, row)) = self.take(key) {
                toasts.with_undo(words(at + 1), move || self.insert(at, row));
                let next = self
                    .list
                    .with_untracked(|list| list.get(at.min(list.len().saturating_sub(1))).map(self.key));
                if let Some(next) = next {
                    self.focus_menu(next);
                }
            }
        })
    }

    /// The row after this one.
    pub(super) fn after(self, key: u32) -> Option<u32> {
        self.list.with_untracked(|list| {
            let at = list.iter().position(|row| (self.key)(row) == key)?;
            list.get(at + 1).map(self.key)
        })
    }

    /// A row that is moved or taken out loses the focus, which then stands nowhere.
    fn focus_menu(self, key: u32) {
        let id = self.menu_id(key);
        set_timeout(move || focus_menu(&id), Duration::from_millis(30));
    }

    fn menu_id(self, key: u32) -> String {
        format!("{}-{key}-menu", self.name)
    }

    /// Moves a row by so many places; stays inside the list.
    pub(super) fn shift(self, key: u32, by: isize) {
        let (from, last) = self.list.with_untracked(|list| {
            (
                list.iter().position(|row| (self.key)(row) == key),
                list.len().saturating_sub(1),
            )
        });
        if let Some(from) = from {
            self.put(from, from.saturating_add_signed(by).min(last));
        }
    }

    fn put(self, from: usize, to: usize) {
        if from == to {
            return;
        }
        let mut count = 0;
        self.list.update(|list| {
            let row = list.remove(from);
            list.insert(to, row);
            count = list.len();
        });
        self.said.set((creator().interviews.moved)(to + 1, count));
    }

    /// What is said after a move; one for the list, at its end.
    pub(super) fn voice(self) -> impl IntoView {
        view! { <p class="sr-only" role="status">{move || self.said.get()}</p> }
    }

    /// The grip of a row called `what` ("Question 2").
    pub(super) fn grip(self, key: u32, what: Signal<String>) -> impl IntoView {
        let id = format!("{}-{key}-grip", self.name);
        let on_key = {
            let id = id.clone();
            move |ev: KeyboardEvent| {
                let by = match ev.key().as_str() {
                    "ArrowUp" => -1,
                    "ArrowDown" => 1,
                    _ => return,
                };
                ev.prevent_default();
                self.shift(key, by);
                // Moving an element takes its focus away.
                let id = id.clone();
                set_timeout(move || focus_field(&id), Duration::ZERO);
            }
        };
        let on_start = move |ev: DragEvent| {
            self.dragged.set(Some(key));
            let row = ev
                .target()
                .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
                .and_then(|grip| grip.closest(".item, .option").ok().flatten());
            if let (Some(data), Some(row)) = (ev.data_transfer(), row) {
                // Some browsers drag nothing that carries no data.
                let _ = data.set_data("text/plain", "");
                data.set_drag_image(&row, 16, 16);
            }
        };
        view! {
            // Not a button element: Firefox drags one by its text only (Mozilla's bug 568313).
            <span
                role="button"
                tabindex="0"
                class="btn btn--quiet btn--icon btn--small item__grip"
                id=id
                draggable="true"
                aria-label=move || (creator().interviews.move_n)(&what.get())
                title=creator().interviews.move_hint
                on:keydown=on_key
                on:dragstart=on_start
                on:dragend=move |_| self.dragged.set(None)
            >
                <Icon name=IconName::Grip/>
            </span>
        }
    }

    /// The menu of a row: up and down, what `more` there is to do with it, and out.
    pub(super) fn menu(self, key: u32, what: Signal<String>, more: AnyView, remove: Callback<()>) -> impl IntoView {
        let t = creator().interviews;
        let by = move |places| {
            Callback::new(move |()| {
                self.shift(key, places);
                self.focus_menu(key);
            })
        };
        view! {
            <Menu
                id=self.menu_id(key)
                label=Signal::derive(move || (t.actions_n)(&what.get()))
                icon=IconName::Dots
                icon_only=true
                kind=ButtonKind::Quiet
                size=ButtonSize::Small
                place=MenuPlace::BelowEnd
            >
                <MenuItem label=t.move_up icon=IconName::ArrowUp on_press=by(-1)/>
                <MenuItem label=t.move_down icon=IconName::ArrowDown on_press=by(1)/>
                {more}
                <MenuItem label=t.remove icon=IconName::Trash harm=true on_press=remove/>
            </Menu>
        }
    }

    /// Something is dragged over this row: it moves there at once, as the other rows make room.
    pub(super) fn on_drag_over(self, key: u32) -> impl Fn(DragEvent) + 'static {
        move |ev: DragEvent| {
            let Some(dragged) = self.dragged.get_untracked() else {
                return;
            };
            ev.prevent_default();
            let ends = self.list.with_untracked(|list| {
                let at = |key| list.iter().position(|row| (self.key)(row) == key);
                at(dragged).zip(at(key))
            });
            let Some((from, to)) = ends else { return };
            let Some(row) = ev
                .current_target()
                .and_then(|row| row.dyn_into::<web_sys::Element>().ok())
            else {
                return;
            };
            let bounds = row.get_bounding_client_rect();
            let below = f64::from(ev.client_y()) > bounds.top() + bounds.height() / 2.0;
            // Only past the middle, or rows of different height would jump to and fro.
            if (from < to && below) || (from > to && !below) {
                self.put(from, to);
            }
        }
    }

    /// The row is the one being dragged.
    pub(super) fn is_dragged(self, key: u32) -> bool {
        self.dragged.get() == Some(key)
    }
}

#[cfg(test)]
mod tests {
    use super::Order;
    use leptos::prelude::*;

    #[test]
    fn rows_move_within_the_list() {
        Owner::new().with(|| {
            let list = RwSignal::new(vec![1_u32, 2, 3]);
            let order = Order::new(list, |n| *n, "n");
            order.shift(1, 1);
            assert_eq!(list.get_untracked(), [2, 1, 3]);
            order.shift(2, -1);
            assert_eq!(list.get_untracked(), [2, 1, 3]);
            order.shift(3, 5);
            order.shift(9, 1);
            assert_eq!(list.get_untracked(), [2, 1, 3]);
            let (at, row) = order.take(1).unwrap();
            order.insert(at, row);
            order.insert(99, 4);
            assert_eq!(list.get_untracked(), [2, 1, 3, 4]);
        });
    }
}
