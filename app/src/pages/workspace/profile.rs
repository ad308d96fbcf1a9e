//! `/w/{slug}/settings`: the own name, time zone, password and theme; for who may change it, the workspace's name; at its foot,
//! for owners, the end of the workspace.

use super::{SettingsHead, delete::DeleteWorkspace, name::WorkspaceName, password::OwnPassword};
use crate::components::{
    Button, ButtonKind, ButtonSize, ButtonType, FieldWidth, Notice, NoticeKind, TextField, ThemeSwitch, browser_zone,
    browser_zones, use_toasts,
};
use crate::error::AppError;
use crate::messages::creator;
use crate::pages::layout::use_here;
use crate::server_fns::accounts::ChangeProfile;
use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use parley_domain::account::Action;

/// The own profile. Works as a plain form.
#[component]
pub fn Profile() -> impl IntoView {
    let t = creator().accounts;
    let here = use_here();
    let me = here.me();
    let toasts = use_toasts();
    let action = ServerAction::<ChangeProfile>::new();
    let zone = RwSignal::new(me.time_zone.clone());
    let zones = RwSignal::new(Vec::new());
    Effect::new(move |_| zones.set(browser_zones()));
    Effect::new(move |_| {
        if let Some(Ok(())) = action.value().get() {
            toasts.show(t.profile_saved);
            here.reload();
        }
    });
    let failed = Memo::new(move |_| action.value().get().and_then(Result::err));
    let at = move |field: &'static str| Signal::derive(move || failed.get()?.field(field).map(str::to_owned));
    // A plain post of one of the forms comes back here, with the name of its part.
    let (part, error, done) = use_query_map().with_untracked(|q| (q.get("at"), q.get("error"), q.get("done")));
    let changed = done.is_some() && part.as_deref() == Some("password");
    let posted_at = |at: Option<&str>| error.clone().filter(|_| part.as_deref() == at);
    let (posted, password, workspace) = (
        posted_at(None),
        posted_at(Some("password")),
        posted_at(Some("workspace")),
    );
    // What came of a plain post is past once a script asked.
    let general = move || match action.value().get() {
        Some(Ok(()) | Err(AppError::Invalid { .. })) => None,
        Some(Err(error)) => Some(error.to_string()),
        None => posted.as_ref().map(|_| creator().fix_fields.to_owned()),
    };
    view! {
        <SettingsHead/>
        <div class="page page--form">
            <section class="section">
                <div class="section__head">
                    <h2>{t.profile}</h2>
                    <p class="section__help">{t.profile_help}</p>
                </div>
                {move || general().map(|text| view! { <Notice kind=NoticeKind::Error title=text/> })}
                <ActionForm action=action attr:class="form">
                    <input type="hidden" name="locale" value=me.locale/>
                    <input type="hidden" name="back" value=here.path("/settings")/>
                    <TextField
                        id="name"
                        name="name"
                        label=t.your_name
                        initial=me.name
                        autocomplete="name"
                        width=FieldWidth::Medium
                        error=at("name")
                    />
                    <TextField
                        id="email"
                        label=t.email
                        initial=me.email
                        disabled=true
                        width=FieldWidth::Medium
                    />
                    <TextField
                        id="time_zone"
                        name="time_zone"
                        label=t.time_zone
                        hint=t.time_zone_hint
                        value=zone
                        list="zones"
                        width=FieldWidth::Medium
                        error=at("time_zone")
                    />
                    <datalist id="zones">
                        {move || zones.get().into_iter().map(|zone| view! { <option value=zone></option> }).collect_view()}
                    </datalist>
                    <div>
                        <Button
                            size=ButtonSize::Small
                            on_press=Callback::new(move |()| {
                                if let Some(own) = browser_zone() {
                                    zone.set(own);
                                }
                            })
                        >
                            {t.use_browser_zone}
                        </Button>
                    </div>
                    <div class="form__actions">
                        <Button kind=ButtonKind::Primary r#type=ButtonType::Submit busy=action.pending()>
                            {creator().save}
                        </Button>
                    </div>
                </ActionForm>
            </section>
            <OwnPassword posted=password done=changed/>
            {here.can(Action::ManageSettings).then(|| view! { <WorkspaceName posted=workspace/> })}
            <section class="section">
                <div class="section__head">
                    <h2>{t.appearance}</h2>
                    <p class="section__help">{t.appearance_help}</p>
                </div>
                <div><ThemeSwitch/></div>
            </section>
            {here.can(Action::DeleteWorkspace).then(|| view! { <DeleteWorkspace/> })}
        </div>
    }
}
