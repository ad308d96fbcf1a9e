//! The shareable link: its card on the Settings tab and its badge in the interview's header.

use crate::{
    candidate::public_path,
    components::{
        Button, ButtonKind, ButtonSize, ButtonType, ConfirmDialog, CopyButton, CopyField, FieldWidth, Icon, IconName,
        Notice, NoticeKind, Skeleton, TextField, Toasts, badge_class, button_class, use_toasts,
    },
    error::AppError,
    messages::creator,
    pages::layout::{Here, Of, on_change, use_here},
    server_fns::links::{LinkWindow, SharedLink, change_link, create_link, get_link, revoke_link},
};
use leptos::{prelude::*, task::spawn_local};
use parley_domain::{account::Action, id::InterviewId, interview::InterviewState, link::PublicLink};
use std::pin::Pin;

/// The shareable link of the interview whose pages we are on; there only for those who may see links.
#[derive(Clone, Copy)]
struct Share {
    id: InterviewId,
    data: Resource<Result<SharedLink, AppError>>,
}

/// Puts the shareable link into the context of an interview's pages, and keeps it up to date.
pub fn provide_share(here: Here, id: InterviewId) {
    if here.can(Action::SeeLinks) {
        let data = Resource::new(|| (), move |()| get_link(here.slug(), id));
        on_change(
            Signal::stored(Of::interview(id)),
            Callback::new(move |()| data.refetch()),
        );
        provide_context(Share { id, data });
    }
}

/// In the header: **Invite only**, or the slug, which is copied when pressed. It comes with the scripts, which copying
/// needs anyway: a suspended part inside the header, which is suspended itself, would be counted in another order by the
/// server than by the browser.
#[component]
pub fn LinkBadge() -> impl IntoView {
    let here = use_here();
    let known = RwSignal::new(None::<Option<(String, String)>>);
    use_context::<Share>().map(|share| {
        Effect::new(move |_| {
            if let Some(Ok(seen)) = share.data.get() {
                known.set(Some(seen.link.map(|link| (link.slug, link.url))));
            }
        });
        let link = Memo::new(move |_| known.get());
        move || match link.get() {
            None => ().into_any(),
            Some(None) => {
                let href = here.path(&format!("/interviews/{}/settings#share", share.id));
                let (words, hint) = (creator().interviews.invite_only, creator().links.invite_only_hint);
                view! { <a class=badge_class(Default::default()) href=href title=hint>{words}</a> }.into_any()
            }
            Some(Some((slug, url))) => view! {
                <span class="link-badge">
                    <CopyButton
                        text=Signal::stored(url)
                        label=slug
                        kind=ButtonKind::Quiet
                        size=ButtonSize::Small
                    />
                </span>
            }
            .into_any(),
        }
    })
}

/// The card on the Settings tab.
#[component]
pub fn ShareCard() -> impl IntoView {
    let t = creator().links;
    use_context::<Share>().map(|share| {
        view! {
            <section class="section share" id="share" aria-labelledby="share-title">
                <div class="section__head">
                    <h2 id="share-title">{t.title}</h2>
                    <p class="section__help">{t.help}</p>
                </div>
                <Transition fallback=|| view! { <Skeleton/> }>
                    {card(share)}
                </Transition>
            </section>
        }
    })
}

/// Something that is done with the link.
type Act = Pin<Box<dyn Future<Output = Result<SharedLink, AppError>>>>;

/// What the card's presses do, and what came of the last one.
#[derive(Clone, Copy)]
struct Desk {
    share: Share,
    here: Here,
    toasts: Toasts,
    busy: RwSignal<bool>,
    failed: RwSignal<Option<AppError>>,
    window: Window,
}

/// The fields of when the link takes starts. They outlast the card's being drawn anew, and follow what is stored where
/// nothing was typed since.
#[derive(Clone, Copy)]
struct Window {
    opens: RwSignal<String>,
    closes: RwSignal<String>,
    most: RwSignal<String>,
    /// Of which link, and what was stored of it when the fields were last laid beside it.
    known: RwSignal<(String, LinkWindow)>,
}

impl Window {
    fn new() -> Self {
        Self {
            opens: RwSignal::default(),
            closes: RwSignal::default(),
            most: RwSignal::default(),
            known: RwSignal::default(),
        }
    }

