//! Renders every component in every state into one static page, to look at without a server:
//! `cargo run -p parley-app --features ssr --example gallery > gallery.html`, beside the bundled `parley.css` and `fonts/`.

use leptos::prelude::*;
use parley_app::components::*;
use parley_app::pages::layout::PageHeader;

#[expect(
    clippy::expect_used,
    reason = "a tool for looking: it may stop where it cannot write"
)]
fn main() {
    let theme = std::env::args().nth(1);
    let html = Owner::new().with(|| {
        leptos_meta::provide_meta_context();
        provide_toasts();
        view! {
            <html lang="en" data-theme=theme>
                <head>
                    <meta charset="utf-8"/>
                    <meta name="viewport" content="width=device-width, initial-scale=1"/>
                    <link rel="stylesheet" href="parley.css"/>
                </head>
                <body>
                    <Gallery/>
                </body>
            </html>
        }
        .to_html()
    });
    use std::io::Write;
    let mut out = std::io::stdout();
    out.write_all(b"<!DOCTYPE html>")
        .and_then(|()| out.write_all(html.as_bytes()))
        .expect("standard output");
}

#[component]
fn Gallery() -> impl IntoView {
    view! {
        <div class="frame">
            <nav class="rail">
                <a class="rail__space" href="#"><Mark/><span class="truncate rail__space-name">"Acme Hiring"</span></a>
                <div class="rail__nav">
                    {[
                        ("Dashboard", IconName::Dashboard),
                        ("Interviews", IconName::Interviews),
                        ("Sessions", IconName::Sessions),
                        ("Usage", IconName::Chart),
                        ("Settings", IconName::Settings),
                    ]
                        .map(|(words, icon)| {
                            let current = (words == "Interviews").then_some("page");
                            view! {
                                <a class="rail__link" href="#" aria-current=current><Icon name=icon/><span>{words}</span></a>
                            }
                        })
                        .collect_view()}
                </div>
                <div class="rail__foot">
                    <button class="rail__person">
                        <Avatar name="Ana Duarte"/>
                        <span class="rail__person-text">
                            <span class="truncate strong">"Ana Duarte"</span>
                            <span class="truncate small muted">"ana@example.com"</span>
                        </span>
                        <Icon name=IconName::ChevronDown/>
                    </button>
                </div>
            </nav>
            <main class="main">
                <PageHeader
                    title="Backend engineer"
                    crumbs=vec![("#".into(), "Interviews".into())]
                    meta=|| view! { <Status tone=Tone::Done label="Open"/> <Badge tone=Tone::Idle label="Invite only"/> }
                >
                    <Menu id="add" label="Add" icon=IconName::Plus kind=ButtonKind::Primary place=MenuPlace::BelowEnd>
                        <MenuItem label="Create individually" icon=IconName::User hint="One person, by hand or from a resume"/>
                    </Menu>
                </PageHeader>
                <div class="page">
                    <nav class="tabs">
                        <a class="tabs__tab" href="#">"Content"</a>
                        <a class="tabs__tab" href="#" aria-current="page">"Sessions"</a>
                        <a class="tabs__tab" href="#">"Settings"</a>
                        <a class="tabs__tab" href="#">"Results"</a>
                    </nav>
                    <Buttons/>
                    <Fields/>
                    <Table/>
                    <Others/>
                </div>
            </main>
        </div>
    }
}

