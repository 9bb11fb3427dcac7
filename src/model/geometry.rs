//! Boxes, turns and resolutions, in pixels of the kept image after turning.

use serde::{Deserialize, Serialize};

/// `[x, y, width, height]` in pixels; origin top left, y downwards.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Hash, Serialize, Deserialize)]
#[serde(from = "[i32; 4]", into = "[i32; 4]")]
pub struct Box2 {
    /// Left edge.
    pub x: i32,
    /// Upper edge.
    pub y: i32,
    /// Width.
    pub w: i32,
    /// Height.
    pub h: i32,
}

impl From<[i32; 4]> for Box2 {
    fn from([x, y, w, h]: [i32; 4]) -> Self {
        Self { x, y, w, h }
    }
}

impl From<Box2> for [i32; 4] {
    fn from(b: Box2) -> Self {
        [b.x, b.y, b.w, b.h]
    }
}

impl Box2 {
    /// The smallest box around both.
    pub fn union(self, other: Self) -> Self {
        let x = self.x.min(other.x);
        let y = self.y.min(other.y);
        let right = (self.x + self.w).max(other.x + other.w);
        let bottom = (self.y + self.h).max(other.y + other.h);
        Self { x, y, w: right - x, h: bottom - y }
    }

    /// Whether a point lies in it.
    pub fn holds(self, x: i32, y: i32) -> bool {
        (self.x..self.x + self.w).contains(&x) && (self.y..self.y + self.h).contains(&y)
    }

    /// Whether the centre of `self` lies in `other`.
    pub fn centre_in(self, other: Self) -> bool {
        let (cx, cy) = (self.x + self.w / 2, self.y + self.h / 2);
        cx >= other.x && cx < other.x + other.w && cy >= other.y && cy < other.y + other.h
    }
}

/// A quarter turn, clockwise, that is applied to make something upright.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Hash, PartialOrd, Ord)]
pub enum Turn {
    /// Upright already.
    #[default]
    None,
    /// 90° clockwise.
    Right,
    /// 180°.
    Half,
    /// 270° clockwise.
    Left,
}

impl Turn {
    /// Degrees clockwise: 0, 90, 180 or 270.
    pub fn degrees(self) -> u16 {
        match self {
            Self::None => 0,
            Self::Right => 90,
            Self::Half => 180,
            Self::Left => 270,
        }
    }

    /// The turn of so many degrees clockwise, any multiple of 90.
    pub fn from_degrees(degrees: i32) -> Option<Self> {
        match degrees.rem_euclid(360) {
            0 => Some(Self::None),
            90 => Some(Self::Right),
            180 => Some(Self::Half),
            270 => Some(Self::Left),
            _ => None,
        }
    }

    /// First `self`, then `other`.
    pub fn then(self, other: Self) -> Self {
        match (self.degrees() + other.degrees()) % 360 {
            90 => Self::Right,
            180 => Self::Half,
            270 => Self::Left,
            _ => Self::None,
        }
    }

    /// Whether width and height change places.
    pub fn swaps_sides(self) -> bool {
        matches!(self, Self::Right | Self::Left)
    }
}

impl Serialize for Turn {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u16(self.degrees())
    }
}

impl<'de> Deserialize<'de> for Turn {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let degrees = u16::deserialize(from)?;
        Self::from_degrees(i32::from(degrees)).ok_or_else(|| serde::de::Error::custom("not a quarter turn"))
    }
}

/// How the stored samples of an image become the upright page: mirror first
/// (left to right, TIFF orientations 2, 4, 5, 7), then turn clockwise.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Orientation {
    /// Mirror left to right before turning.
    pub mirror: bool,
    /// Clockwise quarter turn after mirroring.
    pub turn: Turn,
}

impl Orientation {
    /// TIFF tag 274 and EXIF orientation, 1 to 8 (TIFF 6.0, page 36); anything else is upright.
    pub fn from_tag(tag: u16) -> Self {
        let (mirror, turn) = match tag {
            2 => (true, Turn::None),
            3 => (false, Turn::Half),
            4 => (true, Turn::Half),
            5 => (true, Turn::Left),
            6 => (false, Turn::Right),
            7 => (true, Turn::Right),
            8 => (false, Turn::Left),
            _ => (false, Turn::None),
        };
        Self { mirror, turn }
    }

    /// `self`, and afterwards a further clockwise turn.
    pub fn turned(self, turn: Turn) -> Self {
        Self { mirror: self.mirror, turn: self.turn.then(turn) }
    }
}

/// Resolution in pixels per inch, across and down the *stored* image.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Dpi {
    /// Across.
    pub x: f32,
    /// Down.
    pub y: f32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_add_up() {
        assert_eq!(Turn::Right.then(Turn::Left), Turn::None);
        assert_eq!(Turn::Half.then(Turn::Left), Turn::Right);
        assert_eq!(Turn::from_degrees(-90), Some(Turn::Left));
        assert_eq!(Turn::from_degrees(45), None);
    }
}
