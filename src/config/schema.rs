//! JSON Schema of `pipeline.toml`, for editors: what the reader itself asks serde for, so that it knows every key and no
//! other. What contradicts itself or names what is not there is for `poststelle check` alone.

use super::file::File;
use serde::de::value::{BorrowedStrDeserializer, Error, StrDeserializer};
use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, Expected, IntoDeserializer, Visitor};
use serde_json::{Value, json};

/// The schema.
pub fn schema() -> Value {
    let mut schema = Value::Null;
    // Nothing of what is asked is left out, so nothing is missing.
    let _ = File::deserialize(Asked { into: &mut schema, path: String::new(), without: "" });
    require(&mut schema, "");
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["title"] = json!("pipeline.toml");
    schema
}

/// Names the keys without which the reader refuses a section.
fn require(schema: &mut Value, path: &str) {
    if schema.get("items").is_some() {
        return require(&mut schema["items"], path);
    }
    let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else { return };
    let mut required = Vec::new();
    for (key, property) in properties {
        let path = format!("{path}.{key}");
        require(property, &path);
        if File::deserialize(Asked { into: &mut Value::Null, path: String::new(), without: &path }).is_err() {
            required.push(key.clone());
        }
    }
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
}

/// Stands where a value would and writes down what is asked for; answers with one that fits.
struct Asked<'a> {
    into: &'a mut Value,
    path: String,
    /// The key that is left out, to see whether it is missed.
    without: &'a str,
}

impl Asked<'_> {
    fn below<'b>(&'b self, into: &'b mut Value, key: &str) -> Asked<'b> {
        Asked { into, path: format!("{}{key}", self.path), without: self.without }
    }

    fn integer(self, visitor: &dyn Expected, largest: u64) {
        let least = i64::from(visitor.to_string().contains("nonzero"));
        *self.into = json!({ "type": "integer", "minimum": least, "maximum": largest });
    }
}

/// A whole number that is asked for, and the answer 1.
macro_rules! integers {
    ($($name:ident $visit:ident $type:ty),*) => { $(
        fn $name<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            self.integer(&visitor, <$type>::MAX.into());
            visitor.$visit(1)
        }
    )* };
}

impl<'de> Deserializer<'de> for Asked<'_> {
    type Error = Error;

    integers!(deserialize_u8 visit_u8 u8, deserialize_u16 visit_u16 u16, deserialize_u32 visit_u32 u32);

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        // TOML knows no larger ones.
        self.integer(&visitor, i64::MAX.unsigned_abs());
        visitor.visit_u64(1)
    }

    fn deserialize_i32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        *self.into = json!({ "type": "integer", "minimum": i32::MIN, "maximum": i32::MAX });
        visitor.visit_i32(1)
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        *self.into = json!({ "type": "number" });
        visitor.visit_f64(1.0)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        *self.into = json!({ "type": "boolean" });
        visitor.visit_bool(true)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        *self.into = json!({ "type": "string" });
        visitor.visit_str("")
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let mut items = Value::Null;
        let answer = visitor.visit_seq(Once { asked: Some(self.below(&mut items, "")) });
        *self.into = json!({ "type": "array", "items": items });
        answer
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let mut values = Value::Null;
        let answer = visitor.visit_map(Once { asked: Some(self.below(&mut values, "")) });
        *self.into = json!({ "type": "object", "additionalProperties": values });
        answer
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        // A value together with its place in the file, as the toml crate asks for it: start, end, value.
        if let [_, _, value] = fields
            && value.starts_with("$__")
        {
            return visitor.visit_map(Placed { fields, next: 0, asked: self });
        }
        let mut section = Section { fields, next: 0, properties: json!({}), asked: &self };
        let answer = visitor.visit_map(&mut section);
        let properties = section.properties;
        *self.into = json!({ "type": "object", "additionalProperties": false, "properties": properties });
        answer
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        *self.into = json!({ "enum": variants });
        let first: StrDeserializer<'_, Error> =
            variants.first().copied().unwrap_or_default().into_deserializer();
        visitor.visit_enum(first)
    }

    /// A type that no key of the configuration has: whoever adds one says here what it is.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        Err(de::Error::custom(format!("{}: {}", self.path, &visitor as &dyn Expected)))
    }

    serde::forward_to_deserialize_any! {
        i8 i16 i64 i128 u128 char bytes byte_buf unit unit_struct newtype_struct tuple tuple_struct identifier ignored_any
    }
}

/// A list of one, or a map of one.
struct Once<'a> {
    asked: Option<Asked<'a>>,
}

impl<'de> de::SeqAccess<'de> for Once<'_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        self.asked.take().map(|asked| seed.deserialize(asked)).transpose()
    }
}

impl<'de> de::MapAccess<'de> for Once<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        // A name may be asked for together with its place, like a value.
        let name = |_: &Asked<'_>| {
            seed.deserialize(Asked { into: &mut Value::Null, path: String::new(), without: "" })
        };
        self.asked.as_ref().map(name).transpose()
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Error> {
        let asked = self.asked.take().ok_or_else(|| de::Error::custom("one value"))?;
        seed.deserialize(asked)
    }
}

/// Every key of a section, one after the other.
struct Section<'a, 'b> {
    fields: &'static [&'static str],
    next: usize,
    properties: Value,
    asked: &'a Asked<'b>,
}

impl<'de> de::MapAccess<'de> for &mut Section<'_, '_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        if self
            .fields
            .get(self.next)
            .is_some_and(|key| format!("{}.{key}", self.asked.path) == self.asked.without)
        {
            self.next += 1;
        }
        self.fields.get(self.next).map(|key| seed.deserialize((*key).into_deserializer())).transpose()
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Error> {
        let key = self.fields[self.next];
        self.next += 1;
        seed.deserialize(self.asked.below(&mut self.properties[key], &format!(".{key}")))
    }
}

/// A value with its place: nowhere.
struct Placed<'a> {
    fields: &'static [&'static str],
    next: usize,
    asked: Asked<'a>,
}

impl<'de> de::MapAccess<'de> for Placed<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        self.fields.get(self.next).map(|key| seed.deserialize(BorrowedStrDeserializer::new(key))).transpose()
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Error> {
        self.next += 1;
        if self.next < self.fields.len() {
            return seed.deserialize(0_usize.into_deserializer());
        }
        seed.deserialize(Asked {
            into: &mut *self.asked.into,
            path: self.asked.path.clone(),
            without: self.asked.without,
        })
    }
}
