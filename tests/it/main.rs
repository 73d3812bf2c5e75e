//! The integration tests, in one binary.

mod cli;
mod filters;
mod generated;
mod house;
mod import;
mod lifecycles;
mod lists;
mod mappings;
mod messy_files;
mod postgres_server;
mod qualifying;
mod quick_answers;
mod records;
mod storage;
mod stories;
mod undoing;
mod world;
