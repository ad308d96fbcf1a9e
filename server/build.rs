//! Builds the binary again when a file of the site was added: rust-embed notices changed files only.
//!
//! Only for releases: a debug build reads the folders from disk while it runs.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var("PROFILE").as_deref() == Ok("release") {
        for folder in ["../target/site/pkg", "../target/site-candidate/pkg", "../style/fonts"] {
            println!("cargo:rerun-if-changed={folder}");
        }
    }
}
