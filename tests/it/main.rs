//! The integration tests, in one binary.

mod mappings;
mod messy_files;
mod postgres_server;
mod storage;
