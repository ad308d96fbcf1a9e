//! The report of one session: who, how it stands, what the analysis says, what was said, what happened.

mod analysis;
pub(super) mod attempts;
mod decision;
mod end;
mod made;
mod runs;
mod scores;
mod transcript;
mod turn;

use super::{
    address::{Place, sessions_href, trail, use_list, use_list_query},
    retake::{RetakeDialog, Subject},
    row::since,
};
use crate::{
    components::{Badge, Button, CopyField, IconName, Skeleton, Status as StatusDot, Toasts, Tone, failure, trouble},
    error::AppError,
    messages::{creator, duration, end_word, event_words, source_word, status_word},
    pages::layout::{Crumb, Of, PageHeader, on_change},
    server_fns::sessions::{ListQuery, ReportData, ReportEvent, report},
};
use analysis::{AgainDialogs, AnalysisPart};
use attempts::{AttemptsPart, switch};
use decision::DecisionPart;
use end::EndDialog;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use parley_domain::{
    id::{InterviewId, SessionId},
    session::{EndReason, Status},
};
use transcript::TranscriptPart;
use turn::Turn;

/// What the parts of a report share.
#[derive(Clone, Copy)]
pub(super) struct Sheet {
    slug: Memo<String>,
    /// Whose report is on the screen.
    session: Memo<Option<SessionId>>,
    /// The list that it was opened from: whose, and its filters, order and page.
    list: (Memo<Place>, Memo<ListQuery>),
    /// What the address says of that list; it goes along to other reports.
    trail: Memo<String>,
    version: RwSignal<u32>,
    trouble: RwSignal<Option<AppError>>,
    /// Who is to be given a retake.
    retaking: RwSignal<Vec<Subject>>,
    /// Which session is to be ended.
    ending: RwSignal<Option<SessionId>>,
    /// Asking before the model, and before the built-in analysis, runs again.
    again: (RwSignal<bool>, RwSignal<bool>),
    /// Another run was asked for, and nothing is read of it yet.
    running: RwSignal<bool>,
    /// It is not answered yet.
    calling: StoredValue<bool>,
    /// The link to another report that was just followed, by its `rel`.
    turned: StoredValue<Option<&'static str>>,
}

impl Sheet {
    fn reload(self) {
        // Also asked for by what ends after the page was left.
        self.version.try_update(|n| *n = n.wrapping_add(1));
    }

    /// What came of a press about the session `of`. Who has gone on to the next one meanwhile is told of a refusal as such, and
    /// it is not taken for the next one's.
    fn settle(self, of: SessionId, toasts: Toasts, refused: Option<AppError>) {
        if self.session.try_get_untracked().flatten() == Some(of) {
            self.trouble.try_set(refused);
        } else if let Some(error) = refused {
            toasts.show(error.to_string());
        }
        self.reload();
    }

    /// The pages above: the list comes back as it was left.
    fn crumbs(self, title: String, interview: InterviewId) -> Vec<Crumb> {
        let (place, query) = self.list;
        let slug = self.slug.get_untracked();
        let list = place.with_untracked(|p| query.with_untracked(|q| p.list(q)));
        if place.with_untracked(|p| p.interview.is_none()) {
            let all = creator().sessions.title.to_owned();
            return vec![(list, all), (sessions_href(&slug, interview), title)];
        }
        let interviews = creator().nav_interviews.to_owned();
        vec![(format!("/w/{slug}/interviews"), interviews), (list, title)]
    }
}

/// The page.
#[component]
pub fn ReportPage() -> impl IntoView {
    let params = use_params_map();
    let get = move |name: &str| params.with(|p| p.get(name).unwrap_or_default());
    let slug = Memo::new(move |_| get("slug"));
    let session = Memo::new(move |_| get("session").parse::<SessionId>().ok());
    let interview = Memo::new(move |_| get("id").parse::<InterviewId>().ok());
    let (place, query) = (use_list(), use_list_query());
    let sheet = Sheet {
        slug,
        session,
        list: (place, query),
        trail: Memo::new(move |_| place.with(|p| query.with(|q| trail(p, q)))),
        version: RwSignal::new(0),
        trouble: RwSignal::new(None),
        retaking: RwSignal::default(),
        ending: RwSignal::default(),
        again: (RwSignal::new(false), RwSignal::new(false)),
        running: RwSignal::new(false),
        calling: StoredValue::default(),
        turned: StoredValue::default(),
    };
    // What went wrong with one session says nothing of the next.
    Effect::new(move |before: Option<Option<SessionId>>| {
        let now = session.get();
        if before.is_some_and(|before| before != now) {
            sheet.trouble.set(None);
            sheet.running.set(false);
        }
        now
    });
    let data = Resource::new(
        move || {
            let all = place.with(|p| p.interview.is_none());
            (slug.get(), session.get(), all, query.get(), sheet.version.get())
        },
        |(slug, session, all, query, _)| async move {
            match session {
                Some(id) => report(slug, id, all, query).await,
                None => Err(AppError::NotFound),
            }
        },
    );
    // What was asked for is seen in what is read once that was answered, whether it says anything new or not.
    Effect::new(move |_| {
        data.track();
        if !sheet.calling.get_value() {
            sheet.running.set(false);
        }
    });
    let of = Signal::derive(move || match (interview.get(), session.get()) {
        (Some(interview), Some(session)) => Of::session(interview, session),
        _ => Of::default(),
    });
    on_change(of, Callback::new(move |()| sheet.reload()));
    view! {
        {move || sheet.trouble.get().map(|error| trouble(&error))}
        <Transition fallback=|| view! { <Skeleton/> }>
            {shown(data, session, sheet)}
        </Transition>
        // Outside of what is drawn anew as the session moves: what is being typed into it stays.
        <RetakeDialog asked=sheet.retaking slug=slug.into() done=Callback::new(move |_| sheet.reload())/>
        <EndDialog sheet=sheet/>
    }
}

