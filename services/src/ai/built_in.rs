//! The adapter of an installation without a model: there is nobody to ask, and every use-case does it by itself (the
//! scripted interviewer, the built-in analysis, the built-in reader of resumes).

use super::port::{Failure, Pieces, Port, Reply, Request};
use futures::future::{BoxFuture, ready};

/// Answers every request with [`Failure::Off`].
#[derive(Clone, Copy, Debug, Default)]
pub struct BuiltIn;

impl Port for BuiltIn {
    fn model(&self) -> &'static str {
        "built-in"
    }

    fn complete<'a>(&'a self, _: &'a Request) -> BoxFuture<'a, Result<Reply, Failure>> {
        Box::pin(ready(Err(Failure::Off)))
    }

    fn stream<'a>(&'a self, _: &'a Request) -> BoxFuture<'a, Result<Pieces, Failure>> {
        Box::pin(ready(Err(Failure::Off)))
    }
}
