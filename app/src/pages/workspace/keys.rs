//! `/w/{slug}/settings/keys`: API keys.

use super::{SettingsHead, role_name};
use crate::components::{
    AsyncView, Button, ButtonKind, CopyField, Dialog, EmptyState, HarmButton, Head, IconName, ListTable, Losing,
    Notice, NoticeKind, SelectField, TextField, Time, trouble, use_toasts,
};
use crate::error::AppError;
use crate::messages::creator;
use crate::pages::layout::use_here;
use crate::server_fns::accounts::{create_key, list_keys, revoke_key};
use leptos::prelude::*;
use leptos::task::spawn_local;
use parley_domain::{
    account::{Action, Role},
    person::ApiKeySeen,
};

/// The list, making one, ending one.
#[component]
pub fn Keys() -> impl IntoView {
    let t = creator().accounts;
    let here = use_here();
    if !here.can(Action::ManageApiKeys) {
        return view! {
            <SettingsHead/>
            <div class="page page--form"><Notice title=t.key_admins/></div>
        }
        .into_any();
    }
    let keys = Resource::new(|| (), move |()| list_keys(here.slug()));
    let (making, failed) = (RwSignal::new(false), RwSignal::new(None::<AppError>));
    let reload = Callback::new(move |()| keys.refetch());
    let open = Callback::new(move |()| making.set(true));
    view! {
        <SettingsHead/>
        <div class="page">
            <section class="section">
                <div class="section__head">
                    <h2>{t.keys}</h2>
                    <span class="push"></span>
                    <Button icon=IconName::Plus on_press=open>{t.key_new}</Button>
                    <p class="section__help">{t.keys_help}</p>
                </div>
                {move || failed.get().map(|error| trouble(&error))}
                <AsyncView
                    data=keys
                    view={move |list: Vec<ApiKeySeen>| {
                        if list.is_empty() {
                            view! { <EmptyState title=t.keys_none text=t.keys_none_text/> }.into_any()
                        } else {
                            view! { <KeyTable list=list failed=failed on_change=reload/> }.into_any()
                        }
                    }}
                />
            </section>
            <NewKey open=making on_made=reload/>
        </div>
    }
    .into_any()
}

#[component]
fn KeyTable(list: Vec<ApiKeySeen>, failed: RwSignal<Option<AppError>>, on_change: Callback<()>) -> impl IntoView {
    let t = creator().accounts;
    let rows = list
        .into_iter()
        .map(|key| view! { <KeyRow key=key failed=failed on_change=on_change/> })
        .collect_view();
    view! {
        <ListTable
            heads=vec![
                Head::Words(t.name),
                Head::Words(t.key_hint),
                Head::Words(t.role),
                Head::Words(t.key_maker),
                Head::Words(t.key_created),
                Head::Words(t.key_used),
                Head::Actions(creator().sessions.row_menu),
            ]
            rows=rows.into_any()
        />
    }
}

#[component]
fn KeyRow(key: ApiKeySeen, failed: RwSignal<Option<AppError>>, on_change: Callback<()>) -> impl IntoView {
    let t = creator().accounts;
    let here = use_here();
    let toasts = use_toasts();
    let id = key.id;
    let revoke = Callback::new(move |()| {
        spawn_local(async move {
            match revoke_key(here.slug(), id).await {
                Ok(()) => {
                    failed.set(None);
                    toasts.show(t.key_revoked);
                    on_change.try_run(());
                }
                Err(error) => failed.set(Some(error)),
            }
        });
    });
    let used = match key.last_used {
        Some(at) => view! { <Time at=at/> }.into_any(),
        None => t.key_never.into_any(),
    };
    view! {
        <tr>
            <th scope="row" class="col-sticky">{key.name.clone()}</th>
            <td><code>{format!("…{}", key.hint)}</code></td>
            <td>{role_name(key.role)}</td>
            <td>{key.maker.unwrap_or_else(|| t.key_command_line.to_owned())}</td>
            <td><Time at=key.created/></td>
            <td>{used}</td>
            <td class="num col-end">
                <HarmButton
                    id=format!("revoke-{id}")
                    label=t.key_revoke
                    title=(t.key_revoke_title)(&key.name)
                    text=t.key_revoke_text
                    on_confirm=revoke
                />
            </td>
        </tr>
    }
}

