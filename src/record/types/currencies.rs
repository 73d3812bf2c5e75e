//! The currencies of ISO 4217 and the signs and words that stand for the frequent ones.

use super::super::Currency;
use crate::error::{Error, Result};
use crate::message::Message;

/// The active codes, in order of the alphabet.
const ACTIVE: &str = "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN \
BZD CAD CDF CHE CHF CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP \
GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR \
LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP \
PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY \
TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG";

/// Signs and words before or after an amount; the longer ones first. `¥` depends on the base currency and stands apart.
pub(super) const SIGNS: &[(&str, &str)] = &[
    ("人民币", "CNY"),
    ("RMB", "CNY"),
    ("US$", "USD"),
    ("HK$", "HKD"),
    ("NT$", "TWD"),
    ("CN¥", "CNY"),
    ("JP¥", "JPY"),
    ("美元", "USD"),
    ("欧元", "EUR"),
    ("英镑", "GBP"),
    ("日元", "JPY"),
    ("港元", "HKD"),
    ("港币", "HKD"),
    ("A$", "AUD"),
    ("C$", "CAD"),
    ("S$", "SGD"),
    ("R$", "BRL"),
    ("$", "USD"),
    ("€", "EUR"),
    ("£", "GBP"),
    ("₩", "KRW"),
    ("₹", "INR"),
    ("₽", "RUB"),
    ("₫", "VND"),
    ("฿", "THB"),
    ("元", "CNY"),
    ("円", "JPY"),
];

/// The code, if ISO 4217 knows it, in any case.
pub(super) fn code(text: &str) -> Option<Currency> {
    let bytes: [u8; 3] = text.as_bytes().try_into().ok()?;
    let upper = bytes.map(|byte| byte.to_ascii_uppercase());
    let known = ACTIVE.as_bytes().chunks(4).any(|word| word[..3] == upper);
    known.then_some(Currency(upper))
}

/// Reads a currency code, as in the configuration.
pub fn currency(text: &str) -> Result<Currency> {
    code(text.trim()).ok_or_else(|| unknown(text.trim()))
}

pub(super) fn unknown(text: &str) -> Error {
    Error::bad_value(Message::new("{value} is not a currency code of ISO 4217.").with("value", text))
        .hint(Message::new("Write a code such as CNY, EUR or USD."))
}
