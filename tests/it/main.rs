//! The integration tests, in one binary.

mod cli;
mod filters;
mod generated;
mod house;
mod import;
mod lists;
mod mappings;
mod messy_files;
mod postgres_server;
mod quick_answers;
mod records;
mod responsible;
mod storage;
mod stories;
mod timelines;
mod undoing;
mod world;
