//! Compiles the migrations in again when one is added: the macro that embeds them does not see it.

fn main() {
    println!("cargo::rerun-if-changed=migrations");
}
