//! The program: two doors into the library; the command line is door one.

mod cli;

fn main() -> std::process::ExitCode {
    cli::main()
}
