//! What people and scripts may rely on: the program itself, run as they run it.

mod arguments;
mod contact;
mod customer;
mod daily;
mod exits;
mod global;
mod output;
mod user;
