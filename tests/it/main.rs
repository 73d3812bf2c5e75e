//! The integration tests, in one binary.

mod postgres_server;
mod storage;
