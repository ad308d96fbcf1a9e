//! Resumes: from the bytes of a PDF to fields with their sources.
//!
//! [`read::read_pdf`] has the PDF read in a child process and answers a [`document::Document`]: lines of text as a person
//! reads them, with their places. [`fields::extract`] makes fields of it: rules, no network, the same answer every time.

pub mod clean;
pub mod dates;
pub mod document;
pub mod fields;
pub mod lines;
pub mod pdf;
pub mod read;
pub mod words;
