//! The program: two doors into the library; the command line is door one.

mod cli;

/// Also what SQLite takes its memory from.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    cli::main()
}
