//! Menus: a button and a native popover. The browser opens it (also without scripts), closes it on Esc or a press outside
//! and gives focus back; the script adds arrow keys, Home, End and type-ahead.

use super::{ButtonKind, ButtonSize, Icon, IconName, button_class};
use leptos::ev::{Event, KeyboardEvent};
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// Where a menu opens, seen from its button.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MenuPlace {
    /// Below, its start under the button's start.
    #[default]
    Below,
    /// Below, its end under the button's end: for buttons at the right.
    BelowEnd,
    /// Above: for buttons at the foot of the page.
    Above,
}

impl MenuPlace {
    const fn class(self) -> &'static str {
        match self {
            Self::Below => "menu",
            Self::BelowEnd => "menu menu--end",
            Self::Above => "menu menu--up",
        }
    }
}

/// A button and its menu; the children are [`MenuItem`]s, [`MenuRadio`]s and [`MenuLine`]s.
#[component]
pub fn Menu(
    /// The menu's id, unique on the page.
    #[prop(into)]
    id: String,
    /// The button's label; only read out where `icon_only` or `trigger` is given.
    #[prop(into)]
    label: Signal<String>,
    /// The button's icon.
    #[prop(optional, into)]
    icon: Option<IconName>,
    /// The button is only its icon.
    #[prop(optional)]
    icon_only: bool,
    /// How much the button asks for.
    #[prop(optional)]
    kind: ButtonKind,
    /// How large the button is.
    #[prop(optional)]
    size: ButtonSize,
    /// The button's inside, instead of icon and label.
    #[prop(optional, into)]
    trigger: Option<ViewFn>,
    /// The button's classes, where it has a `trigger`.
    #[prop(optional)]
    trigger_class: &'static str,
    /// Where the menu opens.
    #[prop(optional)]
    place: MenuPlace,
    /// The entries, made when the menu opens, of what is true then: for menus of which a page has many. Only scripts do that.
    #[prop(optional, into)]
    late: Option<ViewFn>,
    /// The entries.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let button = NodeRef::<html::Button>::new();
    let menu = NodeRef::<html::Div>::new();
    let expanded = RwSignal::new(false);
    let silent = icon_only || trigger.is_some();
    let class = if trigger.is_some() {
        trigger_class.to_owned()
    } else {
        button_class(kind, size, icon_only)
    };
    let inside = match trigger {
        Some(trigger) => trigger.run(),
        None => view! {
            {icon.map(|name| view! { <Icon name=name/> })}
            {(!icon_only).then(|| view! { <span class="btn__label">{move || label.get()}</span> })}
        }
        .into_any(),
    };
    let entries = match (late, children) {
        (Some(late), _) => (move || expanded.get().then(|| late.run())).into_any(),
        (None, Some(children)) => children(),
        (None, None) => ().into_any(),
    };
    // Late entries are there when the menu is shown, and until it is gone.
    let opening = move |_: Event| {
        if let Some(menu) = menu.get_untracked()
            && !menu.matches(":popover-open").unwrap_or(false)
        {
            expanded.set(true);
        }
    };
    let toggled = move |_: Event| {
        let Some(menu) = menu.get_untracked() else { return };
        let open = menu.matches(":popover-open").unwrap_or(false);
        expanded.set(open);
        if open {
            if let Some(button) = button.get_untracked() {
                stand_below(&menu, &button, place);
            }
            focus_item(&menu, |_, _| 0);
        }
    };
    view! {
        <button
            type="button"
            class=class
            node_ref=button
            popovertarget=id.clone()
            aria-haspopup="menu"
            aria-expanded=move || if expanded.get() { "true" } else { "false" }
            aria-label=move || silent.then(|| label.get())
            title=move || icon_only.then(|| label.get())
            on:keydown=move |ev: KeyboardEvent| {
                if ev.key() == "ArrowDown" && let Some(menu) = menu.get_untracked() {
                    ev.prevent_default();
                    // Already open, or a browser without popovers: the press itself still works.
                    let _ = menu.show_popover();
                }
            }
        >
            {inside}
        </button>
        <div
            id=id
            class=place.class()
            popover="auto"
            role="menu"
            aria-label=move || label.get()
            node_ref=menu
            on:beforetoggle=opening
            on:toggle=toggled
            on:keydown=move |ev| {
                if let Some(menu) = menu.get_untracked() {
                    on_key(&menu, &ev);
                }
            }
        >
            {entries}
        </div>
    }
}

