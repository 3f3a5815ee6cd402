//! The time line as a PNG.

use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    Blob, BlobPropertyBag, CanvasRenderingContext2d, Element, HtmlCanvasElement, HtmlImageElement,
    Url, XmlSerializer,
};

use super::dom::{document, set_text};
use super::saving;

/// Draws a chart to a picture, twice as large as it is shown, and saves it.
pub(crate) fn save(chart: &Element) {
    if draw(chart).is_none() {
        set_text("live", "The chart could not be drawn as a picture");
    }
}

fn draw(chart: &Element) -> Option<()> {
    let rect = chart.get_bounding_client_rect();
    let (width, height) = (rect.width() * 2.0, rect.height() * 2.0);
    let copy: Element = chart.clone_node_with_deep(true).ok()?.dyn_into().ok()?;
    copy.set_attribute("xmlns", "http://www.w3.org/2000/svg").ok()?;
    copy.set_attribute("width", &width.to_string()).ok()?;
    copy.set_attribute("height", &height.to_string()).ok()?;
    let style = |name: &str| {
        let root = document().document_element()?;
        let style = web_sys::window()?.get_computed_style(&root).ok()??;
        style.get_property_value(name).ok()
    };
    let text = XmlSerializer::new().ok()?.serialize_to_string(&copy).ok()?;
    // A picture of its own knows neither the page's colours nor its patterns.
    let names = ["--line-2", "--line", "--wash", "--edge", "--surface"];
    let text = names.into_iter().fold(text, |text, name| {
        text.replace(&format!("var({name})"), &resolved(&style(name).unwrap_or_default()))
    });
    let text = text.replace("url(#hatch)", "#b0b0b0");
    let options = BlobPropertyBag::new();
    options.set_type("image/svg+xml");
    let parts = js_sys::Array::of1(&JsValue::from_str(&text));
    let blob = Blob::new_with_str_sequence_and_options(&parts, &options).ok()?;
    let url = Url::create_object_url_with_blob(&blob).ok()?;
    let image = HtmlImageElement::new().ok()?;
    let drawn = image.clone();
    let ground = resolved(&style("--surface").unwrap_or_default());
    let done = Closure::once_into_js(move || -> JsValue {
        let drawn = || {
            let canvas: HtmlCanvasElement =
                document().create_element("canvas").ok()?.unchecked_into();
            canvas.set_width(width as u32);
            canvas.set_height(height as u32);
            let context: CanvasRenderingContext2d =
                canvas.get_context("2d").ok()??.unchecked_into();
            context.set_fill_style_str(&ground);
            context.fill_rect(0.0, 0.0, width, height);
            context.draw_image_with_html_image_element(&drawn, 0.0, 0.0).ok()?;
            let saved =
                Closure::once_into_js(|blob: JsValue| saving::save("detections.png", &blob));
            canvas.to_blob(saved.unchecked_ref()).ok()
        };
        if drawn().is_none() {
            set_text("live", "The chart could not be drawn as a picture");
        }
        JsValue::UNDEFINED
    });
    image.set_onload(Some(done.unchecked_ref()));
    image.set_src(&url);
    Some(())
}

/// One of two colours, as the page has it now.
fn resolved(color: &str) -> String {
    let is_dark = document().document_element().is_some_and(|root| {
        root.get_attribute("data-theme").map_or_else(
            || {
                web_sys::window()
                    .and_then(|window| {
                        window.match_media("(prefers-color-scheme: dark)").ok().flatten()
                    })
                    .is_some_and(|media| media.matches())
            },
            |theme| theme == "dark",
        )
    });
    let two = color.trim().strip_prefix("light-dark(").and_then(|rest| rest.strip_suffix(')'));
    match two.and_then(|two| two.split_once(',')) {
        Some((light, dark)) => (if is_dark { dark } else { light }).trim().to_owned(),
        None => color.trim().to_owned(),
    }
}