    /// Takes over what is stored, field by field; what was typed stays.
    fn follow(self, slug: &str, now: &LinkWindow) {
        let (of, before) = self.known.get_untracked();
        let fields = [
            (self.opens, before.opens_at, &now.opens_at),
            (self.closes, before.closes_at, &now.closes_at),
            (self.most, before.max_starts, &now.max_starts),
        ];
        for (field, before, now) in fields {
            if of != slug || field.with_untracked(|typed| *typed == before) {
                field.set(now.clone());
            }
        }
        self.known.set((slug.to_owned(), now.clone()));
    }

    fn typed(self) -> LinkWindow {
        LinkWindow {
            opens_at: self.opens.get_untracked(),
            closes_at: self.closes.get_untracked(),
            max_starts: self.most.get_untracked(),
        }
    }
}

impl Desk {
    /// Does one thing with the link and says so.
    fn act(self, act: Act, done: &'static str) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        spawn_local(async move {
            let result = act.await;
            // The page may have been left meanwhile.
            if self.busy.try_set(false).is_some() {
                return;
            }
            match result {
                Ok(_) => {
                    self.failed.set(None);
                    self.toasts.show(done);
                }
                Err(error) => self.failed.set(Some(error)),
            }
            self.share.data.refetch();
        });
    }

    fn create(self) {
        let act = create_link(self.here.slug(), self.share.id);
        self.act(Box::pin(act), creator().links.created);
    }

    fn revoke(self) {
        let act = revoke_link(self.here.slug(), self.share.id);
        self.act(Box::pin(act), creator().links.revoked);
    }

    fn error(self, field: &'static str) -> Signal<Option<String>> {
        Signal::derive(move || {
            self.failed
                .with(|e| e.as_ref().and_then(|e| e.field(field)).map(str::to_owned))
        })
    }
}

fn card(share: Share) -> AnyView {
    let desk = Desk {
        share,
        here: use_here(),
        toasts: use_toasts(),
        busy: RwSignal::new(false),
        failed: RwSignal::new(None),
        window: Window::new(),
    };
    Effect::new(move |_| {
        if let Some(Ok(SharedLink {
            link: Some(link),
            window,
            ..
        })) = share.data.get()
        {
            desk.window.follow(&link.slug, &window);
        }
    });
    // Another link is another card; one that only counts its starts is not, and keeps what is being typed.
    let slug = Memo::new(move |_| {
        let found = share.data.get()?;
        Some(found.map(|seen| seen.link.map(|link| link.slug)))
    });
    let body = move || match slug.get() {
        None => ().into_any(),
        Some(Err(error)) => crate::components::failure(&error, Callback::new(move |()| share.data.refetch())),
        Some(Ok(None)) => off(desk),
        Some(Ok(Some(_))) => {
            let seen = share.data.get_untracked().and_then(Result::ok);
            match seen.map(|seen| (seen.link.clone(), seen)) {
                Some((Some(link), seen)) => {
                    desk.window.follow(&link.slug, &seen.window);
                    live(desk, link, seen)
                }
                _ => ().into_any(),
            }
        }
    };
    view! {
        {body}
        {failure(desk)}
    }
    .into_any()
}

/// What went wrong, where no field says so already.
fn failure(desk: Desk) -> AnyView {
    let t = creator().links;
    (move || match desk.failed.get() {
        None | Some(AppError::Invalid { .. }) => None,
        Some(error) => Some(view! { <Notice kind=NoticeKind::Error title=t.failed text=error.to_string()/> }),
    })
    .into_any()
}

/// Invite-only: why, and how to change it.
fn off(desk: Desk) -> AnyView {
    let t = creator().links;
    view! {
        <div class="card share__off">
            <p class="strong">{t.off}</p>
            <p class="muted">{t.off_text}</p>
            <div class="row">
                <Button icon=IconName::Globe busy=desk.busy on_press=Callback::new(move |()| desk.create())>
                    {t.create}
                </Button>
            </div>
        </div>
    }
    .into_any()
}