/// Focuses the button of the menu with this id.
pub fn focus_menu(id: &str) {
    let button = document().query_selector(&format!("[popovertarget=\"{id}\"]"));
    if let Some(button) = button.ok().flatten()
        && let Ok(button) = button.dyn_into::<HtmlElement>()
    {
        // A button that cannot take it leaves the focus where it is.
        let _ = button.focus();
    }
}

/// A button and a native popover with anything inside that can be operated: pressing there leaves it open.
#[component]
pub fn MenuPanel(
    /// The panel's id, unique on the page.
    #[prop(into)]
    id: String,
    /// The button's label.
    label: &'static str,
    /// The button's icon.
    icon: IconName,
    /// Where the panel opens.
    #[prop(optional)]
    place: MenuPlace,
    /// What it holds.
    children: Children,
) -> impl IntoView {
    let button = NodeRef::<html::Button>::new();
    let panel = NodeRef::<html::Div>::new();
    let expanded = RwSignal::new(false);
    let toggled = move |_: Event| {
        let Some(panel) = panel.get_untracked() else { return };
        let open = panel.matches(":popover-open").unwrap_or(false);
        expanded.set(open);
        if let (true, Some(button)) = (open, button.get_untracked()) {
            stand_below(&panel, &button, place);
        }
    };
    view! {
        <button
            type="button"
            class="btn"
            node_ref=button
            popovertarget=id.clone()
            aria-expanded=move || if expanded.get() { "true" } else { "false" }
        >
            <Icon name=icon/>
            <span class="btn__label">{label}</span>
        </button>
        <div
            id=id
            class=format!("{} menu--panel", place.class())
            popover="auto"
            role="group"
            aria-label=label
            node_ref=panel
            on:toggle=toggled
        >
            {children()}
        </div>
    }
}

/// Folds a `<details>` that stands over the page as a menu is closed: on Esc, which gives focus back to its summary, and on
/// a press outside. Without scripts the summary does it.
pub fn fold_like_menu(details: NodeRef<html::Details>) {
    Effect::new(move |_| {
        let pressed = window_event_listener_untyped("pointerdown", move |ev| {
            let Some(details) = details.get_untracked() else { return };
            let at = ev.target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
            if !details.contains(at.as_ref()) {
                details.set_open(false);
            }
        });
        let key = window_event_listener(leptos::ev::keydown, move |ev| {
            let Some(details) = details.get_untracked() else { return };
            if ev.key() == "Escape" && details.open() {
                details.set_open(false);
                if let Ok(Some(summary)) = details.query_selector("summary")
                    && let Ok(summary) = summary.dyn_into::<HtmlElement>()
                {
                    // A summary that cannot take it leaves the focus where it is.
                    let _ = summary.focus();
                }
            }
        });
        on_cleanup(move || {
            pressed.remove();
            key.remove();
        });
    });
}

/// For browsers that cannot anchor a popover to its button: the place as two variables that the style sheet reads.
fn stand_below(menu: &HtmlElement, button: &HtmlElement, place: MenuPlace) {
    let at = button.get_bounding_client_rect();
    let own = menu.get_bounding_client_rect();
    let room = window()
        .inner_width()
        .ok()
        .and_then(|width| width.as_f64())
        .unwrap_or(at.right());
    let x = if place == MenuPlace::BelowEnd {
        at.right() - own.width()
    } else {
        at.left()
    };
    let x = x.min(room - own.width()).max(0.0);
    let y = if place == MenuPlace::Above {
        at.top() - own.height()
    } else {
        at.bottom()
    };
    let style = menu.style();
    // A refused property leaves the menu where the browser puts it.
    let _ = style.set_property("--menu-x", &format!("{x}px"));
    let _ = style.set_property("--menu-y", &format!("{y}px"));
}

/// The entries that can take focus now, in order.
fn items(menu: &HtmlElement) -> Vec<HtmlElement> {
    let Ok(list) = menu.query_selector_all("[role^=menuitem]:not([aria-disabled=true])") else {
        return Vec::new();
    };
    (0..list.length())
        .filter_map(|i| list.get(i)?.dyn_into().ok())
        .collect()
}

/// Moves focus to the entry that `pick` chooses from (the focused one, if any; how many there are).
fn focus_item(menu: &HtmlElement, pick: impl Fn(Option<usize>, usize) -> usize) {
    let items = items(menu);
    let active = document().active_element();
    let at = items.iter().position(|item| active.as_ref() == Some(item.as_ref()));
    if !items.is_empty()
        && let Some(item) = items.get(pick(at, items.len()))
    {
        let _ = item.focus();
    }
}

