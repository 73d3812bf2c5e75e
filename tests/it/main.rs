//! The integration tests, in one binary.

mod cli;
mod filters;
mod generated;
mod house;
mod import;
mod lists;
mod many_records;
mod mappings;
mod messy_files;
mod older_databases;
mod postgres_server;
mod quick_answers;
mod records;
mod storage;
mod stories;
mod undoing;
mod world;
