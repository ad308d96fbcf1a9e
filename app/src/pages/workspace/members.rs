//! `/w/{slug}/settings/members`: who belongs here, and in which role.

use super::{SettingsHead, role_name};
use crate::components::{
    AsyncView, Avatar, ConfirmDialog, HarmButton, Head, Icon, IconName, ListTable, Notice, NoticeKind, Time, use_toasts,
};
use crate::error::AppError;
use crate::messages::creator;
use crate::pages::layout::use_here;
use crate::server_fns::members::{change_role, list_members, remove_member};
use leptos::prelude::*;
use leptos::task::spawn_local;
use parley_domain::{
    account::{Action, Role},
    member::MemberSeen,
};

/// The list, another role, an end.
#[component]
pub fn MembersPage() -> impl IntoView {
    let t = creator().members;
    let here = use_here();
    let members = Resource::new(|| (), move |()| list_members(here.slug()));
    let reload = Callback::new(move |()| {
        members.refetch();
        // One's own role may be another now.
        here.reload();
    });
    let failed = RwSignal::new(None::<AppError>);
    view! {
        <SettingsHead/>
        <div class="page">
            <section class="section">
                <div class="section__head">
                    <h2>{t.title}</h2>
                    <p class="section__help">{t.help}</p>
                </div>
                {move || failed.get().map(|error| {
                    view! { <Notice kind=NoticeKind::Error title=t.not_changed text=error.to_string()/> }
                })}
                <AsyncView
                    data=members
                    view={move |list: Vec<MemberSeen>| view! { <MemberTable list=list failed=failed on_change=reload/> }.into_any()}
                />
                {here.can(Action::ManageMembers).then(|| view! { <p class="muted small prose">{t.add_help}</p> })}
            </section>
            <section class="section">
                <h2>{t.roles}</h2>
                <dl class="facts">
                    {[
                        (Role::Viewer, t.viewer_may),
                        (Role::Member, t.member_may),
                        (Role::Admin, t.admin_may),
                        (Role::Owner, t.owner_may),
                    ]
                        .map(|(role, may)| view! { <dt>{role_name(role)}</dt> <dd>{may}</dd> })
                        .collect_view()}
                </dl>
            </section>
        </div>
    }
}

#[component]
fn MemberTable(list: Vec<MemberSeen>, failed: RwSignal<Option<AppError>>, on_change: Callback<()>) -> impl IntoView {
    let t = creator().members;
    let mut heads = vec![Head::Words(t.name), Head::Words(t.role), Head::Words(t.joined)];
    // A column that nobody has anything in is none.
    let ends = list.iter().any(|member| member.may_remove);
    if ends {
        heads.push(Head::Actions(creator().sessions.row_menu));
    }
    let rows = list
        .into_iter()
        .map(|member| view! { <MemberRow member=member ends=ends failed=failed on_change=on_change/> })
        .collect_view();
    view! { <ListTable heads=heads rows=rows.into_any()/> }
}

#[component]
fn MemberRow(
    member: MemberSeen,
    /// The table has a column for taking somebody out.
    ends: bool,
    failed: RwSignal<Option<AppError>>,
    on_change: Callback<()>,
) -> impl IntoView {
    let t = creator().members;
    let here = use_here();
    let toasts = use_toasts();
    let (id, role) = (member.id, member.role);
    let ended = move |result: Result<(), AppError>, done: &'static str| {
        match result {
            Ok(()) => {
                failed.set(None);
                toasts.show(done);
            }
            Err(error) => failed.set(Some(error)),
        }
        // After a failure too: the list shows what is, not what was asked for.
        on_change.try_run(());
    };
    let give = move |chosen: Role| {
        spawn_local(async move {
            let result = change_role(here.slug(), id, chosen).await;
            ended(result, t.changed);
        });
    };
    // One's own is asked about: with a lower one it cannot be taken back, and an arrow key is enough to choose it.
    let (you, asking, wanted) = (member.you, RwSignal::new(false), StoredValue::new(role));
    let change = move |ev: leptos::ev::Event| {
        let list: web_sys::HtmlSelectElement = event_target(&ev);
        let Ok(chosen) = list.value().parse::<Role>() else {
            return;
        };
        if you {
            list.set_value(role.as_str());
            wanted.set_value(chosen);
            asking.set(true);
        } else {
            give(chosen);
        }
    };
    let own = (you && !member.may_give.is_empty()).then(|| {
        view! {
            <ConfirmDialog
                id="own-role"
                open=asking
                title=t.own_title
                text=t.own_text
                confirm=t.own_confirm
                danger=true
                on_confirm=Callback::new(move |()| give(wanted.get_value()))
            />
        }
    });
    let remove = Callback::new(move |()| {
        spawn_local(async move {
            let result = remove_member(here.slug(), id).await;
            ended(result, t.removed);
        });
    });
    let role_cell = if member.may_give.is_empty() {
        let why = (member.you && role == Role::Owner).then_some(t.last_owner);
        view! { <span title=why>{role_name(role)}</span> }.into_any()
    } else {
        let options = member
            .may_give
            .iter()
            .map(|one| view! { <option value=one.as_str() selected=*one == role>{role_name(*one)}</option> })
            .collect_view();
        view! {
            <span class="select">
                <select class="input" aria-label=(t.role_of)(&member.name) on:change=change>{options}</select>
                <Icon name=IconName::ChevronDown/>
            </span>
        }
        .into_any()
    };
    let end = member.may_remove.then(|| {
        view! {
            <HarmButton
                id=format!("remove-{id}")
                label=t.remove
                title=(t.remove_title)(&member.name)
                text=t.remove_text
                on_confirm=remove
            />
        }
    });
    view! {
        <tr>
            <th scope="row" class="col-sticky">
                <span class="member">
                    <Avatar name=member.name.clone()/>
                    <span class="cell-two">
                        <span><bdi>{member.name.clone()}</bdi> {member.you.then(|| view! { " " <span class="badge">{t.you}</span> })}</span>
                        <small>{member.email}</small>
                    </span>
                </span>
            </th>
            <td>{role_cell} {own}</td>
            <td><Time at=member.joined/></td>
            {ends.then(|| view! { <td class="num col-end">{end}</td> })}
        </tr>
    }
}
