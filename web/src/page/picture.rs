//! The charts as a PNG: drawn anew from what they count, whatever of them is shown.

use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    Blob, BlobPropertyBag, CanvasRenderingContext2d, HtmlCanvasElement, HtmlImageElement, Url,
    XmlSerializer,
};

use super::app::App;
use super::charts::{FILL, Panel, is_edged, named, panels, part};
use super::dom::{E, document, set_text, svg};
use super::numbers::grouped;
use super::{saving, timeline};

/// How wide the picture is, before it is drawn twice as large.
const WIDTH: f64 = 1200.0;

/// What is left free at its sides.
const SIDE: f64 = 16.0;

/// Where the time line begins, and how high it is.
const PLOT: (f64, f64) = (36.0, 168.0);

/// How high a bar is, with what is between two.
const ROW: f64 = 24.0;

/// The colours of the page that the charts have.
const NAMES: [&str; 8] =
    ["--line-2", "--line", "--accent", "--edge", "--surface", "--ink", "--bar", "--ghost"];

/// Draws the charts, and saves them.
pub(crate) fn save(app: &App) {
    if draw(app).is_none() {
        failed();
    }
}

fn failed() {
    set_text("live", "The charts could not be drawn as a picture");
}

fn text(x: f64, y: f64, anchor: &str, text: impl AsRef<str>) -> E {
    let made = svg("text").at("x", x).at("y", y).attr("text-anchor", anchor);
    made.attr("fill", "var(--ink)").text(text)
}

fn rect(x: f64, y: f64, width: f64, height: f64, fill: &str) -> E {
    svg("rect").at("x", x).at("y", y).at("width", width).at("height", height).attr("fill", fill)
}

/// All of them, and how high that is.
fn charts(app: &App) -> (E, f64) {
    let bars = &app.counts.timeline;
    let wide = WIDTH - 2.0 * SIDE;
    let (top, high) = PLOT;
    // A picture of its own does not know the page's pattern.
    let stripe = rect(0.0, 0.0, 1.6, 5.0, "var(--edge)");
    let hatch = svg("pattern")
        .attr("id", "hatch")
        .at("width", 5.0)
        .at("height", 5.0)
        .attr("patternUnits", "userSpaceOnUse")
        .attr("patternTransform", "rotate(45)")
        .kid(rect(0.0, 0.0, 5.0, 5.0, "var(--surface)"))
        .kid(stripe);
    let plot = timeline::drawing(app, bars)
        .at("x", SIDE)
        .at("y", top)
        .at("width", wide)
        .at("height", high);
    let mut all = svg("svg")
        .attr("font-family", "system-ui, sans-serif")
        .attr("font-size", "12")
        .kid(svg("defs").kid(hatch))
        .kid(text(SIDE, 24.0, "start", "Detections").attr("font-weight", "600"))
        .kid(text(WIDTH - SIDE, 24.0, "end", timeline::meta(bars)))
        .kid(plot);
    if let Some((y, label)) = timeline::grid_label(bars) {
        all = all.kid(text(SIDE + wide * 0.96 - 2.0, top + high * y - 3.0, "end", label));
    }
    let below = top + high + 16.0;
    let label = |(at, label)| text(SIDE + wide * at, below, "start", label);
    all = all.kids(timeline::labels(bars).into_iter().map(label));
    if timeline::has_apart(bars) {
        all = all.kid(text(WIDTH - SIDE, below, "end", "no time"));
    }
    let one = (wide + ROW) / 3.0;
    let begin = below + ROW;
    let mut rows = 0;
    for (nth, panel) in panels(app).iter().enumerate() {
        let (drawn, kids) = bars_of(app, panel, one - ROW);
        rows = rows.max(drawn);
        let place = format!("translate({:.1} {begin})", SIDE + nth as f64 * one);
        all = all.kid(svg("g").attr("transform", place).kids(kids));
    }
    let height = begin + (rows + 2) as f64 * ROW + SIDE;
    (all.attr("viewBox", format!("0 0 {WIDTH} {height}")), height)
}

/// The bars of a panel from its head down, and how many they are.
fn bars_of(app: &App, panel: &Panel<'_>, width: f64) -> (usize, Vec<E>) {
    let (from, to) = (width * 0.34, width * 0.72);
    let most = f64::from(panel.most());
    let drawn = panel.drawn(app);
    let mut all = vec![text(0.0, 16.0, "start", panel.title).attr("font-weight", "600")];
    for (nth, bar) in drawn.iter().enumerate() {
        let y = (nth + 1) as f64 * ROW;
        let long = |n: u32| f64::from(n) / most * (to - from);
        let mut label = named(&bar.text);
        if let Some((cut, _)) = label.char_indices().nth(17) {
            label.truncate(cut);
            label.push('…');
        }
        let part = Some(part(&bar.value)).filter(|_| panel.id == "color");
        let fill = part.map_or("var(--bar)", |part| FILL[part]);
        let outlined =
            |drawn: E| drawn.attr_if(part.is_some_and(is_edged), "stroke", "var(--edge)");
        let mut x = 0.0;
        if part.is_some() {
            all.push(outlined(rect(0.5, y + 7.0, 10.0, 10.0, fill)));
            x = 18.0;
        }
        all.push(text(x, y + 16.0, "start", label));
        all.push(rect(from, y + 7.0, long(bar.all), 10.0, "var(--ghost)"));
        all.push(outlined(rect(from, y + 7.0, long(bar.kept), 10.0, fill)));
        let of = format!("{} of {}", grouped(bar.kept.into()), grouped(bar.all.into()));
        all.push(text(width, y + 16.0, "end", of));
    }
    let below = (drawn.len() + 1) as f64 * ROW + 16.0;
    all.push(text(0.0, below, "start", panel.rest(drawn.len())));
    (drawn.len(), all)
}

fn draw(app: &App) -> Option<()> {
    let (chart, height) = charts(app);
    let (width, height) = (WIDTH * 2.0, height * 2.0);
    let chart = chart.at("width", width).at("height", height);
    let style = |name: &str| {
        let root = document().document_element()?;
        let style = web_sys::window()?.get_computed_style(&root).ok()??;
        style.get_property_value(name).ok()
    };
    let text = XmlSerializer::new().ok()?.serialize_to_string(chart.made()).ok()?;
    // Nor does it know the page's colours.
    let text = NAMES.into_iter().fold(text, |text, name| {
        text.replace(&format!("var({name})"), &resolved(&style(name).unwrap_or_default()))
    });
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
            failed();
        }
        JsValue::UNDEFINED
    });
    image.set_onload(Some(done.unchecked_ref()));
    let failed = Closure::once_into_js(failed);
    image.set_onerror(Some(failed.unchecked_ref()));
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
