//! Values on their way into statements and out of rows.

/// A value as both engines know it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// Nothing.
    Null,
    /// A number, or `0` and `1` for no and yes.
    Integer(i64),
    /// A measured number.
    Real(f64),
    /// Text.
    Text(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
}

/// What can be a value of a statement.
pub trait Bind {
    /// As both engines know it.
    fn value(&self) -> Value<'_>;
}

/// What can be read from a row.
pub trait Read: Sized {
    /// `None` if it is something else.
    fn read(value: Value<'_>) -> Option<Self>;
}

macro_rules! integers {
    ($($integer:ty),+) => {$(
        impl Bind for $integer {
            fn value(&self) -> Value<'_> {
                // What does not fit is larger than anything that is counted.
                Value::Integer(i64::try_from(*self).unwrap_or(i64::MAX))
            }
        }
        impl Read for $integer {
            fn read(value: Value<'_>) -> Option<Self> {
                if let Value::Integer(number) = value { Self::try_from(number).ok() } else { None }
            }
        }
    )+};
}
integers!(i64, u32, u64);

impl Bind for bool {
    fn value(&self) -> Value<'_> {
        Value::Integer(i64::from(*self))
    }
}

impl Bind for str {
    fn value(&self) -> Value<'_> {
        Value::Text(self)
    }
}

impl Bind for String {
    fn value(&self) -> Value<'_> {
        Value::Text(self)
    }
}

impl<const N: usize> Bind for [u8; N] {
    fn value(&self) -> Value<'_> {
        Value::Bytes(self)
    }
}

impl<T: Bind> Bind for Option<T> {
    fn value(&self) -> Value<'_> {
        self.as_ref().map_or(Value::Null, Bind::value)
    }
}

impl<T: Bind + ?Sized> Bind for &T {
    fn value(&self) -> Value<'_> {
        (**self).value()
    }
}

impl Bind for Value<'_> {
    fn value(&self) -> Value<'_> {
        *self
    }
}

impl Read for bool {
    fn read(value: Value<'_>) -> Option<Self> {
        if let Value::Integer(number) = value { Some(number != 0) } else { None }
    }
}

impl Read for f64 {
    fn read(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Real(number) => Some(number),
            Value::Integer(number) => Some(number as f64),
            _ => None,
        }
    }
}

impl Read for String {
    fn read(value: Value<'_>) -> Option<Self> {
        if let Value::Text(text) = value { Some(text.into()) } else { None }
    }
}

impl<const N: usize> Read for [u8; N] {
    fn read(value: Value<'_>) -> Option<Self> {
        if let Value::Bytes(bytes) = value { bytes.try_into().ok() } else { None }
    }
}

impl<T: Read> Read for Option<T> {
    fn read(value: Value<'_>) -> Option<Self> {
        if value == Value::Null { Some(None) } else { T::read(value).map(Some) }
    }
}

/// The values of one statement.
#[derive(Debug)]
pub enum Values<'a> {
    /// For `?1`, `?2` and so on.
    Placed(Vec<Value<'a>>),
    /// For `:name`.
    Named(Vec<(&'a str, Value<'a>)>),
}

/// What can be the values of a statement.
pub trait Params {
    /// In order or by name.
    fn values(&self) -> Values<'_>;
}

impl Params for () {
    fn values(&self) -> Values<'_> {
        Values::Placed(Vec::new())
    }
}

impl<T: Bind, const N: usize> Params for [T; N] {
    fn values(&self) -> Values<'_> {
        Values::Placed(self.iter().map(Bind::value).collect())
    }
}

impl Params for &[Value<'_>] {
    fn values(&self) -> Values<'_> {
        Values::Placed(self.to_vec())
    }
}

impl Params for &[(&str, &dyn Bind)] {
    fn values(&self) -> Values<'_> {
        Values::Named(self.iter().map(|(name, value)| (*name, value.value())).collect())
    }
}

macro_rules! tuples {
    ($($name:ident $place:tt),+) => {
        impl<$($name: Bind),+> Params for ($($name,)+) {
            fn values(&self) -> Values<'_> {
                Values::Placed(vec![$(self.$place.value()),+])
            }
        }
    };
}
tuples!(A 0, B 1);
tuples!(A 0, B 1, C 2);
tuples!(A 0, B 1, C 2, D 3);
tuples!(A 0, B 1, C 2, D 3, E 4);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9);
