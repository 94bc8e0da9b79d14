//! From columns of numbers to the `d` of a path.
//!
//! Coordinates are whole numbers in a view box that is stretched over the plot
//! without its strokes, so nothing needs measuring and server and browser
//! write the same. Steps are relative: half the bytes of absolute ones.

use std::fmt::Write as _;
use std::ops::Range;

use crate::format::within;
use crate::view_models::time_range::TimeRange;

/// The view box's width: more than the pixels of any plot, and a whole number a tick of 5 s in the
/// ranges of minutes, so that a page's lines have the same step over and over and are soon sent.
pub const WIDTH: i64 = 2400;
/// The view box's height.
pub const HEIGHT: i64 = 500;
/// The width of a lone point: about as wide as a line is thick.
const DOT: i64 = 6;

/// The part of the time and value plane that a plot shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    /// The left edge, in milliseconds since the epoch.
    pub start: i64,
    /// The right edge, in milliseconds since the epoch.
    pub end: i64,
    /// The value at the bottom.
    pub bottom: f64,
    /// The value at the top, above that at the bottom.
    pub top: f64,
}

impl From<TimeRange> for Window {
    /// Of a time alone: where values stand is open.
    fn from(range: TimeRange) -> Self {
        Self {
            start: range.from,
            end: range.to,
            bottom: 0.0,
            top: 1.0,
        }
    }
}

impl Window {
    /// The x coordinate of a time.
    pub fn x(&self, time: i64) -> i64 {
        let span = (self.end - self.start).max(1);
        // Rounded to the nearest, whatever the sign.
        (2 * (time - self.start) * WIDTH + span).div_euclid(2 * span)
    }

    /// The y coordinate of a value.
    pub fn y(&self, value: f64) -> i64 {
        // By halves: the difference of two doubles may be none.
        let length = self.top / 2.0 - self.bottom / 2.0;
        let share = if length > 0.0 {
            (value / 2.0 - self.bottom / 2.0) / length
        } else {
            0.0
        };
        let height = HEIGHT as f64;
        within(((1.0 - share) * height).round(), -height, 2.0 * height) as i64
    }

    /// Which of the times stand in the window, and one more on either side, so that lines run to its edges.
    pub fn indices(&self, times: &[i64]) -> Range<usize> {
        let first = times
            .partition_point(|&time| time < self.start)
            .saturating_sub(1);
        let last = times.partition_point(|&time| time <= self.end);
        first..(last + 1).min(times.len())
    }
}

/// Writes a path's data.
struct PathBuilder {
    data: String,
    at: (i64, i64),
    /// How far the last line goes on horizontally, which is not written yet: what stays the same for
    /// an hour is one line and not hundreds.
    level: i64,
    /// Whether the last command was a line, whose letter need not be repeated.
    in_line: bool,
}

impl PathBuilder {
    fn with_room_for(points: usize) -> Self {
        Self {
            data: String::with_capacity(points * 6),
            at: (0, 0),
            level: 0,
            in_line: false,
        }
    }

    fn move_to(&mut self, x: i64, y: i64) {
        self.write_level();
        self.data.push('M');
        self.number(x, true);
        self.number(y, false);
        self.at = (x, y);
        self.in_line = false;
    }

    fn line_to(&mut self, x: i64, y: i64) {
        let (dx, dy) = (x - self.at.0, y - self.at.1);
        self.at = (x, y);
        let goes_on = dy == 0 && dx.signum() == self.level.signum();
        if !goes_on {
            self.write_level();
        }
        if dy == 0 {
            self.level += dx;
        } else {
            self.write_line(dx, dy);
        }
    }

    fn write_level(&mut self) {
        let level = std::mem::take(&mut self.level);
        if level != 0 {
            self.write_line(level, 0);
        }
    }

    fn write_line(&mut self, dx: i64, dy: i64) {
        if !self.in_line {
            self.data.push('l');
        }
        self.number(dx, !self.in_line);
        self.number(dy, false);
        self.in_line = true;
    }

    /// The path's data.
    fn end(mut self) -> String {
        self.write_level();
        self.data
    }

