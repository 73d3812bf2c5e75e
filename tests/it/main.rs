//! The integration tests, in one binary.

mod mappings;
mod messy_files;
