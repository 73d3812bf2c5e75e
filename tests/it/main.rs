//! The integration tests, in one binary.

mod attachments;
mod cli;
mod filters;
mod generated;
mod house;
mod import;
mod lists;
mod manners;
mod mappings;
mod messy_files;
mod postgres_server;
mod quick_answers;
mod records;
mod storage;
mod stories;
mod undoing;
mod world;