    /// A number, with a space before it unless its sign or a letter sets it apart.
    fn number(&mut self, value: i64, after_letter: bool) {
        if value < 0 {
            self.data.push('-');
        } else if !after_letter {
            self.data.push(' ');
        }
        let mut digits = [0_u8; 20];
        let mut start = digits.len();
        let mut rest = value.unsigned_abs();
        loop {
            start -= 1;
            digits[start] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        self.data
            .extend(digits[start..].iter().map(|&digit| char::from(digit)));
    }
}

/// The line through the known values; a gap ends it and a new one begins behind.
///
/// Where several points fall on one x, what is drawn is the first, the least,
/// the greatest and the last of them, which looks the same as all of them.
pub fn line(times: &[i64], values: &[f64], window: &Window) -> String {
    let range = window.indices(times);
    let mut path = PathBuilder::with_room_for(range.len());
    let mut column = None::<Column>;
    let mut drawing = false;
    for index in range {
        let value = values.get(index).copied().unwrap_or(f64::NAN);
        if value.is_nan() {
            flush(&mut path, column.take(), &mut drawing);
            drawing = false;
            continue;
        }
        let (x, y) = (window.x(times[index]), window.y(value));
        match &mut column {
            Some(open) if open.x == x => open.take(y),
            _ => {
                flush(&mut path, column.take(), &mut drawing);
                column = Some(Column {
                    x,
                    first: y,
                    least: y,
                    greatest: y,
                    last: y,
                });
            }
        }
    }
    flush(&mut path, column, &mut drawing);
    path.end()
}

/// The `d` of a path of many pieces.
pub(crate) fn joined(pieces: impl Iterator<Item = String>) -> String {
    pieces.collect::<Vec<_>>().concat()
}

/// The points that share an x.
struct Column {
    x: i64,
    first: i64,
    least: i64,
    greatest: i64,
    last: i64,
}

impl Column {
    fn take(&mut self, y: i64) {
        self.least = self.least.min(y);
        self.greatest = self.greatest.max(y);
        self.last = y;
    }
}

fn flush(path: &mut PathBuilder, column: Option<Column>, drawing: &mut bool) {
    let Some(column) = column else { return };
    if *drawing {
        path.line_to(column.x, column.first);
    } else {
        path.move_to(column.x, column.first);
        // A lone point would be a line of no length, of which nothing is seen.
        path.line_to(column.x + DOT, column.first);
        path.line_to(column.x, column.first);
        *drawing = true;
    }
    for y in [column.least, column.greatest, column.last] {
        if y != path.at.1 {
            path.line_to(column.x, y);
        }
    }
}

/// The area between the known values and the bottom, for sparklines.
pub fn area(times: &[i64], values: &[f64], window: &Window) -> String {
    let line = line(times, values, window);
    let mut data = String::with_capacity(line.len() + 32);
    let range = window.indices(times);
    let mut stretches = known_stretches(times, values, range);
    for segment in line.split('M').skip(1) {
        let Some((first, last)) = stretches.next() else {
            break;
        };
        data.push('M');
        data.push_str(segment);
        let (from, to) = (window.x(first), window.x(last));
        // Writing to a String cannot fail.
        let _ = write!(data, "L{to} {HEIGHT}H{from}Z");
    }
    data
}

/// The first and last times of each segment of known values.
fn known_stretches<'a>(
    times: &'a [i64],
    values: &'a [f64],
    range: Range<usize>,
) -> impl Iterator<Item = (i64, i64)> + 'a {
    let mut next = range.start;
    let known = move |index: usize| values.get(index).is_some_and(|value| !value.is_nan());
    std::iter::from_fn(move || {
        let first = (next..range.end).find(|&index| known(index))?;
        let behind = (first..range.end)
            .find(|&index| !known(index))
            .unwrap_or(range.end);
        next = behind;
        Some((times[first], times[behind - 1]))
    })
}

/// The times in which no column has a value, as x coordinates from and to, for the grey bands.
///
/// A segment reaches from the last known time to the next one. Before the first
/// known time there is no gap, there is no history.
pub fn gaps(times: &[i64], columns: &[&[f64]], window: &Window) -> Vec<(i64, i64)> {
    let known = |index: usize| {
        columns
            .iter()
            .any(|values| values.get(index).is_some_and(|value| !value.is_nan()))
    };
    let mut gaps = Vec::new();
    let mut last_known = None;
    let mut in_gap = false;
    // From the very start: a gap that began left of the window is a gap in it too.
    let end = window.indices(times).end;
    for (index, &time) in times[..end].iter().enumerate() {
        if known(index) {
            if in_gap && let Some(from) = last_known {
                gaps.push((from, time));
            }
            last_known = Some(time);
            in_gap = false;
        } else {
            in_gap = true;
        }
    }
    if in_gap && let (Some(from), Some(&to)) = (last_known, times[..end].last()) {
        gaps.push((from, to.max(window.end)));
    }
    gaps.into_iter()
        .filter(|&(from, to)| to > window.start && from < window.end)
        .map(|(from, to)| (window.x(from).max(0), window.x(to).min(WIDTH)))
        .filter(|(from, to)| to > from)
        .collect()
}

#[cfg(test)]
mod tests;
