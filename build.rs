//! Tells the linker how the program is to be laid out.

use std::env;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|found| found == value);
    // A program at an address of its own choosing first mends 33,000 pointers in 130 pages whenever it starts: a
    // seventh of the eight milliseconds of a short command, which cron, prompts and scripts wait for.
    if is("PROFILE", "release") && is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu") {
        println!("cargo:rustc-link-arg-bins=-no-pie");
    }
}
