//! Icons: own drawings on a 16 px grid, one path each, in the colour of the text around them.

use leptos::prelude::*;

/// Which drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each name says what is drawn")]
pub enum IconName {
    Archive,
    ArrowDown,
    ArrowLeft,
    ArrowRight,
    ArrowUp,
    Chart,
    Check,
    ChevronDown,
    ChevronLeft,
    ChevronRight,
    Clock,
    Columns,
    Copy,
    Cross,
    Dashboard,
    Dots,
    Download,
    Error,
    External,
    Eye,
    File,
    Filter,
    Globe,
    Grip,
    Info,
    Interviews,
    Key,
    Link,
    LogOut,
    Monitor,
    Moon,
    Pause,
    Pencil,
    Play,
    Plus,
    Refresh,
    Search,
    Send,
    Sessions,
    Settings,
    Sheet,
    Spinner,
    Sun,
    Trash,
    Undo,
    Upload,
    User,
    Warning,
}

impl IconName {
    const fn path(self) -> &'static str {
        match self {
            Self::Archive => "M2 3h12v3H2zM3 6v6.5a1 1 0 0 0 1 1h8a1 1 0 0 0 1-1V6M6.5 8.8h3",
            Self::ArrowDown => "M8 3v10M4 9l4 4 4-4",
            Self::ArrowLeft => "M13 8H3M7 4L3 8l4 4",
            Self::ArrowRight => "M3 8h10M9 4l4 4-4 4",
            Self::ArrowUp => "M8 13V3M4 7l4-4 4 4",
            Self::Chart => "M2.5 13.5h11M4.5 11V8M8 11V4M11.5 11V6",
            Self::Check => "M3 8.5L6.5 12 13 4.5",
            Self::ChevronDown => "M4 6l4 4 4-4",
            Self::ChevronLeft => "M10 4L6 8l4 4",
            Self::ChevronRight => "M6 4l4 4-4 4",
            Self::Clock => "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 4.8V8l2.2 1.5",
            Self::Columns => {
                "M2.5 3.5a1 1 0 0 1 1-1h9a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1zM6.2 2.5v11M9.8 2.5v11"
            }
            Self::Copy => {
                "M5.5 5.5v-2a1 1 0 0 1 1-1h6a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1h-2M3.5 5.5h6a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1h-6a1 1 0 0 1-1-1v-6a1 1 0 0 1 1-1z"
            }
            Self::Cross => "M4 4l8 8M12 4l-8 8",
            Self::Dashboard => "M2.5 2.5H7V7H2.5zM9 2.5h4.5V7H9zM2.5 9H7v4.5H2.5zM9 9h4.5v4.5H9z",
            Self::Dots => "M3 7.5v1M3.5 7.5v1M8 7.5v1M8.5 7.5v1M13 7.5v1M13.5 7.5v1",
            Self::Download => "M8 2.5v8M4.8 7.3L8 10.5l3.2-3.2M2.5 10.5v2a1 1 0 0 0 1 1h9a1 1 0 0 0 1-1v-2",
            Self::Error => "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 5v3.4M8 10.9h.01",
            Self::External => {
                "M9.5 2.5h4v4M13.5 2.5L7.5 8.5M12 9.5v3a1 1 0 0 1-1 1H3.5a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1h3"
            }
            Self::Eye => {
                "M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8zM8 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4z"
            }
            Self::File => "M9 1.8H4.5a1 1 0 0 0-1 1v10.4a1 1 0 0 0 1 1h7a1 1 0 0 0 1-1V5.3zM9 1.8v3.5h3.5",
            Self::Filter => "M2.5 4h11M4.5 8h7M6.5 12h3",
            Self::Globe => {
                "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM2 8h12M8 2c2 1.7 2.8 3.7 2.8 6S10 12.3 8 14C6 12.3 5.2 10.3 5.2 8S6 3.7 8 2z"
            }
            Self::Grip => "M6 4h.01M6 8h.01M6 12h.01M10 4h.01M10 8h.01M10 12h.01",
            Self::Info => "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 7.6V11M8 5.1h.01",
            Self::Interviews => {
                "M3.5 2.5h9a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1H8L5 14v-2.5H3.5a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1zM5.5 5.8h5M5.5 8.3h3"
            }
            Self::Key => {
                "M10 9.5A3.5 3.5 0 1 0 6.7 7.2L2.5 11.4v2.1h2V12H6v-1.5l1.2-1.2c.8.1 1.8.2 2.8.2zM10.8 5.2h.01"
            }
            Self::Link => {
                "M6.5 9.5a3 3 0 0 0 4.2 0l2-2a3 3 0 0 0-4.2-4.2l-.9.9M9.5 6.5a3 3 0 0 0-4.2 0l-2 2a3 3 0 0 0 4.2 4.2l.9-.9"
            }
            Self::LogOut => "M6.5 2.5h-3a1 1 0 0 0-1 1v9a1 1 0 0 0 1 1h3M10.5 5l3 3-3 3M13.5 8h-7",
            Self::Monitor => "M2.5 3h11v7.5h-11zM6 13.5h4M8 10.5v3",
            Self::Moon => "M13.5 9.5a6 6 0 0 1-7-7 6 6 0 1 0 7 7z",
            Self::Pause => "M5.5 3.5v9M10.5 3.5v9",
            Self::Pencil => "M10.5 3L13 5.5 5.5 13l-3 .5.5-3z",
            Self::Play => "M4.5 3v10l8-5z",
            Self::Plus => "M8 3v10M3 8h10",
            Self::Refresh => "M13 8a5 5 0 1 1-1.5-3.6L13 5.5M13 2.5v3h-3",
            Self::Search => "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.8 10.8L14 14",
            Self::Send => "M2.5 8l11-5.2-3 10.7L7.7 9zM7.7 9l5.8-6.2",
            Self::Sessions => "M6 4h7.5M6 8h7.5M6 12h7.5M2.8 4h.01M2.8 8h.01M2.8 12h.01",
            Self::Settings => {
                "M2.5 5h5.9M12 5h1.5M10.2 6.8a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6zM2.5 11H4M7.6 11h5.9M5.8 12.8a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6z"
            }
            Self::Sheet => {
                "M2.5 3.5a1 1 0 0 1 1-1h9a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1zM2.5 6.2h11M2.5 9.8h11M6.5 6.2v7.3"
            }
            Self::Spinner => "M8 2a6 6 0 1 1-6 6",
            Self::Sun => {
                "M8 10.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6zM8 1.5V3M8 13v1.5M1.5 8H3M13 8h1.5M3.4 3.4l1 1M11.6 11.6l1 1M3.4 12.6l1-1M11.6 4.4l1-1"
            }
            Self::Trash => {
                "M2.5 4.5h11M6 4.5V3a1 1 0 0 1 1-1h2a1 1 0 0 1 1 1v1.5M4 4.5l.6 8.6a1 1 0 0 0 1 .9h4.8a1 1 0 0 0 1-.9l.6-8.6"
            }
            Self::Undo => "M5.5 3l-3 3 3 3M2.5 6h7a3.7 3.7 0 0 1 0 7.4H6",
            Self::Upload => "M8 10.5v-8M4.8 5.5L8 2.3l3.2 3.2M2.5 10.5v2a1 1 0 0 0 1 1h9a1 1 0 0 0 1-1v-2",
            Self::User => {
                "M8 8a2.75 2.75 0 1 0 0-5.5A2.75 2.75 0 0 0 8 8zM2.8 13.5C3.3 11.2 5.4 10 8 10s4.7 1.2 5.2 3.5"
            }
            Self::Warning => "M8 2.5l6 10.5H2zM8 6.5v3M8 11.3h.01",
        }
    }
}

/// One icon. It is decoration: whatever it means is also said in words, so screen readers skip it.
#[component]
pub fn Icon(
    /// Which drawing.
    name: IconName,
) -> impl IntoView {
    let class = if name == IconName::Spinner {
        "icon icon--spin"
    } else {
        "icon"
    };
    view! {
        <svg class=class viewBox="0 0 16 16" aria-hidden="true" focusable="false">
            <path d=name.path()></path>
        </svg>
    }
}

/// The product's mark, for the rail and the sign-in pages.
#[component]
pub fn Mark() -> impl IntoView {
    view! {
        <span class="mark">
            <Icon name=IconName::Interviews/>
        </span>
    }
}