/// What was read. Drawn as a whole for another session; while it is the same one, its parts follow what moves, and what is
/// being typed into it stays: also when it could not be read again just now.
fn shown(data: Resource<Result<ReportData, AppError>>, session: Memo<Option<SessionId>>, sheet: Sheet) -> AnyView {
    type Which = Option<Result<SessionId, AppError>>;
    let found = Memo::new(move |_| data.get());
    let which = Memo::new(move |before: Option<&Which>| match (found.get()?, before) {
        (Ok(found), _) => Some(Ok(found.session.id)),
        (Err(error @ (AppError::NotFound | AppError::Forbidden)), _) => Some(Err(error)),
        (Err(_), Some(Some(Ok(id)))) if session.get() == Some(*id) => Some(Ok(*id)),
        (Err(error), _) => Some(Err(error)),
    });
    (move || {
        which.get().map(|which| match which {
            Ok(_) => {
                let latest = move |before: Option<&ReportData>| match found.get() {
                    Some(Ok(found)) => Some(found),
                    _ => before.cloned(),
                };
                let now = Memo::new(move |before: Option<&Option<ReportData>>| latest(before.and_then(Option::as_ref)));
                view! { <Report found=now sheet=sheet/> }.into_any()
            }
            Err(error) => failure(&error, Callback::new(move |()| sheet.reload())),
        })
    })
    .into_any()
}

/// Its parts, each drawn again in place as what it shows changes: what is held of it (the focus, a selected word, what is folded
/// out) stays. What opens over it stands outside of them.
#[component]
fn Report(found: Memo<Option<ReportData>>, sheet: Sheet) -> impl IntoView {
    let head = Memo::new(move |_| {
        found.with(|found| {
            found.as_ref().map(|f| {
                (
                    f.candidate.fields.name.clone(),
                    f.title.clone(),
                    f.candidate.interview_id,
                )
            })
        })
    });
    let slug = move || sheet.slug.get_untracked();
    view! {
        {move || head.get().map(|(name, title, interview)| {
            view! { <Head name=name crumbs=sheet.crumbs(title, interview) found=found sheet=sheet/> }
        })}
        <article class="page report">
            <p class="print-only muted">{move || head.get().map(|(_, title, _)| title)}</p>
            <div class="report__top">
                <div class="card stack">
                    {move || found.get().map(|found| view! { <Standing found=found slug=slug() trail=sheet.trail.get_untracked()/> })}
                    <DecisionPart found=found sheet=sheet/>
                </div>
                {move || found.get().map(|found| view! { <Who found=found slug=slug() sheet=sheet/> })}
            </div>
            {move || found.get().map(|found| view! { <AnalysisPart found=found sheet=sheet/> })}
            <TranscriptPart found=found/>
            {move || found.get().map(|found| view! { <Events events=found.events/> })}
        </article>
        <AgainDialogs found=found sheet=sheet/>
    }
}

#[component]
fn Head(name: String, crumbs: Vec<Crumb>, found: Memo<Option<ReportData>>, sheet: Sheet) -> impl IntoView {
    view! {
        <PageHeader title=name crumbs=crumbs>
            <span class="row no-print">
                <Turn found=found sheet=sheet/>
                <Button icon=IconName::File on_press=Callback::new(|()| print())>{creator().sessions.print}</Button>
            </span>
        </PageHeader>
    }
}

pub(super) fn print() {
    // A browser that cannot print says so itself.
    let _ = window().print();
}

