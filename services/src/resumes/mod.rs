//! Resumes: from the bytes of a PDF to fields with their sources.
//!
//! [`read::read_pdf`] has the PDF read in a child process and answers a [`document::Document`]: lines of text as a person
//! reads them, with their places. [`fields::extract`] makes fields of it: rules, no network, the same answer every time.
//! [`batch`] is Import by resumes, [`single`] one resume for a form.

pub mod batch;
pub mod clean;
pub mod dates;
pub mod document;
pub(crate) mod extractor;
pub mod fields;
pub mod lines;
mod model;
pub mod pdf;
pub mod read;
pub mod single;
pub mod words;
