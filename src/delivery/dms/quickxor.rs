//! QuickXorHash, the one digest that SharePoint keeps of every file: 160 bits, each byte exclusive-ored in at a
//! place 11 bits further on, the length at last into the top 64 bits. Pure.

const BITS: usize = 160;
const STEP: usize = 11;

/// The hash as the service writes it, Base64.
pub fn hash(bytes: &[u8]) -> String {
    use base64::Engine;
    let mut state = [0u8; BITS / 8];
    // Bytes 160 apart meet at the same place, because 11 and 160 have no common factor: first fold, then place.
    let mut folded = [0u8; BITS];
    for chunk in bytes.chunks(BITS) {
        folded.iter_mut().zip(chunk).for_each(|(all, byte)| *all ^= byte);
    }
    for (n, byte) in folded.iter().enumerate() {
        let bit = n * STEP % BITS;
        let wide = u16::from(*byte) << (bit % 8);
        let [low, high] = wide.to_le_bytes();
        state[bit / 8] ^= low;
        state[(bit / 8 + 1) % (BITS / 8)] ^= high;
    }
    let length = (bytes.len() as u64).to_le_bytes();
    state[BITS / 8 - 8..].iter_mut().zip(length).for_each(|(all, byte)| *all ^= byte);
    base64::engine::general_purpose::STANDARD.encode(state)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_the_service_keeps() {
        // Values of the reference algorithm in the vendor's documentation, computed bit by bit.
        assert_eq!(hash(b""), "AAAAAAAAAAAAAAAAAAAAAAAAAAA=");
        assert_eq!(hash(b"hello world"), "aCgDG9jwBhDc4Q1yawMZAAAAAAA=");
        let long: Vec<u8> = (0..768u32).map(|n| n as u8).collect();
        assert_eq!(hash(&long), "rxAOGe1RimTF/e+k/m0O5nnSZT8=");
    }
}
