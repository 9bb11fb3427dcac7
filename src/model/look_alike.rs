//! Signs that engines take for one another.

/// The digit a sign is or may have been misread from.
pub fn digit(sign: char) -> Option<char> {
    match sign.to_ascii_uppercase() {
        c if c.is_ascii_digit() => Some(c),
        'O' | 'Q' | 'D' | '®' => Some('0'),
        'I' | 'L' | '|' | '!' => Some('1'),
        'Z' => Some('2'),
        'A' => Some('4'),
        'S' | '§' => Some('5'),
        'G' => Some('6'),
        'T' => Some('7'),
        'B' => Some('8'),
        _ => None,
    }
}
