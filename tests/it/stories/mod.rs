//! Days of people in the CRM, in their own words.

mod careless_edit;
mod form_to_won;
mod morning;
mod week;
