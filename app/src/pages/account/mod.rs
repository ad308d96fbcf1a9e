//! Before one is inside: home, setup, log in.

mod home;
mod login;
mod setup;

pub use home::Home;
pub use login::LogIn;
pub use setup::SetUp;

use crate::components::Mark;
use crate::messages::creator;
use leptos::prelude::*;
use leptos_meta::Title;

/// The card in the middle of a page without a frame.
#[component]
fn SignInFrame(
    /// What the page is about; also the document's title.
    title: &'static str,
    /// One line below.
    #[prop(optional)]
    text: &'static str,
    /// The form.
    children: Children,
) -> impl IntoView {
    view! {
        <Title text=title/>
        <main class="sign-in" id="main">
            <p class="sign-in__brand"><Mark/>{creator().product}</p>
            <div class="card sign-in__card">
                <div class="sign-in__head">
                    <h1>{title}</h1>
                    {(!text.is_empty()).then(|| view! { <p class="muted">{text}</p> })}
                </div>
                {children()}
            </div>
        </main>
    }
}