#[component]
fn Buttons() -> impl IntoView {
    view! {
        <section class="section">
            <div class="row">
                <Button kind=ButtonKind::Primary icon=IconName::Plus>"New interview"</Button>
                <Button>"Save"</Button>
                <Button kind=ButtonKind::Quiet>"Cancel"</Button>
                <Button kind=ButtonKind::Danger>"Delete 3 candidates"</Button>
                <Button kind=ButtonKind::Harm icon=IconName::Trash>"Delete"</Button>
                <Button disabled=true>"Not now"</Button>
                <Button kind=ButtonKind::Primary busy=true>"Saving"</Button>
                <Button icon=IconName::Copy busy=true>"Copy"</Button>
                <IconButton label="More" icon=IconName::Dots on_press=|()| {}/>
                <Button size=ButtonSize::Small>"Small"</Button>
                <Button size=ButtonSize::Large kind=ButtonKind::Primary>"Start interview"</Button>
                <ThemeSwitch/>
            </div>
            <div class="row row--wide">
                <Status tone=Tone::Idle label="Not started" fine="opened 2 hours ago"/>
                <Status tone=Tone::Busy label="In progress" fine="question 3 of 8"/>
                <Status tone=Tone::Done label="Completed" fine="finished"/>
                <Badge label="Draft"/>
                <Badge tone=Tone::Busy label="Paused"/>
                <Badge tone=Tone::Done label="Open"/>
                <Badge tone=Tone::Harm label="Failed"/>
                <Badge tone=Tone::Accent label="Admin"/>
                <span class="key">"Esc"</span>
                <Avatar name="Ana Duarte" large=true/>
            </div>
        </section>
    }
}

#[component]
fn Fields() -> impl IntoView {
    let bad = Signal::stored(Some("'anna@' is not an email address.".to_owned()));
    view! {
        <section class="section">
            <div class="section__head">
                <h2>"Fields"</h2>
                <p class="section__help">"Label above, hint below, error in place of the hint."</p>
            </div>
            <div class="field-row">
                <TextField id="f1" label="Name" initial="Ana Duarte" hint="As it should appear in messages."/>
                <TextField id="f2" label="Email" kind="email" initial="anna@" error=bad/>
                <TextField id="f3" label="Phone" placeholder="+49 151 2345678" optional=true/>
                <SelectField id="f4" label="Tone" options=vec![("a".into(), "Professional".into()), ("b".into(), "Casual".into())]/>
            </div>
            <TextArea id="f5" label="Welcome text" initial="Thank you for taking the time.\nThis takes about 20 minutes."/>
            <TextField id="f6" label="Cannot be changed" initial="fixed" disabled=true width=FieldWidth::Medium/>
            <div class="field-row">
                <label class="search"><Icon name=IconName::Search/><input class="input" type="search" placeholder="Search name, email, phone"/></label>
                <div class="choices">
                    <Checkbox id="c1" label="Count time away" initial=true hint="The clock also runs while the candidate is away."/>
                    <Checkbox id="c2" label="Require the invited email"/>
                    <label class="choice"><input type="radio" name="r" checked/><span>"Radio"</span></label>
                </div>
            </div>
            <label class="choice choice--card"><input type="radio" name="q" checked/><span>"A large answer, chosen"</span></label>
            <label class="choice choice--card"><input type="radio" name="q"/><span>"A large answer"</span></label>
            <CopyField id="f8" label="Invite link" copy="Copy link" value="http://127.0.0.1:3000/i/invite/4f9a2c71d0b84f6e9a55"/>
        </section>
    }
}

#[component]
fn Table() -> impl IntoView {
    let rows = [
        ("Ana Duarte", "ana@example.com", Tone::Done, "Completed", "8.2"),
        ("王小明", "wang@example.com", Tone::Busy, "In progress", "–"),
        ("Layla Haddad", "layla@example.com", Tone::Idle, "Not started", "–"),
    ]
    .map(|(name, email, tone, status, score)| {
        view! {
            <tr>
                <td class="col-check"><label class="tick"><input type="checkbox" class="check" aria-label="Select"/></label></td>
                <th scope="row" class="col-sticky">
                    <span class="cell-two"><a class="row-link" href="#">{name}</a><small>{email}</small></span>
                </th>
                <td><Status tone=tone label=status fine="question 3 of 8"/></td>
                <td class="num">{score}</td>
                <td><Time at=shown()/></td>
                <td>
                    <div class="table__actions">
                        <Button size=ButtonSize::Small icon=IconName::Link>"Copy link"</Button>
                        <IconButton size=ButtonSize::Small label="More" icon=IconName::Dots on_press=|()| {}/>
                    </div>
                </td>
            </tr>
        }
    })
    .collect_view();
    view! {
        <section class="section">
            <div class="toolbar">
                <div class="chips">
                    <a class="chip" href="#" aria-current="true">"All "<span class="chip__count">"1,204"</span></a>
                    <a class="chip" href="#">"Not started "<span class="chip__count">"402"</span></a>
                    <a class="chip" href="#">"In progress "<span class="chip__count">"12"</span></a>
                    <a class="chip" href="#">"Completed "<span class="chip__count">"790"</span></a>
                </div>
                <label class="search toolbar__search push"><Icon name=IconName::Search/><input class="input" type="search" placeholder="Search"/></label>
                <Button icon=IconName::Columns>"Columns"</Button>
            </div>
            <div class="selection-bar"><span>"2 selected"</span><Button size=ButtonSize::Small>"Copy links"</Button></div>
            <div class="table-box">
                <table class="table">
                    <thead>
                        <tr>
                            <th class="col-check"><label class="tick"><input type="checkbox" class="check" aria-label="Select all"/></label></th>
                            <SortHeader label="Name" href="#" class="col-sticky"/>
                            <SortHeader label="Status" href="#"/>
                            <SortHeader label="Score" href="#" class="num" sorted=Sorted::Descending/>
                            <SortHeader label="Added" href="#"/>
                            <th></th>
                        </tr>
                    </thead>
                    <tbody>{rows} <SkeletonRows columns=6 rows=2/></tbody>
                </table>
            </div>
            <Pager text="1–50 of 1,204" next="#"/>
        </section>
    }
}

