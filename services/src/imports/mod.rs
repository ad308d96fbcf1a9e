//! Import by Excel: tables of people in .xlsx, .xls, .ods, .csv and .tsv.
//!
//! [`reader`] turns an uploaded file into rows of text, [`matching`] says which column holds what, [`row`] turns a row
//! into a candidate or into the reason why not, and [`template`] writes the workbooks that people download.

pub mod matching;
pub mod reader;
pub mod row;
pub mod template;
