//! The brush over the time line.

use web_sys::PointerEvent;

use super::app::{Brush, area};
use super::dom::get;
use super::events::{closest, on};
use super::{timeline, with};

/// Dragging over the time line draws a range of whole minutes; a click clears it.
pub(crate) fn listen() {
    let place = get("timeline");
    let share_at = |event: &PointerEvent| {
        let rect = get("timeline").get_bounding_client_rect();
        (f64::from(event.client_x()) - rect.left() - 12.0) / (rect.width() - 24.0).max(1.0)
    };
    on(&place, "pointerdown", move |event: PointerEvent| {
        with(|app| {
            let bars = &app.counts.timeline;
            if bars.width == 0 || event.button() != 0 || app.twins.iter().any(|t| t == "timeline") {
                return;
            }
            let at = timeline::time_at(bars, share_at(&event));
            let handle = closest(&event, ".handle").and_then(|h| h.get_attribute("data-value"));
            let from = match (handle.as_deref(), timeline::brushed(app)) {
                // The other end stays.
                (Some("from"), Some(range)) => range.end,
                (Some("to"), Some(range)) => range.start,
                _ => at,
            };
            app.brush = Some(Brush { from, to: at });
            let _ = get("timeline").set_pointer_capture(event.pointer_id());
        });
    });
    on(&place, "pointermove", move |event: PointerEvent| {
        with(|app| {
            let bars = &app.counts.timeline;
            let at = timeline::time_at(bars, share_at(&event));
            if let Some(brush) = &mut app.brush {
                brush.to = at;
            }
            let nth = at.abs_diff(bars.start).checked_div(bars.width).map(|nth| nth as usize);
            if app.brush.is_some() || app.pointed != nth {
                app.pointed = nth;
                app.mark(area::TIMELINE);
            }
        });
    });
    on(&place, "pointerleave", |_: PointerEvent| {
        with(|app| {
            app.pointed = None;
            app.mark(area::TIMELINE);
        });
    });
    for name in ["pointerup", "pointercancel"] {
        on(&place, name, move |event: PointerEvent| {
            with(|app| {
                let Some(brush) = app.brush.take() else { return };
                app.take_typed();
                app.mark(area::TIMELINE);
                if event.type_() == "pointercancel" {
                    return;
                }
                let minute = |at: i64| at.saturating_add(30).div_euclid(60).saturating_mul(60);
                let (low, high) = (brush.from.min(brush.to), brush.from.max(brush.to));
                let is_click = (timeline::share(&app.counts.timeline, high)
                    - timeline::share(&app.counts.timeline, low))
                    < 0.004;
                let text = if is_click {
                    app.query.without_time()
                } else {
                    let (from, to) = (minute(low), minute(high));
                    app.query.with_time(from..to.max(from.saturating_add(60)), app.day())
                };
                app.set_query(&text);
            });
        });
    }
}
