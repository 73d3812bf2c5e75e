//! What people and scripts may rely on: the program itself, run as they run it.

mod arguments;
mod attachment;
mod contact;
mod customer;
mod daily;
mod dossier;
mod exits;
mod global;
mod interrupting;
mod leads;
mod output;
mod qualify;
mod responsible;
mod review;
mod user;
mod wording;
