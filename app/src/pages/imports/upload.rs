//! The first step: choose, drop or paste a file, and watch it go.

use super::{
    address::{Step, step_href},
    desk::use_import_place,
    send::{Sending, Untaken, send},
};
use crate::{
    components::{
        Button, ButtonKind, DropZone, FieldWidth, Icon, IconName, Keep, Notice, NoticeKind, Progress, SelectField,
        failure, files_of, press_failed,
    },
    error::AppError,
    messages::creator,
    pages::layout::use_here,
};
use leptos::{ev, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use parley_domain::{account::Action, id::ImportId, import::ENCODINGS};
use web_sys::{ClipboardEvent, File};

/// What the file dialog offers. What a file is, its content says; a name is never believed.
const ACCEPT: &str = ".xlsx,.xls,.ods,.csv,.tsv,.txt,\
    application/vnd.openxmlformats-officedocument.spreadsheetml.sheet,application/vnd.ms-excel,\
    application/vnd.oasis.opendocument.spreadsheet,text/csv,text/tab-separated-values";

/// How far a file has come.
#[derive(Clone, Debug, PartialEq)]
enum Phase {
    /// None was chosen yet.
    Waiting,
    /// Bytes sent, of so many.
    Going(f64, f64),
    /// It has arrived and is read.
    Reading,
    /// It was not taken, with the reason.
    Refused(Untaken),
}

/// Choose a file; who may not add people is told so.
#[component]
pub fn UploadStep() -> impl IntoView {
    if use_here().can(Action::EditCandidates) {
        view! { <Upload/> }.into_any()
    } else {
        let refused = failure(&AppError::Forbidden, Callback::new(|()| {}));
        view! { <div class="import__body import__body--narrow">{refused}</div> }.into_any()
    }
}

#[component]
fn Upload() -> impl IntoView {
    let t = creator().imports;
    let place = use_import_place();
    let phase = RwSignal::new(Phase::Waiting);
    let name = RwSignal::new(String::new());
    let sending = Keep::<Sending>::default();
    let stop = move || {
        if let Some(sending) = sending.take() {
            sending.stop();
        }
    };
    on_cleanup(stop);
    let going = Memo::new(move |_| phase.with(|phase| matches!(phase, Phase::Going(..) | Phase::Reading)));
    Effect::new(move |_| place.busy.set(going.get()));
    on_cleanup(move || _ = place.busy.try_set(false));

    let navigate = use_navigate();
    let end =
        Callback::new(
            move |outcome: Result<ImportId, Untaken>| match (outcome, place.interview.get_untracked()) {
                (Ok(id), Some(interview)) => {
                    place.busy.set(false);
                    let href = step_href(&place.slug(), interview, id, Step::Match);
                    // Back leads to the sessions: this upload cannot be done again.
                    navigate(
                        &href,
                        NavigateOptions {
                            replace: true,
                            ..NavigateOptions::default()
                        },
                    );
                }
                (Ok(_), None) => {}
                (Err(why), _) => phase.set(Phase::Refused(why)),
            },
        );
    let progress = Callback::new(move |(sent, total): (f64, f64)| {
        phase.set(if sent < total {
            Phase::Going(sent, total)
        } else {
            Phase::Reading
        });
    });
    // The last file: it can be sent again, to be read in another encoding.
    let last = Keep::<File>::default();
    let start = move |file: Result<File, &'static str>, encoding: &str| {
        let Some(interview) = place.interview.get_untracked() else {
            return;
        };
        if going.get_untracked() {
            return;
        }
        let url = format!("/upload/w/{}/interviews/{interview}/imports", place.slug());
        let none = |sentence: &str| Untaken::Because(sentence.to_owned());
        let started = file.map_err(none).and_then(|file| {
            name.set(file.name());
            phase.set(Phase::Going(0.0, file.size()));
            last.set(file.clone());
            send(&url, &file, encoding, progress, end)
        });
        match started {
            Ok(started) => sending.set(started),
            Err(why) => phase.set(Phase::Refused(why)),
        }
    };
    let take = Callback::new(move |files: Vec<File>| start(the_one(files), ""));
    let again = Callback::new(move |encoding: String| {
        if let Some(file) = last.get() {
            start(Ok(file), &encoding);
        }
    });
    on_paste(take);
    let template = format!("/download/w/{}/imports/template.xlsx", place.slug());
    view! {
        <div class="import__body import__body--narrow">
            {move || refused(&phase.get())}
            {move || {
                let refused = phase.with(|phase| matches!(phase, Phase::Refused(Untaken::Because(_))));
                (refused && name.with(|name| is_text(name))).then(|| view! { <AnotherEncoding again=again/> })
            }}
            <DropZone
                id="import-file"
                icon=IconName::Sheet
                title=t.drop
                other=t.drop_or
                choose=t.choose
                kind=ButtonKind::Primary
                limits=t.limits
                accept=ACCEPT
                busy=going
                take=take
            />
            {move || going.get().then(|| view! {
                <Going phase=phase name=name.get_untracked() stop=Callback::new(move |()| {
                    stop();
                    phase.set(Phase::Waiting);
                })/>
            })}
            <div class="import__template">
                <a class="btn" href=template rel="external" download="">
                    <Icon name=IconName::Download/>
                    <span class="btn__label">{t.template}</span>
                </a>
                <p class="muted small">{t.template_help}</p>
            </div>
        </div>
    }
}

