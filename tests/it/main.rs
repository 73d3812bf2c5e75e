//! The integration tests, in one binary.

mod attachments;
mod cli;
mod daily;
mod filters;
mod generated;
mod house;
mod import;
mod json_lines;
mod lifecycles;
mod lists;
mod mappings;
mod messy_files;
mod people;
mod postgres_server;
mod qualifying;
mod quick_answers;
mod records;
mod responsible;
mod sheet_maker;
mod storage;
mod stories;
mod timelines;
mod undoing;
mod vcards;
mod workbooks;
mod world;
