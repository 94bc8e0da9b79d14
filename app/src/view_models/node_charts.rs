//! The charts of a node: on its page, and as panels of other pages.

use super::charts::{Base, Colour, Dash, Definition, Line};
use crate::format::Unit;
use crate::i18n::Catalog;

/// A line: its meter, its name, its look.
type LineOf = (&'static str, &'static str, Colour, Dash);

fn chart(
    id: &'static str,
    title: &'static str,
    (unit, unit_label): (Unit, &'static str),
    lines: &[LineOf],
) -> Definition {
    let line = |&(meter, label, colour, dash): &LineOf| Line {
        meter: meter.into(),
        label: label.into(),
        colour,
        dash,
    };
    Definition {
        id: id.into(),
        title: title.into(),
        unit_label: unit_label.into(),
        unit,
        base: Base::of_unit(unit),
        lines: lines.iter().map(line).collect(),
    }
}

pub(crate) fn memory(texts: &Catalog) -> Definition {
    chart(
        "memory",
        texts.memory,
        (Unit::Bytes, texts.embed.unit_bytes),
        &[(
            "rabbit.node.memory",
            texts.embed.used,
            Colour::Blue,
            Dash::Solid,
        )],
    )
}

pub(crate) fn disk(texts: &Catalog) -> Definition {
    chart(
        "disk",
        texts.embed.chart_disk,
        (Unit::Bytes, texts.embed.unit_bytes),
        &[(
            "rabbit.node.disk_free",
            texts.disk_free,
            Colour::Green,
            Dash::Solid,
        )],
    )
}

pub(crate) fn files(texts: &Catalog) -> Definition {
    chart(
        "files",
        texts.embed.chart_files,
        (Unit::Count, texts.unit_count),
        &[
            (
                "rabbit.node.file_descriptors",
                texts.file_descriptors,
                Colour::Blue,
                Dash::Solid,
            ),
            (
                "rabbit.node.sockets",
                texts.sockets,
                Colour::Orange,
                Dash::Dashed,
            ),
        ],
    )
}

pub(crate) fn processes(texts: &Catalog) -> Definition {
    chart(
        "processes",
        texts.embed.chart_processes,
        (Unit::Count, texts.unit_count),
        &[(
            "rabbit.node.processes",
            texts.processes,
            Colour::Purple,
            Dash::Solid,
        )],
    )
}

pub(crate) fn io(texts: &Catalog) -> Definition {
    let texts = &texts.embed;
    chart(
        "io",
        texts.chart_io,
        (Unit::PerSecond, texts.unit_per_second),
        &[
            ("io_read_count", texts.reads, Colour::Blue, Dash::Solid),
            ("io_write_count", texts.writes, Colour::Green, Dash::Dashed),
            ("io_sync_count", texts.syncs, Colour::Orange, Dash::Dotted),
        ],
    )
}

pub(crate) fn io_bytes(texts: &Catalog) -> Definition {
    let texts = &texts.embed;
    chart(
        "io-bytes",
        texts.chart_io_bytes,
        (Unit::BytesPerSecond, texts.unit_bytes_per_second),
        &[
            ("io_read_bytes", texts.reads, Colour::Blue, Dash::Solid),
            ("io_write_bytes", texts.writes, Colour::Green, Dash::Dashed),
        ],
    )
}
