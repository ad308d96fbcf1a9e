//! The database schema in code, for SQLite and PostgreSQL. Depends on no entity: an entity may change, a migration that
//! was applied somewhere may not. One change per statement (SQLite), foreign keys at CREATE TABLE, no defaults for
//! times. Each migration runs in a transaction on both databases, so that a failed one leaves nothing behind.

pub use sea_orm_migration::{MigrationTrait, MigratorTrait, prelude::DbErr};

mod columns;
mod m0001_accounts;
mod m0002_interviews;
mod m0003_candidates;
mod m0004_jobs;
mod m0005_imports;
mod m0007_links;
mod m0008_import_files;
mod m0009_previews;
mod m0011_tokens;
mod m0012_resumes;
mod m0013_ai_calls;
mod m0014_ai_settings;
mod m0015_analysis;
mod m0016_results;
mod m0017_parents;
mod m0018_partial;
mod m0019_erased;
mod m0020_pauses;
mod m0021_ends;
mod m0022_decided;

/// Runs the migrations, in order.
#[derive(Debug)]
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_accounts::Migration),
            Box::new(m0002_interviews::Migration),
            Box::new(m0003_candidates::Migration),
            Box::new(m0004_jobs::Migration),
            Box::new(m0005_imports::Migration),
            Box::new(m0007_links::Migration),
            Box::new(m0008_import_files::Migration),
            Box::new(m0009_previews::Migration),
            Box::new(m0011_tokens::Migration),
            Box::new(m0012_resumes::Migration),
            Box::new(m0013_ai_calls::Migration),
            Box::new(m0014_ai_settings::Migration),
            Box::new(m0015_analysis::Migration),
            Box::new(m0016_results::Migration),
            Box::new(m0017_parents::Migration),
            Box::new(m0018_partial::Migration),
            Box::new(m0019_erased::Migration),
            Box::new(m0020_pauses::Migration),
            Box::new(m0021_ends::Migration),
            Box::new(m0022_decided::Migration),
        ]
    }
}
