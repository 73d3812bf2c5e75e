//! Service: how fast customers are answered, and who answers them.

pub mod sla;
