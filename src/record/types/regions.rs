//! How telephone numbers are dialled in the regions that a default may name.

/// One region's numbering, as far as telling a whole number from a part of one needs it.
#[derive(Debug)]
pub(super) struct Region {
    pub code: &'static str,
    pub calling: &'static str,
    /// What is dialled before a number inside the country.
    pub trunk: &'static str,
    /// Whether a number without it is only a local part.
    pub needs_trunk: bool,
    /// Digits of a national number without the trunk prefix.
    pub least: usize,
    pub most: usize,
}

const fn region(
    code: &'static str,
    calling: &'static str,
    trunk: &'static str,
    needs_trunk: bool,
    least: usize,
    most: usize,
) -> Region {
    Region { code, calling, trunk, needs_trunk, least, most }
}

/// Where two regions share a calling code, the first speaks for both.
pub(super) const REGIONS: &[Region] = &[
    region("CN", "86", "0", false, 9, 11),
    region("US", "1", "1", false, 10, 10),
    region("CA", "1", "1", false, 10, 10),
    region("GB", "44", "0", true, 9, 10),
    region("DE", "49", "0", true, 6, 13),
    region("FR", "33", "0", true, 9, 9),
    region("IT", "39", "", false, 6, 11),
    region("ES", "34", "", false, 9, 9),
    region("NL", "31", "0", true, 9, 9),
    region("BE", "32", "0", true, 8, 9),
    region("CH", "41", "0", true, 9, 9),
    region("AT", "43", "0", true, 6, 13),
    region("SE", "46", "0", true, 7, 10),
    region("NO", "47", "", false, 8, 8),
    region("DK", "45", "", false, 8, 8),
    region("FI", "358", "0", true, 6, 11),
    region("PL", "48", "", false, 9, 9),
    region("JP", "81", "0", true, 9, 10),
    region("KR", "82", "0", true, 8, 10),
    region("HK", "852", "", false, 8, 8),
    region("TW", "886", "0", true, 8, 9),
    region("MO", "853", "", false, 8, 8),
    region("SG", "65", "", false, 8, 8),
    region("MY", "60", "0", true, 8, 10),
    region("IN", "91", "0", false, 10, 10),
    region("AU", "61", "0", true, 9, 9),
    region("NZ", "64", "0", true, 8, 10),
    region("BR", "55", "0", false, 10, 11),
    region("MX", "52", "", false, 10, 10),
    region("RU", "7", "8", false, 10, 10),
];

impl Region {
    /// The region of that code, in any case.
    pub(super) fn named(code: &str) -> Option<&'static Self> {
        REGIONS.iter().find(|region| region.code.eq_ignore_ascii_case(code))
    }

    /// The region whose calling code begins the digits, and what follows it.
    pub(super) fn calling(digits: &str) -> Option<(&'static Self, &str)> {
        REGIONS.iter().find_map(|region| Some((region, digits.strip_prefix(region.calling)?)))
    }

    /// Whether the digits, without trunk prefix, are a whole number of the region.
    pub(super) fn holds(&self, national: &str) -> bool {
        let fits = (self.least..=self.most).contains(&national.len());
        fits && match self.calling {
            "86" => chinese(national),
            "1" => north_american(national),
            _ => true,
        }
    }
}

/// A mobile, an area code with seven or eight digits, or a 400 or 800 number.
fn chinese(national: &str) -> bool {
    match national.as_bytes() {
        [b'1', b'0', ..] | [b'2', ..] => national.len() == 10,
        [b'1', second, ..] => national.len() == 11 && *second >= b'3',
        [b'3'..=b'9', ..] => matches!(national.len(), 10 | 11),
        _ => false,
    }
}

/// Neither the area nor the exchange begins with 0 or 1.
fn north_american(national: &str) -> bool {
    let bytes = national.as_bytes();
    bytes[0] >= b'2' && bytes[3] >= b'2'
}
