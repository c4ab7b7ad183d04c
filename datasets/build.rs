//! Keeps the SQLite and the PROJ that are built into the program apart from those that the system's
//! GDAL was built with.
//!
//! A program exports what its shared libraries also name, so libgdal would call our SQLite through
//! the headers of another one, and crashes on the first GeoPackage. Symbols of static libraries are
//! therefore not exported.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        println!("cargo:rustc-link-arg=-Wl,--exclude-libs,ALL");
    }
}
