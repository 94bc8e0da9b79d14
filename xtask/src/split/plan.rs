//! Decides which function goes where.

use std::collections::{BTreeMap, BTreeSet};

use super::SplitError;
use super::module::Module;

/// What goes where.
pub(super) struct Plan {
    /// The import that loads the rest.
    pub(super) asks: u32,
    /// The functions of the first module, the imported ones left aside.
    pub(super) stays: BTreeSet<u32>,
    /// The functions of the rest.
    pub(super) moved: BTreeSet<u32>,
    /// Of these, those that the first module may call, and the slot it does that through.
    pub(super) stubs: BTreeMap<u32, u32>,
    /// The functions of the first module that the rest calls, and their slots.
    pub(super) called_back: BTreeMap<u32, u32>,
    /// How many slots the table has.
    pub(super) slots: u32,
}

impl Plan {
    /// `asks` is the import that loads the rest, `is_named` whether the rules move a function.
    pub(super) fn make(
        module: &Module<'_>,
        asks: u32,
        is_named: impl Fn(&str) -> bool,
    ) -> Result<Self, SplitError> {
        let callees: BTreeMap<u32, Vec<u32>> = module
            .defined()
            .map(|function| Ok((function, module.callees(function)?)))
            .collect::<Result<_, SplitError>>()?;
        let named: BTreeSet<u32> = module
            .defined()
            .filter(|function| {
                !module.called.contains(function) && is_named(module.name(*function))
            })
            .collect();
        let may_stay = |function: &u32| *function >= module.imported && !named.contains(function);

        let taken = module.slots.values();
        let mut to_do: Vec<u32> = module
            .called
            .iter()
            .chain(taken)
            .copied()
            .filter(may_stay)
            .collect();
        let mut stays: BTreeSet<u32> = to_do.iter().copied().collect();
        while let Some(function) = to_do.pop() {
            for callee in callees[&function].iter().copied().filter(may_stay) {
                if stays.insert(callee) {
                    to_do.push(callee);
                }
            }
        }
        let moved: BTreeSet<u32> = module
            .defined()
            .filter(|function| !stays.contains(function))
            .collect();

        let mut slots = module
            .tables
            .first()
            .map_or(0, |table| table.initial as u32);
        let known: BTreeMap<u32, u32> = module
            .slots
            .iter()
            .map(|(&slot, &function)| (function, slot))
            .collect();
        let mut slot_of = |function: u32| {
            known.get(&function).copied().unwrap_or_else(|| {
                slots += 1;
                slots - 1
            })
        };
        let called_by = |side: &BTreeSet<u32>| -> BTreeSet<u32> {
            side.iter()
                .flat_map(|function| &callees[function])
                .copied()
                .collect()
        };
        let taken = module.slots.values().copied();
        let asked_for: BTreeSet<u32> = called_by(&stays).into_iter().chain(taken).collect();
        let stubs = asked_for
            .intersection(&moved)
            .map(|&function| (function, slot_of(function)))
            .collect();
        let called_back = called_by(&moved)
            .difference(&moved)
            .map(|&function| (function, slot_of(function)))
            .collect();
        Ok(Self {
            asks,
            stays,
            moved,
            stubs,
            called_back,
            slots,
        })
    }
}
