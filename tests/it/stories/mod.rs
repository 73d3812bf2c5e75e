//! Days of people in the CRM, in their own words.

mod careless_edit;
mod morning;
mod week;
