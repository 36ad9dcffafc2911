//! The user in the function's log: a keyed hash of the username, from which no name can be read
//! back without the key. `cogmig` makes the key at setup, and finds a user's log lines with it.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The number of bytes of a hash, which the log has as hexadecimal digits. Two of a million users
/// have the same hash with a probability of about 1 in 37 million.
const BYTES: usize = 8;

/// The key, 256 random bits. Not `Debug`, and without a getter.
#[derive(Clone)]
pub struct LogKey([u8; 32]);

impl LogKey {
    /// The key with this text, as in the function's environment: 64 lower-case hexadecimal digits.
    /// `None` for any other text.
    #[must_use]
    pub fn of_hex(text: &str) -> Option<Self> {
        let digits = text.as_bytes();
        let is_digit = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if digits.len() != 64 || !digits.iter().all(is_digit) {
            return None;
        }
        let mut key = [0; 32];
        for (byte, pair) in key.iter_mut().zip(text.as_bytes().chunks(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(Self(key))
    }

    /// The ID of the key: 8 hexadecimal digits. It doesn't reveal the key.
    #[must_use]
    pub fn id(&self) -> String {
        // No username contains a control character.
        let mut id = self.hash("\u{0}id", true);
        id.truncate(8);
        id
    }

    /// The hash of a username, exactly as the old pool has it: HMAC-SHA-256, the first 16
    /// hexadecimal digits. If the old pool ignores case, all spellings have the same hash.
    #[must_use]
    pub fn hash(&self, username: &str, case_sensitive: bool) -> String {
        // HMAC accepts keys of any length, so this never fails.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else {
            return String::new();
        };
        if case_sensitive {
            mac.update(username.as_bytes());
        } else {
            mac.update(username.to_lowercase().as_bytes());
        }
        let hash = mac.finalize().into_bytes();
        let digits = hash.iter().take(BYTES).map(|byte| format!("{byte:02x}"));
        digits.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::LogKey;

    const KEY: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

    /// Computed with Python's `hmac`.
    #[test]
    fn a_user_has_the_first_16_digits_of_the_hmac() {
        let key = LogKey::of_hex(KEY).expect("a key");
        assert_eq!(key.hash("ann", true), "260f4c194037f8b4");
        assert_eq!(key.hash("Ärger", true), "c4bf0c58cb305cf6");
        assert_eq!(key.hash("", true), "49f7d87dba406288");
    }

    #[test]
    fn all_spellings_have_one_hash_if_the_pool_ignores_case() {
        let key = LogKey::of_hex(KEY).expect("a key");
        assert_eq!(key.hash("ÄNN", false), key.hash("änn", false));
        assert_ne!(key.hash("ÄNN", true), key.hash("änn", true));
        assert_eq!(key.hash("ann", false), key.hash("ann", true));
    }

    #[test]
    fn each_key_has_its_own_id() {
        let keys = [KEY.to_owned(), KEY.replace('0', "1")];
        let ids = keys.map(|key| LogKey::of_hex(&key).expect("a key").id());
        assert_eq!(ids[0].len(), 8);
        assert_ne!(ids[0], ids[1]);
    }

    #[test]
    fn each_key_has_its_own_hashes() {
        let (key, other) = (LogKey::of_hex(KEY), LogKey::of_hex(&KEY.replace('0', "1")));
        let hashes = [key, other].map(|key| key.expect("a key").hash("ann", true));
        assert_ne!(hashes[0], hashes[1]);
    }

    #[test]
    fn a_key_has_exactly_64_lower_case_hexadecimal_digits() {
        let valid = |text: &str| LogKey::of_hex(text).is_some();
        assert!(valid(KEY));
        let long = format!("{KEY}0");
        let (upper, sign) = (KEY.to_uppercase(), KEY.replacen("00", "+0", 1));
        let wide = format!("{}é", &KEY[..62]);
        for text in ["", &KEY[1..], &long, &upper, &sign, &wide] {
            assert!(!valid(text), "{text}");
        }
    }
}
