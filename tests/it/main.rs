//! The integration tests, in one binary.

mod import;
mod mappings;
mod messy_files;
mod postgres_server;
mod storage;