fn on_key(menu: &HtmlElement, ev: &KeyboardEvent) {
    let key = ev.key();
    match key.as_str() {
        "ArrowDown" => focus_item(menu, |at, n| at.map_or(0, |at| (at + 1) % n)),
        "ArrowUp" => focus_item(menu, |at, n| at.map_or(n - 1, |at| (at + n - 1) % n)),
        "Home" => focus_item(menu, |_, _| 0),
        "End" => focus_item(menu, |_, n| n - 1),
        "Tab" => {
            // Focus goes back to the button and the browser moves it on from there.
            let _ = menu.hide_popover();
            return;
        }
        _ if key.chars().count() == 1 && key != " " && !ev.ctrl_key() && !ev.meta_key() && !ev.alt_key() => {
            type_ahead(menu, &key);
        }
        _ => return,
    }
    ev.prevent_default();
}

/// Focuses the next entry that begins with the typed letter.
fn type_ahead(menu: &HtmlElement, letter: &str) {
    let letter = letter.to_lowercase();
    let starts: Vec<bool> = items(menu)
        .iter()
        .map(|item| {
            item.text_content()
                .unwrap_or_default()
                .trim()
                .to_lowercase()
                .starts_with(&letter)
        })
        .collect();
    focus_item(menu, |at, n| {
        let from = at.map_or(0, |at| at + 1);
        (0..n)
            .map(|step| (from + step) % n)
            .find(|i| starts[*i])
            .or(at)
            .unwrap_or(0)
    });
}

/// Closes the menu that this entry stands in; focus goes back to the button before the entry's work begins.
fn close_around(ev: &Event) {
    if let Some(target) = ev.target()
        && let Ok(element) = target.dyn_into::<web_sys::Element>()
        && let Ok(Some(menu)) = element.closest("[popover]")
        && let Ok(menu) = menu.dyn_into::<HtmlElement>()
    {
        let _ = menu.hide_popover();
    }
}

/// One entry: does something, or leads somewhere.
#[component]
pub fn MenuItem(
    /// What it does.
    #[prop(into)]
    label: String,
    /// Before the label.
    #[prop(optional, into)]
    icon: Option<IconName>,
    /// One line of help under the label.
    #[prop(optional, into)]
    hint: Option<String>,
    /// It does harm.
    #[prop(optional)]
    harm: bool,
    /// It cannot be chosen now; `hint` says why.
    #[prop(optional)]
    disabled: bool,
    /// Where it leads.
    #[prop(optional, into)]
    href: Option<String>,
    /// A download or a page outside the router.
    #[prop(optional)]
    external: bool,
    /// What it does.
    #[prop(optional, into)]
    on_press: Option<Callback<()>>,
) -> impl IntoView {
    let class = if harm {
        "menu__item menu__item--harm"
    } else {
        "menu__item"
    };
    let inside = view! {
        {icon.map(|name| view! { <Icon name=name/> })}
        <span class="menu__label">{label}</span>
        {hint.map(|hint| view! { <span class="menu__hint">{hint}</span> })}
    };
    let press = move |ev: leptos::ev::MouseEvent| {
        if disabled {
            ev.prevent_default();
            return;
        }
        close_around(&ev);
        if let Some(on_press) = on_press {
            on_press.run(());
        }
    };
    match href {
        Some(href) => view! {
            <a class=class role="menuitem" tabindex="-1" href=href rel=external.then_some("external") on:click=press>
                {inside}
            </a>
        }
        .into_any(),
        None => view! {
            <button
                type="button"
                class=class
                role="menuitem"
                tabindex="-1"
                aria-disabled=disabled.then_some("true")
                on:click=press
            >
                {inside}
            </button>
        }
        .into_any(),
    }
}

/// One of several entries of which one is chosen, marked with a tick.
#[component]
pub fn MenuRadio(
    /// What it stands for.
    #[prop(into)]
    label: String,
    /// It is the chosen one.
    #[prop(into)]
    checked: Signal<bool>,
    /// Chooses it.
    #[prop(into)]
    on_press: Callback<()>,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="menu__item"
            role="menuitemradio"
            tabindex="-1"
            aria-checked=move || if checked.get() { "true" } else { "false" }
            on:click=move |ev| {
                close_around(&ev);
                on_press.run(());
            }
        >
            <span class="menu__check"><Icon name=IconName::Check/></span>
            <span class="menu__label">{label}</span>
        </button>
    }
}

/// A line between groups of entries, with the next group's name.
#[component]
pub fn MenuLine(
    /// The next group's name.
    #[prop(optional, into)]
    label: Option<String>,
) -> impl IntoView {
    view! {
        <div class="menu__line" role="separator"></div>
        {label.map(|label| view! { <div class="menu__head" role="presentation">{label}</div> })}
    }
}
