//! The integration tests, in one binary.

mod messy_files;