#[component]
fn Others() -> impl IntoView {
    view! {
        <section class="section">
            <Notice title="Only members with a link can start." text="Turn on the shareable link in Settings."/>
            <Notice kind=NoticeKind::Mind title="12 tokens are missing" text="3 files need 15 tokens; 3 are left."/>
            <Notice kind=NoticeKind::Done title="212 candidates added"/>
            <ErrorNotice title="The interview was changed by someone else" text="Your edits are kept here." on_retry=|()| {}/>
            <Progress label="Importing" value=Signal::stored(Some(4120)) total=Signal::stored(9991) figures="4,120 of 9,991 rows · 3 s left"/>
            <div class="cards">
                <div class="card"><div class="figure"><span class="figure__value">"8.2"</span><span class="figure__label">"Overall, of 10"</span></div></div>
                <div class="card"><h3>"Backend engineer"</h3><p class="muted">"8 questions"</p></div>
                <div class="card"><Skeleton/></div>
            </div>
            <div class="menu" style="display:block;position:static;opacity:1">
                <MenuItem label="Create individually" icon=IconName::User hint="One person, by hand or from a resume"/>
                <MenuItem label="Import by Excel" icon=IconName::Sheet hint="A list, up to 50,000 rows"/>
                <MenuLine label="Theme"/>
                <MenuRadio label="Light" checked=true on_press=|()| {}/>
                <MenuItem label="Delete" icon=IconName::Trash harm=true/>
                <MenuItem label="Retake" icon=IconName::Refresh disabled=true hint="Attempt 2 has not started yet"/>
            </div>
            <dialog class="dialog" open style="position:static;margin:0">
                <div class="dialog__head">
                    <h2 class="dialog__title">"Discard what you entered?"</h2>
                    <IconButton label="Close" icon=IconName::Cross on_press=|()| {}/>
                </div>
                <div class="dialog__body"><p>"It has not been saved."</p></div>
                <div class="dialog__foot"><Button>"Keep editing"</Button><Button kind=ButtonKind::Danger>"Discard"</Button></div>
            </dialog>
            <div class="toast"><span class="toast__text">"3 candidates deleted"</span><Button size=ButtonSize::Small>"Undo"</Button></div>
            <div class="card">
                <EmptyState title="No sessions yet" text="Add a candidate to get the first invite link.">
                    <Button kind=ButtonKind::Primary icon=IconName::Plus>"Add candidate"</Button>
                </EmptyState>
            </div>
        </section>
    }
}

fn shown() -> parley_domain::time::ShownTime {
    parley_domain::time::ShownTime {
        at: parley_domain::time::Timestamp::from_millis(1_795_500_000_000),
        short: "2 hours ago".to_owned(),
        exact: "Tue 24 Nov 2026, 02:00:00 UTC".to_owned(),
    }
}
