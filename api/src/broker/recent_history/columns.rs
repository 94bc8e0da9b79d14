//! The values of one resource in the last hour, one column a meter.

use crate::broker::meters::Meter;

/// At most three decimals: what a chart can show, at half the bytes.
pub(crate) fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// The columns of one resource, by the number of the meter.
#[derive(Debug, Default)]
pub(super) struct ResourceColumns(pub(super) Vec<Option<Column>>);

/// One meter: a circular buffer of as many values as there are buckets. NaN is a gap.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) values: Box<[f64]>,
    /// The bucket of the youngest value.
    last: i64,
}

/// The index of a bucket in the circular buffer.
pub(super) fn index(bucket: i64, buckets: usize) -> usize {
    bucket.rem_euclid(buckets as i64) as usize
}

impl ResourceColumns {
    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(Option::is_none)
    }

    /// The bucket of the youngest value.
    pub(super) fn last(&self) -> Option<i64> {
        self.0.iter().flatten().map(|column| column.last).max()
    }

    pub(super) fn set(&mut self, meter: Meter, bucket: i64, value: f64, buckets: usize) {
        if self.0.is_empty() {
            self.0.resize_with(Meter::COUNT, || None);
        }
        let column = self.0[meter.index()].get_or_insert_with(|| Column {
            values: vec![f64::NAN; buckets].into(),
            last: bucket,
        });
        column.values[index(bucket, buckets)] = value;
        column.last = column.last.max(bucket);
    }

    /// Clears buckets, and drops the columns that have no value left.
    pub(super) fn clear(&mut self, cleared: std::ops::Range<i64>, oldest: i64, head: i64) {
        for entry in &mut self.0 {
            let Some(column) = entry else {
                continue;
            };
            for bucket in cleared.clone() {
                let buckets = column.values.len();
                column.values[index(bucket, buckets)] = f64::NAN;
            }
            column.last = column.last.min(head);
            if column.last < oldest {
                *entry = None;
            }
        }
    }
}

impl Column {
    pub(super) fn interpolate(&mut self, from: i64, to: i64, is_rate: bool) {
        let buckets = self.values.len();
        let (start, end) = (
            self.values[index(from, buckets)],
            self.values[index(to, buckets)],
        );
        if start.is_nan() || end.is_nan() {
            return;
        }
        let whole = start.fract() == 0.0 && end.fract() == 0.0;
        for bucket in from + 1..to {
            let share = (bucket - from) as f64 / (to - from) as f64;
            let between = start + (end - start) * share;
            self.values[index(bucket, buckets)] = match (is_rate, whole) {
                (true, _) => end,
                (false, true) => between.round(),
                (false, false) => rounded(between),
            };
        }
    }
}
