//! What `--map` names: a map that is built in, or a file.

use std::path::Path;

use carwatch_formats::visible::visible;
use carwatch_ingest::Map;

use crate::files::lasting;

/// The map that `name` stands for. The error is one in usage, for people, and names the place.
pub(crate) fn open(name: &str) -> Result<Map, String> {
    if let Some(map) = Map::named(name) {
        return Ok(map);
    }
    let shown = visible(name);
    let is_path = name.contains(['/', '.']) || Path::new(name).exists();
    if !is_path {
        return Err(format!(
            "--map: there is no map {shown}; there are frigate, platerecognizer, openalpr and \
             opendatacam, or the path of a TOML file"
        ));
    }
    lasting(Path::new(name)).map_err(|error| format!("--map: {error}"))?;
    let text = std::fs::read_to_string(name)
        .map_err(|error| format!("--map: cannot read {shown}: {error}"))?;
    Map::from_toml(&text).map_err(|error| format!("--map: {shown}: {error}"))
}