fn live(desk: Desk, link: PublicLink, seen: SharedLink) -> AnyView {
    let t = creator().links;
    let asking = RwSignal::new(false);
    let image = format!(
        "/download/w/{}/interviews/{}/public-link.svg?slug={}",
        desk.here.slug(),
        desk.share.id,
        link.slug
    );
    let page = public_path(&link.slug);
    view! {
        <div class="card share__card">
            <div class="share__main">
                <CopyField id="share-url" label=t.address copy=t.copy value=link.url/>
                {facts(desk)}
                <div class="row">
                    <a class=button_class(ButtonKind::Secondary, Default::default(), false) href=page target="_blank" rel="noopener">
                        <Icon name=IconName::External/>
                        <span class="btn__label">{t.open_page}</span>
                    </a>
                    <a
                        class=button_class(ButtonKind::Secondary, Default::default(), false)
                        href=image.clone()
                        download=format!("{}.svg", link.slug)
                        rel="external"
                    >
                        <Icon name=IconName::Download/>
                        <span class="btn__label">{t.qr_download}</span>
                    </a>
                    <Button kind=ButtonKind::Harm busy=desk.busy on_press=Callback::new(move |()| asking.set(true))>
                        {t.revoke}
                    </Button>
                </div>
            </div>
            <img class="share__qr" src=image alt=t.qr width="148" height="148"/>
            {window(desk, seen)}
        </div>
        <ConfirmDialog
            id="revoke-link"
            open=asking
            title=t.revoke_title
            text=t.revoke_text
            confirm=t.revoke
            danger=true
            on_confirm=Callback::new(move |()| desk.revoke())
        />
    }
    .into_any()
}

/// Starts so far, when it was made, and why it takes nobody now.
fn facts(desk: Desk) -> AnyView {
    let t = creator().links;
    let interview = crate::pages::interviews::use_interview();
    let figure = |n: i64| u64::try_from(n).unwrap_or(0);
    let words = move || {
        let seen = desk.share.data.get()?.ok()?;
        let link = seen.link?;
        let starts = match link.max_starts {
            Some(most) => (t.starts_of)(figure(link.starts), figure(most)),
            None => (t.starts)(figure(link.starts)),
        };
        let made = seen.made.map(|made| {
            view! { " · "{t.made}" "<time datetime=made.at.to_string() title=made.exact>{made.short}</time> }
        });
        Some(view! { <p class="muted figures">{starts}{made}</p> })
    };
    let stopped = move || {
        let why = match desk.share.data.get()?.ok()?.stopped.as_str() {
            "not_open_yet" => t.stopped_not_open_yet,
            "closed" => t.stopped_closed,
            "full" => t.stopped_full,
            _ => return None,
        };
        Some(view! { <Notice kind=NoticeKind::Mind title=why/> })
    };
    let asleep = move || {
        let open = interview.data.get()?.ok()?.content.state == InterviewState::Open;
        (!open).then(|| {
            view! { <Notice kind=NoticeKind::Mind title=t.not_open_interview text=t.not_open_interview_text/> }
        })
    };
    view! {
        {words}
        {stopped}
        {asleep}
    }
    .into_any()
}

/// When it takes starts, and how many.
fn window(desk: Desk, seen: SharedLink) -> AnyView {
    let t = creator().links;
    let Window {
        opens, closes, most, ..
    } = desk.window;
    let save = move |ev: leptos::ev::SubmitEvent| {
        ev.prevent_default();
        let act = change_link(desk.here.slug(), desk.share.id, desk.window.typed());
        desk.act(Box::pin(act), t.saved);
    };
    view! {
        <form class="share__window" novalidate on:submit=save>
            <h3 class="share__title">{t.window}</h3>
            <div class="field-row">
                <TextField id="share-opens" label=t.opens_at kind="datetime-local" value=opens error=desk.error("opens_at")/>
                <TextField id="share-closes" label=t.closes_at kind="datetime-local" value=closes error=desk.error("closes_at")/>
                <TextField
                    id="share-most"
                    label=t.max_starts
                    hint=t.max_starts_hint
                    value=most
                    inputmode="numeric"
                    width=FieldWidth::Medium
                    error=desk.error("max_starts")
                />
            </div>
            <div class="row">
                <Button r#type=ButtonType::Submit busy=desk.busy>{t.save}</Button>
                <span class="muted small">{(t.zone)(&seen.zone)}</span>
            </div>
        </form>
    }
    .into_any()
}
