//! The integration tests, in one binary.

mod cli;
mod duplicates;
mod filters;
mod generated;
mod house;
mod import;
mod lists;
mod mappings;
mod merging;
mod messy_files;
mod postgres_server;
mod quick_answers;
mod records;
mod storage;
mod stories;
mod undoing;
mod world;
