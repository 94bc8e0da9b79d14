//! What the pointer does on a plot: shows values, draws a selection to zoom to, drags the window.

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::ChartGroup;
use super::drawing::nearest;
use crate::format::within;
use crate::polling::TimeRange;

/// Less than this is a click with a shaky hand, in pixels.
const SHAKE: f64 = 5.0;

/// Where the pointer went down.
#[derive(Clone, Copy)]
struct Press {
    /// The window then.
    window: TimeRange,
    /// From the plot's left edge, in pixels.
    x: f64,
    /// The window is dragged instead of a part of it selected.
    drags: bool,
}

/// The pointer on one plot. Cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct Pointer {
    group: ChartGroup,
    press: StoredValue<Option<Press>>,
}

/// Where an event is: from the plot's left edge, and the plot's width, in pixels.
fn place(event: &ev::PointerEvent) -> Option<(f64, f64)> {
    let bounds = plot(event)?.get_bounding_client_rect();
    Some((
        f64::from(event.client_x()) - bounds.left(),
        bounds.width().max(1.0),
    ))
}

fn plot(event: &ev::PointerEvent) -> Option<web_sys::Element> {
    event.current_target()?.dyn_into().ok()
}

/// The instant at this distance in pixels from the left edge of a plot.
fn instant(window: TimeRange, x: f64, width: f64) -> i64 {
    window.from + (x / width * window.length() as f64) as i64
}

impl Pointer {
    pub(super) fn new(group: &ChartGroup) -> Self {
        Self {
            group: *group,
            press: StoredValue::new(None),
        }
    }

    /// A press begins a selection, with Shift a drag. A finger moves the crosshair alone.
    pub(super) fn down(self, event: &ev::PointerEvent) {
        self.point(event);
        let Some((x, _)) = place(event) else { return };
        if event.pointer_type() == "touch" || event.button() != 0 {
            return;
        }
        self.press.set_value(Some(Press {
            window: self.group.window.get_untracked(),
            x,
            drags: event.shift_key(),
        }));
        if let Some(plot) = plot(event) {
            // Beyond the plot's edges too; where that fails, the drag ends there.
            let _ = plot.set_pointer_capture(event.pointer_id());
        }
    }

    pub(super) fn moved(self, event: &ev::PointerEvent) {
        let (Some(press), Some((x, width))) = (self.press.get_value(), place(event)) else {
            self.point(event);
            return;
        };
        let has_begun = self.is_dragging() || (x - press.x).abs() >= SHAKE;
        if !has_begun {
            return;
        }
        if press.drags {
            let by = (press.x - x) / width * press.window.length() as f64;
            self.group.dragged.set(by as i64);
        } else {
            let ends = [press.x, within(x, 0.0, width)].map(|x| instant(press.window, x, width));
            self.group.selection.set(Some((ends[0], ends[1])));
            self.point(event);
        }
    }

    /// Shows what was selected, or where the window was dragged to.
    pub(super) fn up(self) {
        let Some(press) = self.press.get_value() else {
            return;
        };
        let (selected, by) = (
            self.group.selection.get_untracked(),
            self.group.dragged.get_untracked(),
        );
        self.give_up();
        if let Some((one, other)) = selected {
            self.group.show(TimeRange::between(one, other));
        } else if by != 0 {
            let latest = self.group.latest.get_untracked();
            self.group.show(press.window.moved(by, latest));
        }
    }

    /// Ends a selection or drag without effect; whether there was one.
    pub(super) fn give_up(self) -> bool {
        let was = self.is_dragging();
        self.press.set_value(None);
        if was {
            self.group.selection.set(None);
            self.group.dragged.set(0);
        }
        was
    }

    pub(super) fn leave(self, event: &ev::PointerEvent) {
        // A finger that lifts has left too, and its values are still to be read.
        if event.pointer_type() != "touch" {
            self.group.cursor.set(None);
        }
    }

    fn is_dragging(self) -> bool {
        self.group.selection.get_untracked().is_some() || self.group.dragged.get_untracked() != 0
    }

    /// Moves the crosshair to the pointer.
    fn point(self, event: &ev::PointerEvent) {
        if let Some((x, width)) = place(event) {
            let at = instant(self.group.window.get_untracked(), x, width);
            self.group.cursor.set(snapped(&self.group, at));
        }
    }
}

/// The time of the series nearest to an instant.
pub(super) fn snapped(group: &ChartGroup, instant: i64) -> Option<i64> {
    group.with_series_untracked(|series| {
        nearest(&series.timestamps, instant).map(|index| series.timestamps[index])
    })
}
