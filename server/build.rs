//! Builds the binary again when a file of the site was added: rust-embed notices changed files only.
//!
//! Only for releases: a debug build reads the folders from disk while it runs.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var("PROFILE").as_deref() == Ok("release") {
        for folder in ["../target/site/pkg", "../target/site-candidate/pkg", "../style/fonts"] {
            println!("cargo:rerun-if-changed={folder}");
        }
        let target = |part: &str| std::env::var(format!("CARGO_CFG_TARGET_{part}")).unwrap_or_default();
        if (target("ARCH").as_str(), target("OS").as_str(), target("ENV").as_str()) == ("x86_64", "linux", "gnu") {
            // Rust links with LLD there, which can give equal functions one body and write relocations in short.
            println!("cargo:rustc-link-arg-bins=-Wl,--icf=safe");
            println!("cargo:rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
        }
    }
}
