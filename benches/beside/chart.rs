//! Figures as a picture: how far each is from its bar, in SVG that is written by hand.

use std::fmt::Write;

use super::figures::{Figure, short};

/// A bar for each figure, on a logarithmic scale: the line at 1 is what it may be at most, the
/// mark on its way what it is hoped to be.
#[must_use]
pub fn svg(figures: &[Figure]) -> String {
    let height = TOP + ROW * figures.len() as f64 + 12.0;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
    );
    for of_bar in [0.1, 0.25, 0.5, 1.0, 2.0, 4.0] {
        let (x, color) = (x(of_bar), if of_bar == 1.0 { "black" } else { "#ccc" });
        line(&mut out, x, TOP - 4.0, height - 8.0, color, 1.0);
        text(&mut out, x, TOP - 10.0, "middle", &of_bar.to_string());
    }
    for (nth, figure) in figures.iter().enumerate() {
        row(&mut out, TOP + ROW * nth as f64, figure);
    }
    out.push_str("</svg>\n");
    out
}

fn row(out: &mut String, y: f64, figure: &Figure) {
    text(out, LEFT - 8.0, y + 13.0, "end", &figure.what);
    // What has no bar of its own is drawn beside what is hoped for.
    let Some(limit) = figure.bar.or(figure.moonshot) else { return };
    let Some(ours) = figure.ours else {
        return text(out, LEFT + 4.0, y + 13.0, "start", "missing");
    };
    let (end, color) = (x(ours / limit), color(figure, ours));
    let width = end - LEFT;
    let _ = writeln!(
        out,
        "<rect x=\"{LEFT}\" y=\"{}\" width=\"{width:.1}\" height=\"12\" fill=\"{color}\"/>",
        y + 3.0
    );
    if let (Some(bar), Some(moonshot)) = (figure.bar, figure.moonshot) {
        line(out, x(moonshot / bar), y + 1.0, y + 17.0, "#06c", 2.0);
    }
    text(out, end + 4.0, y + 13.0, "start", &format!("{} of {}", short(ours), short(limit)));
}

fn color(figure: &Figure, ours: f64) -> &'static str {
    if figure.moonshot.is_some_and(|moonshot| ours <= moonshot) {
        "#2a8"
    } else if figure.bar.is_some_and(|bar| ours <= bar) {
        "#7c9"
    } else {
        "#e86"
    }
}

/// Where it stands between a twentieth of the bar and eight times that.
fn x(of_bar: f64) -> f64 {
    let (least, most) = (0.05_f64, 8.0_f64);
    let share = (of_bar.clamp(least, most) / least).ln() / (most / least).ln();
    LEFT + share * (WIDTH - LEFT - 90.0)
}

fn line(out: &mut String, x: f64, from: f64, to: f64, color: &str, width: f64) {
    let _ = writeln!(
        out,
        "<line x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{from}\" y2=\"{to}\" stroke=\"{color}\" \
         stroke-width=\"{width}\"/>"
    );
}

fn text(out: &mut String, x: f64, y: f64, anchor: &str, text: &str) {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    let _ = writeln!(out, "<text x=\"{x:.1}\" y=\"{y}\" text-anchor=\"{anchor}\">{text}</text>");
}

const WIDTH: f64 = 1000.0;
const LEFT: f64 = 480.0;
const TOP: f64 = 36.0;
const ROW: f64 = 20.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_figure_is_a_row_and_what_is_missing_says_so() {
        let figure = Figure {
            what: "a & b < c".to_owned(),
            ours: Some(2.0),
            bar: Some(1.0),
            moonshot: Some(0.5),
            peers: String::new(),
        };
        let missing = Figure { ours: None, ..figure.clone() };
        let picture = svg(&[figure, missing]);
        assert!(picture.contains("a &amp; b &lt; c") && picture.contains("2.00 of 1.00"));
        assert_eq!(picture.matches("#e86").count(), 1);
        assert_eq!(picture.matches("missing").count(), 1);
    }
}