fn refused(phase: &Phase) -> Option<AnyView> {
    let Phase::Refused(why) = phase else { return None };
    let title = creator().imports.upload_failed;
    Some(match why {
        Untaken::LoggedOut => press_failed(title, &AppError::SignedOut),
        Untaken::Because(sentence) => {
            view! { <Notice kind=NoticeKind::Error title=title text=sentence.clone() seek=true/> }.into_any()
        }
    })
}

/// Whether a file's name says that it is text, which can be read in several encodings.
fn is_text(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    [".csv", ".tsv", ".txt"].iter().any(|ending| name.ends_with(ending))
}

/// Sends the file again, to be read in an encoding that the person knows.
#[component]
fn AnotherEncoding(again: Callback<String>) -> impl IntoView {
    let t = creator().imports;
    let chosen = RwSignal::new(ENCODINGS[0].to_owned());
    let options = ENCODINGS
        .iter()
        .map(|name| ((*name).to_owned(), (*name).to_owned()))
        .collect();
    view! {
        <div class="import__another">
            <SelectField id="upload-encoding" label=t.another_encoding options=options value=chosen width=FieldWidth::Medium/>
            <Button on_press=Callback::new(move |()| again.run(chosen.get_untracked()))>{t.read_again}</Button>
        </div>
    }
}

/// The one file of those that came.
fn the_one(files: Vec<File>) -> Result<File, &'static str> {
    let t = creator().imports;
    let mut files = files.into_iter();
    match (files.next(), files.next()) {
        (Some(file), None) => Ok(file),
        (Some(_), Some(_)) => Err(t.several_files),
        (None, _) => Err(t.no_file),
    }
}

/// A file that is pasted anywhere on the page.
fn on_paste(take: Callback<Vec<File>>) {
    Effect::new(move |_| {
        let handle = window_event_listener(ev::paste, move |ev: ClipboardEvent| {
            let files = files_of(ev.clipboard_data().and_then(|data| data.files()));
            // Text is pasted into a field, or nowhere.
            if !files.is_empty() {
                ev.prevent_default();
                take.run(files);
            }
        });
        on_cleanup(move || handle.remove());
    });
}

#[component]
fn Going(phase: RwSignal<Phase>, name: String, stop: Callback<()>) -> impl IntoView {
    let t = creator().imports;
    let share = Signal::derive(move || match phase.get() {
        Phase::Going(sent, total) if total > 0.0 => Some((sent / total * 1000.0) as u32),
        _ => None,
    });
    let figures = Signal::derive(move || match phase.get() {
        Phase::Going(sent, total) => (t.bytes)(sent, total),
        _ => String::new(),
    });
    let reading = Memo::new(move |_| phase.with(|phase| *phase == Phase::Reading));
    view! {
        <section class="import__going stack" aria-live="polite">
            <p class="strong truncate">{name}</p>
            {move || {
                let label = if reading.get() { t.reading } else { t.uploading };
                view! { <Progress label=label value=share total=Signal::stored(1000) figures=figures/> }
            }}
            {move || reading.get().then(|| view! { <p class="muted">{t.reading_text}</p> })}
            <div class="row"><Button on_press=stop>{t.cancel_upload}</Button></div>
        </section>
    }
}
