//! `assemble LIBRARY.wasm PAGE.html`: makes one self-contained page of the library and of
//! what stands in `page/`. The same input gives the same bytes.

use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha2::{Digest as _, Sha256};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    let arguments: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    let [library, page] = arguments.as_slice() else {
        eprintln!("usage: assemble LIBRARY.wasm PAGE.html");
        return ExitCode::from(2);
    };
    match assemble(library).and_then(|html| write(page, &html)) {
        Ok(()) => {
            println!("{}", page.display());
            ExitCode::SUCCESS
        }
        Err(e) => {
            eprintln!("error: {}: {e}", library.display());
            ExitCode::FAILURE
        }
    }
}

fn assemble(library: &Path) -> Result<String, Box<dyn Error>> {
    let mut output = Bindgen::new()
        .input_path(library)
        .no_modules(true)?
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate_output()?;
    let library = BASE64.encode(pack(&output.wasm_mut().emit_wasm())?);
    // The glue, and what starts it: the page's only script, and its worker's.
    let script = format!("{}\n{BOOT}", output.js());
    let html = TEMPLATE
        .replace("{{policy}}", &policy(&script))
        .replace("{{version}}", env!("CARGO_PKG_VERSION"))
        .replace("{{style}}", STYLE)
        .replace("{{library}}", &library)
        .replace("{{script}}", inline(&script)?);
    Ok(html)
}

/// As gzip, without a name or a time: the same bytes each time.
fn pack(bytes: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut packed = Vec::new();
    zopfli::compress(zopfli::Options::default(), zopfli::Format::Gzip, bytes, &mut packed)?;
    Ok(packed)
}

/// The page may run its own script and style, and connect to nothing.
fn policy(script: &str) -> String {
    [
        "default-src 'none'",
        &format!("script-src '{}' 'wasm-unsafe-eval' blob:", hash(script)),
        "worker-src blob:",
        &format!("style-src '{}'", hash(STYLE)),
        "img-src blob:",
        "connect-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types carwatch",
    ]
    .join("; ")
}

fn hash(source: &str) -> String {
    format!("sha256-{}", BASE64.encode(Sha256::digest(source)))
}

/// A script element ends at the first `</script`, whatever it means to JavaScript.
fn inline(source: &str) -> Result<&str, String> {
    let lower = source.to_ascii_lowercase();
    for end in ["</script", "<!--"] {
        if let Some(at) = lower.find(end) {
            return Err(format!("a script holds {end} at byte {at} and cannot be inlined"));
        }
    }
    Ok(source)
}

fn write(page: &Path, html: &str) -> Result<(), Box<dyn Error>> {
    if let Some(folder) = page.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(page, html).map_err(|e| format!("cannot write {}: {e}", page.display()).into())
}

const TEMPLATE: &str = include_str!("../../page/page.html");
const STYLE: &str = include_str!("../../page/page.css");
const BOOT: &str = include_str!("../../page/boot.js");
