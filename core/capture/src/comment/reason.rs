//! A reason by its name in reports.

/// Null, or a name.
pub(super) mod optional {
    use carwatch::Reason;
    use serde::de::{Error, Unexpected};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(crate) fn serialize<S: Serializer>(
        reason: &Option<Reason>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        reason.map(Reason::as_str).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Reason>, D::Error> {
        let Some(name) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
        let reason = Reason::ALL.into_iter().find(|reason| reason.as_str() == name);
        let unknown = || D::Error::invalid_value(Unexpected::Other("this name"), &"a reason");
        reason.map(Some).ok_or_else(unknown)
    }
}
