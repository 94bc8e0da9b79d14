use super::*;

#[test]
fn a_key_has_three_names() {
    assert_eq!(API_LISTEN.flag(), "--api-listen");
    assert_eq!(API_LISTEN.variable(), "WARREN_API_LISTEN");
}

#[test]
fn names_are_unique() {
    let mut names: Vec<_> = ALL.iter().map(|key| key.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), ALL.len());
}

#[test]
fn configuration_document_has_a_row_for_each_setting() {
    let document = include_str!("../../../../docs/configuration.md");
    for key in ALL {
        let start = format!("| `{} ", key.flag());
        let row = document.lines().find(|line| line.starts_with(&start));
        let row = row.unwrap_or_else(|| {
            panic!("docs/configuration.md has no row that starts with {start:?}: add one")
        });
        let variable = format!("| `{}` |", key.variable());
        assert!(row.contains(&variable), "{row} lacks {variable:?}");
    }
}
