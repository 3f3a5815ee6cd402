//! What cases ask of a JSON document: that it holds what is expected, in the order of keys
//! that cli.md gives.

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// Panics unless `actual` has every key of `expected` with that value; other keys of an
/// object are left out of it, elements of an array are not.
#[track_caller]
pub fn assert_holds(actual: &Value, expected: &Value, context: &dyn std::fmt::Display) {
    if let Err(place) = holds(actual, expected, "") {
        panic!("{place}\nexpected to hold: {expected}\nactual: {actual}\n{context}");
    }
}

fn holds(actual: &Value, expected: &Value, place: &str) -> Result<(), String> {
    match (actual, expected) {
        (Value::Object(actual), Value::Object(expected)) => {
            for (key, expected) in expected {
                let place = format!("{place}.{key}");
                let actual = actual.get(key).ok_or_else(|| format!("{place} is missing"))?;
                holds(actual, expected, &place)?;
            }
            Ok(())
        }
        (Value::Array(actual), Value::Array(expected)) => {
            if actual.len() != expected.len() {
                return Err(format!("{place} has {} elements", actual.len()));
            }
            for (nth, (actual, expected)) in actual.iter().zip(expected).enumerate() {
                holds(actual, expected, &format!("{place}[{nth}]"))?;
            }
            Ok(())
        }
        _ if actual == expected => Ok(()),
        _ => Err(format!("{place} is {actual}, not {expected}")),
    }
}

/// The keys of every object in a document, in the order in which they stand.
///
/// `serde_json::Value` sorts keys; turning that off would turn it off in the programs too.
#[derive(Debug, Default)]
pub struct Shape {
    /// Keys and what they hold; empty for what is no object.
    pub keys: Vec<(String, Shape)>,
    /// The elements; empty for what is no array.
    pub items: Vec<Shape>,
}

impl Shape {
    /// The shape of a document.
    ///
    /// # Panics
    ///
    /// If `text` is not one JSON document.
    #[must_use]
    #[track_caller]
    pub fn of(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_else(|e| panic!("{e} in {text:?}"))
    }

    /// The keys of this object.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        self.keys.iter().map(|(key, _)| key.as_str()).collect()
    }

    /// What `key` holds.
    ///
    /// # Panics
    ///
    /// If there is no such key.
    #[must_use]
    #[track_caller]
    pub fn get(&self, key: &str) -> &Self {
        let found = self.keys.iter().find(|(name, _)| name == key);
        &found.unwrap_or_else(|| panic!("no {key} in {:?}", self.names())).1
    }
}

impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ShapeVisitor)
    }
}

struct ShapeVisitor;

impl<'de> Visitor<'de> for ShapeVisitor {
    type Value = Shape;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Shape, A::Error> {
        let mut shape = Shape::default();
        while let Some(entry) = map.next_entry()? {
            shape.keys.push(entry);
        }
        Ok(shape)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Shape, A::Error> {
        let mut shape = Shape::default();
        while let Some(item) = seq.next_element()? {
            shape.items.push(item);
        }
        Ok(shape)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Shape, E> {
        Ok(Shape::default())
    }

    fn visit_i64<E>(self, _: i64) -> Result<Shape, E> {
        Ok(Shape::default())
    }

    fn visit_u64<E>(self, _: u64) -> Result<Shape, E> {
        Ok(Shape::default())
    }

    fn visit_f64<E>(self, _: f64) -> Result<Shape, E> {
        Ok(Shape::default())
    }

    fn visit_str<E>(self, _: &str) -> Result<Shape, E> {
        Ok(Shape::default())
    }

    fn visit_unit<E>(self) -> Result<Shape, E> {
        Ok(Shape::default())
    }

    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<Shape, D::Error> {
        IgnoredAny::deserialize(inner).map(|_| Shape::default())
    }
}