/// The score, how the session stands, and the way to other attempts.
#[component]
fn Standing(found: ReportData, slug: String, trail: String) -> impl IntoView {
    let t = &creator().sessions;
    let s = &found.session;
    let fine = match s.status {
        // A link that was opened is no candidate who was there.
        Status::NotStarted => found
            .opened
            .as_ref()
            .map(|at| format!("{}, {}", (t.opened_at)(&at.short), t.scanner)),
        Status::InProgress => {
            let (n, of) = (s.question_number, s.question_total);
            Some(match &found.seen {
                Some(at) if found.away => (t.question_away)(n, of, since(at)),
                Some(at) => (t.question_seen)(n, of, &at.short),
                None => (t.question_of)(n, of),
            })
        }
        // That it was finished is what "Completed" says.
        Status::Completed => s
            .end_reason
            .filter(|end| *end != EndReason::Finished)
            .map(|end| end_word(end).to_owned()),
    };
    let tone = match s.status {
        Status::NotStarted => Tone::Idle,
        Status::InProgress => Tone::Busy,
        Status::Completed => Tone::Done,
    };
    let result = &found.analysis.result;
    let score = (result.total > 0).then(|| match result.overall {
        Some(score) => view! {
            <p class="figure">
                <span class="figure__number">{format!("{score:.1}")}</span>
                <span class="muted" aria-hidden="true">{t.out_of_ten}</span>
                <span class="sr-only">" " {t.of_ten}</span>
            </p>
        }
        .into_any(),
        None => view! { <p class="figure"><span class="figure__number faint">{t.not_scored}</span></p> }.into_any(),
    });
    let answered = (result.total > 0).then(|| {
        let words = (t.answered_of)(result.answered, result.total);
        view! { <p class="muted">{words}</p> }
    });
    let twice = found
        .candidate
        .possible_duplicate_of
        .map(|_| view! { <Badge tone=Tone::Busy label=creator().attempts.duplicate/> });
    let links = (found.attempts.len() > 1).then(|| switch(&found, &slug, &trail));
    view! {
        <div class="report__standing">
            {score}
            <div>
                <p class="row"><StatusDot tone=tone label=status_word(s.status) nostrip:fine=fine/> {twice}</p>
                {answered}
            </div>
        </div>
        {links}
    }
}

/// Contact, times, the link, and what there is to do with their attempts.
#[component]
fn Who(found: ReportData, slug: String, sheet: Sheet) -> impl IntoView {
    let t = &creator().sessions;
    let s = &found.session;
    let c = &found.candidate;
    let fact =
        |label: &'static str, value: Option<AnyView>| value.map(|value| view! { <dt>{label}</dt><dd>{value}</dd> });
    let text = |value: &Option<String>| value.clone().map(|v| view! { <bdi>{v}</bdi> }.into_any());
    let long = |value: &Option<String>| {
        value
            .clone()
            .map(|v| view! { <span class="keep-lines" dir="auto">{v}</span> }.into_any())
    };
    let time = |at: &Option<parley_domain::time::ShownTime>| {
        at.clone()
            .map(|t| view! { <time datetime=t.at.to_string()>{t.exact}</time> }.into_any())
    };
    let link = c.invite_url.clone().map(|url| {
        view! {
            <div class="no-print">
                <CopyField id="report-link" label=t.invite_link copy=t.copy_link value=url/>
            </div>
        }
    });
    view! {
        <section class="card stack">
            <dl class="facts">
                {fact(t.email, text(&c.fields.email))}
                {fact(t.phone, text(&c.fields.phone))}
                {fact(t.school, text(&c.fields.school))}
                {fact(t.major, text(&c.fields.major))}
                {fact(t.degree, text(&c.fields.degree))}
                {fact(t.year, c.fields.graduation_year.map(|year| year.to_string().into_any()))}
                {fact(t.work, long(&c.fields.work_experience))}
                {fact(t.notes, long(&c.fields.notes))}
                {fact(t.source, Some(source_word(c.source).into_any()))}
                {fact(t.resume_file, resume_link(&slug, c))}
                {fact(t.started, time(&found.started))}
                {fact(t.finished, time(&found.finished))}
                {fact(t.duration, s.started_at.map(|_| duration(s.active_seconds).into_any()))}
            </dl>
            {link}
            <AttemptsPart found=found slug=slug sheet=sheet/>
        </section>
    }
}

/// The stored PDF, as a download.
fn resume_link(slug: &str, candidate: &parley_domain::candidate::Candidate) -> Option<AnyView> {
    let name = candidate.resume_file.clone()?;
    let href = format!("/download/w/{slug}/candidates/{}/resume", candidate.id);
    let saved_as = name.clone();
    Some(view! { <a href=href rel="external" download=saved_as><bdi>{name}</bdi></a> }.into_any())
}

#[component]
fn Events(events: Vec<ReportEvent>) -> impl IntoView {
    let t = &creator().sessions;
    let lines = events
        .into_iter()
        .map(|e| {
            view! {
                <li>
                    <time datetime=e.at.at.to_string()>{e.at.exact}</time>
                    <span>{event_words(&e.kind, e.code.as_deref())}</span>
                    <span class="faint">{e.who}</span>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="section" aria-labelledby="events-title">
            <h2 id="events-title" class="section__head">{t.events}</h2>
            <ol class="events">{lines}</ol>
        </section>
    }
}
