//! Branch: head office or one of its branches (R147).

use crate::record::{
    Id, record,
    types::{ExternalIds, Open, Phone},
};

record! {
    /// Head office or a branch of ours.
    pub struct Branch in "branches" as "B" called "branch" {
        /// Name shown everywhere
        name: String [title, search, list],
        /// Short code used in documents and files
        code: Option<String> [match, unique, search, list],
        /// The branch it reports to; none for head office
        parent: Option<Id<Branch>> [list],
        /// Where it is
        city: Option<Open> [list],
        /// Switchboard
        phone: Option<Phone> [search, list],
        /// Street address
        address: Option<String>,
        /// Numbers by which other systems know it, as `system:number`
        external_ids: ExternalIds [unique],
    }
    computed {
        /// How many colleagues work here
        people: crate::record::Kind::Integer =>
            "(SELECT COUNT(*) FROM users u WHERE u.branch = {t}.id AND u.deleted_at IS NULL)",
    }
}
