//! The `kehu` program: the doors into the library.

#[allow(dead_code, reason = "no command writes anything yet")]
mod cli;

fn main() {}