/// Name and role; then the key itself, in a dialog of its own.
#[component]
fn NewKey(open: RwSignal<bool>, on_made: Callback<()>) -> impl IntoView {
    let t = creator().accounts;
    let here = use_here();
    let name = RwSignal::new(String::new());
    let role = RwSignal::new(Role::Member.as_str().to_owned());
    let made = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    let failed = RwSignal::new(None::<AppError>);
    Effect::new(move |_| {
        if !open.get() {
            name.set(String::new());
            failed.set(None);
        }
    });
    let create = Callback::new(move |()| {
        let Ok(chosen) = role.get_untracked().parse::<Role>() else {
            return;
        };
        busy.set(true);
        spawn_local(async move {
            match create_key(here.slug(), name.get_untracked(), chosen).await {
                Ok(new) => {
                    failed.try_set(None);
                    open.try_set(false);
                    made.try_set(Some(new.secret));
                    on_made.try_run(());
                }
                Err(error) => failed.set(Some(error)),
            }
            busy.set(false);
        });
    });
    let dirty = Signal::derive(move || name.with(|name| !name.trim().is_empty()));
    view! {
        <Dialog id="new-key" open=open title=t.key_new dirty=dirty>
            <KeyForm name=name role=role busy=busy failed=failed create=create open=open/>
        </Dialog>
        <MadeKey made=made/>
    }
}

/// The key itself, until it is closed. A key that nobody has copied is asked about: it does not come back.
#[component]
fn MadeKey(made: RwSignal<Option<String>>) -> impl IntoView {
    let t = creator().accounts;
    let open = RwSignal::new(false);
    let copied = RwSignal::new(false);
    // Asked by Done as by the cross.
    let asking = RwSignal::new(false);
    let done = Callback::new(move |()| {
        if copied.get_untracked() {
            open.set(false);
        } else {
            asking.set(true);
        }
    });
    let losing = Losing {
        title: t.key_lose_title,
        text: t.key_lose_text,
        confirm: t.key_lose,
        cancel: t.key_lose_not,
    };
    Effect::new(move |_| {
        if made.with(Option::is_some) {
            copied.set(false);
            open.set(true);
        }
    });
    Effect::new(move |before: Option<bool>| {
        let now = open.get();
        if before == Some(true) && !now {
            // Nothing of it stays on the page.
            made.set(None);
        }
        now
    });
    view! {
        <Dialog
            id="made-key"
            open=open
            title=t.key_made
            dirty=Signal::derive(move || !copied.get())
            losing=losing
            asking=asking
        >
            <div class="dialog__body">
                <Notice kind=NoticeKind::Mind title=t.key_once/>
                {move || made.get().map(|secret| {
                    view! { <CopyField id="key-secret" label=t.key_label copy=t.key_copy value=secret copied=copied/> }
                })}
            </div>
            <div class="dialog__foot">
                <Button kind=ButtonKind::Primary on_press=done>{t.key_done}</Button>
            </div>
        </Dialog>
    }
}

#[component]
fn KeyForm(
    name: RwSignal<String>,
    role: RwSignal<String>,
    busy: RwSignal<bool>,
    failed: RwSignal<Option<AppError>>,
    create: Callback<()>,
    open: RwSignal<bool>,
) -> impl IntoView {
    let t = creator().accounts;
    let own = use_here().role();
    let roles = Role::ALL
        .into_iter()
        .filter(|role| *role <= own)
        .map(|role| (role.as_str().to_owned(), role_name(role).to_owned()))
        .collect();
    let at_name = Signal::derive(move || failed.get()?.field("name").map(str::to_owned));
    let general = move || failed.get().filter(|error| error.field("name").is_none());
    view! {
        <form
            class="dialog__form"
            novalidate
            on:submit=move |ev| {
                ev.prevent_default();
                create.run(());
            }
        >
            <div class="dialog__body">
                {move || general().map(|e| view! { <Notice kind=NoticeKind::Error title=e.to_string()/> })}
                <TextField
                    id="key-name"
                    label=t.key_name
                    hint=t.key_name_hint
                    value=name
                    maxlength=100_u32
                    autofocus=true
                    error=at_name
                />
                <SelectField id="key-role" label=t.role options=roles value=role/>
            </div>
            <div class="dialog__foot">
                <Button on_press=Callback::new(move |()| open.set(false))>{creator().cancel}</Button>
                <Button kind=ButtonKind::Primary r#type=crate::components::ButtonType::Submit busy=busy>
                    {t.key_create}
                </Button>
            </div>
        </form>
    }
}
