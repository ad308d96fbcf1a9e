//! `/w/{slug}/interviews/describe`: plain words in, an interview in the ordinary editor out. Nothing is stored before it is
//! saved. Without a model there is nothing here but the way back.

use super::content::NewEditor;
use crate::components::{AsyncView, ButtonLink, EmptyState, SkeletonKind};
use crate::error::AppError;
use crate::messages::creator;
use crate::pages::layout::{PageHeader, use_here};
use crate::server_fns::analysis::can_describe;
use leptos::prelude::*;
use parley_domain::account::Action;

/// The page.
#[component]
pub fn DescribePage() -> impl IntoView {
    let t = creator().analysis;
    let here = use_here();
    let can = Resource::new(
        || (),
        move |()| async move {
            // Who may not create any is told so at once.
            if here.can(Action::EditInterviews) {
                can_describe(here.slug()).await
            } else {
                Err(AppError::Forbidden)
            }
        },
    );
    let crumbs = vec![(here.path("/interviews"), creator().interviews.title.to_owned())];
    view! {
        <PageHeader title=t.describe_title crumbs=crumbs/>
        <div class="page page--form">
            <AsyncView
                data=can
                skeleton=SkeletonKind::Form
                view=move |can: bool| {
                    if can {
                        view! { <NewEditor/> }.into_any()
                    } else {
                        view! {
                            <EmptyState title=t.describe_off text=t.describe_off_text/>
                            <p><ButtonLink href=here.path("/interviews/new")>{creator().interviews.new}</ButtonLink></p>
                        }
                        .into_any()
                    }
                }
            />
        </div>
    }
}
